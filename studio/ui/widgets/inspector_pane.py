"""The inspector: the list of events with its filter, search, marks and jumps."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.message import Message
from typing_extensions import override

from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.events_view import EventsView
from studio.ui.widgets.filter_bar import FilterBar

if TYPE_CHECKING:
    from studio.query.filter import Filter
    from studio.query.table import Table
    from studio.ui.inspection import Inspection
    from studio.ui.shown import Shown

_GLANCE_S = 0.05


class InspectorPane(EventsView):
    """The keys of the inspector and what they do to its list."""

    BINDINGS = bindings_of("inspector")

    class TurnWanted(Message):
        """The person wants to see a turn of the conversation."""

        def __init__(self, turn: int) -> None:
            super().__init__()
            self.turn = turn

    def __init__(self) -> None:
        super().__init__()
        self.filter_bar = FilterBar(self._filter, self._leave_filter, lambda: self._store)
        self._is_missed = False
        self._is_working = False

    @property
    def _store(self) -> Table | None:
        return self.held.store if self.held else None

    @override
    def show(self, shown: Shown) -> None:
        super().show(shown)
        self._work()

    @override
    def began(self, held: Inspection) -> None:
        if self.filter_bar.wanted is not None:
            held.take(needs_facts=False)
            held.select(self.filter_bar.wanted)

    @override
    def restart(self) -> None:
        super().restart()
        self.words, self._is_missed = "", False

    @override
    def reveal(self, position: int) -> bool:
        """Put the cursor on an event; a filter that leaves it out ends."""
        if super().reveal(position):
            return True
        if self.held is None or position >= len(self.held.store):
            return False
        self.filter_bar.clear()
        self.notify("The filter left this event out; u brings it back.", markup=False)
        return super().reveal(position)

    @property
    def told(self) -> tuple[str, bool]:
        """What the title line says of the list, and whether it is urgent."""
        if self.held is None:
            return "", False
        from studio.ui.present.inspector_head import told

        return told(self.held, self.words, is_missed=self._is_missed, follows=self.following)

    def show_words(self, item_id: str, character: int) -> None:
        """Put the cursor on the event that brought a character of an item's words."""
        from studio.ui.links import said_at

        position = said_at(self.held.store, item_id, character) if self.held else None
        if position is None:
            self.notify("No event is known that brought these words.", markup=False)
        else:
            self.reveal(position)

    def action_detail(self) -> None:
        """Show or hide the payload."""
        self.post_message(self.DetailWanted())

    def action_same(self, direction: int) -> None:
        """Go to the next row of the same response or item, or to the one before."""
        held = self.held
        place = held.listing.cursor_place if held else None
        if held is None or place is None:
            return
        strand = held.strands.of_one(held.listing.columns, held.listing.position(place))
        row = held.listing.next_of(strand, place.row, direction, held.strands) if strand else None
        if row is None:
            which = "next" if direction > 0 else "one before"
            self.notify(f"No {which} of the same response or item is listed.", markup=False)
        else:
            held.listing.go_to_row(row)
            self.following = False
            self._moved()

    # Search, marks and what belongs together

    def action_search(self) -> None:
        """Ask what to look for."""
        from studio.ui.screens.overlays import Prompt

        def done(words: str | None) -> None:
            if words is not None:
                self.search(words.strip())

        prompt = Prompt("find", "A type, or words in a payload. An empty line ends it.", self.words)
        _ = self.app.push_screen(prompt, done)

    def search(self, words: str) -> None:
        """Look for words from the cursor on; none ends the search."""
        self.words, self._is_missed = words, False
        if self.held is not None:
            self.held.find(words)
            if words:
                self._find(1, include_here=True)
        self.changed()
        self.post_message(self.Moved())

    def action_find(self, direction: int) -> None:
        """Go to the next match, or to the one before."""
        if self.words:
            self._find(direction)
        else:
            self.action_search()

    def _find(self, direction: int, *, include_here: bool = False) -> None:
        held = self.held
        if held is None:
            return
        if held.finding is None:
            held.find(self.words)
        position = held.found(direction, include_here=include_here)
        self._is_missed = position is None
        if position is not None:
            self.reveal(position)
        self.post_message(self.Moved())

    def action_mark(self) -> None:
        """Mark the event at the cursor, or take its mark away."""
        if self.held is not None and len(self.held.listing):
            self.held.mark()
            self.changed()
            self.post_message(self.Moved())

    def action_next_mark(self) -> None:
        """Go to the next mark."""
        position = self.held.next_mark() if self.held else None
        if position is None:
            self.notify("No event that is listed is marked.", markup=False)
        else:
            self.reveal(position)

    def action_jump(self) -> None:
        """Go to what belongs to the event: its answer, its request, its call, its output."""
        from studio.ui.choice import Choice
        from studio.ui.links import links
        from studio.ui.screens.overlays import Chooser

        if self.held is None or self.position is None:
            return
        found = links(self.held.store, self.position)
        if not found:
            self.notify(
                "No request, answer, call or output of this event is in the list.", markup=False
            )
        elif len(found) == 1:
            self.reveal(found[0].position)
        else:
            choices = [Choice(str(each.position), each.what) for each in found]

            def done(chosen: str | None) -> None:
                if chosen is not None:
                    self.reveal(int(chosen))

            _ = self.app.push_screen(Chooser("Go to", choices), done)

    def action_turn(self) -> None:
        """Show the event's turn in the conversation."""
        if self.held is None or self.position is None:
            return
        turn = self.held.turn_of(self.position)
        if turn:
            self.post_message(self.TurnWanted(turn))
        else:
            self.notify("This event comes before the first turn.", markup=False)

    # The filter

    def action_filter(self) -> None:
        """Write which events to list."""
        self.filter_bar.open()

    def action_filter_value(self) -> None:
        """Choose a value of the event at the cursor to filter by."""
        from studio.ui.filter_values import values_of
        from studio.ui.screens.overlays import Chooser

        if self.held is None or self.position is None:
            return
        choices = values_of(self.held, self.position)

        def done(chosen: str | None) -> None:
            if chosen is not None:
                self.filter_bar.add(chosen)

        _ = self.app.push_screen(Chooser("List only", choices), done)

    def action_clear(self) -> None:
        """List everything again, and look for nothing."""
        self.filter_bar.clear()
        if self.words:
            self.search("")

    def action_undo_filter(self) -> None:
        """The filter before this one."""
        self.filter_bar.undo()

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What there is nothing to do for leaves its key to others."""
        if action == "clear":
            return bool(self.filter_bar.text or self.words)
        if action == "pause":
            return self.held is None or not self.held.shown.is_recording
        return super().check_action(action, parameters)

    def _leave_filter(self) -> None:
        self.focus()

    def _filter(self, wanted: Filter | None) -> None:
        """List what a filter means; None lists everything."""
        if self.held is not None:
            with self._steady():
                self.held.select(wanted)
            self._work()

    def _work(self) -> None:
        if self.held is not None and self.held.share is not None and not self._is_working:
            self._is_working = True
            self.run_worker(self._ask_on(), name="filter", exit_on_error=True)

    async def _ask_on(self) -> None:
        """Ask the filter stretch after stretch, with a turn for the keys between."""
        try:
            while self.held is not None and self.held.share is not None:
                if self.held.step():
                    self.post_message(self.Moved())
                elif self.held.finds_nothing and self.filter_bar.is_being_written:
                    await asyncio.sleep(_GLANCE_S)  # half a word empties no list
                else:
                    self._list_anew()
                await asyncio.sleep(0)
        finally:
            self._is_working = False

    def _list_anew(self) -> None:
        assert self.held is not None
        with self._steady():
            self.held.finish()
