"""Turns, their latency, and what is observed of the server."""

from collections.abc import Sequence

import pytest

from studio.protocol.events import InputAudioBufferCommit, ResponseCreate, SessionUpdated
from studio.protocol.settings import DEFAULTS, SessionSettings, apply
from studio.session.local import LocalSpeechStarted, LocalSpeechStopped, TalkKeySet
from studio.session.observed import observe
from studio.session.reduce import fold
from studio.session.turns import Turn, turns
from tests.conversations import ANSWER, LIBRARY, QUESTION, Talk


def turns_of(name: str) -> Sequence[Turn]:
    return turns(fold(LIBRARY[name]()))


def test_a_turn_holds_both_sides() -> None:
    first, second = turns_of("two_turns")

    assert (first.index, first.user_text, first.assistant_text) == (1, QUESTION, ANSWER)
    assert second.user_text == "And how long is a minute?"
    assert first.done
    assert second.done
    assert first.tags == ()


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("listening", ("speaking",)),
        ("typed_turn", ("typed",)),
        ("push_to_talk", ("push-to-talk",)),
        ("tool_round", ("tool",)),
        ("barge_in", ("barge-in", "cancelled")),
        ("late_barge_in", ("barge-in",)),
        ("interrupted", ("interrupt", "cancelled")),
        ("self_interruption", ("barge-in", "self-interruption")),
        ("failed_response", ("typed", "failed")),
        ("unheard_words", ("not transcribed",)),
    ],
)
def test_what_is_particular_about_a_turn_is_tagged(name: str, tags: tuple[str, ...]) -> None:
    assert turns_of(name)[0].tags == tags


def test_a_turn_that_the_server_began_has_no_words_of_the_user() -> None:
    _, nudged = turns_of("idle_timeout")

    assert nudged.tags == ("timeout",)
    assert nudged.user_text == ""
    assert nudged.assistant_text == "Are you still there?"
    assert nudged.latency.user_stopped_at is None


def test_a_call_belongs_to_its_turn() -> None:
    (turn,) = turns_of("tool_round")

    assert [call.name for call in turn.calls] == ["get_weather"]
    assert len(turn.responses) == 2
    assert not turns_of("waiting_for_a_tool")[0].done


def test_a_talk_key_let_go_at_once_is_not_timed_from_an_earlier_turn() -> None:
    talk = Talk().connect(apply(DEFAULTS, SessionSettings(turn_detection=None)))
    said = talk.script
    for moment in (1.0, 10.0):
        said.at(moment).local(TalkKeySet(held=True))
        said.local(LocalSpeechStarted(audio_ms=round(said.now * 1000)))
        said.wait(1_000).local(TalkKeySet(held=False))
        said.client(InputAudioBufferCommit(event_id=f"event_commit_{moment}"))
        said.client(ResponseCreate(event_id=f"event_create_{moment}"))
        said.wait(6)
        talk.committed()
        end_ms, stopped_at = round(said.now * 1000), said.now + 0.03
        said.wait(230).local(LocalSpeechStopped(audio_ms=end_ms, stopped_at=stopped_at))
        talk.reply(ANSWER)
    first, second = turns(said.state)

    assert (first.local_span, second.local_span) == said.state.speech.local
    assert second.latency.user_stopped_at is None
    assert second.latency.total_ms == pytest.approx(first.latency.total_ms)


def test_a_push_to_talk_turn_without_local_speech_has_no_local_span() -> None:
    talk = Talk().connect(apply(DEFAULTS, SessionSettings(turn_detection=None)))
    said = talk.script
    said.wait(100).local(LocalSpeechStarted(audio_ms=0))
    said.wait(500).local(LocalSpeechStopped(audio_ms=500, stopped_at=said.now))
    talk.committed().reply(ANSWER)
    said.wait(5_000)
    talk.committed().reply(ANSWER)
    first, second = turns(said.state)

    assert first.local_span == said.state.speech.local[0]
    assert second.local_span is None


def test_the_silence_and_the_padding_of_the_server_are_observed() -> None:
    seen = observe(fold(LIBRARY["two_turns"]()))

    silence = seen["turn_detection.silence_duration_ms"]
    assert (silence.value, silence.samples) == (500, 2)
    assert "500 ms of silence" in silence.evidence
    assert seen["turn_detection.prefix_padding_ms"].value == 300


def test_what_was_seen_under_other_turn_detection_is_no_evidence_for_this_one() -> None:
    talk = Talk().connect().sound(600).user_speaks(QUESTION).reply(ANSWER)
    assert observe(talk.script.state)["turn_detection.silence_duration_ms"].samples == 1

    echo = {"type": "server_vad", "silence_duration_ms": 200}
    session = {"type": "realtime", "audio": {"input": {"turn_detection": echo}}}
    talk.script.wait(50).server(SessionUpdated(event_id="event_turned", session=session))
    assert not [path for path in observe(talk.script.state) if path.startswith("turn_detection")]

    talk.script.wait(50).server(SessionUpdated(event_id="event_same", session=session))
    talk.sound(600).user_speaks(QUESTION).reply(ANSWER)
    talk.script.wait(50).server(SessionUpdated(event_id="event_voice", session=session))
    seen = observe(talk.script.state)
    assert seen["turn_detection.silence_duration_ms"].samples == 1
    assert seen["turn_detection.prefix_padding_ms"].samples == 1


def test_the_output_format_is_observed_by_the_pace_of_the_voice() -> None:
    assert observe(fold(LIBRARY["two_turns"]()))["output_format"].value == "pcm16"
    assert observe(fold(LIBRARY["beta_turn"]()))["output_format"].value == "g711"


def test_nothing_is_observed_without_evidence() -> None:
    assert observe(fold(LIBRARY["connected"]())) == {}
