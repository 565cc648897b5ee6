"""Rows of events drawn a page at a time, with a cursor that no change moves under the hand."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from typing_extensions import override

from studio.ui.keeping import desk_of
from studio.ui.widgets.lines import CURSOR, RELATED, Lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from textual import events
    from textual.geometry import Size
    from textual.strip import Strip

    from studio.session.envelope import Envelope
    from studio.ui.event_lines import EventLines
    from studio.ui.inspection import Inspection
    from studio.ui.present.columns import Chosen, Column
    from studio.ui.present.event_rows import Look
    from studio.ui.shown import Shown

_EMPTY = " Every event of the wire stands here, both ways, as it comes.  c connects."
_COLUMNS = "inspector.columns"


class EventsView(Lines):
    """What is listed and where the cursor is, `Inspection` holds; this draws it and moves in it.

    Attributes:
        held: the list; None before there is a session.
        following: whether the newest event is kept in sight.
        words: what is searched for, empty for nothing.
    """

    class Moved(Message):
        """The cursor stands on another event, or the view changed its ways."""

    class DetailWanted(Message):
        """The person wants to see the payload, or no more.

        Attributes:
            to_read: it is to be gone into where it is seen, not to be hidden.
        """

        def __init__(self, *, to_read: bool = False) -> None:
            super().__init__()
            self.to_read = to_read

    def __init__(self) -> None:
        super().__init__(id="inspector")
        self.held: Inspection | None = None
        self.following = True
        self.words = ""
        self._lines: EventLines | None = None
        self._chosen: Chosen | None = None
        self._hovered = 0
        self._is_painting = False

    # What is shown

    @property
    def paused(self) -> bool:
        """Whether the list is held still."""
        return self.held is not None and self.held.is_paused

    @property
    def waiting(self) -> int:
        """How many events came since the pause."""
        return self.held.waiting if self.held else 0

    @property
    def is_behind(self) -> bool:
        """Whether it wants to be shown again, also where nothing came."""
        return self.held is not None and self.held.is_behind

    def show(self, shown: Shown) -> None:
        """Draw the events of this session, with what came since the last call."""
        if self.held is None or self.held.store is not shown.store:
            from studio.ui.event_lines import EventLines
            from studio.ui.inspection import Inspection

            self.held, self._lines = Inspection(shown), EventLines()
            self.began(self.held)
        self.held.shown = shown
        with self._steady():
            self._take(self.held)

    def _take(self, held: Inspection) -> None:
        """Take in what came, and what columns for which there is room tell of it."""
        widths = self._widths(self.columns)
        held.take(needs_facts="turn" in widths or "anchor" in widths)

    def began(self, held: Inspection) -> None:
        """Another session is listed from now on."""

    def restart(self) -> None:
        """Another session begins: nothing is open, nothing is paused."""
        self.held, self.following = None, True

    @contextmanager
    def _steady(self) -> Iterator[None]:
        """What happens here moves no line under the eye; or the newest is followed."""
        held = self.held
        assert held is not None
        listing, top = held.listing, self.scroll_offset.y
        line = listing.cursor_line
        is_seen = top <= line < top + max(1, self.scrollable_content_region.height)
        anchor = None
        if not is_seen and top < len(listing):
            anchor, line = listing.position(listing.place(top)), top
        yield
        if self.following and not held.is_paused:
            listing.go(held.line_to_follow())
            self.changed()
            self.show_line(listing.cursor_line)
        else:
            self.changed()
            now = listing.cursor_line if anchor is None else listing.line_near(anchor)
            if now != line:
                self._scroll(top + now - line)
        self.post_message(self.Moved())

    def _scroll(self, y: int) -> None:
        self.scroll_to(y=max(0, y), animate=False, immediate=True, force=True)

    @override
    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        """More or fewer lines and columns fit: the cursor stays in sight.

        It does so in the paint that the layout ends with; a resize event comes after that.
        """
        is_news = super()._size_updated(size, virtual_size, container_size, layout)
        if is_news and self.held is not None:
            with self._steady():
                self._take(self.held)
            if self.highlighted() >= 0:
                self.show_line(self.highlighted())
        return is_news

    # Lines

    @override
    def line_count(self) -> int:
        return max(1, len(self.held.listing)) if self.held else 1

    @override
    def line(self, index: int, width: int) -> Text:
        held, lines = self.held, self._lines
        if held is None or lines is None or not len(held.listing):
            return self._nothing(held, width)
        if not self._is_painting:
            lines.begin(held, index, 1, self._look(width))
        return lines.line(held, index)

    def _nothing(self, held: Inspection | None, width: int) -> Text:
        words = _EMPTY
        if held is not None and held.wanted is not None and held.listing.rows.total:
            from studio.ui.present.inspector_head import none_passes

            words = none_passes(held, held.wanted)
        line = Text(words, self.palette.muted, end="", no_wrap=True)
        line.truncate(max(1, width), overflow="ellipsis")
        return line

    def _look(self, width: int) -> Look:
        from studio.ui.present.event_rows import Look

        pace = self.held.shown.input_bytes_per_ms if self.held else 1.0
        return Look(self._widths(width), self.palette, pace, self.words.casefold())

    def _widths(self, width: int) -> Mapping[Column, int]:
        return self.chosen.widths(width)

    @override
    def drawn_rows(self, rows: Sequence[int], width: int) -> list[Strip]:
        held, lines = self.held, self._lines
        if held is None or lines is None:
            return super().drawn_rows(rows, width)
        top = self.scroll_offset.y + rows[0]
        lines.begin(held, top, rows[-1] - rows[0] + 1, self._look(width))
        lines.followed = self._hovered or lines.strand(held, self.highlighted())
        self._is_painting = True
        try:
            return super().drawn_rows(rows, width)
        finally:
            self._is_painting = False

    @override
    def highlighted(self) -> int:
        held = self.held
        if held is None or not len(held.listing) or (self.following and not self.has_focus):
            return -1
        return held.listing.cursor_line

    @override
    def ground(self, index: int) -> str:
        if index == self.highlighted():
            return CURSOR
        held, lines = self.held, self._lines
        if held is None or lines is None or not lines.followed:
            return ""
        return RELATED if lines.strand(held, index) == lines.followed else ""

    @property
    def position(self) -> int | None:
        """Where the event at the cursor stands in the store; of a run that is closed, its first."""
        held = self.held
        if held is None or not len(held.listing):
            return None
        place = held.listing.cursor_place
        return None if place is None else held.listing.position(place)

    @property
    def selected(self) -> Envelope | None:
        """The event at the cursor; of a run that is closed, its first."""
        from studio.core.errors import StudioError

        position = self.position
        if self.held is None or position is None:
            return None
        try:
            return self.held.store.envelope(position)
        except StudioError:
            return None

    # Moving

    def _go(self, line: int) -> None:
        held = self.held
        if held is None:
            return
        held.listing.go(line)
        self.following = not held.is_paused and held.listing.cursor_line == held.line_to_follow()
        self._moved()

    def _moved(self) -> None:
        self.changed()
        if self.held is not None:
            self.show_line(self.held.listing.cursor_line)
        self.post_message(self.Moved())

    def show_event(self, seq: int) -> bool:
        """Put the cursor on the event of this number; whether there is one."""
        import numpy as np

        if self.held is None:
            return False
        places = np.flatnonzero(self.held.store.columns.seq == seq)
        return len(places) > 0 and self.reveal(int(places[0]))

    def reveal(self, position: int) -> bool:
        """Put the cursor on an event, opening its run where it is not the first of it.

        An event that came since the pause ends it. Whether the event is listed.
        """
        held = self.held
        if held is None or position >= len(held.store):
            return False
        if position >= held.listing.rows.total:
            held.hold(still=False)
            self.show(held.shown)
        if not held.listing.reveal(position):
            return False
        self.following = False
        self._moved()
        return True

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        if self.held is not None:
            self._go(self.held.listing.cursor_line + lines)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.action_move(pages * max(1, self.scrollable_content_region.height - 1))

    def action_first(self) -> None:
        """Go to the first event."""
        self._go(0)

    def action_follow(self) -> None:
        """Go to the newest event and stay with the newest, or with a recording that plays.

        In a recording that stands elsewhere it is a move like others: the recording stays there.
        """
        held = self.held
        self.following = held is None or held.shown.recording is None or held.is_played
        if held is None:
            return
        held.hold(still=False)
        self.show(held.shown)
        if not self.following:
            self._go(len(held.listing) - 1)

    def action_pause(self) -> None:
        """Hold the list still, or let it run."""
        if self.held is None:
            return
        self.held.hold(still=not self.held.is_paused)
        self.following = not self.held.is_paused
        self.show(self.held.shown)

    def action_open(self) -> None:
        """Open or close a run; show the payload of a single event, or go into it."""
        place = self.held.listing.cursor_place if self.held else None
        if self.held is None or place is None:
            return
        if self.held.listing.rows.counts[place.row] == 1 or place.member >= 0:
            self.post_message(self.DetailWanted(to_read=True))
        elif self.held.listing.is_open(place.row):
            self.action_fold()
        else:
            self.action_unfold()

    def action_unfold(self) -> None:
        """Open the run at the cursor."""
        place = self.held.listing.cursor_place if self.held else None
        if self.held is not None and place is not None:
            self.held.listing.unfold(place.row)
            self.following = False
            self.changed()
            self.post_message(self.Moved())

    def action_fold(self) -> None:
        """Close the run at the cursor."""
        place = self.held.listing.cursor_place if self.held else None
        if self.held is not None and place is not None and self.held.listing.is_open(place.row):
            self.held.listing.fold(place.row)
            self._moved()

    # The columns

    @property
    def chosen(self) -> Chosen:
        """What was chosen of the columns."""
        from studio.ui.present.columns import chosen_from

        if self._chosen is None:
            desk = desk_of(self.app)
            self._chosen = chosen_from(desk.kept(_COLUMNS) if desk else None)
        return self._chosen

    def action_columns(self) -> None:
        """Choose the columns and size them."""
        from studio.ui.screens.columns import ColumnsScreen

        def change(chosen: Chosen) -> None:
            self._chosen = chosen
            desk = desk_of(self.app)
            if desk is not None:
                shown, cells = chosen.kept()
                desk.keep(_COLUMNS, {"shown": dict(shown), "cells": dict(cells)})
            if self.held is not None:
                self.show(self.held.shown)

        _ = self.app.push_screen(ColumnsScreen(self.chosen, self.columns, change))

    # The pointer

    def on_click(self, event: events.Click) -> None:
        """A click goes to the line; a second one opens it."""
        line = event.y + self.scroll_offset.y
        if self.held is None or line >= len(self.held.listing):
            return
        if line == self.held.listing.cursor_line and not self.following:
            self.action_open()
        else:
            self._go(line)
            self.following = False

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The response under the pointer stands out."""
        if self.held is None or self._lines is None:
            return
        hovered = self._lines.strand(self.held, event.y + self.scroll_offset.y)
        if hovered != self._hovered:
            self._hovered = hovered
            self.refresh()

    def on_leave(self) -> None:
        """The response at the cursor stands out again."""
        if self._hovered:
            self._hovered = 0
            self.refresh()

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
            self.following = self.held is not None and self.held.is_at_its_end
        self.post_message(self.Moved())
