"""Where the work of a sweep is done: here, in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import warnings
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from studio.core.errors import StudioError
from studio.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    Work = TypeVar("Work")
    Result = TypeVar("Result")

_CONNECT_S = 10


class Spread(Protocol):
    """Does pieces of work that do not know of each other."""

    def map(self, function: Callable[[Work], Result], work: Sequence[Work]) -> Generator[Result]:
        """The results, in whatever order they are ready; closed, it leaves the rest undone."""
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """One piece after the other, in this process."""

    def map(self, function: Callable[[Work], Result], work: Sequence[Work]) -> Generator[Result]:
        """The results in the order of the work."""
        return (function(each) for each in work)


@dataclass(frozen=True, slots=True)
class Processes:
    """In so many processes of this machine; -1 for one on each core."""

    count: int = -1

    def map(self, function: Callable[[Work], Result], work: Sequence[Work]) -> Generator[Result]:
        """The results as they are ready."""
        return _in_parallel(function, work, self.count)


@dataclass(frozen=True, slots=True)
class Cluster:
    """On the workers of a Dask scheduler, which have the studio installed and see the same files.

    Attributes:
        address: the scheduler's, such as `tcp://10.0.0.5:8786`.
    """

    address: str

    def map(self, function: Callable[[Work], Result], work: Sequence[Work]) -> Generator[Result]:
        """The results as they are ready.

        Raises:
            StudioError: there is no cluster at the address, or its client is not installed.
        """
        import joblib

        with _client(self.address), joblib.parallel_config("dask"):
            yield from _in_parallel(function, work, -1)


def _in_parallel(
    function: Callable[[Work], Result], work: Sequence[Work], count: int
) -> Generator[Result]:
    import joblib

    parallel = joblib.Parallel(n_jobs=count, return_as="generator_unordered", batch_size=1)
    results = parallel(joblib.delayed(function)(each) for each in work)
    try:
        for result in cast("Iterator[Result]", results):  # noqa: UP028 - closed below, not by it
            yield result
    finally:
        with warnings.catch_warnings():  # that what is left is not done is what was wanted
            warnings.simplefilter("ignore", UserWarning)
            results.close()


@contextmanager
def _client(address: str) -> Iterator[None]:
    try:
        from distributed import Client
    except ImportError as missing:
        raise StudioError(
            "The client of Dask clusters is not installed.",
            title="No cluster",
            hint="Run: pip install 'realtime-studio[cluster]'",
        ) from missing
    try:
        connect: Callable[..., AbstractContextManager[object]] = Client
        client = connect(address, timeout=_CONNECT_S, set_as_default=True)
    except (OSError, ValueError) as failure:
        raise StudioError(
            f"{one_line(address, 80)} cannot be reached ({one_line(str(failure), 200)}).",
            title="No cluster",
            hint="Name the scheduler's address, such as tcp://10.0.0.5:8786.",
        ) from failure
    with client:
        yield
