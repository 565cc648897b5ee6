from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.protocol.events import (
    Error,
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    ResponseOutputAudioDelta,
    SessionUpdate,
)
from studio.protocol.settings import DEFAULTS, SessionSettings, TurnDetection, apply
from studio.protocol.values import ErrorDetail
from studio.session.curves import Curves
from studio.session.envelope import Envelope
from studio.session.latency_summary import summarize
from studio.session.local import LocalSpeechStarted, LocalSpeechStopped
from studio.session.reduce import fold
from studio.session.tags import FINDINGS, LATE_MS, MISSED_MS, Tag, TagReader, tags
from studio.session.turns import turns
from tests import conversations
from tests.builders import PCM16
from tests.conversations import LIBRARY, SILENCE_MS, WORD_MS, Talk

EVENTS = [each for make in LIBRARY.values() for each in make()]


def found(talk: Talk, curves: Curves | None = None) -> list[Tag]:
    return [tag for tag in tags(talk.script.state, curves) if tag.is_finding]


def names(talk: Talk) -> list[str]:
    return [tag.name for tag in found(talk)]


def types(talk: Talk, tag: Tag) -> list[str]:
    by_seq = {each.seq: each.event.type for each in talk.envelopes}
    return [by_seq[seq] for seq in tag.seqs]


def asked() -> Talk:
    return Talk().connect().sound(600)


def test_a_talk_in_good_order_has_no_findings() -> None:
    for name in ("spoken_turn", "two_turns", "typed_turn", "push_to_talk", "barge_in", "tool_round",
                 "late_barge_in", "interrupted", "idle_timeout", "long_talk"):  # fmt: skip
        state = fold(LIBRARY[name]())
        assert [tag.name for tag in tags(state) if tag.is_finding] == [], name


# Ghost turns


def test_speech_without_words_is_a_ghost_turn_and_names_its_cost() -> None:
    talk = asked().user_speaks("", ms=800).reply("Pardon?")
    (tag,) = found(talk)
    assert tag.name == "ghost turn"
    assert tag.turn_index == 1
    assert "1.60 s of speech" in tag.words
    assert "1 reply was made to it" in tag.words
    assert "turn_detection.threshold to 0.7" in tag.hint
    assert types(talk, tag) == [
        "conversation.item.input_audio_transcription.completed",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "response.created",
    ]


@pytest.mark.parametrize("words", [" … ", "?!", ""])
def test_punctuation_is_no_word(words: str) -> None:
    assert names(asked().user_speaks(words)) == ["ghost turn"]


def test_without_a_transcript_nobody_can_tell() -> None:
    assert names(asked().user_speaks("", transcribed=False).reply("Yes?")) == []


def test_the_level_stands_in_the_evidence_where_curves_are_there() -> None:
    talk = asked().user_speaks("", ms=800)
    curves = Curves(
        input_db=np.full(200, -31.0, np.float32), probability=np.full(200, 0.4, np.float32)
    )
    (tag,) = found(talk, curves)
    assert "The microphone reached −31 dB there, and the local VAD 0.40." in tag.words
    silent = Curves(input_db=np.full(200, np.nan, np.float32))
    assert "reached" not in found(talk, silent)[0].words


# Cut-offs


def paused(pause_ms: int, settings: SessionSettings = DEFAULTS) -> Talk:
    """A sentence with a pause that the server takes for its end."""
    talk = Talk().connect(settings).sound(600)
    talk.user_speaks("I would like to book")
    return talk.sound(pause_ms - SILENCE_MS).user_speaks("a table for two.")


def test_speech_that_goes_on_soon_was_cut_off_and_the_pause_is_measured() -> None:
    talk = paused(700).reply("For when?")
    (tag,) = found(talk)
    assert (tag.name, tag.turn_index) == ("cut-off", 1)
    assert "paused for 700 ms (by the local VAD)" in tag.words
    assert "spoke on 200 ms after the server's stop" in tag.words
    assert "silence_duration_ms 800 would have kept it together (it was 500)" in tag.hint
    assert "300 ms later" in tag.hint
    assert types(talk, tag)[:2] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
    ]


def test_without_a_local_vad_the_servers_edges_tell() -> None:
    talk = paused(700)
    kept = [each for each in talk.envelopes if not each.event.type.startswith("local.speech")]
    (tag,) = [tag for tag in tags(fold(kept)) if tag.name == "cut-off"]
    assert "paused for 700 ms (by the server's own edges)" in tag.words


def test_semantic_vad_is_told_to_wait_by_its_own_knob() -> None:
    semantic = SessionSettings(turn_detection=TurnDetection(type="semantic_vad"))
    (tag,) = found(paused(700, apply(DEFAULTS, semantic)))
    assert "eagerness to low" in tag.hint


def test_who_speaks_later_had_finished() -> None:
    assert names(paused(SILENCE_MS + 1_100)) == []


def test_who_has_heard_an_answer_interrupts_it() -> None:
    """The same pause, but an answer has been heard for 700 ms of it."""
    talk = asked().user_speaks("Tell me a story.").reply_begins(after_ms=5)
    talk.says("Once", heard_after_ms=5).sound(700).user_speaks("Stop.")
    assert "cut-off" not in names(talk)


def test_who_has_heard_a_short_answer_whole_answers_it() -> None:
    talk = asked().user_speaks("Hm", ms=400).reply("Pardon?").sound(300).user_speaks("Friday.")
    assert names(talk) == []


# Missed speech


def overheard(ms: int, settings: SessionSettings = DEFAULTS) -> Talk:
    """Speech that only the local VAD hears."""
    talk = Talk().connect(settings).sound(600)
    start_ms = talk.sent_ms
    talk.script.local(LocalSpeechStarted(audio_ms=start_ms))
    talk.sound(ms, loud=True)
    talk.script.local(LocalSpeechStopped(audio_ms=start_ms + ms, stopped_at=talk.script.now))
    return talk.sound(2_000)


def test_speech_that_the_server_passes_over_is_missed() -> None:
    talk = overheard(800)
    (tag,) = found(talk)
    assert (tag.name, tag.turn_index) == ("missed", None)
    assert "800 ms of speech, and no speech_started came" in tag.words
    assert "threshold (it is 0.5)" in tag.hint
    assert types(talk, tag) == ["local.speech.started", "local.speech.stopped"]


def test_a_missed_sounds_level_is_told() -> None:
    (tag,) = found(overheard(800), Curves(input_db=np.full(100, -18.2, np.float32)))
    assert "the microphone reached −18 dB" in tag.words


def test_coughs_are_not_missed() -> None:
    assert names(overheard(MISSED_MS - 100)) == []


def test_nothing_is_missed_where_the_client_takes_turns() -> None:
    manual = apply(DEFAULTS, SessionSettings(turn_detection=None))
    assert names(overheard(800, manual)) == []


def test_the_server_has_its_time_to_tell() -> None:
    talk = Talk().connect().sound(600)
    talk.script.local(LocalSpeechStarted(audio_ms=talk.sent_ms))
    assert names(talk.sound(1_000, loud=True)) == []
    (tag,) = found(talk.sound(1_000, loud=True))
    assert tag.name == "missed"
    assert "still lasts" in tag.words


# Slow answers


def answered_after(talk: Talk, ms: float) -> Talk:
    return talk.sound(400).user_speaks("And?").reply_begins(after_ms=ms).says("So.").sound(900)


def test_a_long_wait_is_slow_and_its_biggest_part_is_named() -> None:
    talk = answered_after(Talk().connect(), 1_400)
    (tag,) = found(talk)
    assert tag.name == "slow"
    assert "after 2.00 s, later than 1.5 s, when people speak again;" in tag.words
    assert tag.is_mild
    assert "most of it is response, 1.43 s" in tag.words
    assert tag.hint
    assert types(talk, tag)[0] == "local.playback.started"


def test_a_turn_far_above_the_median_is_slow() -> None:
    talk = Talk().connect()
    for wait_ms in (30, 40, 50, 60, 800):
        answered_after(talk, wait_ms)
    (tag,) = found(talk)
    assert tag.turn_index == 5
    assert "at least twice the session's median of 0.65 s;" in tag.words
    assert "people speak again" not in tag.words


def test_the_median_of_a_finding_is_that_of_the_latency_screen() -> None:
    talk = Talk().connect()
    for wait_ms in (30, 40, 50, 200, 300, 900):
        answered_after(talk, wait_ms)
    (tag,) = found(talk)
    total = summarize(turns(talk.script.state), talk.script.state).total
    assert total is not None
    assert f"median of {total.p50_ms / 1000:.2f} s" in tag.words


def test_where_most_turns_are_late_no_finding_measures_one_by_the_others() -> None:
    talk = Talk().connect()
    for wait_ms in (1_500, 1_600, 1_700, 1_800):
        answered_after(talk, wait_ms)
    slow = found(talk)
    assert len(slow) == 4
    assert not any("median" in tag.words for tag in slow)


def test_a_few_turns_have_no_median_to_be_compared_with() -> None:
    talk = Talk().connect()
    for wait_ms in (30, 800):
        answered_after(talk, wait_ms)
    assert names(talk) == []


# The voice


def late_by(ms: float) -> Talk:
    """A piece of the voice comes when all before it has been heard for so long."""
    talk = asked().user_speaks("Yes?").reply_begins().says("One two.", heard_after_ms=25)
    head = talk.script.state.playback.heads[-1]
    assert head.heard_at is not None
    talk.script.at(head.heard_at + (2 * WORD_MS + ms) / 1000)
    piece = base64.b64encode(bytes(PCM16.ms_to_bytes(WORD_MS))).decode()
    talk.script.server(
        ResponseOutputAudioDelta(item_id=talk.item_id, response_id=talk.response_id, delta=piece)
    )
    return talk


def test_a_hole_in_the_voice_is_late_audio() -> None:
    talk = late_by(240)
    (tag,) = found(talk)
    assert tag.name == "late audio"
    assert "at least 240 ms: 1 piece" in tag.words
    assert types(talk, tag) == ["response.output_audio.delta"]


@pytest.mark.parametrize("ms", [-200, 0, LATE_MS - 20])
def test_audio_in_time_leaves_no_hole(ms: float) -> None:
    assert names(late_by(ms)) == []


def test_a_self_interruption_shows_its_score() -> None:
    state = fold(conversations.self_interruption())
    (tag,) = [tag for tag in tags(state) if tag.is_finding]
    assert tag.name == "self-interruption"
    assert "91% alike" in tag.words
    assert "headset" in tag.hint
    by_seq = {each.seq: each.event.type for each in conversations.self_interruption()}
    assert by_seq[tag.seqs[0]] == "local.echo"


# Refused updates


def refuse(talk: Talk, name: str) -> Talk:
    update = {"type": "realtime", "audio": {"output": {"voice": name}}}
    talk.script.wait(50).client(SessionUpdate(event_id=f"event_{name}", session=update))
    detail = ErrorDetail(message=f"No {name}.", event_id=f"event_{name}")
    talk.script.wait(10).server(Error(event_id="event_e", error=detail))
    return talk


def test_every_refused_update_is_told_and_points_at_both_events() -> None:
    talk = refuse(refuse(Talk().connect(), "cedar"), "marble")
    first, second = found(talk)
    assert (first.name, first.turn_index) == ("refused update", None)
    assert "(voice): No cedar." in first.words
    assert "No marble." in second.words
    assert types(talk, first) == ["error", "session.update"]


def test_a_refusal_belongs_to_the_turn_in_which_it_came() -> None:
    talk = refuse(asked().user_speaks("Hello?").reply("Yes?"), "cedar")
    assert found(talk)[0].turn_index == 1


# Notes


@pytest.mark.parametrize(
    ("conversation", "name", "words"),
    [
        ("barge_in", "barge-in", "at 1.09 s of 2.40 s; the server keeps 1.09 s"),
        ("interrupted", "interrupt", "A key cut the voice off at 0.74 s"),
        ("tool_round", "tool", "get_weather was called and answered after 150 ms"),
        ("waiting_for_a_tool", "tool", "waits for its answer"),
        ("failed_response", "failed", "You exceeded your current quota."),
        ("unheard_words", "not transcribed", "could not be transcribed"),
        ("typed_turn", "typed", "typed"),
        ("push_to_talk", "push-to-talk", "talk key"),
        ("idle_timeout", "timeout", "idle timeout"),
    ],
)
def test_what_a_turn_is_stands_in_words(conversation: str, name: str, words: str) -> None:
    tag = next(tag for tag in tags(fold(LIBRARY[conversation]())) if tag.name == name)
    assert words in tag.words
    assert not tag.is_finding
    assert tag.seqs


# Laws


def test_tags_stay_the_same_objects_while_their_turns_do() -> None:
    reader, talk = TagReader(), paused(700).reply("For when?")
    state = talk.script.state
    assert reader.read(state) is reader.read(state)
    refuse(talk, "cedar")
    after = reader.read(talk.script.state)
    assert [tag.name for tag in after if tag.is_finding] == ["cut-off", "refused update"]


def test_every_tag_is_in_order_and_points_at_events_of_the_log() -> None:
    for make in LIBRARY.values():
        envelopes = make()
        read = tags(fold(envelopes))
        assert list(read) == sorted(read, key=lambda tag: tag.at)
        assert all(1 <= seq <= len(envelopes) for tag in read for seq in tag.seqs)
        assert all(tag.words.endswith((".", "?", "!")) or ":" in tag.words for tag in read)
        assert all(bool(tag.hint) for tag in read if tag.name in FINDINGS)


@given(st.data())
def test_no_order_of_events_makes_tags_raise(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(EVENTS), max_size=60))
    chosen += [_speech(each) for each in data.draw(st.lists(st.integers(0, 40), max_size=10))]
    times = data.draw(st.lists(st.floats(0, 40), min_size=len(chosen), max_size=len(chosen)))
    script = [
        replace(each, seq=seq, at=at)
        for seq, (each, at) in enumerate(zip(chosen, times, strict=True), 1)
    ]
    curves = Curves(input_db=np.full(50, -20.0, np.float32))
    for state in (fold(script), fold(script[: len(script) // 2])):
        assert all(tag.words for tag in (*tags(state), *tags(state, curves)))


def _speech(number: int) -> Envelope:
    """News of speech that fits no item, early or late."""
    item_id = f"item_user_{number % 4 + 1}"
    talk = Talk().connect()
    if number % 2:
        talk.script.server(
            InputAudioBufferSpeechStarted(audio_start_ms=number * 100, item_id=item_id)
        )
    else:
        talk.script.server(
            InputAudioBufferSpeechStopped(audio_end_ms=number * 100, item_id=item_id)
        )
    return talk.envelopes[-1]


def test_the_manual_tells_of_every_finding() -> None:
    page = (Path(__file__).parents[3] / "docs" / "turns.md").read_text(encoding="utf-8")
    for name in FINDINGS:
        assert f"\n| {name} |" in page
