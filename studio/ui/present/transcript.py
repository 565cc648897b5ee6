"""The transcript: a turn as lines of styled text.

What was heard is bright, what is still to be heard is dim, what never will be is struck out.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.text import Text

from studio.core.text import one_line, printable
from studio.core.units import clock
from studio.session.echo import is_likely_echo
from studio.session.hearing import heard_text
from studio.session.state import ToolCall
from studio.ui.present.blocks import WHO_CELLS, first_line, further_line, room_of
from studio.ui.present.voice import traceable, voice_lines
from studio.ui.present.words import WITHOUT_WORDS, span

if TYPE_CHECKING:
    from studio.audio.formats import AudioFormat
    from studio.session.state import Connection
    from studio.session.turns import Said, Turn
    from studio.ui.present.palette import Palette

_WRAPPER = Console(file=StringIO(), width=400, color_system=None, legacy_windows=False)
_LONGEST_CALL = 400
_CLOSED_AS_MEANT = 1000

_SELF = "self-interruption"
_SHOWN_TAGS = ("typed", "push-to-talk", "cancelled")
"""Tags that nothing else on a turn's lines says; that its voice was stopped its own line does."""

_CUT_WORDS = {
    "barge-in": "you spoke",
    "interrupt": "you interrupted",
    "talk-key": "you held the talk key",
    "closed": "the session closed",
}


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn and what the fold keeps elsewhere.

    Attributes:
        turn: the turn.
        output: the encoding of the assistant's voice.
        playing_item: the item that sounds now, empty for none.
        playing_ms: how far it has been heard.
        script: what the virtual microphone was given to say, empty where nothing was.
    """

    turn: Turn
    output: AudioFormat
    playing_item: str = ""
    playing_ms: float = 0.0
    script: str = ""


def turn_lines(view: TurnView, width: int, palette: Palette) -> list[Text]:
    """A turn, with an empty line after it."""
    turn = view.turn
    lines = _user_lines(view, width, palette)
    latency = turn.latency.total_ms
    parts: list[Said | ToolCall] = [*turn.said, *turn.calls]
    for part in sorted(parts, key=_began_at):
        if isinstance(part, ToolCall):
            lines += _call_lines(part, width, palette)
            continue
        lines += _said_lines(view, part, width, palette, latency)
        latency = None
    for response in turn.responses:
        if response.error or response.status in ("failed", "incomplete"):
            words = one_line(response.error or response.reason.replace("_", " "))
            lines.append(_note(f"{response.status}: {words}", width, palette.error))
    if not turn.said and not turn.calls and turn.responses and not turn.done:
        lines += _block("assistant", Text("…", palette.muted), width, palette.accent)
    return [*lines, Text("", end="")]


def _began_at(part: Said | ToolCall) -> float:
    return part.asked_at if isinstance(part, ToolCall) else part.item.added_at


def _said_lines(
    view: TurnView, said: Said, width: int, palette: Palette, latency_ms: float | None
) -> list[Text]:
    playing = view.playing_ms if said.item.id == view.playing_item else None
    pieces = heard_text(said.item, said.head, view.output, playing)
    aside = "" if latency_ms is None else _seconds(latency_ms)
    lines = voice_lines(pieces, said.item.id, aside, width, palette)
    if said.cut:
        lines.append(_note(_cut_words(said, view.turn), width, palette.warning))
    return lines


class Ending(NamedTuple):
    """How a session ended: in its own words, and the next step of what ended it."""

    connection: Connection
    hint: str = ""
    is_recorded: bool = False

    @property
    def is_in_good_order(self) -> bool:
        """Whether it was closed as sessions are, so that no problem is its cause."""
        known = self.connection
        return (
            known.phase == "closed"
            and not known.close_reason
            and known.close_code in (None, _CLOSED_AS_MEANT)
        )


def ending_lines(ending: Ending, width: int, palette: Palette) -> list[Text]:
    """What stands under the last turn of a session that is over, or that never began."""
    known, hint, is_recorded = ending
    if known.phase == "failed":
        who, color, again = "failed", palette.error, "c tries again"
    else:
        who, color, again = "ended", palette.muted, "c begins a new session"
    said = one_line(known.close_reason)
    if ending.is_in_good_order:
        said = "in good order"
    elif not said:
        said = f"the connection was lost (close code {known.close_code})"
    lines = _block(who, Text(said, palette.foreground), width, color)
    if hint:
        lines += _block("", Text(f"→ {one_line(hint)}", palette.muted), width, "")
    if not is_recorded:
        lines += _block("", Text(again, palette.faint), width, "")
    return lines


def _user_lines(view: TurnView, width: int, palette: Palette) -> list[Text]:
    turn = view.turn
    if turn.user_item_id is None and turn.server_span is None:
        return []
    if "timeout" in turn.tags:
        words = "nobody spoke, so the assistant asks"
        return _block("system", Text(words, palette.muted), width, palette.muted)
    aside = clock(turn.started_at)
    heard = traceable(_recognised(turn, palette), turn.user_item_id or "")
    for tag in _tags(turn):
        heard.append(f"  {tag}", palette.muted)
    lines = _block("you", heard, width, palette.user, aside, palette.faint)
    if is_likely_echo(turn.echo):
        lines.append(_note("◌ probably the assistant's own voice", width, palette.warning))
    if view.script and turn.transcription == "completed" and not _same(view.script, turn.user_text):
        lines += _block("", Text(f"script: {printable(view.script)}", palette.muted), width, "")
    return lines


def _tags(turn: Turn) -> list[str]:
    was_cut = any(said.cut for said in turn.said)
    return [tag for tag in _SHOWN_TAGS if tag in turn.tags and not (was_cut and tag == "cancelled")]


def _recognised(turn: Turn, palette: Palette) -> Text:
    """The user's words: slanted until the recogniser is sure."""
    words = printable(turn.user_text).strip()
    if turn.transcription == "failed":
        return Text(words or "not understood", palette.error)
    if turn.transcription in ("pending", "streaming") or "speaking" in turn.tags:
        return Text(f"{words} …".strip(), f"italic {palette.user}")
    if not words:
        return Text(WITHOUT_WORDS, palette.muted)
    return Text(words, palette.foreground)


def _cut_words(said: Said, turn: Turn) -> str:
    assert said.head is not None
    why = _CUT_WORDS.get(said.head.cut, said.head.cut)
    if _SELF in turn.tags and said.head.cut == "barge-in":
        why = f"{_SELF}, probably"
    return f"╳ stopped after {span(said.head.played_ms or 0.0)}: {why}"


def _call_lines(call: ToolCall, width: int, palette: Palette) -> list[Text]:
    asked = Text.assemble(
        (one_line(call.name), palette.foreground),
        (f" {one_line(call.arguments, _LONGEST_CALL)}", palette.muted),
    )
    aside = ""
    if call.answered_at is not None:
        aside = _seconds((call.answered_at - call.asked_at) * 1000)
    lines = _block("tool", asked, width, palette.muted, aside, palette.muted)
    if call.output is None:
        return [*lines, _note("→ waiting for its output: a answers", width, palette.warning)]
    answer = Text(f"→ {one_line(call.output, _LONGEST_CALL)}", palette.good)
    return lines + _block("", answer, width, "")


def _block(
    who: str,
    words: Text,
    width: int,
    who_color: str,
    aside: str = "",
    aside_color: str = "",
) -> list[Text]:
    """Who in the margin, the words wrapped, a figure at the right of the first line."""
    pieces = words.wrap(_WRAPPER, room_of(width)) or [Text("")]
    for piece in pieces:
        piece.rstrip()
    first = first_line(pieces[0], width, who, who_color, aside, aside_color)
    return [first, *map(further_line, pieces[1:])]


def _note(words: str, width: int, color: str) -> Text:
    line = Text(" " * WHO_CELLS, no_wrap=True, end="")
    line.append(words, color)
    line.truncate(width, overflow="ellipsis")
    return line


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.2f} s"


def _same(script: str, recognised: str) -> bool:
    def plain(words: str) -> str:
        return "".join(letter for letter in words.casefold() if letter.isalnum())

    return plain(script) == plain(recognised)
