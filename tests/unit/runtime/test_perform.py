from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from studio.audio.cleaning import Cleaning
from studio.audio.formats import AudioFormat
from studio.audio.microphones import Voiceover
from studio.audio.speakers import VirtualSpeaker
from studio.core.clock import ManualClock
from studio.core.ids import SequentialIds
from studio.protocol.dialect import Dialect
from studio.protocol.events import Malformed, ResponseCreate, SessionUpdate
from studio.protocol.values import AudioSpan, StoredAudio
from studio.runtime.inbox import Inbox
from studio.runtime.line import Line
from studio.runtime.mouth import Mouth
from studio.runtime.perform import Performer, audio_bytes
from studio.runtime.world import request_for
from studio.session.effects import (
    CleanMicrophone,
    EndAudio,
    FlushPlayback,
    OpenSound,
    PlayAudio,
    SendEvent,
    SendRaw,
    SetMicrophone,
    Speak,
)
from studio.session.envelope import Origin
from studio.session.local import PlaybackFlushed, ProblemSeen
from studio.transport.scripted import ScriptedConnection
from tests.fakes.sound import FakeVoice, tone
from tests.fakes.world import plan_for

PCM16 = AudioFormat.PCM16


@dataclass
class Stage:
    """A performer, and what it acts on."""

    dialect: Dialect = Dialect.GA
    clock: ManualClock = field(default_factory=ManualClock)
    connection: ScriptedConnection = field(default_factory=lambda: ScriptedConnection((), []))

    def __post_init__(self) -> None:
        plan = plan_for(Path(), dialect=self.dialect)
        inbox = Inbox(self.clock, 0.0)
        line = Line(request_for(plan, {}), inbox)
        line.connection = self.connection
        mouth = Mouth(Voiceover(PCM16), FakeVoice, inbox)
        self.performer = Performer(
            plan, SequentialIds(), VirtualSpeaker(PCM16, self.clock), line, mouth
        )


def test_an_event_is_handed_over_with_an_id_and_has_happened() -> None:
    stage = Stage()
    (happening,) = stage.performer.perform(SendEvent(ResponseCreate()))
    assert stage.connection.received == [happening.raw]
    assert json.loads(happening.raw) == {"type": "response.create", "event_id": "event_1"}
    assert happening.origin is Origin.CLIENT
    assert happening.event == ResponseCreate(event_id="event_1")


def test_an_event_goes_out_in_the_dialect_of_the_plan() -> None:
    stage = Stage(Dialect.BETA)
    update = SessionUpdate(session={"type": "realtime", "output_modalities": ["text"]})
    stage.performer.perform(SendEvent(update))
    assert json.loads(stage.connection.received[0])["session"] == {"modalities": ["text"]}


def test_a_raw_payload_goes_out_as_it_is() -> None:
    stage = Stage()
    (happening,) = stage.performer.perform(SendRaw("{broken"))
    assert stage.connection.received == ["{broken"]
    assert isinstance(happening.event, Malformed)


def test_without_a_connection_nothing_is_sent_and_that_is_told() -> None:
    stage = Stage()
    stage.performer.line.connection = None
    (happening,) = stage.performer.perform(SendEvent(ResponseCreate()))
    assert isinstance(happening.event, ProblemSeen)
    assert stage.connection.received == []


def test_audio_is_played_ended_and_flushed_with_what_was_heard() -> None:
    stage = Stage()
    sound = base64.b64encode(tone(500).tobytes()).decode()
    assert stage.performer.perform(PlayAudio("a", 0, sound)) == ()
    assert stage.performer.perform(EndAudio("a", 0)) == ()
    stage.clock.advance(0.2)
    (happening,) = stage.performer.perform(FlushPlayback("barge-in"))
    flushed = happening.event
    assert isinstance(flushed, PlaybackFlushed)
    assert flushed.played_ms == pytest.approx(200, abs=0.1)
    assert (flushed.received_ms, flushed.reason) == (500.0, "barge-in")


def test_the_microphone_is_switched_and_words_are_asked_for() -> None:
    stage = Stage()
    stage.performer.perform(SetMicrophone(live=False))
    assert not stage.performer.is_microphone_live
    stage.performer.perform(Speak("Hello", ""))
    assert stage.performer.mouth.is_speaking


def test_other_sound_is_asked_for() -> None:
    stage = Stage()
    asked: list[object] = []
    stage.performer.change_sound = asked.append
    wishes = (OpenSound("device", None), CleanMicrophone(Cleaning(echo="off")))
    for effect in wishes:
        assert stage.performer.perform(effect) == ()
    assert asked == list(wishes)


@pytest.mark.parametrize(
    ("payload", "sound"),
    [
        ("AAE=", b"\x00\x01"),
        ("%%%", b""),
        ("\u00e4", b""),
        (StoredAudio(span=AudioSpan(track="output", offset=0, bytes=4)), b""),
    ],
)
def test_only_canonical_base64_is_sound(payload: str | StoredAudio, sound: bytes) -> None:
    assert audio_bytes(payload) == sound
