"""The meter pane: levels beside lanes where there is room, else above them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.palette import palette_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.ui.present.meter import Lanes, Level

BESIDE_FROM = 90
_LANES_ROWS = 9
"""Rows that the lanes keep where notes stand over them."""

_EMPTY = " Levels of microphone and speaker, and who speaks when.  c connects."


class MeterPane(Widget, can_focus=True):
    """Two bars and the lanes of the last seconds."""

    def __init__(self) -> None:
        super().__init__(id="meter")
        self.left_columns = 42
        self._levels: Sequence[Level] = ()
        self._notes: Sequence[tuple[str, str]] = ()
        self._lanes: Lanes | None = None

    def show(self, levels: Sequence[Level], lanes: Lanes, notes: Sequence[tuple[str, str]]) -> None:
        """Draw these."""
        self._levels, self._lanes, self._notes = levels, lanes, notes
        self.refresh()

    @override
    def render(self) -> Text:
        palette = palette_from(self.app.theme_variables)
        if self._lanes is None:
            return Text(_EMPTY, palette.muted)
        from studio.ui.present.meter import lane_lines, level_line, note_line, scale_line

        width, height = self.size.width, self.size.height
        is_beside = width >= BESIDE_FROM
        left = min(self.left_columns, width // 2) if is_beside else width
        room = left - 3
        bars = [
            level_line(level, room, palette, color)
            for level, color in zip(self._levels, (palette.user, palette.accent), strict=False)
        ]
        bars.append(scale_line(room, palette))
        bars += [Text(level.note, palette.warning) for level in self._levels if level.note]
        bars += [note_line(label, words, room, palette) for label, words in self._notes]
        if is_beside:
            lanes = lane_lines(self._lanes, width - left - 2, height, palette)
            return _beside(bars, lanes, left, height)
        bars = bars[: max(3, height - _LANES_ROWS - 1)]
        lanes = lane_lines(self._lanes, room, height - len(bars) - 1, palette)
        indented = [Text.assemble(" ", line) for line in [*bars, Text(""), *lanes]]
        return Text("\n").join(indented[:height])


def _beside(bars: list[Text], lanes: list[Text], left: int, height: int) -> Text:
    lines = []
    for at in range(height):
        line = Text(" ", no_wrap=True)
        if at < len(bars):
            line.append_text(bars[at])
        line.append(" " * (left + 2 - line.cell_len))
        if at < len(lanes):
            line.append_text(lanes[at])
        lines.append(line)
    return Text("\n").join(lines)
