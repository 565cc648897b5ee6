"""The sweep: what is tried on which takes, the map of what came of it, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical
from typing_extensions import override

from studio.ui.present.sweep import (
    cell_lines,
    doubt_lines,
    plot_lines,
    told_lines,
    why_lines,
)
from studio.ui.present.sweep_front import front_lines
from studio.ui.present.sweep_plan import plan_lines
from studio.ui.present.sweep_words import worded_cell_lines
from studio.ui.screens.sweep_deeds import SweepDeeds
from studio.ui.widgets.bars import Bar
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.heat_map import HeatMap
from studio.ui.widgets.sweep_pages import PAGES, SweepPages
from studio.ui.widgets.waterfall import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.text import Text
    from textual import events
    from textual.widget import Widget

    from studio.ui.shown import Shown
    from studio.ui.widgets.sweep_pages import Page

_WIDE, _TALL = 118, 34
_PLOT_IN_PAGE = 12
_EMPTY = (
    "Nothing was tried yet.",
    "",
    "A sweep tries every threshold with every silence on your takes. It shows which settings cut "
    "people off and how long the others make them wait, recommends one, and says why and how far "
    "to trust it.",
    "",
    "enter begins. T chooses the takes, G the settings (semantic_vad, too), C adds noise, another "
    "level, a phone line or a room. Takes need labels: the lab makes and imports them.",
)
_RUNNING = (
    "Every setting is being tried on every take.",
    "",
    "The line above says how far it is. When it is done, the map stands here, with the setting "
    "that is recommended and why. What was heard of a take is kept: the next sweep is faster.",
)


class SweepScreen(SweepDeeds):
    """A heat map beside or over pages of words: why, the cell, the front, what to hear."""

    scope: ClassVar[str] = "sweep"
    title_words: ClassVar[str] = "sweep"
    plays: ClassVar[bool] = False
    left_out: ClassVar[tuple[str, ...]] = (
        "view.sweep", "view.zoom", "session.mute", "session.talk", "session.text",
        "session.speak", "session.connect", "session.interrupt",
    )  # fmt: skip
    AUTO_FOCUS: ClassVar[str | None] = "#sweep"
    BINDINGS = bindings_of("sweep")

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self.add_class("-empty")
        self._plan = Bar("sweep-plan")
        self._map = HeatMap()
        self._plot = Words("sweep-plot")
        self._pages = SweepPages()
        self._words = Words("sweep-words")

    @override
    def body(self) -> Iterable[Widget]:
        left = Vertical(self._map, self._plot, id="sweep-left")
        right = Vertical(self._pages, self._words, id="sweep-right")
        return (self._plan, Vertical(left, right, id="sweep-body"))

    @override
    def on_resize(self, _event: events.Resize) -> None:
        self.set_class(self.size.width >= _WIDE, "-wide")
        self.set_class(self.size.width >= _WIDE and self.size.height >= _TALL, "-tall")
        super().on_resize(_event)

    # What is drawn

    @override
    def seen(self, live: Shown) -> tuple[object, ...]:
        room = (self._words.columns, self._plot.size)
        if room != self._room:  # the panes have their places only after the first picture
            self._room = room
        return (
            self._found, self._wish, self._sets, self._progress, self._fault, self._lost,
            self._room,
        )  # fmt: skip

    _room: tuple[object, ...] = ()

    @override
    def facts(self, live: Shown) -> str:
        if self._found is None:
            return ""
        figures, swept = self._found.weighed.figures, self._found.weighed.swept
        return f"{swept.takes} takes, {figures.turns} turns"

    @override
    def fill(self, live: Shown) -> None:
        weighed = self._found.weighed if self._found is not None else None
        self.set_class(weighed is None, "-empty")
        self._plan.show(
            plan_lines(self._wish, self._takes_words, self._progress, self.palette, self.size.width)
        )
        self._map.show(weighed)
        self._fill_words()

    def _fill_words(self, *, from_top: bool = False) -> None:
        self._pages.show(self._page)
        lines, begins = self._page_lines()
        self._words.say(lines, from_top=from_top)
        if begins:
            self._words.scroll_to(y=begins, animate=False, immediate=True, force=True)
        if self._found is not None:
            size = self._plot.size
            self._plot.say(
                plot_lines(
                    self._found.weighed, self._map.index, self.palette, size.width, size.height
                )
            )

    def _page_lines(self) -> tuple[list[Text], int]:
        palette, width, found = self.palette, self._words.columns, self._found
        if self._fault or found is None:
            nothing = _EMPTY if self._progress is None else _RUNNING
            return told_lines(self._fault or nothing, palette, width), 0
        weighed, at = found.weighed, self._map.index
        match PAGES[self._page]:
            case "why":
                keys = (self._studio.key_of("sweep.search"), self._studio.key_of("sweep.grid"))
                return why_lines(weighed, found.by_words, keys, palette, width), 0
            case "cell" if found.by_words is not None and self._eagerness is not None:
                return worded_cell_lines(found.by_words, self._eagerness, palette, width), 0
            case "cell":
                lost = self._lost[1] if self._lost is not None and self._lost[0] == at else None
                return cell_lines(weighed, at, lost, palette, width), 0
            case "front":
                plot = plot_lines(weighed, at, palette, width, _PLOT_IN_PAGE)
                cursor = (at, self._eagerness)
                table = front_lines(weighed, found.by_words, cursor, palette, width)
                return table if self.has_class("-tall") else [*plot, *table], 0
            case "listen":
                return doubt_lines(found, self._doubt, palette, width)

    # Moving

    def _show_page(self, name: Page) -> None:
        self._page = PAGES.index(name)
        self._fill_words(from_top=True)

    @on(SweepPages.Chosen)
    def _page_chosen(self, event: SweepPages.Chosen) -> None:
        self._page = event.page
        self._fill_words(from_top=True)

    @on(HeatMap.Moved)
    def _cell_moved(self) -> None:
        self._eagerness = None
        if PAGES[self._page] not in ("cell", "front"):
            self._page = PAGES.index("cell")
        self._look_up(self._map.index)
        self._fill_words(from_top=PAGES[self._page] == "cell")

    def action_page(self, pages: int) -> None:
        """Show another page of words."""
        self._page = (self._page + pages) % len(PAGES)
        if PAGES[self._page] == "cell":
            self._look_up(self._map.index)
        self._fill_words(from_top=True)

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor in the map."""
        self._map.move(rows, columns)

    def action_figure(self, steps: int) -> None:
        """Show another figure in the map."""
        self._map.step_metric(steps)

    def action_prefix(self, steps: int) -> None:
        """Show another prefix in the map."""
        self._map.step_prefix(steps)

    def action_front(self, steps: int) -> None:
        """Go along the front."""
        if self._found is None:
            self._say_nothing_tried()
            return
        weighed, by_words = self._found.weighed, self._found.by_words
        beaten = by_words.beaten if by_words is not None else frozenset[int]()
        front: list[tuple[int, int | None]] = [
            (each, None) for each in weighed.front if each not in beaten
        ]
        # Those by words stand below the front, whatever their delay.
        at = self._map.index
        front += [(at, each) for each in range(len(by_words.eagernesses) if by_words else 0)]
        if (at, self._eagerness) in front:
            place = min(max(front.index((at, self._eagerness)) + steps, 0), len(front) - 1)
        else:
            delays = weighed.figures.delay_p50_ms
            slower = [n for n, (each, _) in enumerate(front) if delays[each] > delays[at]]
            place = slower[0] if slower else len(front) - 1
        self._put(*front[place])

    def _put(self, at: int, eagerness: int | None) -> None:
        """Put the cursor on a setting of the grid, or on an eagerness beside the grid."""
        if eagerness is None:
            self._map.go(at)
            return
        self._eagerness = eagerness
        if PAGES[self._page] not in ("cell", "front"):
            self._page = PAGES.index("cell")
        self._fill_words(from_top=PAGES[self._page] == "cell")

    def action_best(self) -> None:
        """Go to the recommended setting."""
        if self._found is None:
            self._say_nothing_tried()
            return
        by_words = self._found.by_words
        best = by_words.best if by_words is not None else None
        self._put(self._found.weighed.chosen, best)

    def action_doubt(self, steps: int) -> None:
        """Go to another place that is worth a listen."""
        if self._found is None:
            self._say_nothing_tried()
            return
        doubts = self._found.doubts
        if doubts and PAGES[self._page] == "listen":
            self._doubt = (self._doubt + steps) % len(doubts)
        self._show_page("listen")

    def action_read(self, pages: int) -> None:
        """Scroll the words."""
        self._words.scroll_relative(y=pages * (self._words.size.height - 1), animate=False)

    @property
    @override
    def _is_doubting(self) -> bool:
        return PAGES[self._page] == "listen"

    @property
    @override
    def _index(self) -> int:
        return self._map.index
