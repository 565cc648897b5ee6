from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.protocol.codec import client_event, server_event
from studio.protocol.dialect import Dialect
from studio.protocol.lint import Finding
from studio.server.engine.engine import EngineConfig
from studio.session.envelope import Envelope, Origin
from studio.session.local import ConnectionOpened
from studio.session.order import Order
from tests import conversations
from tests.fakes.engine_shell import Talk, call, say

RECORDINGS = Path(__file__).parents[2] / "recordings"


def envelope(seq: int, frame: dict[str, Any], *, ours: bool, dialect: Dialect) -> Envelope:
    read = client_event if ours else server_event
    origin = Origin.CLIENT if ours else Origin.SERVER
    return Envelope(seq, 0.0, origin, read(frame, dialect), json.dumps(frame))


def findings(*frames: dict[str, Any], dialect: Dialect = Dialect.GA) -> list[Finding | None]:
    """What is odd about each frame; client events are those without an `event_id`."""
    order = Order()
    return [
        order.take(envelope(seq, frame, ours="event_id" not in frame, dialect=dialect))
        for seq, frame in enumerate(frames, 1)
    ]


def server(kind: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"type": kind, "event_id": "event_1", **fields}


def created(name: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    response = {"id": name, "conversation_id": "conv_1"} | fields
    return server("response.created", response=response)


def done(name: str) -> dict[str, Any]:
    return server("response.done", response={"id": name, "status": "completed", "output": []})


def item(name: str, response: str) -> dict[str, Any]:
    message = {"id": name, "type": "message", "role": "assistant", "content": []}
    return server("response.output_item.added", response_id=response, output_index=0, item=message)


def delta(name: str, response: str) -> dict[str, Any]:
    return server(
        "response.output_text.delta", response_id=response, item_id=name, delta="a",
        output_index=0, content_index=0,
    )  # fmt: skip


GREETING = server("session.created", session={"type": "realtime"})


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_recorded_sessions_are_in_order(path: Path) -> None:
    dialect = Dialect.BETA if "beta" in path.stem else Dialect.GA
    order = Order()
    for seq, line in enumerate(path.read_text().splitlines(), 1):
        entry = json.loads(line)
        ours = entry["dir"] == "send"
        assert order.take(envelope(seq, entry["event"], ours=ours, dialect=dialect)) is None


@pytest.mark.parametrize("name", list(conversations.LIBRARY))
def test_made_up_conversations_are_in_order(name: str) -> None:
    order = Order()
    for each in conversations.LIBRARY[name]():
        _ = order.take(each)
    assert order.findings == {}


@pytest.mark.parametrize("dialect", list(Dialect))
def test_our_own_server_is_in_order(dialect: Dialect) -> None:
    talk = Talk(EngineConfig(dialect=dialect))
    order = Order()
    for seq, frame in enumerate(talk.greeting, 1):
        assert order.take(envelope(seq, frame, ours=False, dialect=dialect)) is None
    message = {
        "type": "conversation.item.create",
        "item": {
            "type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}],
        },
    }  # fmt: skip
    seq = 100
    for pieces in (say("Hello."), call("get_weather", "{}")):
        for sent in (message, {"type": "response.create"}):
            seq += 1
            assert order.take(envelope(seq, sent, ours=True, dialect=dialect)) is None
            begin = len(talk.frames)
            _ = talk.send_text(json.dumps(sent))
            if sent["type"] == "response.create":
                talk.think(pieces)
                talk.speak_all()
            for frame in talk.frames[begin:]:
                seq += 1
                assert order.take(envelope(seq, frame, ours=False, dialect=dialect)) is None


def test_a_delta_after_its_response_is_late_and_told_once() -> None:
    found = findings(
        GREETING, created("r1"), item("i1", "r1"), done("r1"), delta("i1", "r1"), delta("i1", "r1")
    )
    assert found[:4] == [None] * 4
    assert found[4] is not None
    assert found[4].words.startswith("Late: `r1`")
    assert found[5] is None


def test_a_delta_for_an_item_that_was_never_added() -> None:
    found = findings(GREETING, created("r1"), delta("i9", "r1"))[-1]
    assert found is not None
    assert "`i9` was never added" in found.words


def test_a_delta_for_a_response_that_was_never_created() -> None:
    found = findings(GREETING, delta("i1", "r7"))[-1]
    assert found is not None
    assert "`r7` was never created" in found.words


def test_two_responses_at_once_in_the_conversation() -> None:
    found = findings(GREETING, created("r1"), created("r2"))[-1]
    assert found is not None
    assert "`r1` is still being made" in found.words


def test_a_response_outside_the_conversation_may_run_beside() -> None:
    frames = (GREETING, created("r1"), created("r2", conversation_id=None), done("r2"), done("r1"))
    assert findings(*frames) == [None] * 5


def test_an_update_before_the_greeting() -> None:
    update = {"type": "session.update", "session": {"type": "realtime"}}
    first, _, after = findings(update, GREETING, update)
    assert first is not None
    assert "session.created" in first.words
    assert after is None


def test_another_connection_is_greeted_anew() -> None:
    order = Order()
    for seq, each in enumerate((None, GREETING, None, GREETING), 1):
        happened = (
            Envelope(seq, 0.0, Origin.LOCAL, ConnectionOpened())
            if each is None
            else envelope(seq, each, ours=False, dialect=Dialect.GA)
        )
        assert order.take(happened) is None


def test_an_output_without_its_call() -> None:
    output = {"type": "function_call_output", "call_id": "call_1", "output": "{}"}
    found = findings(GREETING, {"type": "conversation.item.create", "item": output})[-1]
    assert found is not None
    assert "`call_1`" in found.words


def test_cutting_an_item_that_was_never_added() -> None:
    cut = {
        "type": "conversation.item.truncate", "item_id": "i1", "content_index": 0,
        "audio_end_ms": 0,
    }  # fmt: skip
    found = findings(GREETING, cut)[-1]
    assert found is not None
    assert "`i1`" in found.words


@pytest.mark.parametrize("again", [GREETING, created("r1"), done("r1")])
def test_what_happens_twice_is_odd(again: dict[str, Any]) -> None:
    found = findings(GREETING, created("r1"), done("r1"), again)[-1]
    assert found is not None
    assert "already" in found.words


def test_findings_are_kept_by_number() -> None:
    order = Order()
    for seq, frame in enumerate((GREETING, GREETING), 7):
        _ = order.take(envelope(seq, frame, ours=False, dialect=Dialect.GA))
    assert list(order.findings) == [8]
