"""Barge-in, interrupting and the talk key, as traces: what happens, and what is done about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.protocol.events import (
    ClientEvent,
    ConversationItemTruncate,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    InputAudioBufferSpeechStarted,
    ResponseCancel,
    ResponseCreate,
    ResponseCreated,
    ResponseOutputAudioDelta,
    ResponseOutputAudioDone,
)
from studio.protocol.settings import DEFAULTS, SessionSettings, apply
from studio.protocol.values import Response
from studio.session.effects import (
    CloseConnection,
    Effect,
    EndAudio,
    FlushPlayback,
    PlayAudio,
    SendEvent,
    SetMicrophone,
    Speak,
)
from studio.session.local import (
    DisconnectWanted,
    InterruptWanted,
    LocalEvent,
    MuteSet,
    PlaybackFinished,
    PlaybackFlushed,
    SpeakWanted,
    TalkKeySet,
    TextWanted,
)
from studio.session.reduce import reduce
from studio.session.state import SessionState
from tests.builders import Script, audio
from tests.conversations import ANSWER, STORY, Talk

DELTA = audio(300)


def piece(talk: Talk) -> ResponseOutputAudioDelta:
    return ResponseOutputAudioDelta(item_id=talk.item_id, response_id=talk.response_id, delta=DELTA)


def speech() -> InputAudioBufferSpeechStarted:
    return InputAudioBufferSpeechStarted(audio_start_ms=5_000, item_id="item_user_2")


def flush(talk: Talk, played_ms: float, received_ms: float) -> PlaybackFlushed:
    return PlaybackFlushed(
        item_id=talk.item_id,
        content_index=0,
        played_ms=played_ms,
        received_ms=received_ms,
        reason="barge-in",
    )


def effects(script: Script) -> tuple[Effect, ...]:
    return script.last_step.effects


def telling(words: str = "Once upon a time") -> Talk:
    return Talk().connect().user_types("Tell me a story.").reply_begins().says(words)


def test_audio_is_played_as_it_comes_and_ended_when_it_ends() -> None:
    talk = telling()
    talk.script.server(piece(talk))
    assert effects(talk.script) == (PlayAudio(talk.item_id, 0, DELTA),)

    done = ResponseOutputAudioDone(item_id=talk.item_id, response_id=talk.response_id)
    talk.script.server(done)
    assert effects(talk.script) == (EndAudio(talk.item_id, 0),)


def test_barge_in_flushes_and_does_not_cancel() -> None:
    talk = telling()
    talk.script.server(speech())

    assert effects(talk.script) == (FlushPlayback("barge-in"),)


def test_late_audio_of_an_interrupted_response_is_not_played() -> None:
    talk = telling()
    talk.script.server(speech()).server(piece(talk))

    assert effects(talk.script) == ()
    assert talk.script.state.playback.heads[0].received_bytes > 0


def test_barge_in_after_the_response_is_done_still_flushes() -> None:
    talk = telling(STORY).voice_ends(STORY)
    talk.script.server(speech())

    assert effects(talk.script) == (FlushPlayback("barge-in"),)


def test_nothing_is_cut_where_interrupting_is_off() -> None:
    settings = apply(
        DEFAULTS, SessionSettings.model_validate({"turn_detection": {"interrupt_response": False}})
    )
    talk = Talk().connect(settings).user_types("hi").reply_begins().says(STORY)
    talk.script.server(speech())
    assert effects(talk.script) == ()

    talk.script.server(piece(talk))
    assert effects(talk.script) == (PlayAudio(talk.item_id, 0, DELTA),)


def test_nothing_is_flushed_where_all_was_heard() -> None:
    talk = Talk().connect().user_types("hi").reply(ANSWER)
    talk.script.server(speech())

    assert effects(talk.script) == ()


def test_the_server_is_told_what_was_heard() -> None:
    talk = telling()
    talk.script.server(speech()).local(flush(talk, 740.9, 1_200.0))

    assert effects(talk.script) == (
        SendEvent(
            ConversationItemTruncate(audio_end_ms=740, item_id=talk.item_id, content_index=0)
        ),
    )
    head = talk.script.state.playback.heads[0]
    assert head.cut == "barge-in"
    assert head.played_ms == 740.9


def test_a_complete_reply_that_was_heard_whole_is_not_truncated() -> None:
    talk = telling().voice_ends("Once upon a time")
    talk.script.local(flush(talk, 1_200.0, 1_200.0))

    assert effects(talk.script) == ()


def test_a_voice_outside_of_the_conversation_is_cut_off_without_a_truncate() -> None:
    talk = Talk().connect()
    beside = Response(id=talk.response_id, status="in_progress", conversation_id=None)
    talk.script.server(ResponseCreated(response=beside)).server(piece(talk))
    talk.script.local(flush(talk, played_ms=100, received_ms=300))
    assert talk.script.state.playback.heads[0].cut == "barge-in"
    assert effects(talk.script) == ()


def test_a_cancelled_reply_is_truncated_though_all_that_came_was_heard() -> None:
    talk = telling()
    talk.script.server(speech())
    talk.voice_ends("Once upon a time", status="cancelled", reason="turn_detected")
    talk.script.local(flush(talk, 1_200.0, 1_200.0))

    (sent,) = effects(talk.script)
    assert isinstance(sent, SendEvent)
    assert isinstance(sent.event, ConversationItemTruncate)
    assert sent.event.audio_end_ms == 1_200


@given(st.floats(0, 1e7), st.floats(0, 1e7))
def test_never_more_is_claimed_than_was_heard_and_than_was_received(
    played_ms: float, received_ms: float
) -> None:
    talk = telling()
    talk.script.local(flush(talk, played_ms, received_ms))

    (sent,) = effects(talk.script)
    assert isinstance(sent, SendEvent)
    assert isinstance(sent.event, ConversationItemTruncate)
    assert 0 <= sent.event.audio_end_ms <= min(played_ms, received_ms)


def test_one_part_is_cut_once() -> None:
    talk = telling()
    talk.script.local(flush(talk, 100.0, 1_200.0)).local(flush(talk, 90.0, 1_200.0))

    assert effects(talk.script) == ()
    assert talk.script.state.playback.heads[0].played_ms == 100.0


def test_a_part_that_was_heard_to_its_end_is_not_cut() -> None:
    talk = telling()
    talk.script.local(PlaybackFinished(item_id=talk.item_id, content_index=0, played_ms=1_200.0))
    talk.script.local(flush(talk, 100.0, 1_200.0))

    assert effects(talk.script) == ()
    assert talk.script.state.playback.heads[0].cut == ""


def test_interrupting_flushes_and_cancels_the_running_response() -> None:
    talk = telling()
    talk.script.local(InterruptWanted())

    assert effects(talk.script) == (
        FlushPlayback("interrupt"),
        SendEvent(ResponseCancel(response_id="resp_1")),
    )
    talk.script.server(piece(talk))
    assert effects(talk.script) == ()


def test_interrupting_cancels_nothing_where_nothing_runs() -> None:
    talk = telling().voice_ends("Once upon a time")
    talk.script.local(InterruptWanted())

    assert effects(talk.script) == (FlushPlayback("interrupt"),)


def awaited() -> Talk:
    """A typed question whose response has been asked for and not begun."""
    talk = Talk().connect()
    talk.script.local(TextWanted(text="Tell me a story."))
    talk.script.client(ResponseCreate(event_id="event_create"))
    return talk


@pytest.mark.parametrize("event", [InterruptWanted(), TalkKeySet(held=True)])
def test_what_is_interrupted_before_it_began_is_cancelled_when_it_does(event: LocalEvent) -> None:
    talk = awaited()
    talk.script.local(event)
    assert not [each for each in sent(talk) if isinstance(each, ResponseCancel)]

    talk.reply_begins()
    cancels = [each for each in sent(talk) if isinstance(each, ResponseCancel)]
    assert cancels == [ResponseCancel(response_id="resp_1")]
    talk.script.server(piece(talk))
    assert effects(talk.script) == ()


def test_only_one_response_is_unwanted() -> None:
    talk = awaited()
    talk.script.local(InterruptWanted())
    talk.reply_begins()

    assert not talk.script.state.responses.unwanted
    assert talk.script.state.responses.by_id["resp_1"].muted


def test_words_typed_after_the_interruption_are_answered() -> None:
    talk = awaited()
    talk.script.local(InterruptWanted()).local(TextWanted(text="Rather a poem."))
    talk.reply_begins()
    before = sent(talk).count(ResponseCreate())
    talk.voice_ends("", status="cancelled", reason="client_cancelled")

    assert sent(talk).count(ResponseCreate()) == before + 1


def sent(talk: Talk) -> list[ClientEvent]:
    """All that the fold has asked to send."""
    state, asked = SessionState(), list[ClientEvent]()
    for envelope in talk.script.envelopes:
        state, effects = reduce(state, envelope)
        asked += [each.event for each in effects if isinstance(each, SendEvent)]
    return asked


def manual() -> Talk:
    return Talk().connect(apply(DEFAULTS, SessionSettings(turn_detection=None)))


def test_the_talk_key_takes_the_floor() -> None:
    talk = manual().user_types("Tell me a story.").reply_begins().says("Once upon")
    talk.script.local(TalkKeySet(held=True))

    assert effects(talk.script) == (
        FlushPlayback("talk-key"),
        SendEvent(ResponseCancel(response_id="resp_1")),
        SendEvent(InputAudioBufferClear()),
        SetMicrophone(live=True),
    )


def test_letting_go_of_the_talk_key_ends_the_turn() -> None:
    talk = manual()
    talk.script.local(TalkKeySet(held=True))
    talk.sound(400).script.local(TalkKeySet(held=False))

    assert effects(talk.script) == (
        SendEvent(InputAudioBufferCommit()),
        SetMicrophone(live=False),
        SendEvent(ResponseCreate()),
    )


def test_too_short_a_press_commits_nothing() -> None:
    talk = manual()
    talk.script.local(TalkKeySet(held=True)).local(TalkKeySet(held=False))

    assert effects(talk.script) == (SetMicrophone(live=False),)
    assert talk.script.state.responses.awaited_since is None


def test_letting_go_leaves_the_turn_to_the_servers_vad() -> None:
    talk = Talk().connect()
    talk.script.local(MuteSet(muted=True))
    assert effects(talk.script) == (SetMicrophone(live=False),)
    talk.script.local(TalkKeySet(held=True))
    assert effects(talk.script)[-1] == SetMicrophone(live=True)
    talk.sound(400).script.local(TalkKeySet(held=False))
    assert effects(talk.script) == (SetMicrophone(live=False),)


@pytest.mark.parametrize("held", [True, False])
def test_a_key_that_does_not_move_does_nothing(held: bool) -> None:
    talk = manual()
    talk.script.local(TalkKeySet(held=True)).local(TalkKeySet(held=held)).local(
        TalkKeySet(held=held)
    )

    assert effects(talk.script) == ()


def test_words_for_the_virtual_microphone_and_leaving() -> None:
    talk = Talk().connect()
    talk.script.local(SpeakWanted(text="hello", voice="ash"))
    assert effects(talk.script) == (Speak("hello", "ash"),)

    talk.script.local(DisconnectWanted())
    assert effects(talk.script) == (FlushPlayback("closed"), CloseConnection())


def test_a_provider_without_cancel_and_truncate_is_sent_neither() -> None:
    talk = telling()
    connect = talk.script.envelopes[0].event.model_copy(update={"provider": "speaches"})
    other = Script().local(connect)  # type: ignore[arg-type]
    other.envelopes += talk.script.envelopes[1:]
    other.local(InterruptWanted())
    assert effects(other) == (FlushPlayback("interrupt"),)

    other.local(flush(talk, 100.0, 1_200.0))
    assert effects(other) == ()
