from __future__ import annotations

import pytest

from studio.audio.formats import AudioFormat
from studio.audio.samples import encode
from studio.protocol.knobs import TurnDetection
from studio.protocol.settings import SessionSettings
from studio.runtime.hearing import Hearing
from studio.session.local import LocalEvent, LocalSpeechStarted, LocalSpeechStopped
from tests.fakes.sound import LoudnessDetector, tone

LATE_S = 7.0


def heard(
    hearing: Hearing, audio_format: AudioFormat, *pieces_ms: tuple[float, int]
) -> list[LocalEvent]:
    """What is heard of stretches `(ms, level)` sent as 20 ms blocks, each on its time."""
    events: list[LocalEvent] = []
    sent_ms = 0
    for ms, level in pieces_ms:
        for _ in range(int(ms / 20)):
            sent_ms += 20
            block = encode(tone(20, audio_format.rate_hz, level), audio_format)
            events += hearing.hear(block, LATE_S + sent_ms / 1000)
    return events


@pytest.mark.parametrize("audio_format", list(AudioFormat))
def test_the_end_it_tells_is_where_the_silence_began_and_when_that_was_recorded(
    audio_format: AudioFormat,
) -> None:
    hearing = Hearing(LoudnessDetector(), audio_format)
    started, stopped = heard(hearing, audio_format, (320, 0), (640, 16_000), (600, 0))
    assert isinstance(started, LocalSpeechStarted)
    assert started.audio_ms == 320
    assert isinstance(stopped, LocalSpeechStopped)
    assert stopped.audio_ms == pytest.approx(960, abs=64)
    assert stopped.stopped_at == pytest.approx(LATE_S + stopped.audio_ms / 1000, abs=1e-6)


def test_a_pause_shorter_than_its_silence_is_no_end() -> None:
    hearing = Hearing(LoudnessDetector(), AudioFormat.PCM16)
    events = heard(hearing, AudioFormat.PCM16, (320, 16_000), (160, 0), (320, 16_000))
    assert [type(event) for event in events] == [LocalSpeechStarted]


def test_it_uses_the_threshold_that_was_asked_of_the_server() -> None:
    hearing = Hearing(LoudnessDetector(), AudioFormat.PCM16)
    hearing.ask(SessionSettings(turn_detection=TurnDetection(threshold=0.95)))
    assert heard(hearing, AudioFormat.PCM16, (320, 16_000)) == []
    hearing.ask(SessionSettings(turn_detection=TurnDetection(threshold=0.5)))
    assert len(heard(hearing, AudioFormat.PCM16, (320, 16_000))) == 1


def test_the_latest_frames_are_kept_with_their_indexes() -> None:
    hearing = Hearing(LoudnessDetector(), AudioFormat.PCM16)
    heard(hearing, AudioFormat.PCM16, (4_000, 0))
    indexes = [index for index, _ in hearing.frames]
    assert len(indexes) == 64
    assert indexes == list(range(indexes[0], indexes[0] + 64))
