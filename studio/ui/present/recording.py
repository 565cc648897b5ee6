"""A recording of a take as lines: the level, what was heard of it, the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from studio.audio.level_check import CLIPPING_DB
from studio.core.text import one_line, printable
from studio.ui.present.meter import Level, level_line

if TYPE_CHECKING:
    from studio.ui.present.palette import Palette
    from studio.ui.take_recording import RecordingStep

_LABEL = "mic"
_LISTENS = "Listening: say something as you will say it."


def recording_lines(step: RecordingStep, width: int, palette: Palette) -> Text:
    """What a step shows: card, level, check, time."""
    level = step.level
    meter = Level(_LABEL, level.rms_db, level.peak_db, level.peak_db >= CLIPPING_DB)
    style = palette.good if step.is_fine else palette.warning
    check = Text(printable(step.check), style) if step.check else Text(_LISTENS, palette.muted)
    card = Text(one_line(step.card, width) or "Opening the microphone …", palette.muted)
    lines = [card, level_line(meter, width, palette, palette.user), check, _time(step, palette)]
    return Text("\n").join(lines)


def _time(step: RecordingStep, palette: Palette) -> Text:
    if not step.is_recording:
        return Text("○ not recording yet", palette.muted)
    minutes, seconds = divmod(step.recorded_ms / 1000, 60)
    return Text(f"● {minutes:.0f}:{seconds:04.1f}", palette.error)
