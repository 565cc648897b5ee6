"""Random filters and random events that have enough in common to meet."""

from __future__ import annotations

import json
import string
from typing import Any

import numpy as np
from hypothesis import strategies as st

from studio.query.expressions import (
    And,
    Between,
    Compared,
    Expression,
    From,
    Is,
    Matching,
    Measured,
    Named,
    Not,
    Or,
    PathMatching,
    Text,
    There,
)
from studio.query.json_paths import Path
from studio.query.patterns import Exact, Glob, Regex
from studio.query.quantities import Quantity
from studio.query.terms import NATURE_HELP, ORIGIN_HELP
from tests.fakes.table import Entry, ListFacts

TYPES = (
    "error",
    "session.updated",
    "response.created",
    "response.done",
    "response.output_audio.delta",
    "response.output_text.delta",
    "input_audio_buffer.append",
    "conversation.item.input_audio_transcription.failed",
    "local.problem",
)
IDS = ("item_1", "item_10", "resp_1", "resp_2", "call_1", "event_1", 'odd "id"', "é")
KEYS = ("delta", "event_id", "error", "session", "voice", "n", "odd key", "ü")
WORDS = ("alloy", "marin", "Guten Tag", "a\\b", 'say "hi"', "tab\there", "ÜBER", "1e3", "true", "")
NUMBERS = (0, 1, 5, 100, 1_000, 2.5, -3, 1e3)
REGEXES = ("alloy|marin", "^a", r"\d{2,}", r"resp_\d", "delta", r"\"hi\"", r"a\/b", "[Ü-é]", ".")

scalars = st.sampled_from(WORDS) | st.sampled_from(NUMBERS) | st.booleans() | st.none()
texts = st.sampled_from([word for word in WORDS if word]) | st.text(min_size=1, max_size=6)
regexes = st.builds(Regex, st.sampled_from(REGEXES), st.booleans())
globs = st.builds(
    Glob,
    st.sampled_from((*TYPES, *IDS, "response", "*.delta", "re*", "*o*", "item_?", "*", "**a*?"))
    | st.text("*?._abc ", min_size=1, max_size=5),
)
exacts = st.builds(Exact, st.sampled_from((*TYPES, *IDS, "")))
steps = st.sampled_from(KEYS) | st.integers(-2, 2) | st.none()
paths = st.builds(
    lambda first, rest: Path((first, *rest)),
    st.sampled_from((*KEYS, None)),
    st.lists(steps, max_size=2),
)
seconds = st.builds(
    Quantity, st.sampled_from([0.0, 1.0, 2.5, 100.0, 500.0]), st.sampled_from(["ms", "s", "min"])
)
sizes = st.builds(
    Quantity, st.sampled_from([0.0, 1.0, 40.0, 80.0, 0.1]), st.sampled_from(["B", "kB", "KiB"])
)
counts = st.builds(Quantity, st.integers(0, 4).map(float))
orders = st.sampled_from(["<", "<=", ">", ">="])
comparisons = orders | st.sampled_from(["=", "!="])
times = st.sampled_from(["gap", "since", "at"])
numbers = st.sampled_from(NUMBERS) | st.floats(allow_nan=False, allow_infinity=False)
leaves: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Text, texts),
    st.builds(Matching, regexes),
    st.builds(
        Named,
        st.sampled_from(["type", "item", "response", "call", "event"]),
        globs | exacts | regexes,
    ),
    st.builds(From, st.sampled_from(list(ORIGIN_HELP))),
    st.builds(Is, st.sampled_from(list(NATURE_HELP))),
    st.builds(Measured, times, orders, seconds),
    st.builds(Measured, st.just("size"), comparisons, sizes),
    st.builds(Measured, st.just("turn"), comparisons, counts),
    st.builds(lambda low, more: Between("turn", *_in_order(low, more)), counts, counts),
    st.builds(lambda low, more: Between("at", *_in_order(low, more)), seconds, seconds),
    st.builds(There, paths),
    st.builds(Compared, paths, st.sampled_from(["=", "!="]), scalars),
    st.builds(Compared, paths, orders, numbers),
    st.builds(PathMatching, paths, regexes),
)


def _in_order(first: Quantity, second: Quantity) -> tuple[Quantity, Quantity]:
    return (first, second) if first.value <= second.value else (second, first)


def _parts(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[tuple[Expression, ...]]:
    return st.lists(inner, min_size=2, max_size=3).map(tuple)


expressions: st.SearchStrategy[Expression] = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Not, inner) | st.builds(And, _parts(inner)) | st.builds(Or, _parts(inner))
    ),
    max_leaves=6,
)

json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def frames(draw: st.DrawFn) -> str:
    """A frame of the wire, or none."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(["", "no json", "[1]", '"alloy"', '{"type": 3}']))
    payload: dict[str, Any] = {"type": draw(st.sampled_from(TYPES))}
    payload |= draw(st.dictionaries(st.sampled_from(KEYS), json_values, max_size=3))
    for key in ("item_id", "response_id", "call_id", "event_id"):
        if draw(st.booleans()):
            payload[key] = draw(st.sampled_from(IDS))
    if draw(st.integers(0, 3)) == 0:
        payload["item"] = {"id": draw(st.sampled_from(IDS)), "call_id": draw(st.sampled_from(IDS))}
    if payload["type"].endswith("append"):
        payload["audio"] = {"$audio": {"track": "input", "offset": 0, "bytes": 960}}
    return json.dumps(payload, ensure_ascii=draw(st.booleans()))


entries = st.builds(
    Entry,
    st.sampled_from([0.0, 0.1, 0.5, 1.0, 2.5, 60.0, 100.0]) | st.floats(0, 200),
    st.sampled_from(list(ORIGIN_HELP)),
    frames(),
)
tables = st.lists(entries, max_size=12)


@st.composite
def facts(draw: st.DrawFn, count: int) -> ListFacts:
    turn = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    problem = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    anchors = st.sampled_from([0.0, 0.4, 2.0, float("nan")])
    anchor_s = draw(st.lists(anchors, min_size=count, max_size=count))
    return ListFacts(
        np.array(turn, np.uint32), np.array(problem, np.bool_), np.array(anchor_s, np.float64)
    )


QUICKLY_TYPED = string.ascii_lowercase + ' .:()"/=<>-*?~!|&1[]\\'
