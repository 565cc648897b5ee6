from __future__ import annotations

from studio.audio.cleaning import Cleaning
from studio.session.effects import CleanMicrophone, Effect, OpenSound
from studio.session.local import EchoScored, LinkMeasured, SoundWanted
from studio.session.state import Echo
from tests.builders import Script
from tests.conversations import Talk

OFF = Cleaning(echo="off")


def connected() -> Script:
    script = Talk().connect().script
    wanted = script.envelopes[0].event
    chosen = wanted.model_copy(update={"microphone": "auto", "speaker": "silent"})
    script.envelopes[0] = Script().local(chosen).envelopes[0]  # type: ignore[arg-type]
    return script


def effects(script: Script) -> tuple[Effect, ...]:
    return script.last_step.effects


def test_a_session_begins_with_the_sound_of_its_plan() -> None:
    sound = connected().state.sound

    assert (sound.microphone, sound.speaker, sound.cleaning) == ("auto", "silent", Cleaning())


def test_what_is_not_named_stays() -> None:
    script = connected().local(SoundWanted(speaker="device:USB"))

    assert effects(script) == (OpenSound(None, "device:USB"),)
    sound = script.state.sound
    assert (sound.microphone, sound.speaker, sound.cleaning) == ("auto", "device:USB", Cleaning())


def test_the_same_card_again_is_opened_anew() -> None:
    script = connected().local(SoundWanted(microphone="auto"))

    assert effects(script) == (OpenSound("auto", None),)


def test_the_microphone_is_cleaned_otherwise_without_opening_it() -> None:
    script = connected().local(SoundWanted(cleaning=OFF))
    assert effects(script) == (CleanMicrophone(OFF),)

    script.local(SoundWanted(cleaning=OFF))
    assert effects(script) == ()
    assert script.state.sound.cleaning == OFF


def test_everything_at_once() -> None:
    script = connected().local(SoundWanted(microphone="demo", speaker="auto", cleaning=OFF))

    assert effects(script) == (OpenSound("demo", "auto"), CleanMicrophone(OFF))


def test_echoes_and_the_round_trip_are_kept() -> None:
    script = connected()
    script.local(EchoScored(item_id="u", audio_start_ms=300, score=0.1, lag_ms=5.0))
    script.wait(100).local(LinkMeasured(rtt_ms=30.0)).local(LinkMeasured(rtt_ms=20.0))

    sound = script.state.sound
    assert sound.rtt_ms == 20.0
    assert sound.echoes == {"u": Echo("u", 300, 0.1, 5.0, sound.echoes["u"].at, seq=8)}
