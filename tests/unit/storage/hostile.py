"""Lines of logs as hypothesis makes them: usual ones, odd ones, and what is none at all."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

TYPES = (
    "input_audio_buffer.append",
    "input_audio_buffer.committed",
    "response.output_audio.delta",
    "response.output_audio_transcript.delta",
    "response.done",
    "session.updated",
    "local.end",
)
TEXTS = st.text(
    st.one_of(st.sampled_from('aAkKiIzß éÉςΣσ東🦜\u212aİ"\\'), st.characters(codec="utf-8")),
    max_size=8,
)
_IDS = st.sampled_from(("item_1", "item_2", "", None, 7, "\x1b[0m", "\u202e"))
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
_SPANS = st.builds(
    lambda track, offset, n_bytes: {"$audio": {"track": track, "offset": offset, "bytes": n_bytes}},
    st.sampled_from(("input", "output", "other")),
    st.integers(0, 10**12),
    st.one_of(st.integers(-1, 10_000), st.integers(0, 10**17)),
)
FRAMES = st.fixed_dictionaries(
    {"type": st.one_of(st.sampled_from(TYPES), _JSON)},
    optional={
        "item_id": _IDS,
        "response_id": _IDS,
        "call_id": _IDS,
        "item": st.one_of(st.fixed_dictionaries({"id": _IDS, "call_id": _IDS}), _JSON),
        "response": st.one_of(st.fixed_dictionaries({"id": _IDS}), _JSON),
        "audio": st.one_of(_SPANS, st.just("AAAA"), _JSON),
        "delta": st.one_of(_SPANS, TEXTS, _JSON),
        "text": TEXTS,
    },
)


def _line(seq: int, at: float, origin: str, frame: object, form: str, compact: bool) -> str:
    separators = (",", ":") if compact else None
    body = json.dumps(frame, ensure_ascii=seq % 2 == 0, separators=separators)
    if form == "raw":
        body = json.dumps(body)
    return f'{{"seq":{seq},"at":{at!r},"origin":"{origin}","{form}":{body}}}'


ENTRIES = st.builds(
    _line,
    st.integers(0, 10**18 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(("server", "client", "local")),
    FRAMES,
    st.sampled_from(("event", "event", "event", "raw")),
    st.booleans(),
)
JUNK: st.SearchStrategy[Any] = st.one_of(
    TEXTS,
    st.sampled_from(
        (
            "[" * 5_000,
            '{"seq":1,"at":1,"origin":"server","event":' + "[" * 5_000 + "}",
            '{"seq":1,"at":1e999,"origin":"server","event":{"type":"x"}}',
            '{"seq":1,"at":-,"origin":"server","event":{"type":"x"}}',
            '{"seq":01,"at":1.,"origin":"server","event":{"type":NaN}}',
            '{"seq":1,"at":1,"origin":"sserver","event":{"type":"x"}}',
            '{"seq":1,"at":1,"origin":"server","event":{"type":"x"},"seq":{}}',
            '{"seq":1,"at":1,"origin":"server","event":{"type":"\\ud800"}}',
            '{"seq":1,"at":1,"origin":"server","raw":7}',
            '{"at": 1, "event": {"type": "x", "item_id": "item_1"}, "origin": "client", "seq": 3}',
            '{"at": "1", "event": {"type": "x"}, "origin": "client", "seq": 3}',
            '{"at": 1, "event": {"type": "x"}, "origin": "client", "seq": 3.5}',
            '{"seq":\u0661,"at":1,"origin":"server","event":{}}',
            "\x00" * 40,
        )
    ),
)
LINES = st.lists(
    st.one_of(ENTRIES, ENTRIES, ENTRIES, JUNK).map(
        lambda line: line.replace("\n", " ").replace("\r", " ")
    ),
    max_size=12,
)
