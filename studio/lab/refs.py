"""Takes as a sweep is given them: read when they are wanted, by whichever process wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from studio.lab.take import Take


class TakeRef(Protocol):
    """A take that can be read, here or in another process."""

    @property
    def name(self) -> str:
        """By which a person knows it."""
        ...

    @property
    def key(self) -> str:
        """Another text where its sound or its labels are others."""
        ...

    def load(self) -> Take:
        """Read it.

        Raises:
            StudioError: it cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """A take that is in memory already."""

    take: Take

    @property
    def name(self) -> str:
        """The take's."""
        return self.take.name

    @property
    def key(self) -> str:
        """Of its sound and its labels."""
        return f"{self.take.digest} {self.take.truth}"

    def load(self) -> Take:
        """The take."""
        return self.take


@dataclass(frozen=True, slots=True)
class Skipped:
    """A take that was left out, and why, in a sentence."""

    name: str
    reason: str
