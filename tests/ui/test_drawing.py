"""A drawing paints what became another line, whatever else is painted meanwhile."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult
from textual.geometry import Region
from typing_extensions import override

from studio.ui.widgets.lines import Drawing


class Letters(Drawing):
    """Three lines of one letter."""

    DEFAULT_CSS = "Letters { height: 3; }"
    letter = "a"

    @override
    def drawn_lines(self, width: int, height: int) -> list[Text]:
        return [Text(self.letter, end="") for _ in range(height)]


class Page(App[None]):
    """Nothing but the letters."""

    @override
    def compose(self) -> ComposeResult:
        yield Letters("letters")


async def test_rows_that_are_painted_first_do_not_leave_the_others_as_they_were() -> None:
    app = Page()
    async with app.run_test(size=(8, 3)) as pilot:
        letters = app.query_one(Letters)
        await pilot.pause()
        letters.letter = "b"
        letters.refresh(Region(0, 1, 8, 1))
        letters.redraw()
        letters.render_lines(Region(0, 1, 8, 1))
        await pilot.pause()
        shown = [strip.text.strip() for strip in letters.render_lines(Region(0, 0, 8, 3))]
        assert shown == ["b", "b", "b"]
