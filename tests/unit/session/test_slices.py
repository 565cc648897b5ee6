"""Speech, playback, responses, tools, usage and problems."""

from __future__ import annotations

import json

import pytest

from studio.protocol.events import Error, ResponseDone
from studio.protocol.values import ErrorDetail, Response, StatusDetails
from studio.session.local import AudioDropped, DeviceFailed, DeviceOpened, ProblemSeen
from studio.session.reduce import fold
from studio.session.state import SessionState
from tests.builders import Script
from tests.conversations import LIBRARY, Talk


def state_of(name: str) -> SessionState:
    return fold(LIBRARY[name]())


def test_speech_as_the_server_and_as_the_local_vad_heard_it() -> None:
    state = state_of("spoken_turn")

    (server,) = state.speech.server
    (local,) = state.speech.local
    assert (server.start_ms, server.end_ms, server.item_id) == (300, 2_900, "item_user_1")
    assert (local.start_ms, local.end_ms) == (600, 2_400)
    assert server.stopped_at is not None
    assert local.stopped_at is not None
    assert server.stopped_at - local.stopped_at == pytest.approx(0.515)


def test_what_was_sent_is_counted_in_bytes() -> None:
    talk = Talk().connect().sound(700)

    assert talk.script.state.speech.sent_bytes == 700 * 48


def test_a_timeout_is_a_span_of_its_own() -> None:
    spans = state_of("idle_timeout").speech.server

    assert [span.timed_out for span in spans] == [False, True]
    assert spans[1].end_ms is not None
    assert spans[1].end_ms - spans[1].start_ms == 5_000


def test_devices_are_named() -> None:
    script = Talk().connect().script
    script.local(DeviceOpened(direction="input", name="USB mic", virtual=False, rate_hz=24_000))

    state = script.state
    assert (state.speech.input_device, state.speech.input_is_virtual) == ("USB mic", False)
    assert (state.playback.output_device, state.playback.output_is_virtual) == (
        "silent speaker",
        True,
    )


def test_playback_knows_what_was_received_and_heard() -> None:
    (head,) = state_of("spoken_turn").playback.heads

    assert head.received_bytes == 4 * 300 * 48
    assert head.all_received
    assert head.heard_at is not None
    assert (head.played_ms, head.cut) == (1_200.0, "")


def test_a_response_knows_its_times_and_its_end() -> None:
    state = state_of("barge_in")
    first, second = state.responses.by_id.values()

    assert (first.status, first.reason, first.muted) == ("cancelled", "turn_detected", True)
    assert (second.status, second.muted) == ("completed", False)
    assert second.first_delta_at is not None
    assert second.first_audio_at is not None
    assert second.created_at < second.first_delta_at < second.first_audio_at
    assert second.item_ids == ("item_assistant_2",)
    assert state.responses.active == ""


def test_a_response_whose_connection_is_gone_has_ended() -> None:
    state = state_of("dropped_connection")
    (response,) = state.responses.by_id.values()

    assert (response.status, response.reason) == ("incomplete", "connection closed")
    assert state.responses.active == ""


def test_a_typed_request_and_its_response_belong_together() -> None:
    state = state_of("typed_turn")
    (response,) = state.responses.by_id.values()

    assert response.asked_at is not None
    assert response.asked_at < response.created_at
    assert state_of("spoken_turn").responses.by_id["resp_1"].asked_at is None


def test_a_call_counts_once_and_keeps_its_first_answer() -> None:
    (call,) = state_of("tool_round").tools.calls.values()

    assert (call.name, call.arguments) == ("get_weather", '{"city": "London"}')
    assert call.output == '{"sky": "foggy", "degrees": 12}'
    assert call.answered_at is not None
    assert call.answered_at > call.asked_at


def test_a_call_that_was_cut_off_does_not_count() -> None:
    envelopes = LIBRARY["waiting_for_a_tool"]()
    script = Script()
    for envelope in envelopes:
        if envelope.event.type in ("response.output_item.done", "response.done"):
            cut = envelope.raw.replace('"status":"completed"', '"status":"incomplete"')
            script.server_raw(cut)
        else:
            script.envelopes.append(envelope)

    assert "incomplete" in script.envelopes[-2].raw
    assert not script.state.tools.calls


def test_cached_tokens_are_a_part_of_the_input() -> None:
    totals = state_of("two_turns").totals

    assert (totals.input_text, totals.input_audio) == (60 + 120, 40 + 80)
    assert totals.cached_text + totals.cached_audio == 64
    assert (totals.output_text, totals.output_audio) == (40, 120)
    assert totals.responses == 2
    assert totals.transcription_seconds == 4.0


def test_a_response_that_ends_twice_is_billed_once() -> None:
    script = Script(envelopes=list(LIBRARY["spoken_turn"]()))
    before = script.state.totals
    done = next(each for each in script.envelopes if each.event.type == "response.done")
    script.server_raw(done.raw)

    assert script.state.totals == before


def test_usage_beside_the_response_counts() -> None:
    script = Script().server_raw(
        json.dumps(
            {
                "type": "response.done",
                "response": {"id": "r", "status": "completed", "usage": {}},
                "usage": {
                    "input_tokens": 5,
                    "input_token_details": {"text_tokens": 5},
                    "output_token_details": {"text_tokens": 3, "audio_tokens": 39},
                },
            }
        )
    )

    totals = script.state.totals
    assert (totals.input_text, totals.output_text, totals.output_audio) == (5, 3, 39)
    usage = script.state.responses.by_id["r"].usage
    assert usage is not None
    assert usage.input_tokens == 5


def test_limits_are_kept_by_name() -> None:
    limits = state_of("spoken_turn").rate_limits

    assert limits["tokens"].remaining == 39_000


@pytest.mark.parametrize(
    ("code", "benign", "severity"),
    [
        ("response_cancel_not_active", True, "info"),
        ("input_audio_buffer_commit_empty", True, "info"),
        ("conversation_already_has_active_response", False, "error"),
        ("invalid_value", False, "error"),
        (None, False, "error"),
    ],
)
def test_an_error_is_a_problem_in_the_servers_words(
    code: str | None, benign: bool, severity: str
) -> None:
    script = Script().server(Error(error=ErrorDetail(message="No way.", code=code)))

    (problem,) = script.state.problems
    assert (problem.message, problem.benign, problem.severity) == ("No way.", benign, severity)
    assert problem.seq == 1
    assert problem.title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("refused_key", "The key was refused"),
        ("unreachable", "Cannot connect"),
        ("failed_response", "The reply failed"),
        ("unheard_words", "The user's words could not be transcribed"),
        ("dropped_connection", "The connection closed"),
        ("hostile", "A frame could not be read"),
    ],
)
def test_what_goes_wrong_is_told(name: str, title: str) -> None:
    assert state_of(name).problems[0].title == title


def test_unknown_events_are_no_problem() -> None:
    assert Script().server_raw('{"type": "ping"}').state.problems == ()


def test_an_incomplete_reply_says_why() -> None:
    details = StatusDetails(type="incomplete", reason="max_output_tokens")
    response = Response(id="r", status="incomplete", status_details=details)
    (problem,) = Script().server(ResponseDone(response=response)).state.problems

    assert problem.severity == "warning"
    assert "max_output_tokens" in problem.message


def test_what_this_machine_tells_is_told() -> None:
    script = Script()
    script.local(DeviceFailed(direction="input", name="mic", message="unplugged", hint="plug in"))
    script.local(AudioDropped(direction="output", lost_ms=40.0, reason="underrun"))
    script.local(ProblemSeen(severity="info", title="Note", message="well"))

    titles = [(each.severity, each.title) for each in script.state.problems]
    assert titles == [
        ("error", "The microphone failed"),
        ("warning", "40 ms of audio were not heard"),
        ("info", "Note"),
    ]
    assert script.state.problems[0].message == "mic: unplugged"


def test_the_end_marker_ends_the_session() -> None:
    assert state_of("spoken_turn").ended
    assert not state_of("connected").ended
