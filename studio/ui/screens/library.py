"""The library: every stored session in a table, what it was about beside it, and what can be done.

The screen reads no file: `ui.desk` names a shelf that does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Container, Vertical
from textual.widgets import Input
from typing_extensions import override

from studio.ui.present.shelf import preview_lines
from studio.ui.screens.library_deeds import LibraryDeeds
from studio.ui.shelf import COLUMNS, FIELDS, Column, Wanted, arranged
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.shelf_table import ShelfHead, ShelfTable
from studio.ui.widgets.waterfall import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from textual import events
    from textual.binding import BindingType
    from textual.widget import Widget

    from studio.ui.shelf import Entry, Shelf
    from studio.ui.shown import Shown

_FAR = 1_000_000
_WIDE = 150
"""Cells from which on the preview stands beside the table."""
_LOOK_AGAIN_S = 5.0
_FALLING: frozenset[Column] = frozenset({"date", "turns", "length", "cost", "problems"})
"""Columns that are sorted with the most first."""

_NO_SHELF = ("There are no stored sessions here.",)
_LOOKING = ("Looking …",)
_EMPTY = (
    "No session has been kept yet.",
    "",
    "Every conversation is kept from its first event on: its log, its sound, and what you note.",
    "Go back and connect; it stands here at once.",
)


class FilterLine(Input):
    """What the sessions are filtered by."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "screen.filtered('')", "Clear"),
        ("enter", "screen.filtered", "Done"),
    ]


class LibraryScreen(LibraryDeeds):
    """Stored sessions: filtered as one types, sorted by a column, previewed, noted, deleted."""

    scope: ClassVar[str] = "library"
    title_words: ClassVar[str] = "library"
    plays: ClassVar[bool] = False
    left_out: ClassVar[tuple[str, ...]] = (
        "view.library", "view.turns", "view.zoom", "session.mute", "session.talk", "session.text",
        "session.speak", "session.connect", "view.latency",
    )  # fmt: skip
    AUTO_FOCUS: ClassVar[str | None] = "#library"
    BINDINGS = bindings_of("library")

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._reading = False
        self._column: Column = "date"
        self._descending = True
        self._archived = False
        self._looked = False
        self._listed: Sequence[Entry] = ()
        self._told: str | None = None
        self._preview = Words("library-preview", can_focus=True)
        self._filter = FilterLine(
            id="library-filter",
            compact=True,
            placeholder=f"/ to filter: words, {', '.join(f'{field}:' for field in FIELDS)}",
        )

    @override
    def body(self) -> Iterable[Widget]:
        table = Vertical(self._table.head, self._table, id="library-list")
        return (self._filter, Container(table, self._preview, id="library-body"))

    @override
    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(_LOOK_AGAIN_S, self._look_again)

    @override
    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._look_again()

    @override
    def on_resize(self, _event: events.Resize) -> None:
        self.set_class(self.size.width >= _WIDE, "-wide")
        super().on_resize(_event)

    @override
    def _look_again(self) -> None:
        if self.is_current and self._shelf is not None:
            self.run_worker(self._read(self._shelf), group="shelf", exclusive=False)

    async def _read(self, shelf: Shelf) -> None:
        if self._reading:
            return
        self._reading = True
        try:
            await shelf.look()
            self._looked = True
            while self.is_current and await shelf.read_next():
                pass
        finally:
            self._reading = False
            self.again()

    # What is drawn

    @override
    def seen(self, live: Shown) -> tuple[object, ...]:
        shelf = self._shelf
        return (shelf.entries if shelf is not None else None, self._looked)

    @override
    def facts(self, live: Shown) -> str:
        shelf = self._shelf
        if shelf is None or not self._looked:
            return ""
        all_of_them, listed = shelf.entries, len(self._listed)
        of = f" of {len(all_of_them):,}" if listed != len(all_of_them) else ""
        waiting = sum(entry.digest is None and not entry.fault for entry in all_of_them)
        marked = len(self._table.marked)
        told = [f"{listed:,}{of} session{'' if listed == 1 and not of else 's'}"]
        told += [f"{marked} selected"] * bool(marked) + [f"{waiting:,} unread"] * bool(waiting)
        return ", ".join(told)

    @override
    def fill(self, live: Shown) -> None:
        shelf = self._shelf
        entries = shelf.entries if shelf is not None else ()
        self._listed = arranged(
            entries,
            self._wanted,
            self._column,
            descending=self._descending,
            archived=self._archived,
        )
        self._table.marked &= {entry.path for entry in entries}
        self._table.show(self._listed, self._why_nothing(shelf))
        self._table.head.sort(self._column, descending=self._descending)
        self._fill_preview()

    def _why_nothing(self, shelf: Shelf | None) -> Sequence[str]:
        if shelf is None:
            return _NO_SHELF
        if not self._looked:
            return _LOOKING
        if not shelf.entries:
            return _EMPTY
        hidden = sum(entry.notes.archived for entry in shelf.entries)
        words = ["Nothing fits the filter; esc clears it." if self._filter.value else "Nothing."]
        if hidden and not self._archived:
            key = self._studio.key_of("library.archived")
            words.append(f"{hidden:,} archived: {key} shows them.")
        return words

    @on(ShelfTable.Moved)
    def _fill_preview(self) -> None:
        entry, width = self._table.entry, self._preview.columns
        if entry is None:
            self._preview.say([])
            return
        lines = preview_lines(entry, self._wanted.words, self.palette, width)
        self._preview.say(lines, from_top=entry.path != self._told)
        self._told = entry.path

    @property
    def _wanted(self) -> Wanted:
        return Wanted.parse(self._filter.value)

    # Moving, filtering, sorting

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._table.move(rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by a page."""
        self._table.page(pages)

    def action_end(self, way: int) -> None:
        """Go to the first session or to the last."""
        self._table.move(way * _FAR)

    def action_read(self, pages: int) -> None:
        """Scroll what is said about the session at the cursor."""
        self._preview.scroll_relative(y=pages * (self._preview.size.height - 1), animate=False)

    def action_filter(self) -> None:
        """Type what to filter by."""
        self._filter.focus()

    def action_filtered(self, text: str | None = None) -> None:
        """Go back to the table, with another filter where one is given."""
        if text is not None:
            self._filter.value = text
        self._table.focus()

    @on(Input.Changed)
    def _filter_changed(self) -> None:
        self.again()

    def action_sort(self, columns: int) -> None:
        """Sort by another column, or the other way round."""
        if columns:
            at = (COLUMNS.index(self._column) + columns) % len(COLUMNS)
            self._sort_by(COLUMNS[at])
        else:
            self._descending = not self._descending
            self.again()

    @on(ShelfHead.Clicked)
    def _sort_clicked(self, event: ShelfHead.Clicked) -> None:
        if event.column == self._column:
            self.action_sort(0)
        else:
            self._sort_by(event.column)

    def _sort_by(self, column: Column) -> None:
        self._column, self._descending = column, column in _FALLING
        self.again()

    def action_archived(self) -> None:
        """Show archived sessions, too, or hide them again."""
        self._archived = not self._archived
        self.again()

    def action_select(self) -> None:
        """Select the session at the cursor for comparing, exporting, tagging or deleting."""
        self._table.mark()
        self.again()

    @override
    def action_leave(self) -> None:
        """Take the filter off, then the selection, then go back to the panes."""
        if self._filter.value:
            self._filter.value = ""
        elif self._table.marked:
            self._table.marked.clear()
            self.again()
        else:
            super().action_leave()
