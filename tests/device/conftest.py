from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests.device.card import VirtualCard, what_is_missing
from tests.device.starvation import Witness, witness

_FIGURES = pytest.StashKey[list[str]]()
_WITNESS = pytest.StashKey[Witness]()
_EXCUSES = pytest.StashKey[list[str]]()
_HERE = Path(__file__).parent
_RERUNS = 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a test of real time again where a starved machine spoilt it; each try is reported."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.flaky(reruns=_RERUNS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Skip a test, with the reason, whose every try failed while the machine was taken away.

    What cannot be played or recorded in time says nothing about the studio. One failure on a
    machine that was there is a failure.
    """
    report = yield
    if call.when != "call" or not report.failed:
        return report
    excuses = item.stash.setdefault(_EXCUSES, [])
    excuses.append(str(item.config.stash[_WITNESS].since_last()))
    if len(excuses) > _RERUNS and all(excuses):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.location[1] or 0, f"Skipped: {excuses[-1]}")
    return report


@pytest.fixture(scope="session")
def _witness(request: pytest.FixtureRequest) -> Iterator[Witness]:
    with witness() as seeing:
        request.config.stash[_WITNESS] = seeing
        yield seeing


@pytest.fixture(autouse=True)
def _witnessed(_witness: Witness) -> None:
    """Let the witness begin anew with each try."""
    _witness.since_last()


@pytest.fixture(scope="session")
def card() -> Iterator[VirtualCard]:
    """A virtual sound card at the wire's rate, for every test that leaves it whole."""
    yield from _started()


@pytest.fixture
def own_card() -> Iterator[VirtualCard]:
    """A virtual sound card that may be broken."""
    yield from _started()


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Tells a measured figure in the summary of the run."""
    figures = request.config.stash.setdefault(_FIGURES, [])
    return lambda text: figures.append(f"{request.node.name}: {text}")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    figures = config.stash.get(_FIGURES, [])
    if figures:
        terminalreporter.section("figures of the sound path")
        for line in figures:
            terminalreporter.write_line(line)


def _started() -> Iterator[VirtualCard]:
    if missing := what_is_missing():
        pytest.skip(missing)
    card = VirtualCard()
    try:
        card.start()
        yield card
    finally:
        card.close()
