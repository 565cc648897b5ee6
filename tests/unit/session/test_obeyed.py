from __future__ import annotations

from typing import Any

import pytest

from studio.protocol.events import (
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    InputAudioBufferTimeoutTriggered,
)
from studio.protocol.knobs import TurnDetection
from studio.protocol.settings import DEFAULTS
from studio.session.local import LocalSpeechStarted, LocalSpeechStopped
from studio.session.obeyed import Finding, findings
from studio.session.reduce import fold
from tests.conversations import LIBRARY, Talk

TURNS = "turn_detection"
QUESTION, ANSWER = "What time is it?", "It is ten o'clock in the morning."


def told(talk: Talk, path: str) -> Finding:
    return findings(talk.script.state)[path]


def asking(**detection: Any) -> Talk:  # noqa: ANN401 - knobs of all kinds
    """A session whose server took these knobs of turn detection; without any, it is off."""
    knobs = TurnDetection(**detection) if detection else None
    return Talk().connect(DEFAULTS.model_copy(update={"turn_detection": knobs}))


def heard_here(talk: Talk, start_ms: int, end_ms: int) -> None:
    talk.script.local(LocalSpeechStarted(audio_ms=start_ms))
    talk.script.local(LocalSpeechStopped(audio_ms=end_ms, stopped_at=talk.script.now))


def test_nothing_is_judged_before_anything_was_seen() -> None:
    found = findings(fold(LIBRARY["connected"]()))
    assert {each.verdict for each in found.values()} == {"not seen yet"}
    assert found[f"{TURNS}.silence_duration_ms"].echoed == 500


def test_a_server_that_does_as_it_is_told_is_said_to_obey() -> None:
    found = findings(fold(LIBRARY["two_turns"]()))
    for name in ("type", "threshold", "prefix_padding_ms", "silence_duration_ms"):
        assert found[f"{TURNS}.{name}"].verdict == "obeyed", name
    silence = found[f"{TURNS}.silence_duration_ms"]
    assert (silence.asked, silence.echoed, silence.seen) == (500, 500, 500)
    assert "On the grid of 32 ms, 500 are 512 ms." in silence.evidence
    assert found["input_format"].verdict == found["output_format"].verdict == "obeyed"
    assert found["output_modalities"].evidence == "In turn 2 the assistant answered by voice."


def test_a_silence_that_is_echoed_and_not_waited_for_differs() -> None:
    talk = asking(silence_duration_ms=900).sound(600).user_speaks(QUESTION).reply(ANSWER)
    silence = told(talk, f"{TURNS}.silence_duration_ms")
    assert silence.verdict == "differs"
    assert silence.seen == 500


@pytest.mark.parametrize("kind", ["server_vad", "semantic_vad"])
def test_detection_that_never_speaks_is_ignored(kind: str) -> None:
    talk = asking(type=kind)
    talk.sound(1_000)
    heard_here(talk, 200, 900)
    assert told(talk, f"{TURNS}.type").verdict == "not seen yet"
    talk.sound(8_000)
    found = told(talk, f"{TURNS}.type")
    assert found.verdict == "ignored"
    assert "heard speech once" in found.evidence
    assert "the server has reported no speech" in found.evidence


def test_turns_that_end_though_detection_is_off_are_not_obeyed() -> None:
    talk = asking().sound(2_000)
    heard_here(talk, 200, 900)
    assert told(talk, f"{TURNS}.type").verdict == "obeyed"
    talk.script.server(
        InputAudioBufferSpeechStarted(event_id="e1", audio_start_ms=0, item_id="item_1")
    )
    assert told(talk, f"{TURNS}.type").verdict == "ignored"


def test_a_threshold_is_doubted_where_one_hears_what_the_other_does_not() -> None:
    talk = Talk().connect().sound(600).user_speaks(QUESTION).reply(ANSWER).sound(600)
    talk.user_speaks(QUESTION).reply(ANSWER)
    assert told(talk, f"{TURNS}.threshold").verdict == "obeyed"
    sent_ms = talk.script.state.speech.sent_bytes // 48
    talk.sound(6_000)
    heard_here(talk, sent_ms + 1_000, sent_ms + 1_300)
    found = told(talk, f"{TURNS}.threshold")
    assert found.verdict == "differs"
    assert f"heard speech at {sent_ms + 1_000:,} ms of audio, and the server did not" in (
        found.evidence
    )


def test_a_server_that_counts_more_audio_than_was_sent_takes_it_for_another_encoding() -> None:
    talk = Talk().connect().sound(1_000)
    talk.script.server(
        InputAudioBufferSpeechStarted(event_id="e1", audio_start_ms=2_000, item_id="item_1")
    ).server(InputAudioBufferSpeechStopped(event_id="e2", audio_end_ms=6_000, item_id="item_1"))
    found = told(talk, "input_format")
    assert found.verdict == "differs"
    assert "6,000 ms of audio where 1,000 ms were sent as pcm16" in found.evidence


@pytest.mark.parametrize(
    ("asked", "verdict"), [(6_000, "obeyed"), (20_000, "differs"), (None, "ignored")]
)
def test_idleness_is_held_to_what_was_asked(asked: int | None, verdict: str) -> None:
    talk = asking(type="server_vad", idle_timeout_ms=asked)
    talk.script.server(
        InputAudioBufferTimeoutTriggered(
            event_id="e1", audio_start_ms=1_000, audio_end_ms=7_008, item_id="item_1"
        )
    )
    found = told(talk, f"{TURNS}.idle_timeout_ms")
    assert (found.verdict, found.seen) == (verdict, 6_008)


@pytest.mark.parametrize(("asked", "verdict"), [(True, "obeyed"), (False, "ignored")])
def test_answers_that_nobody_asked_for(asked: bool, verdict: str) -> None:
    talk = asking(create_response=asked)
    talk.sound(600).user_speaks(QUESTION).reply(ANSWER)
    assert told(talk, f"{TURNS}.create_response").verdict == verdict


@pytest.mark.parametrize(("asked", "verdict"), [(True, "ignored"), (False, "obeyed")])
def test_turns_that_nobody_answers(asked: bool, verdict: str) -> None:
    talk = asking(create_response=asked)
    talk.sound(600).user_speaks(QUESTION)
    assert told(talk, f"{TURNS}.create_response").verdict == "not seen yet"
    talk.sound(5_000)
    assert told(talk, f"{TURNS}.create_response").verdict == verdict


def test_every_recorded_conversation_can_be_judged() -> None:
    for make in LIBRARY.values():
        for found in findings(fold(make())).values():
            assert found.evidence.endswith(".")
            assert found.verdict in ("obeyed", "ignored", "differs", "not seen yet")


def test_padding_is_held_to_the_first_speech_of_a_turn_and_not_to_its_last() -> None:
    talk = asking(prefix_padding_ms=300, silence_duration_ms=900).sound(4_500)
    heard_here(talk, 1_000, 1_600)
    heard_here(talk, 2_300, 3_000)
    started = {"event_id": "e1", "audio_start_ms": 700, "item_id": "item_1"}
    talk.script.server(InputAudioBufferSpeechStarted.model_validate(started))
    stopped = {"event_id": "e2", "audio_end_ms": 3_900, "item_id": "item_1"}
    talk.script.server(InputAudioBufferSpeechStopped.model_validate(stopped))
    found = told(talk, f"{TURNS}.prefix_padding_ms")
    assert (found.verdict, found.seen) == ("obeyed", 300)


def test_padding_is_not_measured_where_a_turn_begins_within_speech() -> None:
    talk = asking(prefix_padding_ms=300, silence_duration_ms=900).sound(4_500)
    heard_here(talk, 600, 1_600)
    heard_here(talk, 2_300, 3_000)
    started = {"event_id": "e1", "audio_start_ms": 700, "item_id": "item_1"}
    talk.script.server(InputAudioBufferSpeechStarted.model_validate(started))
    assert told(talk, f"{TURNS}.prefix_padding_ms").verdict == "not seen yet"
