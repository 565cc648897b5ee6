"""Laws of the fold: total, replayable, sharing what did not change; and true to recordings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.protocol.codec import decode_client, decode_server
from studio.protocol.dialect import Dialect
from studio.protocol.events import CLIENT_EVENTS, SERVER_EVENTS
from studio.session.envelope import Envelope, Origin
from studio.session.reduce import fold, reduce
from studio.session.state import SessionState
from studio.session.turns import TurnReader, turns
from tests.builders import Script
from tests.conversations import LIBRARY

RECORDINGS = Path(__file__).parents[2] / "recordings"
POOL = tuple(
    envelope for name, make in LIBRARY.items() if name != "long_talk" for envelope in make()
)


def restamped(envelopes: list[Envelope]) -> list[Envelope]:
    return [replace(envelope, seq=at, at=at / 10) for at, envelope in enumerate(envelopes, start=1)]


@given(st.lists(st.sampled_from(POOL), max_size=60))
def test_any_envelopes_in_any_order_are_survived(envelopes: list[Envelope]) -> None:
    state = fold(restamped(envelopes))

    assert state.last_seq == len(envelopes)
    assert set(state.items.order) <= state.items.by_id.keys()
    assert len(set(state.items.order)) == len(state.items.order)
    assert {each.id for each in state.items.by_id.values() if each.in_order} == {*state.items.order}


IDS = st.sampled_from(["a", "b", "c", ""])
LEAVES: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-3, 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | IDS
    | st.text(max_size=8)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "status", "usage", "content", "transcript", "$audio"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@st.composite
def frames(draw: st.DrawFn) -> tuple[Origin, str]:
    """A frame of a known type whose fields hold anything, or what they ought to hold."""
    origin = draw(st.sampled_from([Origin.SERVER, Origin.CLIENT]))
    known = SERVER_EVENTS if origin is Origin.SERVER else CLIENT_EVENTS
    event_type = draw(st.sampled_from(sorted(known)))
    payload: dict[str, Any] = {"type": event_type}
    for name in known[event_type].model_fields:
        if name != "type" and draw(st.booleans()):
            payload[name] = draw(IDS if name.endswith("_id") else JSON)
        elif name.endswith("_index"):
            payload[name] = draw(st.integers(-2, 10**9))
        elif name != "type":
            payload[name] = draw(IDS)
    if "item" in payload and draw(st.booleans()):
        payload["item"] = {"id": draw(IDS), "type": draw(IDS), "content": [{"type": "audio"}]}
    if "response" in payload and draw(st.booleans()):
        payload["response"] = {"id": draw(IDS), "status": draw(IDS), "output": [{"id": draw(IDS)}]}
    if "error" in payload:
        payload["error"] = {"code": draw(IDS), "message": draw(IDS), "event_id": draw(IDS)}
    return origin, json.dumps(payload)


@given(st.lists(frames(), max_size=25))
def test_hostile_frames_are_survived(sent: list[tuple[Origin, str]]) -> None:
    envelopes = [
        Envelope(
            at,
            at / 10,
            origin,
            decode_server(raw) if origin is Origin.SERVER else decode_client(raw),
            raw,
        )
        for at, (origin, raw) in enumerate(sent, start=1)
    ]

    state = fold(envelopes)

    assert state.last_seq == len(sent)
    assert len(turns(state)) <= len(state.items.order) + 1


@pytest.mark.parametrize("name", LIBRARY)
def test_a_slice_that_does_not_change_stays_the_same_object(name: str) -> None:
    state = SessionState()
    for envelope in LIBRARY[name]():
        after = reduce(state, envelope).state
        for name_of_slice in SessionState.__struct_fields__:
            before_value, after_value = getattr(state, name_of_slice), getattr(after, name_of_slice)
            if before_value == after_value and name_of_slice not in ("last_seq", "last_at"):
                assert after_value is before_value, (name_of_slice, envelope.event.type)
        state = after


@pytest.mark.parametrize("name", LIBRARY)
def test_every_prefix_folds_to_what_the_live_session_knew(name: str) -> None:
    envelopes = LIBRARY[name]()
    state = SessionState()
    for at, envelope in enumerate(envelopes[:150], start=1):
        state = reduce(state, envelope).state
        if at % 10 == 0:
            assert fold(envelopes[:at]) == state


def test_turns_that_do_not_change_stay_the_same_objects() -> None:
    reader = TurnReader()
    script = LIBRARY["two_turns"]()
    first_done = next(at for at in range(len(script)) if len(reader.read(fold(script[:at]))) == 2)
    state = fold(script[:first_done])
    before = reader.read(state)
    kept = before[0]
    for envelope in script[first_done:]:
        state = reduce(state, envelope).state
        assert reader.read(state)[0] is kept

    assert reader.read(state) == turns(fold(script))


@given(st.lists(st.sampled_from(POOL), max_size=80), st.lists(st.integers(0, 80), max_size=12))
def test_turns_are_the_same_whatever_was_read_before(
    envelopes: list[Envelope], looks: list[int]
) -> None:
    states = [SessionState()]
    for envelope in restamped(envelopes):
        states.append(reduce(states[-1], envelope).state)
    reader = TurnReader()
    for look in [*looks, *range(0, len(states), 3), len(states) - 1]:
        state = states[min(look, len(states) - 1)]
        assert reader.read(state) == TurnReader().read(state)


@given(st.lists(frames(), max_size=25), st.lists(st.integers(0, 25), max_size=6))
def test_turns_of_hostile_frames_are_the_same_whatever_was_read_before(
    sent: list[tuple[Origin, str]], looks: list[int]
) -> None:
    states = [SessionState()]
    for at, (origin, raw) in enumerate(sent, start=1):
        decode = decode_server if origin is Origin.SERVER else decode_client
        states.append(reduce(states[-1], Envelope(at, at / 10, origin, decode(raw), raw)).state)
    reader = TurnReader()
    for look in [*looks, *range(len(states))]:
        state = states[min(look, len(states) - 1)]
        assert reader.read(state) == TurnReader().read(state)


def recorded(name: str) -> tuple[Script, list[dict[str, Any]]]:
    script = Script(dialect=Dialect.BETA if "beta" in name else Dialect.GA)
    events = []
    for line in (RECORDINGS / name).read_text().splitlines():
        frame = json.loads(line)
        raw = json.dumps(frame["event"])
        script.wait(20)
        if frame["dir"] == "recv":
            script.server_raw(raw)
            events.append(frame["event"])
        else:
            script.client_raw(raw)
    return script, events


RECORDED = sorted(path.name for path in RECORDINGS.glob("*.jsonl"))


def test_there_are_recordings() -> None:
    assert len(RECORDED) == 8


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_folds_without_a_problem(name: str) -> None:
    script, _ = recorded(name)

    state = script.state

    assert state.problems == ()
    assert state.connection.phase == "open"
    assert not state.settings.pending
    assert not state.responses.active
    assert state.responses.awaited_since is None


@pytest.mark.parametrize("name", RECORDED)
def test_the_folded_words_are_those_of_the_recording(name: str) -> None:
    script, events = recorded(name)
    state = script.state

    spoken = {
        (each["item_id"], each.get("transcript", each.get("text")))
        for each in events
        if each["type"].endswith((".audio_transcript.done", ".output_audio_transcript.done"))
        or each["type"].endswith((".text.done", ".output_text.done"))
    }
    heard = {
        (each["item_id"], each["transcript"])
        for each in events
        if each["type"].endswith("input_audio_transcription.completed")
    }
    called = {
        (each["call_id"], each["arguments"])
        for each in events
        if each["type"] == "response.function_call_arguments.done"
    }
    assert spoken
    assert {(item_id, state.items.by_id[item_id].text) for item_id, _ in spoken} == spoken
    assert {(item_id, state.items.by_id[item_id].text) for item_id, _ in heard} == heard
    assert {(call.call_id, call.arguments) for call in state.tools.calls.values()} == called
    assert all(call.output for call in state.tools.calls.values())


@pytest.mark.parametrize("name", RECORDED)
def test_the_order_of_a_recording_is_that_of_its_predecessors(name: str) -> None:
    script, events = recorded(name)
    state = script.state
    for each in events:
        if each["type"] in ("conversation.item.added", "conversation.item.created"):
            previous = each["previous_item_id"]
            if previous is not None:
                order = state.items.order
                assert order.index(previous) < order.index(each["item"]["id"])
