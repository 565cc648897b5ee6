"""A desk without files: sessions that tests lay on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.app.presets import FolderPresets
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.session.curves import TrackCurves
from studio.session.envelope import Envelope
from studio.storage.store import EventStore
from studio.ui.auditions import Auditions
from studio.ui.desk import ExportOptions, Json, Progress
from studio.ui.presets import Presets
from studio.ui.shelf import Shelf
from studio.ui.sweeps import Sweeps
from studio.ui.takes import Takes
from tests.fakes.auditions import FakeAuditions
from tests.fakes.feed import log_lines
from tests.fakes.lab import FakeTakes
from tests.fakes.shelf import FakeShelf
from tests.fakes.sweeps import FakeSweeps

HEADER: Mapping[str, Any] = {
    "schema": "studio.session/1",
    "started_at": "2026-01-01T12:00:00+00:00",
    "provider": "local",
    "model": "studio-host",
    "dialect": "ga",
    "input_format": "pcm16",
    "output_format": "pcm16",
}


@dataclass
class FakeRecorded:
    """A stored session in memory.

    Attributes:
        waiting: lines that the next `load` brings, `slice` at a time; without one, all are there.
        written: lines that the next `refresh` brings; None where nobody writes any more.
        budgets_s: for how long each `load` might take.
    """

    path: str
    header: Mapping[str, Any]
    store: EventStore
    problems: Sequence[str] = ()
    waiting: list[str] = field(default_factory=list)
    slice: int = 1_000_000
    written: list[str] | None = None
    budgets_s: list[float] = field(default_factory=list)

    def load(self, budget_s: float) -> bool:
        """The next lines."""
        self.budgets_s.append(budget_s)
        for line in self.waiting[: self.slice]:
            self.store.append(line)
        del self.waiting[: self.slice]
        return bool(self.waiting)

    def refresh(self) -> bool:
        """What was written."""
        if self.written is None:
            return False
        for line in self.written:
            self.store.append(line)
        self.written = []
        return True


def _no_presets() -> Presets:
    return FolderPresets(Path("/no presets here"), ManualClock())


@dataclass
class FakeDesk:
    """A `Desk` in memory.

    Attributes:
        sessions: what can be opened, by path.
        curves_of: the curves of a session, by path.
        audio_of: the audio of an event, by path and seq.
        exported: what `export` was asked for.
        kept_values: what was kept.
    """

    sessions: dict[str, FakeRecorded] = field(default_factory=dict)
    curves_of: dict[str, TrackCurves] = field(default_factory=dict)
    audio_of: dict[tuple[str, int], bytes] = field(default_factory=dict)
    exported: list[tuple[tuple[str, ...], str, ExportOptions]] = field(default_factory=list)
    kept_values: dict[str, Json] = field(default_factory=dict)
    the_shelf: Shelf = field(default_factory=FakeShelf)
    the_takes: Takes = field(default_factory=FakeTakes)
    the_presets: Presets = field(default_factory=_no_presets)
    the_auditions: Auditions = field(default_factory=FakeAuditions)
    the_sweeps: Sweeps = field(default_factory=FakeSweeps)

    def lay(
        self, path: str, envelopes: Iterable[Envelope], dialect: Dialect = Dialect.GA
    ) -> FakeRecorded:
        """Put a session there."""
        recorded = FakeRecorded(path, {**HEADER, "dialect": str(dialect)}, EventStore(dialect))
        recorded.waiting = [each.line for each in log_lines(envelopes)]
        self.sessions[path] = recorded
        return recorded

    def shelf(self) -> Shelf:
        return self.the_shelf

    def takes(self) -> Takes:
        return self.the_takes

    def auditions(self) -> Auditions:
        return self.the_auditions

    def presets(self) -> Presets:
        return self.the_presets

    def sweeps(self) -> Sweeps:
        return self.the_sweeps

    async def open(self, path: str) -> FakeRecorded:
        if path not in self.sessions:
            raise StudioError(f"There is no session {path}.", title="No such session")
        return self.sessions[path]

    def audio(self, path: str, envelope: Envelope) -> bytes | None:
        """What was laid down for an event."""
        return self.audio_of.get((path, envelope.seq))

    async def curves(self, path: str) -> TrackCurves:
        return self.curves_of.get(path, TrackCurves())

    async def export(
        self, paths: Sequence[str], to: str, options: ExportOptions, progress: Progress
    ) -> str:
        self.exported.append((tuple(paths), to, options))
        progress(1.0, "done")
        return f"{len(paths)} written"

    def kept(self, name: str) -> Json:
        return self.kept_values.get(name)

    def keep(self, name: str, value: Json) -> None:
        self.kept_values[name] = value
