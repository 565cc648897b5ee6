from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.protocol.dialect import Dialect
from studio.protocol.lint import MOST_FINDINGS, Finding, lint, lint_text
from tests.unit.protocol import oracle

RECORDINGS = Path(__file__).parents[2] / "recordings"


def update(**session: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"type": "session.update", "session": {"type": "realtime", **session}}


def only(frame: object, dialect: Dialect = Dialect.GA) -> Finding:
    (finding,) = lint(frame, "client", dialect)
    return finding


@pytest.mark.parametrize("union", [oracle.GA_CLIENT, oracle.BETA_CLIENT])
def test_the_smallest_events_of_the_types_are_silent(union: object) -> None:
    dialect = Dialect.GA if union is oracle.GA_CLIENT else Dialect.BETA
    for frame in oracle.samples(union):
        assert [each for each in lint(frame, "client", dialect) if each.severity == "error"] == []


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("openai-*.jsonl")), ids=lambda p: p.stem)
def test_recorded_sessions_of_openai_are_silent(path: Path) -> None:
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        side = "client" if entry["dir"] == "send" else "server"
        assert lint(entry["event"], side, Dialect.GA) == ()  # type: ignore[arg-type]


def test_other_services_are_odd_in_what_they_are_known_for() -> None:
    faults = {}
    for path in sorted(RECORDINGS.glob("[ax]*.jsonl")):
        dialect = Dialect.BETA if "beta" in path.stem else Dialect.GA
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            if entry["dir"] == "recv":
                for each in lint(entry["event"], "server", dialect):
                    if each.severity != "info":
                        faults[path.stem, each.path[-1]] = each.fault
    assert faults == {
        ("azure-voicelive-beta-audio-turn", "voice"): "wrong type",  # {name, type}
        ("azure-voicelive-beta-tool-call", "voice"): "wrong type",
        ("xai-text-in-audio-out", "status_details"): "wrong type",  # "unimplemented"
        ("xai-tool-call", "status_details"): "wrong type",
    }


def test_a_misspelt_field_is_corrected() -> None:
    finding = only(update(instruction="Be brief."))
    assert (finding.path, finding.fault, finding.severity) == (
        ("session", "instruction"), "unknown field", "warning",
    )  # fmt: skip
    assert "did you mean `instructions`" in finding.words


def test_a_beta_setting_is_told_its_place_in_ga() -> None:
    assert "`audio.input.turn_detection`" in only(update(turn_detection=None)).words
    assert "`output_modalities`" in only(update(modalities=["text"])).words
    assert "`max_output_tokens`" in only(update(max_response_output_tokens=10)).words


def test_a_required_field_is_missed() -> None:
    finding = only({"type": "conversation.item.truncate", "item_id": "i", "content_index": 0})
    assert finding.path == ("audio_end_ms",)
    assert (finding.fault, finding.severity) == ("missing field", "error")


def test_null_clears_what_may_be_missing_and_nothing_else() -> None:
    assert lint(update(audio={"input": {"turn_detection": None}}), "client", Dialect.GA) == ()
    finding = only({"type": "conversation.item.delete", "item_id": None})
    assert (finding.fault, finding.severity) == ("wrong type", "error")
    assert "null" in finding.words


@pytest.mark.parametrize(
    ("knobs", "fault", "words"),
    [
        ({"threshold": "high"}, "wrong type", "a string; it ought to be number"),
        ({"threshold": True}, "wrong type", "a boolean; it ought to be number"),
        ({"silence_duration_ms": 0.5}, "wrong type", "a number; it ought to be integer"),
        ({"eagerness": "lo"}, "unknown field", "eagerness"),
    ],
)
def test_values_are_held_against_their_type(knobs: dict[str, Any], fault: str, words: str) -> None:
    finding = only(update(audio={"input": {"turn_detection": {"type": "server_vad", **knobs}}}))
    assert finding.fault == fault
    assert words in finding.words
    assert finding.path[:4] == ("session", "audio", "input", "turn_detection")


def test_a_value_that_is_not_allowed_is_corrected() -> None:
    knobs = {"type": "semantic_vad", "eagerness": "mediun"}
    finding = only(update(audio={"input": {"turn_detection": knobs}}))
    assert finding.fault == "value not allowed"
    assert "did you mean `medium`" in finding.words


def test_a_named_voice_of_ones_own_is_allowed() -> None:
    assert lint(update(audio={"output": {"voice": "nova"}}), "client", Dialect.GA) == ()


def test_what_stands_in_arrays_is_looked_at() -> None:
    finding = only(update(tools=[{"type": "function", "name": 3}]))
    assert finding.path == ("session", "tools", 0, "name")


@pytest.mark.parametrize(
    ("wire_type", "words"),
    [
        ("sesion.update", "did you mean `session.update`"),
        ("session.updated", "a server's event"),
        ("transcription_session.update", "say `session.update`"),
        ("scooby.dooby.doo", "No such event"),
    ],
)
def test_an_unknown_event_is_told_apart(wire_type: str, words: str) -> None:
    finding = only({"type": wire_type})
    assert (finding.fault, finding.severity, finding.path) == ("unknown event", "error", ("type",))
    assert words in finding.words


def test_a_server_may_send_what_it_likes() -> None:
    frame = {"type": "input_audio_buffer.cleared", "event_id": "e", "mood": "good"}
    (finding,) = lint(frame, "server", Dialect.GA)
    assert (finding.fault, finding.severity) == ("unknown field", "info")
    (finding,) = lint({"type": "input_audio_buffer.tasted"}, "server", Dialect.GA)
    assert (finding.fault, finding.severity) == ("unknown event", "info")


def test_audio_that_the_log_keeps_elsewhere_is_audio() -> None:
    kept = {"$audio": {"track": "input", "offset": 0, "bytes": 4800}}
    assert lint({"type": "input_audio_buffer.append", "audio": kept}, "client", Dialect.GA) == ()


@pytest.mark.parametrize("frame", [None, 3, "x", [], {}, {"type": 3}, {"type": None}])
def test_what_is_no_event_is_said_once(frame: object) -> None:
    assert only(frame).fault == "no event"


def test_text_that_is_no_json_says_where() -> None:
    assert "character 10: a value is missing" in lint_text('{"type": }').words


def test_findings_end_somewhere() -> None:
    frame = {"type": "response.cancel"} | {f"f{n}": n for n in range(1000)}
    assert len(lint(frame, "client", Dialect.GA)) == MOST_FINDINGS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(session=JSON, item=JSON, dialect=st.sampled_from(Dialect))
def test_nothing_makes_it_fail(session: object, item: object, dialect: Dialect) -> None:
    for side in ("client", "server"):
        for frame in (
            {"type": "session.update", "session": session},
            {"type": "conversation.item.create", "item": item},
            {"type": "response.done", "response": item, "event_id": session},
            session,
        ):
            for finding in lint(frame, side, dialect):
                assert finding.words
