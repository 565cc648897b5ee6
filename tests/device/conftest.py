from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.device.card import VirtualCard, what_is_missing

_FIGURES = pytest.StashKey[list[str]]()
_HERE = Path(__file__).parent
_RERUNS = 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a test of real time again where a starved machine spoilt it; each try is reported."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.flaky(reruns=_RERUNS))


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
