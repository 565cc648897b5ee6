"""Asked, echoed, refused, locked."""

from __future__ import annotations

from typing import Any

from studio.protocol.dialect import Dialect
from studio.protocol.events import Error, SessionCreated, SessionUpdate, SessionUpdated
from studio.protocol.settings import DEFAULTS, SessionSettings, apply
from studio.protocol.values import ErrorDetail
from studio.session.effects import SendEvent, SetMicrophone
from studio.session.local import ConnectWanted, SettingsAsked
from tests.builders import Script
from tests.conversations import ANSWER, LIBRARY, Talk


def asked(**fields: object) -> SettingsAsked:
    return SettingsAsked(settings=apply(DEFAULTS, SessionSettings.model_validate(fields)))


def updates(script: Script) -> list[dict[str, Any]]:
    return [
        effect.event.session
        for effect in script.last_step.effects
        if isinstance(effect, SendEvent) and isinstance(effect.event, SessionUpdate)
    ]


def test_the_greeting_is_answered_with_what_is_asked_otherwise() -> None:
    script = Script()
    settings = apply(DEFAULTS, SessionSettings(voice="cedar"))
    script.local(
        ConnectWanted(
            provider="openai",
            url="wss://x",
            model="m",
            dialect=Dialect.GA,
            settings=settings,
        )
    )
    script.server(SessionCreated(session=DEFAULTS.to_wire(Dialect.GA)))

    assert updates(script) == [{"type": "realtime", "audio": {"output": {"voice": "cedar"}}}]


def test_turning_one_knob_sends_that_knob() -> None:
    script = Talk().connect().script
    script.local(asked(turn_detection={"silence_duration_ms": 800}))

    (update,) = updates(script)
    assert update["audio"] == {
        "input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 800}}
    }


def test_a_provider_that_resets_what_is_left_out_is_told_all_knobs() -> None:
    script = Script()
    script.local(
        ConnectWanted(
            provider="azure-voicelive",
            url="wss://x",
            model="m",
            dialect=Dialect.BETA,
            settings=DEFAULTS,
        )
    )
    script.server(SessionCreated(session=DEFAULTS.to_wire(Dialect.GA)))
    script.local(asked(turn_detection={"silence_duration_ms": 800}))

    (update,) = updates(script)
    knobs = update["turn_detection"]
    assert knobs["silence_duration_ms"] == 800
    assert {"threshold", "prefix_padding_ms"} <= knobs.keys()


def test_nothing_is_sent_before_the_greeting_nor_when_nothing_changes() -> None:
    script = Script()
    script.local(LIBRARY["connected"]()[0].event)  # type: ignore[arg-type]
    script.local(asked(speed=1.2))
    assert updates(script) == []

    script = Talk().connect().script
    script.local(SettingsAsked(settings=DEFAULTS))
    assert updates(script) == []


def test_a_refused_update_goes_back_to_what_was_echoed_with_the_servers_words() -> None:
    script = Script(envelopes=list(LIBRARY["refused_setting"]()))

    settings = script.state.settings
    assert settings.asked.voice == "marin"
    assert settings.asked.speed == 1.0
    assert settings.pending == ()
    assert settings.refused is not None
    assert settings.refused.fields == ("voice", "speed")
    assert "assistant audio is present" in settings.refused.message
    (problem,) = script.state.problems
    assert problem.code == "cannot_update_voice"


def test_only_the_refused_knob_goes_back_where_a_later_one_is_pending() -> None:
    script = Talk().connect().script
    for event_id, knob, value in (
        ("first", "threshold", 0.9),
        ("second", "silence_duration_ms", 900),
    ):
        now = script.state.settings.asked
        wanted = apply(now, SessionSettings.model_validate({"turn_detection": {knob: value}}))
        script.local(SettingsAsked(settings=wanted))
        (update,) = updates(script)
        script.client(SessionUpdate(event_id=event_id, session=update))
    script.server(Error(error=ErrorDetail(message="no", event_id="first")))

    detection = script.state.settings.asked.turn_detection
    assert detection is not None
    assert detection.threshold == 0.5
    assert detection.silence_duration_ms == 900
    assert [each.event_id for each in script.state.settings.pending] == ["second"]


def test_without_an_event_id_the_parameter_tells_that_an_update_was_refused() -> None:
    script = Talk().connect().script
    script.local(asked(speed=1.4))
    script.client(SessionUpdate(session={"type": "realtime", "audio": {"output": {"speed": 1.4}}}))
    script.server(Error(error=ErrorDetail(message="no", param="session.audio.output.speed")))

    assert script.state.settings.asked.speed == 1.0
    assert script.state.settings.refused is not None


def test_an_error_about_something_else_refuses_nothing() -> None:
    script = Talk().connect().script
    script.local(asked(speed=1.4))
    script.client(
        SessionUpdate(event_id="mine", session={"type": "realtime", "audio": {"output": {}}})
    )
    script.server(Error(error=ErrorDetail(message="no", event_id="other")))

    assert script.state.settings.asked.speed == 1.4
    assert len(script.state.settings.pending) == 1


def test_an_answer_settles_the_oldest_update() -> None:
    script = Talk().connect().script
    for event_id in ("one", "two"):
        script.client(SessionUpdate(event_id=event_id, session={"type": "realtime"}))
    script.server(SessionUpdated(session=DEFAULTS.to_wire(Dialect.GA)))

    assert [each.event_id for each in script.state.settings.pending] == ["two"]


def test_the_voice_is_locked_once_the_assistant_has_spoken() -> None:
    talk = Talk().connect()
    assert talk.script.state.settings.locked == {"kind", "model"}

    talk.sound(100).user_types("hi").reply(ANSWER)
    talk.script.local(asked(voice="cedar", speed=1.3))

    state = talk.script.state
    assert {"voice", "input_format", "output_format"} <= state.settings.locked
    assert state.settings.asked.voice == "marin"
    assert state.settings.asked.speed == 1.3
    (update,) = updates(talk.script)
    assert update["audio"] == {"output": {"speed": 1.3}}


def test_turning_turn_detection_off_and_on_closes_and_opens_the_microphone() -> None:
    script = Talk().connect().script
    script.local(SettingsAsked(settings=apply(DEFAULTS, SessionSettings(turn_detection=None))))
    off = apply(DEFAULTS, SessionSettings(turn_detection=None))
    script.server(SessionUpdated(session=off.to_wire(Dialect.GA)))
    assert SetMicrophone(live=False) in script.last_step.effects

    script.server(SessionUpdated(session=DEFAULTS.to_wire(Dialect.GA)))
    assert SetMicrophone(live=True) in script.last_step.effects
