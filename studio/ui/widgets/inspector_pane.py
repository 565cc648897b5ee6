"""The inspector: every event both ways, drawn a page at a time however many there are."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from typing_extensions import override

from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual import events

    from studio.session.envelope import Envelope
    from studio.storage.store import EventStore
    from studio.ui.live import Live
    from studio.ui.runs import Run

_KEPT_LINES = 2_000
_EMPTY = " Every event of the wire stands here, both ways, as it comes.  c connects."


class InspectorPane(Lines):
    """Rows of events. It holds cursor, open runs, pause and the search words; events are the app's.

    A line is a row, or one event of an open run below its row. `_open` holds the rows that are
    open, in order, so a line is found by bisection.
    """

    BINDINGS = bindings_of("inspector")

    class Moved(Message):
        """The cursor stands on another event, or the view changed its ways."""

    class SearchWanted(Message):
        """The person wants to say what to look for."""

    class DetailWanted(Message):
        """The person wants to see the payload, or no more."""

    def __init__(self) -> None:
        super().__init__(id="inspector")
        self.following = True
        self.words = ""
        self.found: bool | None = None
        self._live: Live | None = None
        self._paused_at: tuple[int, int] | None = None
        self._held: dict[int, Run] = {}  # runs that grew since the pause, as they were then
        self._held_for: tuple[int, int] | None = None
        self._cursor = 0
        self._open: list[int] = []
        self._kept: dict[tuple[int, int, int, int, bool], Text] = {}
        self._kept_for: object = None

    @property
    def paused(self) -> bool:
        """Whether the list is held still."""
        return self._paused_at is not None

    @property
    def waiting(self) -> int:
        """How many events came since the pause."""
        return 0 if self._paused_at is None else self._here()[1] - self._paused_at[1]

    def show(self, live: Live) -> None:
        """Draw the rows of this session, with what came since the last call."""
        self._live = live
        self._draw()

    def restart(self) -> None:
        """Another session begins: nothing is open, nothing is paused."""
        self._open, self._cursor, self._paused_at, self.following = [], 0, None, True
        self._kept, self._held = {}, {}

    def _draw(self) -> None:
        if self._live is None:
            return
        if self.following and not self.paused:
            self._cursor = max(0, self.line_count() - 1)
        self.changed()
        if self.following and not self.paused:
            self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """More or fewer lines fit: the newest stays in sight."""
        self._draw()

    def _total(self) -> int:
        return len(self._live.runs) if self._live else 0

    def _rows(self) -> int:
        return self._total() if self._paused_at is None else self._paused_at[0]

    @override
    def line_count(self) -> int:
        rows = self._rows()
        if not rows:
            return 1
        return rows + sum(self._members(row) for row in self._open if row < rows)

    def _members(self, row: int) -> int:
        return len(self._run(row))

    def _run(self, number: int) -> Run:
        """A row, as it was when the list was held still."""
        assert self._live is not None
        run = self._live.runs[number]
        if self._paused_at is None:
            return run
        if self._held_for != self._paused_at:
            self._held, self._held_for = {}, self._paused_at
        if number in self._held:
            return self._held[number]
        then = run.until(self._paused_at[1], self._live.store)
        if then is not run:
            self._held[number] = then
        return then

    def _here(self) -> tuple[int, int]:
        """How many rows and events there are."""
        return self._total(), len(self._live.store) if self._live else 0

    def place(self, line: int) -> tuple[int, int]:
        """The row of a line, and which of the row's events it is; -1 for the row itself."""
        before = 0
        for row in self._open:
            top = row + before
            if line <= top:
                break
            members = self._members(row)
            if line <= top + members:
                return row, line - top - 1
            before += members
        return line - before, -1

    def line_of(self, row: int) -> int:
        """The line that a row stands on."""
        return row + sum(self._members(each) for each in self._open[: self._opened_before(row)])

    def _opened_before(self, row: int) -> int:
        return bisect_right(self._open, row - 1)

    @override
    def line(self, index: int, width: int) -> Text:
        live = self._live
        if live is None or not self._rows():
            return Text(_EMPTY, self.palette.muted, end="")
        number, member = self.place(index)
        run = self._run(number)
        key = (number, member, width, len(run), number in self._open)
        if self._kept_for != self.palette or len(self._kept) > _KEPT_LINES:
            self._kept, self._kept_for = {}, self.palette
        if key not in self._kept:
            self._kept[key] = self._made(number, member, width)
        return self._kept[key]

    def _made(self, number: int, member: int, width: int) -> Text:
        from studio.ui.present.event_rows import event_line, run_line

        live = self._live
        assert live is not None
        run, pace = self._run(number), live.input_bytes_per_ms
        if member >= 0:
            envelope = live.store.envelope(run.positions[member])
            return event_line(envelope, width, self.palette, bytes_per_ms=pace)
        return run_line(
            run,
            live.store.envelope(run.positions[0]),
            (live.store.envelope(position) for position in run.positions),
            width,
            self.palette,
            is_open=number in self._open,
            bytes_per_ms=pace,
        )

    @override
    def highlighted(self) -> int:
        return self._cursor if self._rows() and (self.has_focus or not self.following) else -1

    @property
    def selected(self) -> Envelope | None:
        """The event at the cursor; of a run that is closed, its first."""
        if self._live is None or not self._rows():
            return None
        number, member = self.place(min(self._cursor, self.line_count() - 1))
        return self._live.store.envelope(self._run(number).positions[max(member, 0)])

    def _row_at_cursor(self) -> tuple[int, Run] | None:
        if self._live is None or not self._rows():
            return None
        number, _ = self.place(self._cursor)
        return number, self._run(number)

    def _go(self, line: int) -> None:
        last = max(0, self.line_count() - 1)
        self._cursor = min(max(line, 0), last)
        self.following = self._cursor == last and not self.paused
        self.changed()
        self.show_line(self._cursor)
        self.post_message(self.Moved())

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        self._go(self._cursor + lines)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self._go(self._cursor + pages * max(1, self.scrollable_content_region.height - 1))

    def action_first(self) -> None:
        """Go to the first event."""
        self._go(0)

    def action_follow(self) -> None:
        """Go to the newest event and stay with the newest."""
        self._paused_at = None
        self.following = True
        self._draw()

    def action_pause(self) -> None:
        """Hold the list still, or let it run."""
        self._paused_at = self._here() if self._paused_at is None else None
        self.following = self._paused_at is None
        self._draw()

    def action_open(self) -> None:
        """Open or close a run; show the payload of a single event."""
        at = self._row_at_cursor()
        if at is None:
            return
        number, row = at
        if len(row) == 1 or self.place(self._cursor)[1] >= 0:
            self.post_message(self.DetailWanted())
        elif number in self._open:
            self.action_fold()
        else:
            self.action_unfold()

    def action_unfold(self) -> None:
        """Open the run at the cursor."""
        at = self._row_at_cursor()
        if at is None or len(at[1]) == 1 or at[0] in self._open:
            return
        self._open.insert(self._opened_before(at[0]), at[0])
        self.following = False
        self.changed()
        self.post_message(self.Moved())

    def action_fold(self) -> None:
        """Close the run at the cursor."""
        at = self._row_at_cursor()
        if at is None or at[0] not in self._open:
            return
        self._open.remove(at[0])
        self._go(self.line_of(at[0]))

    def action_detail(self) -> None:
        """Show or hide the payload."""
        self.post_message(self.DetailWanted())

    def action_search(self) -> None:
        """Ask what to look for."""
        self.post_message(self.SearchWanted())

    def search(self, words: str) -> None:
        """Look for words from the cursor on."""
        self.words, self.found = words, None
        if words:
            self._find(1, include_here=True)
        else:
            self.post_message(self.Moved())

    def action_find(self, direction: int) -> None:
        """Go to the next match, or to the one before."""
        if self.words:
            self._find(direction)
        else:
            self.action_search()

    def _find(self, direction: int, *, include_here: bool = False) -> None:
        """Go round once from the cursor; a match within a run opens it."""
        live = self._live
        if live is None or not self._rows():
            return
        number, member = self.place(self._cursor)
        start = self._run(number).positions[max(member, 0)]
        first = 0 if include_here else 1
        total = len(live.store)
        places = ((start + direction * offset) % total for offset in range(first, total + 1))
        wanted = self.words.casefold()
        position = next((each for each in places if _holds(live.store, each, wanted)), None)
        self.found = position is not None
        if position is None:
            self.post_message(self.Moved())
        else:
            self._reveal(position)

    def _reveal(self, position: int) -> None:
        """Put the cursor on an event, opening its run where it is not the first of it."""
        assert self._live is not None
        number, member = self._live.runs.place(position)
        if self._paused_at is not None and position >= self._paused_at[1]:
            self._paused_at = self._here()
        if member and number not in self._open:
            self._open.insert(self._opened_before(number), number)
        inside = number in self._open and len(self._run(number)) > 1
        self._go(self.line_of(number) + (member + 1 if inside else 0))
        self.following = False

    def on_click(self, event: events.Click) -> None:
        """A click goes to the line; a second one opens it."""
        line = event.y + self.scroll_offset.y
        if line >= self.line_count():
            return
        if line == self._cursor and not self.following:
            self.action_open()
        else:
            self._go(line)
            self.following = False

    @override
    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.following = False
        self.scroll_relative(y=-3, animate=False)
        self.post_message(self.Moved())

    @override
    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_relative(y=3, animate=False)
        if self.scroll_offset.y >= self.max_scroll_y:
            self.following = not self.paused
        self.post_message(self.Moved())


def _holds(store: EventStore, position: int, wanted: str) -> bool:
    """Whether an event's frame holds these words; its line is looked at first, which is cheap."""
    if wanted not in store.line(position).casefold():
        return False
    return wanted in store.raw(position).casefold()
