"""The ledger of cut voices, in the three cases of a barge-in and in any order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.protocol.events import (
    ConversationItemTruncate,
    ConversationItemTruncated,
    Error,
    InputAudioBufferSpeechStarted,
    ResponseCancel,
    ResponseCreated,
    ResponseDone,
    ResponseOutputAudioDelta,
)
from studio.protocol.settings import DEFAULTS, SessionSettings, apply
from studio.protocol.values import ErrorDetail, Response
from studio.session.effects import Effect, SendEvent
from studio.session.envelope import Envelope
from studio.session.local import (
    InterruptWanted,
    PlaybackFlushed,
    PlaybackSilenced,
    TalkKeySet,
)
from studio.session.reduce import fold, reduce
from studio.session.state import Interruption, SessionState
from studio.session.turns import turns
from tests.builders import Script, audio
from tests.conversations import CONVERSATION, LIBRARY, STORY, Talk

REFUSED = Script().server(
    Error(error=ErrorDetail(code="item_truncate_invalid_item_id", message="No such item"))
)
POOL = (
    *REFUSED.envelopes,
    *(
        envelope
        for name in ("barge_in", "late_barge_in", "interrupted", "self_interruption")
        for envelope in (*LIBRARY[name](), *LIBRARY["push_to_talk"]())
    ),
)
SPEECH = InputAudioBufferSpeechStarted(audio_start_ms=5_000, item_id="item_user_2")


def ledger(script: Script) -> tuple[Interruption, ...]:
    return tuple(script.state.interruptions.values())


def effects(script: Script) -> tuple[Effect, ...]:
    return script.last_step.effects


def telling(words: str = "Once upon a time") -> Talk:
    return Talk().connect().user_types("Tell me a story.").reply_begins().says(words)


def late_audio(talk: Talk, ms: int = 300) -> ResponseOutputAudioDelta:
    return ResponseOutputAudioDelta(
        item_id=talk.item_id, response_id=talk.response_id, delta=audio(ms)
    )


def cut(talk: Talk, played_ms: float = 700.4, reason: str = "barge-in") -> PlaybackFlushed:
    return PlaybackFlushed.model_validate(
        {
            "item_id": talk.item_id,
            "content_index": 0,
            "played_ms": played_ms,
            "received_ms": 1_200.0,
            "reason": reason,
        }
    )


def truncate(talk: Talk, at_ms: int = 700) -> ConversationItemTruncate:
    return ConversationItemTruncate(
        event_id="event_cut", item_id=talk.item_id, content_index=0, audio_end_ms=at_ms
    )


def test_a_voice_that_is_cut_while_it_is_being_made() -> None:
    talk = telling()
    said = talk.script
    said.at(10.0).server(SPEECH).server(late_audio(talk))
    said.at(10.004).local(cut(talk))
    said.at(10.005).client(truncate(talk)).server(late_audio(talk, 100))
    said.at(10.02).local(PlaybackSilenced(silent_at=10.012))
    said.at(10.05).server(
        ConversationItemTruncated(item_id=talk.item_id, content_index=0, audio_end_ms=700)
    )

    assert ledger(said) == (
        Interruption(
            reason="barge-in",
            item_id="item_assistant_1",
            content_index=0,
            speech_at=10.0,
            speech_item_id="item_user_2",
            flushed_at=10.004,
            silent_at=10.012,
            generated_ms=1_600.0,
            received_ms=1_200.0,
            played_ms=700.4,
            requested_at=10.005,
            requested_ms=700,
            request_id="event_cut",
            applied_at=10.05,
            applied_ms=700,
            flushed_seq=28,
            requested_seq=29,
            applied_seq=32,
        ),
    )


def test_a_voice_that_is_cut_when_it_has_all_been_made() -> None:
    (late,) = fold(LIBRARY["late_barge_in"]()).interruptions.values()

    assert late.generated_ms == late.received_ms == len(STORY.split(" ")) * 300
    assert late.played_ms == 1_590.0
    assert late.requested_ms == late.applied_ms == 1_590
    assert late.speech_at is not None
    assert late.requested_at is not None
    assert late.applied_at is not None
    assert late.speech_at < late.flushed_at <= late.requested_at < late.applied_at
    first, second = turns(fold(LIBRARY["late_barge_in"]()))
    assert first.interruptions == (late,)
    assert second.interruptions == ()


def test_speech_that_may_not_interrupt_leaves_no_entry() -> None:
    settings = apply(
        DEFAULTS, SessionSettings.model_validate({"turn_detection": {"interrupt_response": False}})
    )
    talk = Talk().connect(settings).user_types("hi").reply_begins().says(STORY)
    talk.script.server(SPEECH)

    assert effects(talk.script) == ()
    assert talk.script.state.playback.hush is None
    assert ledger(talk.script) == ()


@pytest.mark.parametrize(
    ("key", "reason"),
    [(InterruptWanted(), "interrupt"), (TalkKeySet(held=True), "talk-key")],
)
def test_a_key_is_timed_from_its_press(key: InterruptWanted | TalkKeySet, reason: str) -> None:
    talk = telling()
    talk.script.at(10.0).local(key)
    talk.script.at(10.004).local(cut(talk, reason=reason))

    (entry,) = ledger(talk.script)
    assert (entry.reason, entry.speech_at, entry.speech_item_id) == (reason, 10.0, "")


def test_a_flush_that_nobody_asked_for_has_no_cause() -> None:
    talk = telling()
    talk.script.at(10.0).local(InterruptWanted())
    talk.script.at(19.0).local(cut(talk, reason="interrupt"))

    (entry,) = ledger(talk.script)
    assert entry.speech_at is None


def test_leaving_is_no_interruption() -> None:
    talk = telling()
    talk.script.local(cut(talk, reason="closed"))

    assert ledger(talk.script) == ()


def test_one_silence_for_all_parts_that_were_cut_together() -> None:
    talk = telling()
    place = {"item_id": "item_more", "response_id": talk.response_id}
    talk.script.server(ResponseOutputAudioDelta(**place, delta=audio(200)))
    talk.script.local(InterruptWanted()).local(cut(talk, reason="interrupt"))
    talk.script.local(
        PlaybackFlushed(
            item_id="item_more", content_index=0, played_ms=0, received_ms=200, reason="interrupt"
        )
    )
    talk.script.local(PlaybackSilenced(silent_at=1.5))

    assert [each.silent_at for each in ledger(talk.script)] == [1.5, 1.5]
    talk.script.local(PlaybackSilenced(silent_at=9.0))
    assert [each.silent_at for each in ledger(talk.script)] == [1.5, 1.5]


@pytest.mark.parametrize(
    ("detail", "benign"),
    [
        (
            ErrorDetail(
                code="invalid_value",
                message="Audio content of 700ms is already shorter than 701ms",
                event_id="event_cut",
            ),
            True,
        ),
        (ErrorDetail(message="Audio content of 700ms is already shorter than 701ms"), True),
        (ErrorDetail(message="Only model output audio messages can be truncated"), False),
        (ErrorDetail(code="item_truncate_invalid_item_id", message="No such item"), False),
    ],
)
def test_a_refusal_stands_in_the_servers_words(detail: ErrorDetail, benign: bool) -> None:
    talk = telling()
    talk.script.server(SPEECH).local(cut(talk)).client(truncate(talk)).server(Error(error=detail))

    (entry,) = ledger(talk.script)
    assert (entry.refused, entry.benign, entry.applied_ms) == (detail.message, benign, None)
    assert talk.script.state.problems[-1].benign is benign


def test_an_error_about_something_else_refuses_nothing() -> None:
    talk = telling()
    talk.script.server(SPEECH).local(cut(talk)).client(truncate(talk))
    talk.script.server(Error(error=ErrorDetail(message="is already shorter than", event_id="x")))
    talk.script.server(Error(error=ErrorDetail(code="response_cancel_not_active", message="none")))

    (entry,) = ledger(talk.script)
    assert entry.refused == ""


def test_a_reply_cut_off_before_its_first_sound_is_neither_heard_nor_remembered() -> None:
    talk = Talk().connect().user_types("Tell me a story.").reply_begins()
    said = talk.script
    said.at(10.0).server(SPEECH)
    said.at(10.02).server(late_audio(talk))
    assert effects(said) == ()
    said.server(late_audio(talk, 100))

    (entry,) = ledger(said)
    assert (entry.received_ms, entry.played_ms, entry.generated_ms) == (0, 0, 400)
    assert (entry.speech_at, entry.silent_at) == (10.0, 10.0)
    (head,) = said.state.playback.heads
    assert (head.cut, head.played_ms) == ("barge-in", 0.0)
    assert head.ended_at is not None

    done = Response(id=talk.response_id, status="cancelled", conversation_id=CONVERSATION)
    said.server(ResponseDone(response=done))
    forget = ConversationItemTruncate(item_id=talk.item_id, content_index=0, audio_end_ms=0)
    assert effects(said) == (SendEvent(forget),)
    said.client(forget).server(ResponseDone(response=done))
    assert effects(said) == ()


def steps(envelopes: list[Envelope]) -> list[tuple[SessionState, Envelope, SessionState]]:
    state, taken = SessionState(), []
    for at, envelope in enumerate(envelopes, start=1):
        stamped = replace(envelope, seq=at, at=at / 100)
        after = reduce(state, stamped).state
        taken.append((state, stamped, after))
        state = after
    return taken


@given(st.lists(st.sampled_from(POOL), max_size=80))
def test_the_ledger_holds_in_any_order(envelopes: list[Envelope]) -> None:
    taken = steps(envelopes)
    entries = tuple(taken[-1][2].interruptions.values()) if taken else ()

    parts = [(each.item_id, each.content_index) for each in entries]
    assert len(set(parts)) == len(parts)
    for each in entries:
        assert each.generated_ms >= each.received_ms >= 0
        assert each.refused == "" or each.requested_at is not None
        assert (each.requested_at is None) == (each.requested_ms is None)


@given(st.lists(st.sampled_from(POOL), max_size=80))
def test_no_cancel_can_hit_another_response(envelopes: list[Envelope]) -> None:
    """Only a key cancels, and it names the response that was running when it was pressed."""
    for before, envelope, _ in steps(envelopes):
        sent = [
            effect.event
            for effect in reduce(before, envelope).effects
            if isinstance(effect, SendEvent) and isinstance(effect.event, ResponseCancel)
        ]
        if sent:
            assert isinstance(envelope.event, InterruptWanted | TalkKeySet)
            assert [each.response_id for each in sent] == [before.responses.active]
            assert before.responses.active


def test_a_cancel_that_comes_too_late_names_the_response_that_has_ended() -> None:
    talk = telling()
    talk.script.local(InterruptWanted())
    (_, cancel) = effects(talk.script)
    assert cancel == SendEvent(ResponseCancel(response_id="resp_1"))
    talk.voice_ends("Once upon a time")
    after = Response(id="resp_2", status="in_progress", conversation_id=CONVERSATION)
    talk.script.server(ResponseCreated(response=after))
    refusal = ErrorDetail(code="response_cancel_not_active", message="Cancellation failed")
    talk.script.server(Error(error=refusal))

    state = talk.script.state
    assert state.responses.active == "resp_2"
    assert not state.responses.by_id["resp_2"].muted
    assert state.problems[-1].benign
