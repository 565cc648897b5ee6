"""The latency of a session: percentiles of measured turns, by settings, and the slowest."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from studio.protocol.events import SessionUpdated
from studio.session.latency import PARTS, TurnLatency
from studio.session.latency_summary import SummaryReader, summarize
from studio.session.reduce import fold
from studio.session.state import SessionState
from studio.session.turns import Turn, turns
from tests.conversations import ANSWER, LIBRARY, QUESTION, Talk


def turn(index: int, model_ms: float) -> Turn:
    heard_at = 1.1 + model_ms / 1000
    latency = TurnLatency(
        user_stopped_at=0.0,
        decided_at=1.0,
        created_at=1.1,
        speaking_at=1.1,
        first_output_at=heard_at,
        heard_at=heard_at,
        silence_duration_ms=900,
    )
    return Turn(index, 0.0, latency=latency)


def test_percentiles_are_those_of_measured_turns() -> None:
    measured = [turn(at, at * 10.0) for at in range(1, 101)]
    summary = summarize([*measured, Turn(101, 0.0)], SessionState())

    assert summary.count == 100
    assert summary.total is not None
    assert (summary.total.p50_ms, summary.total.p95_ms) == pytest.approx((1_600, 2_050))
    model = dict(summary.parts)["model"]
    assert model is not None
    assert (model.count, model.p50_ms, model.p95_ms) == pytest.approx((100, 500, 950))
    assert dict(summary.parts)["network"] is None
    assert [name for name, _ in summary.parts] == list(PARTS)


def test_the_slowest_turn_names_its_biggest_part() -> None:
    summary = summarize([turn(1, 20.0), turn(2, 1_310.0), turn(3, 100.0)], SessionState())

    assert summary.slowest is not None
    assert summary.slowest.words == "turn 2: 2.41 s, of which model 1.31 s"


def test_nothing_is_summarised_where_nothing_was_measured() -> None:
    summary = summarize((), SessionState())

    assert (summary.count, summary.total, summary.groups, summary.slowest) == (0, None, (), None)


def told_again(talk: Talk, detection: dict[str, object] | None, **output: object) -> None:
    session = {
        "type": "realtime",
        "audio": {"input": {"turn_detection": detection}, "output": output},
    }
    talk.script.wait(50).server(SessionUpdated(event_id=f"event_{talk.items}", session=session))


def test_turns_are_grouped_by_the_settings_in_force() -> None:
    talk = Talk().connect().sound(600).user_speaks(QUESTION).reply(ANSWER)
    told_again(talk, {"type": "server_vad", "silence_duration_ms": 200})
    talk.sound(600).user_speaks(QUESTION).reply(ANSWER)
    told_again(talk, {"type": "server_vad", "silence_duration_ms": 500})
    talk.sound(600).user_speaks(QUESTION).reply(ANSWER)
    state = talk.script.state
    summary = summarize(turns(state), state)

    assert [(group.settings.split(", ")[:2], group.total.count) for group in summary.groups] == [
        (["silence 500 ms", "server_vad"], 2),
        (["silence 200 ms", "server_vad"], 1),
    ]
    assert [round(dict(turn.latency.parts())["silence"] or 0) for turn in turns(state)] == [
        500,
        200,
        500,
    ]


def test_what_else_was_changed_is_named() -> None:
    talk = Talk().connect().sound(600).user_speaks(QUESTION).reply(ANSWER)
    told_again(talk, {"type": "semantic_vad", "eagerness": "low"})
    talk.sound(600).user_speaks(QUESTION).reply(ANSWER)
    told_again(talk, None, speed=1.5)
    talk.sound(600).user_speaks(QUESTION).reply(ANSWER)
    state = talk.script.state
    groups = [group.settings for group in summarize(turns(state), state).groups]

    assert [words.split(", ")[0] for words in groups] == [
        "silence 500 ms",
        "semantic_vad",
        "push-to-talk",
    ]
    assert "eagerness low" in groups[1]
    assert "speed 1.5" in groups[2]
    assert "speed 1.0" in groups[0]


def test_a_summary_stays_the_same_object_while_no_latency_changes() -> None:
    state = fold(LIBRARY["two_turns"]())
    reader = SummaryReader()
    summary = reader.read(turns(state), state)

    assert summary.count == 2
    assert reader.read(turns(state), replace(state, last_at=99.0)) is summary
    assert reader.read(turns(state)[:1], state).count == 1
