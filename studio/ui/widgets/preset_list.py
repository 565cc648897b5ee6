"""The presets as a list with a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from typing_extensions import override

from studio.ui.present.presets import preset_line
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from textual import events

    from studio.config.presets import Preset


class PresetList(Lines):
    """Presets as rows. The cursor holds on to its preset wherever that goes."""

    BINDINGS = bindings_of("presets")

    class Moved(Message):
        """The cursor is on another preset."""

    def __init__(self) -> None:
        super().__init__(id="presets")
        self._presets: Sequence[Preset] = ()
        self._holding: Collection[str] = ()
        self._name = ""

    @property
    def preset(self) -> Preset | None:
        """The preset at the cursor; None where there is none."""
        return self._presets[self._place] if self._presets else None

    @property
    def _place(self) -> int:
        at = (place for place, each in enumerate(self._presets) if each.name == self._name)
        return next(at, 0)

    def show(self, presets: Sequence[Preset], holding: Collection[str]) -> None:
        """Draw these; the names in `holding` are those whose settings hold already."""
        place = self._place
        self._presets, self._holding = presets, holding
        names = [each.name for each in presets]
        if names and self._name not in names:  # it is gone: stay where it was
            self._name = names[min(place, len(names) - 1)]
        self.changed()
        if presets:
            self.show_line(self._place)

    def go_to(self, name: str) -> None:
        """Put the cursor on a preset."""
        self._name = name
        if self._presets:
            self.show_line(self._place)
        self.refresh()

    @override
    def line_count(self) -> int:
        return len(self._presets)

    @override
    def line(self, index: int, width: int) -> Text:
        preset = self._presets[index]
        holds = preset.name in self._holding
        is_at = index == self._place
        line = preset_line(preset, self.palette, width, is_at=is_at, holds=holds)
        line.truncate(width, overflow="ellipsis")
        return line

    @override
    def highlighted(self) -> int:
        return self._place if self._presets else -1

    def move(self, rows: int) -> None:
        """Move the cursor."""
        if self._presets:
            self._go(min(max(self._place + rows, 0), len(self._presets) - 1))

    def _go(self, place: int) -> None:
        self.go_to(self._presets[place].name)
        self.post_message(self.Moved())

    async def on_click(self, event: events.Click) -> None:
        """A click goes to the preset, two apply it."""
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self._presets):
            self._go(place)
            if event.chain == 2:
                await self.run_action("screen.apply")
