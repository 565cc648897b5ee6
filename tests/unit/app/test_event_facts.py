"""What is said of events without folding them all is what the whole fold says of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.stage.big_session import make_session
from studio import __version__
from studio.app.event_facts import event_facts, skimmed
from studio.core.errors import StudioError
from studio.protocol.codec import decode_client, decode_server
from studio.protocol.dialect import Dialect
from studio.session.envelope import Envelope, Origin
from studio.session.facts import Facts, facts_of
from studio.session.reduce import reduce
from studio.session.state import SessionState
from studio.storage.facts_file import load_facts
from studio.storage.lines import write_line
from studio.storage.reader import open_session
from studio.storage.store import EventStore, open_store
from tests.builders import audio
from tests.conversations import LIBRARY

RECORDINGS = sorted((Path(__file__).parents[2] / "recordings").glob("*.jsonl"))
POOL = tuple(
    envelope
    for name, make in LIBRARY.items()
    if name not in ("long_talk", "beta_turn")
    for envelope in make()
)


def folded(store: EventStore) -> Facts:
    state = SessionState()
    for position in range(len(store)):
        try:
            state = reduce(state, store.envelope(position)).state
        except StudioError:
            continue
    return facts_of(state, store)


def assert_same(some: Facts, others: Facts) -> None:
    assert some.turn.tolist() == others.turn.tolist()
    assert some.problem.tolist() == others.problem.tolist()
    assert str(some.anchor_s.tolist()) == str(others.anchor_s.tolist())


def assert_skimming_tells_all(store: EventStore) -> None:
    assert_same(facts_of(skimmed(store), store), folded(store))


def stored(envelopes: list[Envelope], dialect: Dialect = Dialect.GA) -> EventStore:
    store = EventStore(dialect)
    for at, envelope in enumerate(envelopes, start=1):
        store.append(write_line(replace(envelope, seq=at, at=at / 10)))
    return store


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_of_every_conversation(name: str) -> None:
    dialect = Dialect.BETA if name == "beta_turn" else Dialect.GA
    assert_skimming_tells_all(stored(list(LIBRARY[name]()), dialect))


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_of_every_recording(path: Path, tmp_path: Path) -> None:
    session = open_session(path)
    store = open_store(session)
    assert len(store)
    assert_same(event_facts(session, store, tmp_path), folded(store))


@given(st.lists(st.sampled_from(POOL), max_size=80))
def test_of_any_events_in_any_order(envelopes: list[Envelope]) -> None:
    assert_skimming_tells_all(stored(envelopes))


PIECES = {
    "response.output_audio.delta": "response",
    "response.output_audio_transcript.delta": "response",
    "response.output_text.delta": "response",
    "response.function_call_arguments.delta": "call",
    "conversation.item.input_audio_transcription.delta": "item",
    "input_audio_buffer.append": "sound",
    "response.audio.delta": "response",
    "response.text.delta": "response",
}
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, 7, 1.0, 1.5, -1, 10**17, True, "", [], {}, {"$audio": 1}, "\ud800", "東京"]
)
SPAN = {"$audio": {"track": "output", "offset": 96_000, "bytes": 4_800}}


@st.composite
def pieces(draw: st.DrawFn) -> str:
    """A piece of sound or words; one in a few has something in it that ought not to be there."""
    kind = draw(st.sampled_from(sorted(PIECES)))
    names = {"item_id": draw(st.sampled_from("ab"))}
    fields: dict[str, Any] = {"type": kind, "event_id": "e"}
    if kind == "input_audio_buffer.append":
        fields |= {"audio": draw(st.sampled_from([audio(20), SPAN]))}
    else:
        text = draw(st.sampled_from(["", "word", "é\n", "🦜"]))
        is_voice = kind.endswith("audio.delta")
        fields |= names | {"delta": draw(st.sampled_from([audio(20), SPAN])) if is_voice else text}
    if PIECES[kind] in ("response", "call"):
        fields["response_id"] = draw(st.sampled_from("rs"))
    if PIECES[kind] == "call":
        fields["call_id"] = "c"
    if draw(st.booleans()):
        fields["content_index"] = draw(st.integers(0, 2))
    if draw(st.integers(0, 3)) == 0:
        odd = draw(st.sampled_from([*fields, "content_index", "output_index", "extra", "logprobs"]))
        fields[odd] = draw(ODD)
    if draw(st.integers(0, 9)) == 0:
        fields.pop(draw(st.sampled_from(sorted(fields))))
    text = json.dumps(fields, ensure_ascii=draw(st.booleans()))
    if draw(st.integers(0, 9)) == 0:
        text = text[:-1] + ',"item_id":"b","type":"response.done"}'
    return text


OTHERS = st.sampled_from(
    [
        '{"type":"response.created","response":{"id":"r","status":"in_progress"}}',
        '{"type":"response.done","response":{"id":"r","status":"failed","output":[{"id":"a"}]}}',
        '{"type":"conversation.item.added","item":{"id":"a","role":"user","content":[]}}',
        '{"type":"conversation.item.deleted","item_id":"a"}',
        '{"type":"input_audio_buffer.speech_started","audio_start_ms":5,"item_id":"b"}',
        '{"type":"input_audio_buffer.speech_stopped","audio_end_ms":9,"item_id":"b"}',
        '{"type":"input_audio_buffer.committed","item_id":"b"}',
        '{"type":"error","error":{"message":"no"}}',
        "no json",
    ]
)


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.sampled_from([Origin.SERVER, Origin.CLIENT]), pieces() | OTHERS)),
    st.sampled_from(Dialect),
)
def test_of_pieces_well_formed_and_not(sent: list[tuple[Origin, str]], dialect: Dialect) -> None:
    decode = {Origin.SERVER: decode_server, Origin.CLIENT: decode_client}
    envelopes = [
        Envelope(0, 0.0, origin, decode[origin](text, dialect), text) for origin, text in sent
    ]
    assert_skimming_tells_all(stored(envelopes, dialect))


@pytest.fixture
def long(tmp_path: Path) -> Path:
    make_session(tmp_path / "session", events=6_000)
    return tmp_path / "session"


def test_of_a_long_session_and_again_from_the_cache(long: Path, tmp_path: Path) -> None:
    cache, session = tmp_path / "cache", open_session(long)
    store = open_store(session)
    known = folded(store)
    assert known.turn.max() > 10
    assert_same(event_facts(session, store, cache), known)
    assert load_facts(session, cache, __version__, len(store)) is not None
    assert_same(event_facts(session, store, cache), known)


def test_what_was_kept_of_another_log_version_or_length_is_not_used(
    long: Path, tmp_path: Path
) -> None:
    cache, session = tmp_path / "cache", open_session(long)
    store = open_store(session)
    event_facts(session, store, cache)
    assert load_facts(session, cache, "another", len(store)) is None
    assert load_facts(session, cache, __version__, len(store) - 1) is None
    with (long / "session.jsonl").open("ab") as log:
        log.write(b'{"seq":9,"at":1e5,"origin":"local","event":{"type":"local.end"}}\n')
    grown = open_session(long)
    assert load_facts(grown, cache, __version__, len(store)) is None
    store = open_store(grown)
    assert_same(event_facts(grown, store, cache), folded(store))


def test_what_was_kept_and_is_damaged_is_made_again(long: Path, tmp_path: Path) -> None:
    cache, session = tmp_path / "cache", open_session(long)
    store = open_store(session)
    event_facts(session, store, cache)
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    for spoilt in (whole[:-1], whole[:900] + bytes([whole[900] ^ 1]) + whole[901:], b""):
        kept.write_bytes(spoilt)
        assert_same(event_facts(session, store, cache), folded(store))
        assert kept.read_bytes() == whole


def test_a_few_events_are_not_kept(tmp_path: Path) -> None:
    make_session(tmp_path / "session", events=100)
    session = open_session(tmp_path / "session")
    event_facts(session, open_store(session), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
