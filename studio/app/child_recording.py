"""A take that a child process records, seen from the screen."""

from __future__ import annotations

import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

from studio.app.child_lines import TellingChild
from studio.app.record_child import BEGIN, END, MODULE, read_recording_step, wanted_line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from studio.config.paths import Paths
    from studio.ui.take_recording import RecordingStep

_COMMAND = (sys.executable, "-m", MODULE)


class ChildRecording:
    """A recording that begins when its steps are asked for.

    Args:
        paths: where the studio keeps things.
        microphone: as `take_recording.open_for_take` takes it.
        command: what records.
        environ: its environment; None for this process's own.
    """

    def __init__(
        self,
        paths: Paths,
        microphone: str,
        command: Sequence[str] = _COMMAND,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._first = wanted_line(microphone)
        self._child = TellingChild(
            command, paths.log_dir / "recording.log", environ, title="The recording stopped"
        )

    async def steps(self) -> AsyncGenerator[RecordingStep, None]:
        """How far it is, until it is ended; closed early, what was recorded is kept.

        Raises:
            StudioError: the microphone cannot be opened, or the take cannot be kept.
        """
        async with aclosing(self._child.lines(self._first)) as lines:
            async for line in lines:
                yield read_recording_step(line)

    def begin(self) -> None:
        """Record from now on."""
        self._child.tell(BEGIN)

    def end(self) -> None:
        """Keep what was recorded."""
        self._child.tell(END)
