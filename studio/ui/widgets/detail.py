"""The event at the inspector's cursor, whole: a head, its lines, and the field at the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from studio.ui.present.palette import palette_from
from studio.ui.widgets.payload_lines import VIEWS, PayloadLines, View

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from studio.ui.detail_view import Subject
    from studio.ui.present.tree import Row


class DetailHead(Widget):
    """The views by name, and what is to be known of the whole frame."""

    DEFAULT_CSS = "DetailHead { height: 1; width: 1fr; }"

    class Chosen(Message):
        """A view's name was clicked."""

        def __init__(self, view: View) -> None:
            super().__init__()
            self.view = view

    def __init__(self) -> None:
        super().__init__()
        self._view: View = "fields"
        self._facts = Text("")

    def say(self, view: View, facts: Text) -> None:
        """Mark the view that is shown, with facts at the right."""
        self._view, self._facts = view, facts
        self.refresh()

    @override
    def render(self) -> Text:
        colors = palette_from(self.app.theme_variables)
        line = Text(" ", no_wrap=True)
        for view in VIEWS:
            start = len(line)
            line.append(view, f"bold {colors.accent}" if view == self._view else colors.muted)
            line.stylize(Style.from_meta({"view": view}), start)
            line.append("  ")
        facts = self._facts.copy()
        facts.truncate(max(0, self.size.width - line.cell_len - 1), overflow="ellipsis")
        line.append(" " * (self.size.width - line.cell_len - facts.cell_len - 1))
        return line.append_text(facts)

    def on_click(self, event: events.Click) -> None:
        """Show the view under the pointer."""
        if view := event.style.meta.get("view"):
            self.post_message(self.Chosen(view))


class DetailFoot(Widget):
    """The field at the cursor in words."""

    DEFAULT_CSS = "DetailFoot { height: auto; width: 1fr; max-height: 6; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Text, ...] = ()

    def say(self, lines: tuple[Text, ...]) -> None:
        """Show these lines; nothing takes no room."""
        self._lines = lines
        self.display = bool(lines)
        self.refresh(layout=True)

    @override
    def render(self) -> Text:
        return Text("\n").join(self._lines)


class Detail(Vertical):
    """An event whole: a head that counts what is odd, the lines, and the field at the cursor."""

    def __init__(self) -> None:
        super().__init__(id="detail-pane")
        self.lines = PayloadLines()
        self._head = DetailHead()
        self._foot = DetailFoot()
        self._shown: object = None

    @override
    def compose(self) -> ComposeResult:
        yield self._head
        yield self.lines
        yield self._foot

    def show(self, subject: Subject | None) -> None:
        """Draw this event; None for nothing."""
        key = (subject and subject.key, self.lines.palette)
        if key != self._shown:
            self._shown = key
            self.lines.show(subject)

    @on(DetailHead.Chosen)
    def _choose(self, event: DetailHead.Chosen) -> None:
        if event.view != self.lines.view:
            self.lines.look(event.view)

    @on(PayloadLines.Moved)
    def _tell(self) -> None:
        from studio.ui.present.frame import foot_lines

        lines, palette = self.lines, self.lines.palette
        self._head.say(lines.view, self._facts())
        row = lines.selected
        if lines.subject is None:
            self._foot.say(())
        elif row is None:
            self._foot.say(foot_lines(None, "", lines.findings[:3], palette))
        else:
            doc = _doc(lines.wire_type, row) if row.kind is not None else ""
            self._foot.say(foot_lines(row, doc, lines.findings_at(row)[:3], palette))

    def _facts(self) -> Text:
        from studio.ui.present.frame import color_of, found_words
        from studio.ui.present.words import size

        lines, palette = self.lines, self.lines.palette
        facts = Text("", palette.muted, no_wrap=True)
        if lines.subject is None:
            return facts
        ranks = {"error": 0, "warning": 1, "info": 2}
        if lines.findings:
            worst = min(lines.findings, key=lambda each: ranks[each.severity])
            facts.append(found_words(lines.findings), color_of(worst, palette))
            facts.append("   ")
        if lines.view == "changes" and lines.changes:
            facts.append(f"{len(lines.changes):,} differ   ")
        if lines.subject.size_bytes:
            facts.append(size(lines.subject.size_bytes))
        return facts


def _doc(wire_type: str, row: Row) -> str:
    from studio.protocol.catalog import catalog, event_doc
    from studio.session.local_fields import local_doc

    if row.path == ("type",):
        return event_doc(wire_type) or local_doc(wire_type)
    return catalog().doc(wire_type, row.path)
