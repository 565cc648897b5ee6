"""Two sessions beside each other; everything scrolls in step, for it is one list of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from typing_extensions import override

from studio.core.errors import StudioError
from studio.ui.present.compare import ComparisonLines
from studio.ui.screens.view import ViewScreen
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.waterfall import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.widget import Widget

    from studio.session.compare import Comparison
    from studio.ui.shelf import Shelf
    from studio.ui.shown import Shown


class CompareLines(Words):
    """The lines of a comparison."""

    BINDINGS = bindings_of("compare")


class CompareScreen(ViewScreen):
    """A comparison; `lay` says of what."""

    scope: ClassVar[str] = "compare"
    title_words: ClassVar[str] = "compare"
    plays: ClassVar[bool] = False
    left_out: ClassVar[tuple[str, ...]] = (
        "view.library", "view.turns", "view.zoom", "session.mute", "session.talk", "session.text",
        "session.speak", "session.connect", "view.latency", "session.interrupt",
    )  # fmt: skip
    AUTO_FOCUS: ClassVar[str | None] = "#compare"
    BINDINGS = bindings_of("compare")

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._words = CompareLines("compare", can_focus=True)
        self._compared: Comparison | None = None
        self._shelf: Shelf | None = None
        self._paths = ("", "")
        self._headings: list[int] = []
        self._why_not = ""

    @override
    def body(self) -> Iterable[Widget]:
        return (self._words,)

    def lay(self, shelf: Shelf, one: str, other: str) -> None:
        """Compare the sessions in two folders."""
        self._shelf, self._paths = shelf, (one, other)
        self._compared, self._why_not = None, ""
        self.again()
        self.run_worker(self._read(shelf, one, other), group="compare", exclusive=True)

    async def _read(self, shelf: Shelf, one: str, other: str) -> None:
        try:
            self._compared = await shelf.compare(one, other)
        except StudioError as error:
            self._why_not = f"{error.title}: {error.message}"
        self._words.scroll_home(animate=False)
        self.again()

    @override
    def seen(self, live: Shown) -> tuple[object, ...]:
        return (self._compared, self._why_not)

    @override
    def facts(self, live: Shown) -> str:
        compared = self._compared
        return "" if compared is None else f"{compared.one.name}  ↔  {compared.other.name}"

    @override
    def fill(self, live: Shown) -> None:
        if self._compared is None:
            told = self._why_not or "Reading both sessions …"
            self._words.say([Text(f" {told}", self.palette.muted, no_wrap=True, end="")])
            return
        drawn = ComparisonLines(self._compared, self.palette, self._words.columns)
        self._headings = drawn.headings
        self._words.say(drawn.lines)

    @override
    def action_leave(self) -> None:
        self.call_later(self.app.run_action, "view('library')")

    def action_scroll(self, rows: int) -> None:
        """Scroll by lines."""
        self._words.scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by what the screen shows."""
        self._words.scroll_relative(y=pages * (self._words.size.height - 1), animate=False)

    def action_end(self, way: int) -> None:
        """Go to the top or to the end."""
        self._words.scroll_to(y=0 if way < 0 else self._words.max_scroll_y, animate=False)

    def action_heading(self, way: int) -> None:
        """Go to the next heading, or to the one before."""
        top = round(self._words.scroll_offset.y)
        after = [line for line in self._headings if line > top]
        before = [line for line in self._headings if line < top]
        line = (after[:1] if way > 0 else before[-1:]) or [top]
        self._words.scroll_to(y=line[0], animate=False)

    def action_swap(self) -> None:
        """Let the two change places."""
        one, other = self._paths
        if self._shelf is not None:
            self.lay(self._shelf, other, one)
