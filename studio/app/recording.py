"""A stored session for the screen: read a slice at a time, and never changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.storage.reader import BEING_WRITTEN, open_session
from studio.storage.store import begin_store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from studio.core.clock import Clock
    from studio.storage.reader import StoredSession

_SLICE_BYTES = 256 * 1024


class StoredRecording:
    """A session on disk as `ui.desk.Recorded`.

    Args:
        session: it, opened.
        cache_dir: where index files are kept.
        clock: tells how long reading has taken.
    """

    def __init__(self, session: StoredSession, cache_dir: Path | None, clock: Clock) -> None:
        self.path = str(session.path)
        self.header: Mapping[str, Any] = session.header.model_dump(mode="json", by_alias=True)
        self.store = begin_store(session, cache_dir)
        self._session = session
        self._clock = clock

    @property
    def problems(self) -> Sequence[str]:
        """What is damaged or missing, as far as it is read; that it grows is none."""
        told = (*self._session.problems, *self.store.problems)
        return tuple(each for each in told if each != BEING_WRITTEN)

    def load(self, budget_s: float) -> bool:
        """Read on for about so long; whether there is more to read."""
        until = self._clock.monotonic() + budget_s
        while not self.store.load(_SLICE_BYTES):
            if self._clock.monotonic() >= until:
                return True
        return False

    def refresh(self) -> bool:
        """Take in what was written since; whether somebody still writes it."""
        is_written = self.store.is_being_written
        self.store.refresh()
        return is_written


def open_recording(path: Path, cache_dir: Path | None, clock: Clock) -> StoredRecording:
    """Open a stored session with its first rows, or with all that an index file holds.

    Raises:
        StudioError: it is none, or cannot be read.
    """
    return StoredRecording(open_session(path), cache_dir, clock)
