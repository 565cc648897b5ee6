from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.audio.echo_score import (
    EARLIEST_LAG_MS,
    LATEST_LAG_MS,
    LIKELY_ECHO,
    NO_ECHO,
    EchoScore,
    echo_of,
    echo_score,
)
from studio.audio.formats import AudioFormat
from studio.audio.played import PlayedSound
from studio.audio.resample import resample_offline
from studio.audio.samples import decode, encode
from tests.fakes.room import RATE_HZ, in_the_room, recorded, talker

BEGIN_MS, MS = 1_500, 900
SAMPLES_A_MS = RATE_HZ // 1000


def score(
    microphone: NDArray[np.float64],
    played: NDArray[np.float64],
    audio_format: AudioFormat = AudioFormat.PCM16,
    played_hz: int = RATE_HZ,
) -> EchoScore:
    """The score of 0.9 s that were sent, from 1.5 s on."""
    begin = BEGIN_MS * SAMPLES_A_MS
    sent = recorded(microphone)[begin : begin + MS * SAMPLES_A_MS]
    sent = resample_offline(sent, RATE_HZ, audio_format.rate_hz)
    sent = decode(encode(sent, audio_format), audio_format)
    first = begin - LATEST_LAG_MS * SAMPLES_A_MS
    last = begin + (MS - EARLIEST_LAG_MS) * SAMPLES_A_MS
    heard = np.clip(played, -32768, 32767).astype(np.int16)[first:last]
    heard = resample_offline(heard, RATE_HZ, played_hz)
    return echo_score(sent, audio_format.rate_hz, heard, played_hz)


@pytest.mark.parametrize("audio_format", AudioFormat)
@pytest.mark.parametrize("gain_db", [-20, 0, 6])
def test_echo_is_known_with_its_lag(audio_format: AudioFormat, gain_db: float) -> None:
    for seed, lag_ms in enumerate((-20, 0, 5, 130, 420, 590)):
        agent = talker(3.2, seed)
        room = in_the_room(agent, max(0, lag_ms), seed) * 10 ** (gain_db / 20)
        found = score(np.roll(room, min(0, lag_ms) * SAMPLES_A_MS), agent, audio_format)
        assert found.score >= LIKELY_ECHO
        assert found.lag_ms == pytest.approx(lag_ms, abs=1)


@pytest.mark.parametrize("played_hz", [8_000, 44_100, 48_000])
def test_the_speakers_rate_does_not_matter(played_hz: int) -> None:
    agent = talker(3.2, 3)
    found = score(in_the_room(agent, 80), agent, played_hz=played_hz)
    assert found.score >= LIKELY_ECHO
    assert found.lag_ms == pytest.approx(80, abs=1)


def test_a_swapped_loudspeaker_wire_does_not_matter() -> None:
    agent = talker(3.2, 3)
    found = score(-in_the_room(agent, 80), agent)
    assert found.score >= LIKELY_ECHO
    assert found.lag_ms == pytest.approx(80, abs=1)


@pytest.mark.parametrize("echo_db", [-60, -20, -10])
def test_a_person_over_the_agent_is_not_echo(echo_db: float) -> None:
    scores = []
    for seed in range(6):
        agent = talker(3.2, seed)
        echo = in_the_room(agent, 80, seed) * 10 ** (echo_db / 20)
        scores.append(score(talker(3.2, 100 + seed) + echo, agent).score)
    assert max(scores) < LIKELY_ECHO
    assert float(np.median(scores)) < LIKELY_ECHO / 2


@given(st.integers(0, 10_000), st.sampled_from([500, 900, 1500]), st.booleans())
@settings(max_examples=20)
def test_a_score_is_a_part_of_a_whole_and_a_lag_within_its_range(
    seed: int, ms: int, plays_noise: bool
) -> None:
    random = np.random.default_rng(seed)
    sent = random.normal(0, 2_000, ms * 24).astype(np.int16)
    played = random.normal(0, 2_000, (ms + 650) * 48).astype(np.int16)
    if not plays_noise:
        played = np.full_like(played, 700)
    found = echo_score(sent, 24_000, played, 48_000)
    assert 0 <= found.score < LIKELY_ECHO
    assert EARLIEST_LAG_MS <= found.lag_ms <= LATEST_LAG_MS


def test_a_tone_over_a_tone_gives_a_number() -> None:
    tone = (8_000 * np.sin(np.arange(60_000) / 5)).astype(np.int16)
    found = echo_score(tone[:21_600], 24_000, tone[:37_200], 24_000)
    assert 0.9 < found.score <= 1


def test_silence_is_no_echo() -> None:
    loud = recorded(talker(2, 1))
    silence = np.zeros(2 * RATE_HZ, np.int16)
    assert echo_score(silence[:RATE_HZ], RATE_HZ, loud, RATE_HZ) == NO_ECHO
    assert echo_score(loud[:RATE_HZ], RATE_HZ, silence, RATE_HZ) == NO_ECHO
    assert echo_score(loud[:0], RATE_HZ, loud, RATE_HZ) == NO_ECHO


def test_what_was_played_is_found_on_the_clock() -> None:
    agent = talker(3.2, 8)
    heard = recorded(in_the_room(agent, 120))
    played = PlayedSound(RATE_HZ)
    block = RATE_HZ // 100
    for index in range(agent.size // block):
        samples = agent[index * block :][:block].astype(np.int16)
        played.write(samples, 50 + index / 100)
    begin = BEGIN_MS * SAMPLES_A_MS
    sent = heard[begin : begin + MS * SAMPLES_A_MS]
    found = echo_of(played, sent, RATE_HZ, 50 + BEGIN_MS / 1000)
    assert found.score >= LIKELY_ECHO
    assert found.lag_ms == pytest.approx(120, abs=1)
