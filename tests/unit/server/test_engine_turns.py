"""Whole flows through the engine, told as traces: what comes in, what goes out, in which order."""

from __future__ import annotations

import base64

import pytest

from studio.audio.formats import AudioFormat
from studio.protocol.dialect import Dialect
from studio.server.engine.engine import EngineConfig
from studio.server.engine.work import CancelResponse, DropRecognition, Recognise, Synthesise, Think
from studio.server.replies.context import Returned, Said
from studio.vad.profile import Profile
from tests.fakes.engine_shell import Talk, call, error_of, only, say, types

LADDER = [
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
]
SPOKEN_TAIL = [
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
    "rate_limits.updated",
]
TURN_END = [
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
    "response.created",
]


def test_the_greeting_is_session_created_alone() -> None:
    talk = Talk()
    assert types(talk.greeting) == ["session.created"]
    session = talk.greeting[0]["session"]
    assert session["audio"]["input"]["turn_detection"]["type"] == "server_vad"
    assert session["output_modalities"] == ["audio"]


def test_beta_is_greeted_with_a_conversation_too() -> None:
    talk = Talk(EngineConfig(dialect=Dialect.BETA))
    assert types(talk.greeting) == ["session.created", "conversation.created"]
    assert talk.greeting[0]["session"]["modalities"] == ["audio", "text"]
    assert talk.greeting[0]["session"]["temperature"] == 0.8


def test_a_spoken_turn_comes_in_the_recorded_order() -> None:
    talk = Talk()
    talk.update(audio={"input": {"transcription": {"model": "whisper-1"}}})
    frames = talk.turn("What time is it?", "Noon. Or so.")
    heard = "conversation.item.input_audio_transcription"
    assert types(frames) == [
        "input_audio_buffer.speech_started",
        *TURN_END,
        f"{heard}.delta",
        f"{heard}.completed",
        *LADDER,
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
        *SPOKEN_TAIL,
    ]
    user = only(frames, "input_audio_buffer.speech_started")["item_id"]
    assert only(frames, "input_audio_buffer.committed")["item_id"] == user
    added = [f for f in frames if f["type"] == "conversation.item.added"]
    assert added[0]["item"]["content"] == [{"type": "input_audio", "transcript": None}]
    assert added[1]["previous_item_id"] == user
    done = only(frames, "response.done")["response"]
    assert done["status"] == "completed"
    assert done["output"][0]["content"] == [{"type": "output_audio", "transcript": "Noon. Or so."}]


def test_the_edges_obey_the_hosted_arithmetic() -> None:
    talk = Talk()
    talk.update(audio={"input": {"turn_detection": {"silence_duration_ms": 200}}})
    frames = talk.hear(talk.silence(640), talk.tone(640), talk.silence(640))
    # The tone begins with frame 20, on the grid; padding takes 300 ms from its start. The first
    # silent frame ends at 1,312 ms; the first frame 200 ms later ends at 1,536 ms.
    assert only(frames, "input_audio_buffer.speech_started")["audio_start_ms"] == 340
    assert only(frames, "input_audio_buffer.speech_stopped")["audio_end_ms"] == 1536


def test_another_providers_edges_are_shifted_by_its_profile() -> None:
    talk = Talk(EngineConfig(profile=Profile("elsewhere", 0.0, 64, -32)))
    talk.update(audio={"input": {"turn_detection": {"silence_duration_ms": 200}}})
    frames = talk.hear(talk.silence(640), talk.tone(640), talk.silence(640))
    assert only(frames, "input_audio_buffer.speech_started")["audio_start_ms"] == 340 + 64
    assert only(frames, "input_audio_buffer.speech_stopped")["audio_end_ms"] == 1536 - 32


@pytest.mark.parametrize(
    ("kind", "audio_format"),
    [("audio/pcmu", AudioFormat.PCMU), ("audio/pcma", AudioFormat.PCMA)],
)
def test_g711_gives_the_same_edges(kind: str, audio_format: AudioFormat) -> None:
    talk = Talk()
    talk.update(audio={"input": {"format": {"type": kind}}})
    talk.format = audio_format
    frames = talk.hear(talk.silence(640), talk.tone(640), talk.silence(640))
    assert only(frames, "input_audio_buffer.speech_started")["audio_start_ms"] == 340
    assert only(frames, "input_audio_buffer.speech_stopped")["audio_end_ms"] == 1824


def test_recognition_begins_before_the_turn_has_ended() -> None:
    talk = Talk()
    frames = talk.hear(talk.tone(640), talk.silence(320))
    assert types(frames) == ["input_audio_buffer.speech_started"]
    assert len(talk.pending(Recognise)) == 1
    talk.recognise("Hello.")
    assert types(talk.hear(talk.silence(320)))[:2] == TURN_END[:2]
    assert len(talk.pending(Think)) == 1


def test_a_guess_is_dropped_when_the_user_speaks_on() -> None:
    talk = Talk()
    talk.hear(talk.tone(640), talk.silence(320), talk.tone(320))
    (first,) = talk.pending(Recognise)
    (dropped,) = talk.pending(DropRecognition)
    assert dropped.recognition_id == first.recognition_id
    talk.hear(talk.silence(640))
    talk.recognise("Too early.")
    assert talk.pending(Think) == []
    talk.recognise("Hello there.")
    assert talk.think([]).turns == (Said("user", "Hello there.", spoken=True),)


def test_speaking_while_a_reply_is_made_cancels_it() -> None:
    talk = Talk()
    talk.hear(talk.tone(640), talk.silence(640))
    talk.recognise("A story.")
    talk.think(say("One. Two. Three. "), done=False)
    talk.speak(1000, done=False)
    frames = talk.hear(talk.tone(320))
    assert types(frames) == ["input_audio_buffer.speech_started", *SPOKEN_TAIL]
    response = only(frames, "response.done")["response"]
    assert response["status"] == "cancelled"
    assert response["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert response["output"][0]["status"] == "incomplete"
    assert response["usage"]["output_token_details"]["audio_tokens"] == 20
    assert [w.response_id for w in talk.pending(CancelResponse)] == [response["id"]]


def test_speaking_after_a_reply_was_made_cancels_nothing() -> None:
    talk = Talk()
    talk.turn("Hello.", "Hello.")
    assert types(talk.hear(talk.tone(320))) == ["input_audio_buffer.speech_started"]


def test_without_interrupting_the_running_reply_wins() -> None:
    talk = Talk()
    talk.update(audio={"input": {"turn_detection": {"interrupt_response": False}}})
    talk.hear(talk.tone(640), talk.silence(640))
    talk.recognise("A story.")
    talk.think(say("One. Two. "), done=False)
    frames = talk.hear(talk.tone(640), talk.silence(640))
    assert "response.done" not in types(frames)
    assert error_of(frames)["code"] == "conversation_already_has_active_response"


def test_what_was_truncated_is_forgotten_in_proportion() -> None:
    talk = Talk()
    talk.turn("Hello.", "one two three four")
    item = talk.frames[-2]["response"]["output"][0]["id"]
    frames = talk.send(
        "conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=450
    )
    assert frames[0]["type"] == "conversation.item.truncated"
    content = talk.send("conversation.item.retrieve", item_id=item)[0]["item"]["content"]
    assert content[0]["transcript"] is None
    assert len(base64.b64decode(content[0]["audio"])) == 450 * 48
    talk.write("And then?")
    talk.send("response.create")
    assert talk.think([]).turns[1] == Said("assistant", "one two", spoken=True)


def test_push_to_talk() -> None:
    talk = Talk()
    talk.update(audio={"input": {"turn_detection": None}})
    assert talk.hear(talk.tone(640)) == []
    frames = talk.send("input_audio_buffer.commit")
    assert types(frames) == [
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ]
    assert types(talk.send("response.create")) == ["response.created"]
    talk.recognise("Hi.")
    talk.think(say("Hello."))
    talk.speak_all()
    assert types(talk.frames)[-7:] == SPOKEN_TAIL


def test_a_commit_in_mid_speech_takes_the_announced_item_and_says_no_stop() -> None:
    talk = Talk()
    started = only(talk.hear(talk.tone(640)), "input_audio_buffer.speech_started")
    frames = talk.send("input_audio_buffer.commit")
    assert only(frames, "input_audio_buffer.committed")["item_id"] == started["item_id"]
    assert "input_audio_buffer.speech_stopped" not in types(frames)
    assert talk.hear(talk.silence(960)) == []


def test_clearing_forgets_an_open_turn() -> None:
    talk = Talk()
    talk.hear(talk.tone(640))
    assert types(talk.send("input_audio_buffer.clear")) == ["input_audio_buffer.cleared"]
    assert talk.hear(talk.silence(960)) == []


def test_a_text_turn() -> None:
    talk = Talk()
    talk.update(output_modalities=["text"])
    assert types(talk.write("Hello")) == ["conversation.item.added", "conversation.item.done"]
    begin = len(talk.frames)
    talk.send("response.create")
    talk.think(say("Good morning."))
    frames = talk.frames[begin:]
    assert types(frames) == [
        "response.created",
        *LADDER,
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]
    assert talk.pending(Synthesise) == []
    deltas = [f for f in frames if f["type"] == "response.output_text.delta"]
    assert "".join(f["delta"] for f in deltas) == "Good morning."
    assert "obfuscation" in deltas[0]


def test_a_tool_round() -> None:
    talk = Talk()
    talk.update(output_modalities=["text"], tools=[{"type": "function", "name": "look"}])
    talk.write("Look.")
    talk.send("response.create")
    begin = len(talk.frames)
    talk.think(call("look", '{"at": "it"}'))
    frames = talk.frames[begin:]
    assert types(frames) == [
        "response.output_item.added",
        "conversation.item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]
    (item,) = only(frames, "response.done")["response"]["output"]
    assert (item["type"], item["arguments"]) == ("function_call", '{"at": "it"}')
    result = {"type": "function_call_output", "call_id": item["call_id"], "output": "a cat"}
    talk.send("conversation.item.create", item=result)
    talk.send("response.create")
    assert talk.think(say("A cat.")).turns[-1] == Returned(item["call_id"], "a cat")


def test_a_call_waits_until_the_words_before_it_are_said() -> None:
    talk = Talk()
    talk.write("Look.")
    talk.send("response.create")
    talk.think([*say("Let me look."), *call("look")])
    assert "response.function_call_arguments.done" not in types(talk.frames)
    talk.speak_all()
    done = only(talk.frames, "response.done")["response"]
    assert [item["type"] for item in done["output"]] == ["message", "function_call"]


def test_the_transcript_runs_one_sentence_ahead_of_the_voice() -> None:
    talk = Talk()
    talk.write("Count.")
    talk.send("response.create")
    talk.think(say("One is here. Two is here. Three is here. Four is here."))

    def shown() -> str:
        kind = "response.output_audio_transcript.delta"
        return "".join(f["delta"] for f in talk.frames if f["type"] == kind)

    assert shown() == "One is here. Two is here. "
    talk.speak()
    assert shown() == "One is here. Two is here. Three is here. "
    talk.speak_all()
    assert shown() == "One is here. Two is here. Three is here. Four is here."


def test_a_picture_is_kept_and_billed() -> None:
    talk = Talk()
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}
    item = {"type": "message", "role": "user", "content": [picture]}
    frames = talk.send("conversation.item.create", item=item)
    assert types(frames) == ["conversation.item.added", "conversation.item.done"]
    talk.send("response.create")
    assert talk.think(say("Nice.")).turns[0].images == ("data:image/png;base64,AAAA",)  # type: ignore[union-attr]
    talk.speak_all()
    usage = only(talk.frames, "response.done")["response"]["usage"]
    assert usage["input_token_details"]["image_tokens"] > 0


def test_a_failed_transcription_does_not_end_the_turn() -> None:
    talk = Talk()
    talk.update(audio={"input": {"transcription": {"model": "whisper-1"}}})
    talk.hear(talk.tone(640), talk.silence(640))
    frames = talk.recognise_nothing("No speech recognition: it is not installed.")
    failed = only(frames, "conversation.item.input_audio_transcription.failed")
    assert failed["error"]["message"].startswith("No speech recognition")
    talk.think(say("Pardon?"))
    talk.speak_all()
    assert only(talk.frames, "response.done")["response"]["status"] == "completed"


def test_a_failed_voice_fails_the_response_and_costs_nothing() -> None:
    talk = Talk()
    talk.write("Hello")
    response = talk.send("response.create")[0]["response"]["id"]
    talk.think(say("Hello."))
    talk.engine.failed(response, "voice_failed", "No local voices")
    done = only(talk.read(), "response.done")["response"]
    assert done["status"] == "failed"
    assert done["status_details"]["error"]["code"] == "voice_failed"
    assert done["usage"]["total_tokens"] == 0


def test_the_idle_timeout_makes_a_turn_of_silence() -> None:
    talk = Talk()
    talk.update(
        audio={
            "input": {
                "transcription": {"model": "whisper-1"},
                "turn_detection": {"idle_timeout_ms": 5000},
            }
        }
    )
    talk.turn("Hello.", "Hi")  # two characters: 100 ms of voice
    quiet_from_ms = 320 + 640 + 640 + 100
    assert talk.hear(talk.silence(5000)) == []
    frames = talk.hear(talk.silence(160))
    assert types(frames) == [
        "input_audio_buffer.timeout_triggered",
        "conversation.item.added",
        "conversation.item.done",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
    ]
    assert frames[0]["audio_start_ms"] == quiet_from_ms
    assert frames[1]["item"]["role"] == "system"
    assert frames[3]["previous_item_id"] == frames[1]["item"]["id"]
    completed = talk.recognise("")[0]
    assert (completed["transcript"], completed["usage"]["seconds"]) == ("", 0)


def test_speech_puts_the_idle_timeout_off() -> None:
    talk = Talk()
    talk.update(audio={"input": {"turn_detection": {"idle_timeout_ms": 5000}}})
    talk.turn("Hello.", "Hi")
    talk.hear(talk.silence(4000), talk.tone(320), talk.silence(320))
    assert talk.hear(talk.tone(4800)) == []


def test_semantic_vad_answers_a_question_soon_and_waits_for_the_rest_of_a_sentence() -> None:
    talk = Talk()
    talk.update(
        audio={"input": {"turn_detection": {"type": "semantic_vad", "eagerness": "medium"}}}
    )
    talk.hear(talk.tone(640), talk.silence(160))
    talk.recognise("What time is it?")
    frames = talk.hear(talk.silence(320))
    assert types(frames)[:2] == TURN_END[:2]
    talk.think([])
    talk.hear(talk.tone(640), talk.silence(160))
    talk.recognise("I would like to")
    assert talk.hear(talk.silence(3600)) == []
    assert types(talk.hear(talk.silence(480)))[:2] == TURN_END[:2]


def test_out_of_band_responses_run_beside_the_conversation() -> None:
    talk = Talk()
    talk.write("Hello")
    talk.send("response.create")
    aside = {
        "conversation": "none",
        "output_modalities": ["text"],
        "metadata": {"topic": "mood"},
        "input": [
            {"type": "item_reference", "id": talk.frames[0]["item"]["id"]},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "?"}]},
        ],
    }
    frames = talk.send("response.create", response=aside)
    assert frames[0]["response"]["conversation_id"] is None
    talk.think(say("Main."))
    begin = len(talk.frames)
    context = talk.think(say("Good mood."))
    assert [turn.text for turn in context.turns] == ["Hello", "?"]  # type: ignore[union-attr]
    frames = talk.frames[begin:]
    assert not any(kind.startswith("conversation.") for kind in types(frames))
    assert only(frames, "response.done")["response"]["metadata"] == {"topic": "mood"}


def test_no_input_means_no_context() -> None:
    talk = Talk()
    talk.write("Hello")
    talk.send("response.create", response={"input": [], "instructions": "Be brief."})
    context = talk.think([])
    assert (context.turns, context.instructions) == ((), "Be brief.")


def test_a_client_cancels() -> None:
    talk = Talk()
    talk.write("Hello")
    talk.send("response.create")
    frames = talk.send("response.cancel")
    details = only(frames, "response.done")["response"]["status_details"]
    assert details == {"type": "cancelled", "reason": "client_cancelled"}
    assert error_of(talk.send("response.cancel"))["code"] == "response_cancel_not_active"


def test_output_ends_at_the_limit() -> None:
    talk = Talk()
    talk.update(output_modalities=["text"])
    talk.write("Hello")
    talk.send("response.create", response={"max_output_tokens": 6})
    talk.think(say("one two three four five six seven eight nine ten"))
    done = only(talk.frames, "response.done")["response"]
    assert done["status"] == "incomplete"
    assert done["status_details"]["reason"] == "max_output_tokens"
    assert len(done["output"][0]["content"][0]["text"]) < 20


def test_a_voice_ends_at_the_limit() -> None:
    talk = Talk()
    talk.write("Hello")
    talk.send("response.create", response={"max_output_tokens": 20})
    talk.think(say("one two"))
    talk.speak(5000)
    done = only(talk.frames, "response.done")["response"]
    assert done["status"] == "incomplete"
    assert done["usage"]["output_tokens"] == 20


def test_the_second_response_finds_the_first_one_cached() -> None:
    talk = Talk()
    talk.turn("Hello.", "Hi")
    talk.turn("Bye.", "Bye")
    first, second = (f["response"]["usage"] for f in talk.frames if f["type"] == "response.done")
    assert first["input_token_details"]["cached_tokens"] == 0
    cached = second["input_token_details"]
    assert cached["cached_tokens_details"]["audio_tokens"] > 0
    assert 0 < cached["cached_tokens"] < second["input_tokens"]


def test_a_session_ends_after_its_time() -> None:
    talk = Talk(EngineConfig(longest_s=3600))
    talk.engine.tick(3599)
    assert talk.read() == []
    talk.engine.tick(3600)
    assert error_of(talk.read())["code"] == "session_expired"
    assert talk.close is not None
    assert talk.close.code == 1001
    assert talk.write("Hello?") == []


def test_a_transcription_session_only_transcribes() -> None:
    talk = Talk(EngineConfig(transcription=True))
    talk.hear(talk.tone(640), talk.silence(640))
    assert "response.created" not in types(talk.frames)
    completed = "conversation.item.input_audio_transcription.completed"
    assert only(talk.recognise("Hello."), completed)["transcript"] == "Hello."
    assert error_of(talk.send("response.create"))["code"] == "invalid_value"


def test_beta_says_the_same_in_its_own_words() -> None:
    talk = Talk(EngineConfig(dialect=Dialect.BETA))
    frames = talk.turn("Hello.", "Hi")
    assert types(frames) == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.created",
        "response.created",
        "response.output_item.added",
        "conversation.item.created",
        "response.content_part.added",
        "response.audio_transcript.delta",
        "response.audio.delta",
        "response.audio.done",
        "response.audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]
