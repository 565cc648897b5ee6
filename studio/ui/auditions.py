"""What the screen asks of voice auditions; `studio.app.auditions` holds and keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from studio.lab.audition import Order
    from studio.lab.sheet import Row, Sheet
    from studio.runtime.plan import ConnectPlan


@dataclass(frozen=True, slots=True)
class KeptSheet:
    """A sheet in a list.

    Attributes:
        path: its folder.
        words: when it was made and of whom, on one line.
        aside: what was read.
    """

    path: str
    words: str
    aside: str


@dataclass(frozen=True, slots=True)
class Likely:
    """What an audition is likely to take.

    Attributes:
        words: how much will be said and what that costs, in a sentence.
        is_free: whether it costs nothing for sure.
    """

    words: str
    is_free: bool


@dataclass(frozen=True, slots=True)
class Step:
    """How far an audition is.

    Attributes:
        path: the sheet's folder.
        done: how many readings have come, well or not.
        reading: keys of those that are being read.
        is_listening: whether all are read, and the sound is being recognised.
        heard: how many readings were recognised.
    """

    path: str = ""
    done: int = 0
    reading: tuple[str, ...] = ()
    is_listening: bool = False
    heard: int = 0


class Auditions(Protocol):
    """Voice auditions: held in a process of their own, kept as folders."""

    def kept(self) -> Sequence[KeptSheet]:
        """All sheets, the latest first."""
        ...

    def voices(self, plan: ConnectPlan) -> Sequence[str]:
        """The voices that a provider is known to have."""
        ...

    def likely(self, order: Order, plan: ConnectPlan) -> Likely:
        """What it is likely to take."""
        ...

    def hold(self, order: Order, plan: ConnectPlan) -> AsyncGenerator[Step, None]:
        """Hold an audition; closed early, what was read so far is kept.

        Raises:
            StudioError: it cannot be held.
        """
        ...

    def open(self, path: str) -> Sheet:
        """A sheet as it is now.

        Raises:
            StudioError: there is none, or it is damaged.
        """
        ...

    def sound(self, path: str, row: Row) -> str:
        """The file of a reading's sound; empty where there is none."""
        ...

    def judge(
        self, path: str, key: str, *, stars: int | None = None, note: str | None = None
    ) -> Sheet:
        """Keep stars or a note; what is None stays.

        Raises:
            StudioError: the sheet cannot be written.
        """
        ...

    def export(self, path: str, to: str) -> str:
        """Write a page for colleagues; returns the file. Empty `to`: beside the sheet.

        Raises:
            StudioError: it cannot be written.
        """
        ...
