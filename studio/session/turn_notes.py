"""What a turn is, in a sentence for each of its tags: when it was so, and which events say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from studio.core.text import one_line
from studio.session.state import Interruption
from studio.session.turns import Turn

Note = tuple[str, float, Sequence[int]]
"""A sentence, session seconds, and the numbers of events."""


def _plain(words: str) -> Callable[[Turn, str], Note]:
    def note(turn: Turn, _name: str) -> Note:
        return words, turn.started_at, _first_seqs(turn)

    return note


def _cut_note(turn: Turn, name: str) -> Note:
    cut = next((each for each in turn.interruptions if each.reason == name), None)
    if cut is None:
        return _CUTS[name].format(""), turn.started_at, _first_seqs(turn)
    words = _CUTS[name].format(
        f" at {cut.played_ms / 1000:.2f} s of {cut.generated_ms / 1000:.2f} s{_applied(cut)}"
    )
    return words, cut.flushed_at, (cut.flushed_seq, cut.requested_seq, cut.applied_seq)


def _applied(cut: Interruption) -> str:
    if cut.applied_ms is None:
        return ""
    return f"; the server keeps {cut.applied_ms / 1000:.2f} s of it"


_CUTS: Mapping[str, str] = {
    "barge-in": "The user spoke and cut the voice off{}.",
    "interrupt": "A key cut the voice off{}.",
    "talk-key": "The talk key went down and cut the voice off{}.",
    "closed": "The session ended while the voice spoke{}.",
}


def _tool_note(turn: Turn, _name: str) -> Note:
    told = []
    for call in turn.calls:
        name = one_line(call.name, 40)
        if call.answered_at is None:
            told.append(f"{name} was called and waits for its answer")
        else:
            took_ms = (call.answered_at - call.asked_at) * 1000
            told.append(f"{name} was called and answered after {took_ms:,.0f} ms")
    return (
        "; ".join(told) + ".",
        turn.calls[0].asked_at,
        [response.done_seq for response in turn.responses],
    )


def _status_note(turn: Turn, name: str) -> Note:
    response = next(each for each in turn.responses if each.status == name)
    why = one_line(response.error or response.reason, 300)
    words = f"The response ended as {name}" + (f": {why}" if why else ".")
    at = response.done_at if response.done_at is not None else response.created_at
    return words, at, (response.done_seq, response.created_seq)


def _untranscribed(turn: Turn, _name: str) -> Note:
    return (
        "The user's words could not be transcribed; the model has heard them all the same.",
        turn.started_at,
        (turn.transcription_seq, *_first_seqs(turn)),
    )


NOTES: Mapping[str, Callable[[Turn, str], Note]] = {
    "greeting": _plain("The assistant began; nobody had spoken."),
    "typed": _plain("The user typed it."),
    "push-to-talk": _plain("The talk key ended the turn, not the server's turn detection."),
    "timeout": _plain("Nobody spoke for the idle timeout, and the server took the turn."),
    "tool": _tool_note,
    "barge-in": _cut_note,
    "interrupt": _cut_note,
    "talk-key": _cut_note,
    "closed": _cut_note,
    "cancelled": _status_note,
    "failed": _status_note,
    "incomplete": _status_note,
    "not transcribed": _untranscribed,
}
"""What tells of a turn, by the word of `Turn.tags`."""


def _first_seqs(turn: Turn) -> tuple[int, ...]:
    span = turn.server_span
    responses = (response.created_seq for response in turn.responses)
    return (span.started_seq if span is not None else turn.added_seq, *responses)
