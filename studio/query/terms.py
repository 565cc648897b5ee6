"""The terms of the filter language with their own help; screen, completion and page read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from studio.query.expressions import Measure, Nature, Origin, Word
from studio.query.quantities import Kind

TermKind = Literal["text", "word", "measure", "choice", "path", "logic"]


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the language.

    Attributes:
        name: as it is written, without its colon.
        example: a whole filter that uses it.
        help: what it means, in a sentence.
        kind: what is written behind it.
    """

    name: str
    example: str
    help: str
    kind: TermKind


TERMS: tuple[Term, ...] = (
    Term(
        "text",
        'text:"good morning"',
        "The frame holds this text, in capitals or not; a bare word or quoted text means the same.",
        "text",
    ),
    Term(
        "/regex/",
        "/speech_(started|stopped)/i",
        "The frame matches a regular expression; i after it ignores capitals.",
        "text",
    ),
    Term(
        "type",
        "type:response.*",
        "The event's type: its first words, a glob (* and ?), or with = the whole of it.",
        "word",
    ),
    Term("from", "from:server", "Who said it: server, client or local (this machine).", "choice"),
    Term(
        "item",
        "item:item_A*",
        "The item that it speaks of: the start of its id, a glob, or with = the whole of it.",
        "word",
    ),
    Term(
        "response", "response:resp_1", "The response that it speaks of, written like item.", "word"
    ),
    Term("call", "call:call_x", "The function call that it speaks of, written like item.", "word"),
    Term(
        "event",
        "event:event_ask",
        "Its event_id, or that of the request which an error answers, written like item.",
        "word",
    ),
    Term("turn", "turn:3-5", "The number of its turn; 0 before the first.", "measure"),
    Term("at", "at > 1:30", "The time since the session began.", "measure"),
    Term("since", "since > 1.2s", "The time since its turn's anchor.", "measure"),
    Term(
        "gap",
        "gap > 500ms",
        "The time since the row above it in the list of all events; within a run, since the event "
        "before it there.",
        "measure",
    ),
    Term("size", "size > 10kB", "Bytes of the frame on the wire.", "measure"),
    Term(
        "is",
        "is:error",
        "Its nature: error, problem, audio, delta or malformed.",
        "choice",
    ),
    Term(
        ".path",
        ".response.usage.total_tokens > 100",
        "A value in the JSON: is there, compares by = != < <= > >=, or matches by ~; "
        "[0] and [*] go into arrays, .* into every key.",
        "path",
    ),
    Term(
        "not",
        "not type:*.delta",
        "Leaves out what follows; - or ! right before it does too.",
        "logic",
    ),
    Term("and", "is:audio and from:client", "Both; two terms side by side mean the same.", "logic"),
    Term("or", "is:error or is:problem", "Either; and binds closer than or.", "logic"),
    Term("( )", "-(is:delta or is:audio)", "Brackets hold terms together.", "logic"),
)

ORIGIN_HELP: dict[Origin, str] = {
    "server": "what the server sent",
    "client": "what we sent",
    "local": "what happened on this machine",
}
ORIGIN_ALIASES: dict[str, Origin] = {
    "server": "server",
    "s": "server",
    "in": "server",
    "client": "client",
    "c": "client",
    "out": "client",
    "local": "local",
    "l": "local",
    "here": "local",
}
NATURE_HELP: dict[Nature, str] = {
    "error": "an error, or the failure of something",
    "problem": "told of a problem that the studio shows",
    "audio": "carries audio",
    "delta": "a piece of something that comes in pieces",
    "malformed": "a frame that is no event",
}
MEASURES: dict[Measure, Kind] = {
    "size": "size",
    "gap": "time",
    "since": "time",
    "at": "time",
    "turn": "count",
}
WORDS: tuple[Word, ...] = get_args(Word)
FIELDS: tuple[str, ...] = tuple(
    term.name for term in TERMS if term.name.isalpha() and term.kind != "logic"
)
"""Terms that are followed by a colon or a comparison."""


def term_named(name: str) -> Term | None:
    """A term by its name."""
    return next((term for term in TERMS if term.name == name), None)
