from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from studio.audio.echo_score import LIKELY_ECHO
from studio.audio.formats import AudioFormat
from studio.audio.played import PlayedSound
from studio.audio.resample import resample_offline
from studio.audio.samples import encode, to_float, to_int16
from studio.core.clock import ManualClock
from studio.runtime.echo_watch import SCORED_MS, EchoWatch
from studio.runtime.inbox import Happening, Inbox
from studio.session.local import EchoScored
from studio.session.state import SessionState, SpeechSpan
from tests.fakes.world import at_once

BEGAN = 100.0
DELAY_S = 0.12


def babble(seed: int, seconds: float, rate_hz: int = 24_000) -> NDArray[np.int16]:
    """Syllables of a buzzing voice whose pitch wanders: no two seeds alike."""
    random = np.random.default_rng(seed)
    count = int(seconds * rate_hz)
    at = np.arange(count) / rate_hz
    knots = np.arange(0, seconds + 0.2, 0.1)
    pitch_hz = np.interp(at, knots, random.uniform(90, 260, knots.size))
    loudness = np.interp(at, knots, random.uniform(0, 1, knots.size))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / rate_hz
    weights = random.uniform(0.1, 1, 12) / np.arange(1, 13)
    voice = weights @ np.sin(np.outer(np.arange(1, 13), phase))
    noise = 20 * random.standard_normal(count)
    return np.asarray(6_000 * voice * loudness + noise, np.int16)


@dataclass
class Room:
    """A watch, a speaker that sounds for two seconds, and a microphone."""

    audio_format: AudioFormat = AudioFormat.PCM16
    clock: ManualClock = field(default_factory=lambda: ManualClock(BEGAN))
    played: PlayedSound = field(default_factory=lambda: PlayedSound(48_000))

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.clock, BEGAN)
        self.watch = EchoWatch(self.audio_format, lambda: self.played, self.inbox, at_once)
        self.voice = babble(1, 2.0, 48_000)

    def speaker_sounds(self, at: float = BEGAN) -> None:
        self.played.write(self.voice, at)

    def echo(self) -> NDArray[np.int16]:
        """What a microphone that records from the beginning on hears of it."""
        rate_hz = self.audio_format.rate_hz
        heard = to_int16(resample_offline(to_float(self.voice // 4), 48_000, rate_hz))
        return np.concatenate((np.zeros(int(DELAY_S * rate_hz), np.int16), heard))

    def send(self, samples: NDArray[np.int16]) -> None:
        """Send it in blocks, as it is recorded."""
        size = self.audio_format.rate_hz // 50
        for at in range(0, samples.size - size + 1, size):
            self.clock.advance(0.02)
            payload = encode(samples[at : at + size], self.audio_format)
            self.watch.sent(payload, self.clock.now_s)

    async def scores(self, *spans: SpeechSpan) -> list[EchoScored]:
        """What is told once the server has heard this."""
        speech = replace(SessionState().speech, server=spans)
        self.watch.look(replace(SessionState(), speech=speech))
        async with asyncio.TaskGroup() as tasks:
            scoring = tasks.create_task(self.watch.score())
            for _ in range(10):
                await asyncio.sleep(0)
            scoring.cancel()
        told = []
        while not self.inbox._queue.empty():
            taken = await self.inbox.next()
            assert isinstance(taken, Happening)
            assert isinstance(taken.event, EchoScored)
            told.append(taken.event)
        return told


@pytest.mark.parametrize("audio_format", list(AudioFormat))
async def test_the_speakers_own_sound_is_told_with_its_lag(audio_format: AudioFormat) -> None:
    room = Room(audio_format)
    room.speaker_sounds()
    room.send(room.echo())
    (scored,) = await room.scores(SpeechSpan(200, 0.5, item_id="u1"))
    assert (scored.item_id, scored.audio_start_ms) == ("u1", 200)
    assert scored.score > LIKELY_ECHO
    assert scored.lag_ms == pytest.approx(DELAY_S * 1000, abs=5)
    assert room.watch.delay_ms == pytest.approx(DELAY_S * 1000, abs=5)


async def test_another_voice_over_the_speaker_is_no_echo() -> None:
    room = Room()
    room.speaker_sounds()
    room.send(babble(2, 1.5))
    (scored,) = await room.scores(SpeechSpan(200, 0.5, item_id="u1"))
    assert scored.score < LIKELY_ECHO
    assert room.watch.delay_ms is None


async def test_speech_long_after_playback_is_not_scored() -> None:
    room = Room()
    room.speaker_sounds(BEGAN - 4.0)
    room.send(babble(2, 1.5))
    assert await room.scores(SpeechSpan(200, 0.5, item_id="u1")) == []


async def test_it_waits_until_enough_was_sent_or_the_speech_is_over_and_tells_once() -> None:
    room = Room()
    room.speaker_sounds()
    echo = room.echo()
    room.send(echo[: 24 * 600])
    span = SpeechSpan(100, 0.5, item_id="u1")
    assert await room.scores(span) == []
    room.send(echo[24 * 600 : 24 * (100 + SCORED_MS)])
    assert len(await room.scores(span)) == 1
    assert await room.scores(span) == []
    short = SpeechSpan(500, 0.9, end_ms=900, item_id="u2")
    assert [each.item_id for each in await room.scores(span, short)] == ["u2"]


async def test_what_was_no_speech_or_is_forgotten_is_not_scored() -> None:
    room = Room()
    room.speaker_sounds()
    room.send(room.echo())
    timed_out = SpeechSpan(200, 0.5, end_ms=900, item_id="u1", timed_out=True)
    assert await room.scores(timed_out) == []
    room.send(np.zeros(24_000 * 5, np.int16))
    old = SpeechSpan(200, 0.5, end_ms=900, item_id="u2")
    assert await room.scores(timed_out, old) == []
