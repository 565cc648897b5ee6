"""The files behind the screen: each member hands over to the module that knows how."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from studio.app.curves import CurveReader
from studio.app.event_audio import event_audio
from studio.app.kept import FILE_NAME, Kept
from studio.app.recording import open_recording
from studio.storage.folders import find_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.config.paths import Paths
    from studio.core.clock import Clock
    from studio.session.curves import TrackCurves
    from studio.session.envelope import Envelope
    from studio.ui.auditions import Auditions
    from studio.ui.desk import ExportOptions, Json, Progress, Recorded
    from studio.ui.presets import Presets
    from studio.ui.shelf import Shelf
    from studio.ui.sweeps import Sweeps
    from studio.ui.takes import Takes


class StudioDesk:
    """The desk of one run of the screen.

    Args:
        paths: where the studio keeps things.
        sessions_dir: where sessions are.
        clock: tells how long a slice of work has been.
    """

    def __init__(self, paths: Paths, sessions_dir: Path, clock: Clock) -> None:
        self._paths = paths
        self._sessions_dir = sessions_dir
        self._clock = clock
        self._kept = Kept(sessions_dir.parent / FILE_NAME)
        self._curves = CurveReader()
        self._shelf: Shelf | None = None
        self._auditions: Auditions | None = None
        self._presets: Presets | None = None
        self._takes: Takes | None = None
        self._sweeps: Sweeps | None = None

    def shelf(self) -> Shelf:
        """The stored sessions."""
        if self._shelf is None:
            from studio.app.library import shelf_of

            self._shelf = shelf_of(self._paths, self._sessions_dir, self._clock)
        return self._shelf

    def takes(self) -> Takes:
        """The lab's takes."""
        if self._takes is None:
            from studio.app.takes import LabTakes

            self._takes = LabTakes(self._paths, self._sessions_dir, self._clock)
        return self._takes

    def auditions(self) -> Auditions:
        """Voice auditions."""
        if self._auditions is None:
            from studio.app.auditions import FolderAuditions

            self._auditions = FolderAuditions(self._paths)
        return self._auditions

    def sweeps(self) -> Sweeps:
        """Sweeps of settings over takes."""
        if self._sweeps is None:
            from studio.app.sweeps import LabSweeps

            self._sweeps = LabSweeps(self._paths)
        return self._sweeps

    def presets(self) -> Presets:
        """Named settings."""
        if self._presets is None:
            from studio.app.presets import FolderPresets

            self._presets = FolderPresets(self._paths.presets_dir, self._clock)
        return self._presets

    async def open(self, path: str) -> Recorded:
        """Open a stored session by its folder, its name, or the beginning of it.

        Raises:
            StudioError: there is none, or it cannot be read.
        """
        folder = find_session(self._sessions_dir, path)
        make = partial(open_recording, folder, self._paths.cache_dir, self._clock)
        return await asyncio.to_thread(make)

    def audio(self, path: str, envelope: Envelope) -> bytes | None:
        """The audio of an event of a session."""
        return event_audio(Path(path), envelope)

    async def curves(self, path: str) -> TrackCurves:
        """Levels and speech of the session's tracks, a slice further."""
        return await self._curves.read(path)

    async def export(
        self, paths: Sequence[str], to: str, options: ExportOptions, progress: Progress
    ) -> str:
        """Write sessions in a format; says in words what was written.

        Raises:
            StudioError: no such format, or it cannot be written.
        """
        from studio.app.exporting import export_aside
        from studio.app.library import prices_of

        prices, _ = prices_of(self._paths)
        output = Path(options.output) if options.output else None
        files = await export_aside(
            [Path(each) for each in paths],
            to,
            options.without,
            output=output,
            progress=progress,
            prices=prices,
        )
        return f"Written: {', '.join(map(str, files))}"

    def kept(self, name: str) -> Json:
        """What was kept under a name; None where nothing was."""
        return self._kept.get(name)

    def keep(self, name: str, value: Json) -> None:
        """Keep something small until the next time."""
        self._kept.put(name, value)
