"""The composer: any client event written by hand, with what fits, and what is odd about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.message import Message
from textual.widget import Widget
from textual.widgets import TextArea
from typing_extensions import override

from studio.protocol.dialect import Dialect
from studio.protocol.written import on_one_line
from studio.ui.actions import TYPED, action_named, first_key
from studio.ui.choice import Choice
from studio.ui.keeping import desk_of
from studio.ui.screens.overlays import Chooser
from studio.ui.screens.view import ViewScreen
from studio.ui.toasts import TOLD
from studio.ui.widgets.json_area import JsonArea

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from studio.protocol.completion import Suggestion
    from studio.protocol.lint import Finding
    from studio.ui.shown import Shown

KEPT_AS = "composer"
"""The name that what was sent is kept under."""

MOST_KEPT = 50

_PLACEHOLDER = "Write an event, or begin from one of these."


class Below(Widget):
    """A few lines below the text; nothing takes no room."""

    DEFAULT_CSS = "Below { height: auto; width: 1fr; padding: 0 1; display: none; }"

    def __init__(self, name: str) -> None:
        super().__init__(id=name, classes=TOLD)
        self.lines: tuple[Text, ...] = ()

    def say(self, lines: tuple[Text, ...]) -> None:
        """Show these."""
        self.lines = lines
        self.display = bool(lines)
        self.refresh(layout=True)

    @override
    def render(self) -> Text:
        return Text("\n").join(self.lines)


class ComposerScreen(ViewScreen):
    """A text, what fits at its cursor, and what is odd about it.

    The text stays when one leaves. An event that is odd is sent only when it is asked for twice.
    """

    scope: ClassVar[str] = "composer"
    title_words: ClassVar[str] = "compose"
    left_out: ClassVar[tuple[str, ...]] = TYPED
    AUTO_FOCUS: ClassVar[str | None] = "#composer"

    class SendAsked(Message):
        """The person wants this text sent as it is, valid or not."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._area = JsonArea("composer", _PLACEHOLDER)
        self._offers = Below("composer-offers")
        self._findings = Below("composer-findings")
        self._said = Below("composer-said")
        self._suggestions: tuple[Suggestion, ...] = ()
        self._chosen = 0
        self._found: tuple[Finding, ...] = ()
        self._warned_of = ""
        self._sent: list[str] | None = None
        self._at = -1
        self._draft = ""

    @override
    def body(self) -> Iterable[Widget]:
        return (self._area, self._offers, self._findings, self._said)

    @override
    def seen(self, live: Shown) -> tuple[object, ...]:
        return (live.dialect, live.is_connected, live.is_recording, live.state.connection)

    @override
    def facts(self, live: Shown) -> str:
        name = "GA" if live.dialect is Dialect.GA else "beta"
        if self._is_open:
            return f"{name} · to {live.state.connection.provider}"
        return f"{name} · not connected"

    @override
    def fill(self, live: Shown) -> None:
        self._look()

    @property
    def _is_open(self) -> bool:
        live = self._live
        return live is not None and live.is_connected and not live.is_recording

    @property
    def _dialect(self) -> Dialect:
        return self._live.dialect if self._live else Dialect.GA

    @property
    def text(self) -> str:
        """What is written."""
        return self._area.text

    def compose_again(self, text: str) -> None:
        """Begin with an event that was sent before."""
        self._area.load(text)

    # While one writes

    @on(TextArea.Changed)
    @on(TextArea.SelectionChanged)
    def _look(self) -> None:
        """Read the text anew, and say what fits and what is odd."""
        from studio.ui.present import composing

        text, written = self.text, self._area.reread()
        suggestions = composing.offers(text, written, self._dialect)
        if suggestions != self._suggestions:
            self._suggestions, self._chosen = suggestions, 0
        self._found = composing.findings(text, written, self._dialect)
        if text != self._warned_of:
            self._warned_of = ""
            self._said.say(())
        self._draw()

    def _draw(self) -> None:
        from studio.ui.present import composing
        from studio.ui.present.frame import color_of

        palette, width = self.palette, max(20, self.size.width - 2)
        written = self._area.written
        spans = [composing.span_of(each, written) for each in self._found]
        self._area.mark(
            [(span, color_of(each, palette)) for span, each in zip(spans, self._found, strict=True)]
        )
        numbered = [
            (self._area.line_number(span[0]), each)
            for span, each in zip(spans, self._found, strict=True)
        ]
        self._findings.say(composing.finding_lines(numbered, width, palette))
        offered = composing.offer_lines(self._suggestions, self._chosen, width, palette)
        about = composing.about(written, self._area.cursor, self._dialect, palette)
        self._offers.say(offered or about)

    def action_accept(self) -> None:
        """Write what is offered."""
        if self._suggestions:
            offered = self._suggestions[self._chosen]
            self._area.put(offered.insert, offered.span)

    def action_other(self) -> None:
        """Offer the next that fits."""
        if self._suggestions:
            self._chosen = (self._chosen + 1) % len(self._suggestions)
            self._draw()

    def action_tidy(self) -> None:
        """Indent the text anew."""
        from studio.ui.present.composing import indented

        try:
            value = json.loads(self.text)
        except (ValueError, RecursionError):
            self._say("Not JSON yet, so it cannot be indented.", self.palette.warning)
            return
        self._area.load(indented(value))

    def action_template(self) -> None:
        """Choose an event to begin from."""
        from studio.protocol.templates import templates

        offered = templates(self._dialect)
        choices = [Choice(str(at), each.name, each.help) for at, each in enumerate(offered)]

        def done(chosen: str | None) -> None:
            if chosen is not None:
                self._area.load(offered[int(chosen)].text)

        _ = self.app.push_screen(Chooser("Begin from", choices), done)

    # Sending

    def action_send(self) -> None:
        """Send it; where something is odd, the first time only says so."""
        text = self.text
        if not text.strip():
            return
        if not self._is_open:
            self._say(self._how_to_connect(), self.palette.warning)
            return
        worst = next((each for each in self._found if each.severity != "info"), None)
        if worst is not None and self._warned_of != text:
            self._warned_of = text
            key = first_key(action_named("composer.send"), self._keymap)
            words = f"This may be refused. {worst.words} {key} again sends it as it is."
            self._say(words, self.palette.warning)
            return
        self._warned_of = ""
        self._remember(text)
        self.post_message(self.SendAsked(on_one_line(text)))
        self._say("Sent. The inspector shows it, and what comes of it.", self.palette.good)

    def _how_to_connect(self) -> str:
        if self._live is not None and self._live.is_recording:
            return "This is a recording: go back to the live session to send. The text is kept."
        leave = first_key(action_named("composer.leave"), self._keymap)
        connect = first_key(action_named("session.connect"), self._keymap)
        return f"Nothing is connected: {leave}, then {connect} connects. The text is kept."

    def _say(self, words: str, color: str) -> None:
        self._said.say((Text(words, color),))

    # What was sent before

    @property
    def sent(self) -> list[str]:
        """What was sent, the newest first."""
        if self._sent is None:
            desk = desk_of(self.app)
            kept = desk.kept(KEPT_AS) if desk else None
            texts = kept if isinstance(kept, list) else []
            self._sent = [each for each in texts if isinstance(each, str)][:MOST_KEPT]
        return self._sent

    def _remember(self, text: str) -> None:
        self._sent = [text, *(each for each in self.sent if each != text)][:MOST_KEPT]
        self._at = -1
        desk = desk_of(self.app)
        if desk is not None:
            desk.keep(KEPT_AS, list(self._sent))

    def action_older(self, steps: int) -> None:
        """Go through what was sent; before the newest is what one was writing."""
        if self._at < 0:
            self._draft = self.text
        at = min(max(self._at + steps, -1), len(self.sent) - 1)
        if at != self._at:
            self._at = at
            self._area.load(self.sent[at] if at >= 0 else self._draft)
