"""The meter pane: levels beside lanes where there is room, else above them; health at its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.palette import palette_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from studio.runtime.cells import Cells
    from studio.ui.present.meter import Lanes, Level

BESIDE_FROM = 90
_LANES_ROWS = 9
"""Rows that the lanes keep where notes stand over them."""

_HEALTH_ROWS = 3
"""Rows that the health may have where nothing stands beside."""

_EMPTY = " Levels of microphone and speaker, and who speaks when.  c connects."


class MeterPane(Widget, can_focus=True):
    """Two bars, the lanes of the last seconds, and the health of the sound path."""

    def __init__(self) -> None:
        super().__init__(id="meter")
        self.left_columns = 42
        self._levels: Sequence[Level] = ()
        self._notes: Sequence[tuple[str, str]] = ()
        self._lanes: Lanes | None = None
        self._health: Cells | None = None

    def show(
        self,
        levels: Sequence[Level],
        lanes: Lanes,
        notes: Sequence[tuple[str, str]],
        health: Cells | None,
    ) -> None:
        """Draw these; no health where no session is open."""
        self._levels, self._lanes, self._notes, self._health = levels, lanes, notes, health
        self.refresh()

    async def on_click(self, event: events.Click) -> None:
        """A click on a figure has it explained."""
        if do := event.style.meta.get("do"):
            await self.app.run_action(do)

    @override
    def render(self) -> Text:
        palette = palette_from(self.app.theme_variables)
        if self._lanes is None:
            return Text(_EMPTY, palette.muted)
        from studio.ui.present.health import health_lines
        from studio.ui.present.meter import lane_lines, level_line, note_line, scale_line

        width, height = self.size.width, self.size.height
        is_beside = width >= BESIDE_FROM
        health: list[Text] = []
        if self._health is not None:
            most = 1 if is_beside else _HEALTH_ROWS
            health = health_lines(self._health, width - 2, palette, lines=most)
        height -= len(health)
        left = min(self.left_columns, width // 2) if is_beside else width
        room = left - 3
        bars = [
            level_line(level, room, palette, color)
            for level, color in zip(self._levels, (palette.user, palette.accent), strict=False)
        ]
        bars.append(scale_line(room, palette))
        bars += [Text(level.note, palette.warning) for level in self._levels if level.note]
        bars += [note_line(label, words, room, palette) for label, words in self._notes]
        foot = [Text.assemble(" ", line) for line in health]
        if is_beside:
            lanes = lane_lines(self._lanes, width - left - 2, height, palette)
            return Text("\n").join([*_beside(bars, lanes, left, height), *foot])
        bars = bars[: max(3, height - _LANES_ROWS - 1)]
        lanes = lane_lines(self._lanes, room, height - len(bars) - 1, palette)
        indented = [Text.assemble(" ", line) for line in [*bars, Text(""), *lanes]][:height]
        above = [*indented, *([Text("")] * (height - len(indented)))]
        return Text("\n").join([*above, *foot])


def _beside(bars: list[Text], lanes: list[Text], left: int, height: int) -> list[Text]:
    lines = []
    for at in range(height):
        line = Text(" ", no_wrap=True)
        if at < len(bars):
            line.append_text(bars[at])
        line.append(" " * (left + 2 - line.cell_len))
        if at < len(lanes):
            line.append_text(lanes[at])
        lines.append(line)
    return lines
