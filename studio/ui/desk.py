"""What the screen asks of the files: stored sessions, their curves, exports, and what is kept.

The screen itself opens no file; `studio.app.desk` does what is asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from studio.session.curves import TrackCurves
    from studio.session.envelope import Envelope
    from studio.storage.store import EventStore
    from studio.ui.auditions import Auditions
    from studio.ui.presets import Presets
    from studio.ui.shelf import Shelf
    from studio.ui.sweeps import Sweeps
    from studio.ui.takes import Takes

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""What can be kept."""

Progress = Callable[[float, str], None]
"""Told how far something is, from 0 to 1, and what is done now."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What of a session is not to be shared.

    Attributes:
        without: of `audio`, `text` and `ids`.
        output: the file to write; empty for a name beside the session's.
    """

    without: frozenset[str] = frozenset()
    output: str = ""


class Recorded(Protocol):
    """A stored session, open for reading; nothing of it is ever changed."""

    @property
    def path(self) -> str:
        """Its folder."""
        ...

    @property
    def header(self) -> Mapping[str, Any]:
        """The first line of its log."""
        ...

    @property
    def store(self) -> EventStore:
        """Its events, as far as they are loaded."""
        ...

    @property
    def problems(self) -> Sequence[str]:
        """What is damaged or missing, in sentences."""
        ...

    def load(self, budget_s: float) -> bool:
        """Read on for about so long; whether there is more to read."""
        ...

    def refresh(self) -> bool:
        """Take in what was written since; whether somebody still writes it."""
        ...


class Desk(Protocol):
    """The files, as far as the screen has to do with them."""

    def shelf(self) -> Shelf:
        """The stored sessions."""
        ...

    def takes(self) -> Takes:
        """The lab's takes."""

    def sweeps(self) -> Sweeps:
        """Sweeps of settings over takes."""
        ...

    def auditions(self) -> Auditions:
        """Voice auditions."""
        ...

    def presets(self) -> Presets:
        """Named settings."""
        ...

    async def open(self, path: str) -> Recorded:
        """Open a stored session.

        Raises:
            StudioError: it is none, or cannot be read.
        """
        ...

    def audio(self, path: str, envelope: Envelope) -> bytes | None:
        """The audio of an event of a session, in its wire's format; None where it is not kept."""
        ...

    async def curves(self, path: str) -> TrackCurves:
        """Levels and speech of the session's tracks as far as they are read: a slice further.

        Asked again, it goes on where it was; `ui.curves` places them on the session's clock.
        """
        ...

    async def export(
        self, paths: Sequence[str], to: str, options: ExportOptions, progress: Progress
    ) -> str:
        """Write sessions in a format; says in words what was written.

        Raises:
            StudioError: no such format, or it cannot be written.
        """
        ...

    def kept(self, name: str) -> Json:
        """What was kept under a name; None where nothing was."""
        ...

    def keep(self, name: str, value: Json) -> None:
        """Keep something small until the next time."""
        ...
