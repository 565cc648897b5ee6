"""The lines of the detail pane: a payload's fields as a tree, its frame, or what changed in it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from rich.text import Text
from textual.message import Message
from typing_extensions import override

from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from typing import Any

    from textual import events

    from studio.protocol.lint import Finding
    from studio.session.envelope import Envelope
    from studio.ui.detail_view import Subject
    from studio.ui.present.changes import Change
    from studio.ui.present.picture import Picture
    from studio.ui.present.tree import Row, Tree

View = Literal["fields", "raw", "changes"]
VIEWS: tuple[View, ...] = ("fields", "raw", "changes")

_EMPTY = " The event at the inspector's cursor stands here."
_FAR = 1_000_000_000
_FEWEST_ROWS, _PICTURE_ROWS = 4, 16
"""Of a picture, which leaves half of the room to the fields."""
_MOST_CHANGES = 5_000
_MOST_COPIED = 1_000_000


class PayloadLines(Lines):
    """The lines of one view, and a cursor on them.

    Above the fields stands a drawing where the event has a sound or a picture.
    """

    BINDINGS = bindings_of("detail")

    class Moved(Message):
        """The cursor stands elsewhere, or another view is shown."""

    class PlayWanted(Message):
        """The person wants to hear this event's audio."""

        def __init__(self, envelope: Envelope) -> None:
            super().__init__()
            self.envelope = envelope

    class LeaveWanted(Message):
        """The person wants to go back to the list of events.

        Attributes:
            to: what to do there, an action of the list; empty for nothing.
        """

        def __init__(self, to: Literal["", "filter", "search"] = "") -> None:
            super().__init__()
            self.to = to

    def __init__(self) -> None:
        super().__init__(id="detail")
        self.subject: Subject | None = None
        self.view: View = "fields"
        self.findings: tuple[Finding, ...] = ()
        self.fields: Tree | None = None
        self.changes: tuple[Change, ...] | None = None
        self._payload: Any = None
        self._audio: bytes | None = None
        self._picture: Picture | None = None
        self._drawing: tuple[Text, ...] = ()
        self._drawn_for: object = None
        self._frame = ""
        self._raw: list[str] = []
        self._raw_width = 0
        self._cursor = 0

    # What is shown

    def show(self, subject: Subject | None) -> None:
        """Read an event; the view stays the one that was chosen."""
        self.subject = subject
        self._read(subject)
        self._cursor = self._first_line()
        self._relay()
        self.scroll_to(y=0, animate=False, immediate=True, force=True)

    def _read(self, subject: Subject | None) -> None:
        from studio.ui.present import payload as payloads

        self.fields, self.findings, self.changes = None, (), None
        self._audio = self._picture = None
        self._frame, self._raw, self._drawn_for = "", [], None
        self._payload = payload = payloads.payload_of(subject.envelope) if subject else None
        if subject is None:
            return
        self.findings = _findings(subject, payload)
        if not isinstance(payload, Mapping):
            return
        self.fields = _tree(subject, payload)
        place = payloads.audio_place(payload)
        if place is not None:
            self._audio = _audio(subject, payloads.value_at(payload, place))
        place = payloads.picture_place(payload)
        if place is not None:
            from studio.ui.present.picture import picture_of

            self._picture = picture_of(payloads.value_at(payload, place))

    @property
    def wire_type(self) -> str:
        """The event's type as it stands in the frame; empty where it has none."""
        named = self._payload.get("type") if isinstance(self._payload, Mapping) else None
        return named if isinstance(named, str) else ""

    def _cut(self) -> None:
        """Cut the frame into lines for the width there is."""
        from studio.ui.present.frame import copied, escaped, raw_lines

        if not self._frame and self.subject is not None:
            self._frame = escaped(self.subject.envelope.raw or copied(self._payload))
        self._raw_width = self.columns
        self._raw = raw_lines(self._frame, self.columns - 2)

    def look(self, view: View) -> None:
        """Show another view; the fields again where it is shown already."""
        self.view = "fields" if view == self.view else view
        if self.view == "changes" and self.changes is None and self.subject is not None:
            self.changes = self._compared(self.subject)
        self._cursor = self._first_line()
        self._relay()
        self.scroll_to(y=0, animate=False, immediate=True, force=True)

    def _compared(self, subject: Subject) -> tuple[Change, ...] | None:
        from studio.ui.present.changes import changes
        from studio.ui.present.payload import payload_of

        before = subject.previous()
        return None if before is None else changes(payload_of(before), self._payload)

    def _relay(self) -> None:
        self._draw()
        if self.view == "raw" or self.fields is None:
            self._cut()
        self.changed()
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """The frame is cut anew, the drawing made anew."""
        is_wider = self.columns != self._raw_width
        if self.subject is not None and (is_wider or self._picture is not None):
            self._relay()

    # Drawing

    def _draw(self) -> None:
        """The sound or picture above the fields, for the width there is."""
        tall = self.size.height if self._picture is not None else 0
        key = (id(self.subject), self.columns, tall, self.palette)
        if key == self._drawn_for or self.subject is None:
            return
        self._drawn_for = key
        width, palette = max(8, self.columns - 2), self.palette
        self._drawing = ()
        if self._audio:
            from studio.ui.present.sound_shape import shape_lines, sound_words

            audio_format = self.subject.audio_format
            words = Text(sound_words(self._audio, audio_format), palette.muted)
            drawn = shape_lines(self._audio, audio_format, width, palette)
            self._drawing = (
                *drawn,
                words.append("   ").append("space plays", palette.faint),
                Text(""),
            )
        elif self._picture is not None:
            from studio.ui.present.picture import can_draw
            from studio.ui.present.picture import drawn as picture_lines

            words = Text(self._picture.words, palette.muted)
            if not can_draw():
                words.append("   ").append("pip install pillow, and it is drawn", palette.faint)
            rows = min(max(self.size.height // 2, _FEWEST_ROWS), _PICTURE_ROWS)
            lines = picture_lines(self._picture, width, rows, palette.surface)
            self._drawing = (*lines, words, Text(""))

    def _first_line(self) -> int:
        self._draw()
        return len(self._drawing) if self._shows_tree else 0

    @property
    def _shows_tree(self) -> bool:
        return self.view == "fields" and self.fields is not None

    @override
    def line_count(self) -> int:
        if self.subject is None:
            return 1
        if self._shows_tree and self.fields is not None:
            return len(self._drawing) + len(self.fields.rows)
        if self.view == "changes":
            return max(1, min(len(self.changes or ()), _MOST_CHANGES))
        return len(self._raw)

    @override
    def line(self, index: int, width: int) -> Text:
        line = Text(" ", no_wrap=True, end="")
        line.append_text(self._line(index, width - 1))
        line.truncate(width, overflow="ellipsis")
        return line

    def _line(self, index: int, width: int) -> Text:
        from studio.ui.present.frame import change_line, tree_line

        palette, subject = self.palette, self.subject
        if subject is None:
            return Text(_EMPTY.strip(), palette.muted)
        row = self.row_at(index)
        if row is not None and self.fields is not None:
            found = self.findings_at(row)
            return tree_line(
                row, width, palette, is_open=self.fields.is_open(row),
                finding=found[0] if found else None,
                bytes_per_ms=subject.audio_format.bytes_per_ms,
            )  # fmt: skip
        if self._shows_tree:
            return self._drawing[index].copy()
        if self.view == "changes":
            if not self.changes:
                return Text(self._no_changes(), palette.muted)
            return change_line(self.changes[index], palette)
        return Text(self._raw[index], palette.foreground)

    def _no_changes(self) -> str:
        if self.changes is None:
            return "The first event of its type: there is none to compare it with."
        return "It says the same as the last event of its type."

    # The cursor

    @override
    def highlighted(self) -> int:
        return self._cursor if self.subject is not None and self.has_focus else -1

    def row_at(self, index: int) -> Row | None:
        """The row of the tree on a line; None on another line."""
        if not self._shows_tree or self.fields is None:
            return None
        at = index - len(self._drawing)
        return self.fields.rows[at] if 0 <= at < len(self.fields.rows) else None

    @property
    def selected(self) -> Row | None:
        """The row at the cursor."""
        return self.row_at(self._cursor)

    def findings_at(self, row: Row) -> tuple[Finding, ...]:
        """What is odd about a row, or about what it hides while it is closed."""
        here = [each for each in self.findings if (each.path or ("type",)) == row.path]
        if row.members and self.fields is not None and not self.fields.is_open(row):
            depth = len(row.path)
            here += [
                each for each in self.findings
                if len(each.path) > depth and each.path[:depth] == row.path
            ]  # fmt: skip
        elif row.members:
            here += [
                each for each in self.findings
                if each.fault == "missing field" and each.path[:-1] == row.path
            ]  # fmt: skip
        return tuple(here)

    def _go(self, line: int) -> None:
        self._cursor = min(max(line, 0), max(0, self.line_count() - 1))
        self.changed()
        self.show_line(self._cursor)
        self.post_message(self.Moved())

    def on_focus(self) -> None:
        """The cursor is seen."""
        self.refresh()

    def on_blur(self) -> None:
        """It is not."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Go there; a row that has members opens or closes."""
        line = event.y + self.scroll_offset.y
        if line < self.line_count():
            self._go(line)
            self.action_toggle_row()

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        self._go(self._cursor + lines)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self._go(self._cursor + pages * max(1, self.scrollable_content_region.height - 1))

    def action_end(self, direction: int) -> None:
        """Go to the first line or the last."""
        self._go(self._cursor + direction * _FAR)

    def action_finding(self) -> None:
        """Go round the fields that something is odd about."""
        if self.fields is None or not self.findings:
            return
        if not self._shows_tree:
            self.look("fields")
        lines = sorted(
            {
                self.fields.find(each.path[:-1] if each.fault == "missing field" else each.path)
                + len(self._drawing)
                for each in self.findings
            }
        )
        self._go(next((line for line in lines if line > self._cursor), lines[0]))

    # Folding

    def action_toggle_row(self) -> None:
        """Open or close what is at the cursor."""
        row = self.selected
        if row is not None and row.members and self.fields is not None:
            (self.fields.fold if self.fields.is_open(row) else self.fields.unfold)(row)
            self._refold(row)

    def action_unfold(self) -> None:
        """Open what is at the cursor; go in where it is open."""
        row = self.selected
        if row is None or self.fields is None or not row.members:
            return
        if self.fields.is_open(row):
            self._go(self._cursor + 1)
        else:
            self.fields.unfold(row)
            self._refold(row)

    def action_fold(self) -> None:
        """Close what is at the cursor; go out where it is closed."""
        row = self.selected
        if row is None or self.fields is None:
            return
        if self.fields.is_open(row):
            self.fields.fold(row)
            self._refold(row)
        elif row.depth:
            self._go(self.fields.find(row.path[:-1]) + len(self._drawing))

    def action_fold_all(self) -> None:
        """Leave the top level alone."""
        self._all(is_open=False)

    def action_unfold_all(self) -> None:
        """Open all."""
        self._all(is_open=True)

    def _all(self, *, is_open: bool) -> None:
        row = self.selected
        if self.fields is not None and self._shows_tree:
            (self.fields.unfold_all if is_open else self.fields.fold_all)()
            self._refold(row or self.fields.rows[0])

    def _refold(self, row: Row) -> None:
        """Lines came or went; the cursor stays on its row."""
        if self.fields is not None:
            self.changed()
            self._go(self.fields.find(row.path) + len(self._drawing))

    # What can be had of it

    def action_look(self, view: View) -> None:
        """Show another view, or the fields again."""
        self.look(view)

    def action_copy(self) -> None:
        """Copy the value at the cursor."""
        from studio.ui.present.frame import copied

        row = self.selected
        if row is not None:
            self._copy(copied(row.value), str(row.key))
        elif self.view == "changes" and self.changes:
            self._copy(copied(self.changes[self._cursor].after), "what it is now")
        else:
            self.action_copy_frame()

    def action_copy_frame(self) -> None:
        """Copy the frame."""
        from studio.ui.present.frame import copied

        if self.subject is not None:
            self._copy(self.subject.envelope.raw or copied(self._payload), "the frame")

    def _copy(self, text: str, what: str) -> None:
        if len(text) > _MOST_COPIED:
            self.notify(f"Too long for the clipboard: {len(text):,} characters.", markup=False)
            return
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {what}: {len(text):,} characters.", markup=False)

    def action_play(self) -> None:
        """Play the event's audio."""
        if self.subject is not None and self._audio:
            self.post_message(self.PlayWanted(self.subject.envelope))

    def action_leave(self) -> None:
        """Go back to the list of events."""
        self.post_message(self.LeaveWanted())

    def action_leave_to(self, to: Literal["filter", "search"]) -> None:
        """Go back to the list of events, and do something there."""
        self.post_message(self.LeaveWanted(to))


def _findings(subject: Subject, payload: object) -> tuple[Finding, ...]:
    from studio.protocol.lint import lint, lint_text

    envelope = subject.envelope
    order = (subject.order,) if subject.order else ()
    if envelope.origin == "local":
        return order
    side: Literal["client", "server"] = "client" if envelope.origin == "client" else "server"
    if isinstance(payload, str):
        return (*order, lint_text(payload))
    return (*order, *lint(payload, side, subject.dialect))


def _tree(subject: Subject, payload: Mapping[str, Any]) -> Tree:
    from studio.protocol.catalog import catalog
    from studio.session.local_fields import local_fields
    from studio.ui.present.tree import Tree

    envelope = subject.envelope
    wire_type = str(payload.get("type", ""))
    if envelope.origin == "local":
        return Tree(payload, local_fields(wire_type))
    side: Literal["client", "server"] = "client" if envelope.origin == "client" else "server"
    return Tree(payload, catalog().found(wire_type, side, subject.dialect), wire_type)


def _audio(subject: Subject, value: object) -> bytes | None:
    """The audio of an event: from its frame, or from where it is kept."""
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return None
    return subject.read_audio(subject.envelope)
