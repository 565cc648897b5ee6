"""What the sweep's screen asks of the lab: which takes there are, sweeps of them, and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from studio.lab.front import BUDGET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.lab.verdicts import Found, Lost
    from studio.ui.desk import Progress
    from studio.vad.segmenter import SegmenterSettings

SweepFile = Literal["html", "json", "csv"]


@dataclass(frozen=True, slots=True)
class SweepWish:
    """What is to be tried, as a person writes it.

    Attributes:
        takes: names, patterns and tags; nothing stands for one's own takes, or those shipped.
        threshold, silence, prefix: lists such as `0.3:0.8:0.05`; empty for the usual ones.
        changes: what is done to the takes, each a try of its own beside the clean one.
        budget: the share of turns that may be lost.
        eagerness: what is tried of `semantic_vad`, such as `low,high`; empty for nothing.
        searches: whether these settings are only where the search for the best begins.
    """

    takes: tuple[str, ...] = ()
    threshold: str = ""
    silence: str = ""
    prefix: str = ""
    changes: tuple[str, ...] = ()
    budget: float = BUDGET
    eagerness: str = ""
    searches: bool = False


@dataclass(frozen=True, slots=True)
class TakeSet:
    """Takes that can be chosen at once.

    Attributes:
        takes: what `SweepWish.takes` names them by.
        aside: how many there are, and how many of them are labelled.
    """

    takes: tuple[str, ...]
    label: str
    aside: str


class Sweeps(Protocol):
    """Sweeps, one at a time."""

    async def sets(self) -> Sequence[TakeSet]:
        """What can be chosen."""
        ...

    async def run(self, wish: SweepWish, progress: Progress) -> Found | None:
        """Sweep; None where it was stopped. A stopped one goes on where it was.

        Raises:
            StudioError: the wish cannot be read, or there is nothing to judge by.
        """
        ...

    def stop(self) -> None:
        """Have the sweep stopped that runs."""
        ...

    async def lost(self, settings: SegmenterSettings) -> Sequence[Lost]:
        """The first turns that a setting of the last sweep loses, and its ghosts."""
        ...

    async def write(self, to: SweepFile, file: str) -> str:
        """Write the last sweep to a file; says in words what was written.

        Raises:
            StudioError: it cannot be written.
        """
        ...
