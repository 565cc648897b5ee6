"""A card whose speaker is heard by its own microphone, as a laptop's is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.echo_score import LIKELY_ECHO
from studio.audio.formats import AudioFormat
from studio.audio.samples import encode
from studio.runtime.clock import SystemClock
from studio.speech.voices import Voices
from studio.vad.detector import ProbabilityStream, SileroDetector
from studio.vad.segmenter import SegmenterSettings
from studio.vad.whole import segments
from tests.device.card import VirtualCard, told
from tests.fakes.room import RATE_HZ, loudness_of, talker

pytestmark = pytest.mark.device

Tell = Callable[[str], None]

LOOP_MS = 100
"""How long the echo takes. With less than 60 ms PulseAudio's loopback stalls other recordings."""

STORY = (
    "Once upon a time there was a small village at the edge of the forest, where nobody had ever "
    "seen the sea. One day a traveller came by, and told them of ships, of storms and of islands. "
    "The children listened until late in the evening, and asked him to stay for the winter. "
    "He stayed, and when spring came they all went down the river together."
)


@dataclass(frozen=True)
class Echo:
    """What the microphone recorded, before and after the canceller."""

    raw: NDArray[np.int16]
    cleaned: NDArray[np.int16]
    began: float
    account: dict[str, Any]

    def quieter_db(self, from_s: float, to_s: float) -> float:
        part = slice(int(from_s * RATE_HZ), int(to_s * RATE_HZ))
        after = max(loudness_of(self.cleaned[part]), 0.1)
        return 20 * math.log10(loudness_of(self.raw[part]) / after)


def recorded(
    card: VirtualCard, folder: Path, sound: NDArray[np.int16], meanwhile: Callable[[], None]
) -> Echo:
    """Play it and record; `meanwhile` is called when it begins."""
    path, into = folder / "agent.raw", folder / "heard.npz"
    path.write_bytes(sound.tobytes())
    with card.running("echoing", path, into) as child:
        meanwhile()
        account = told(child)
    with np.load(into) as kept:
        return Echo(kept["raw"], kept["cleaned"], float(kept["began"]), account)


@pytest.mark.parametrize("gain_db", [0, 6])
def test_echo_is_taken_out_and_its_delay_is_found(
    card: VirtualCard, tmp_path: Path, figure: Tell, gain_db: float
) -> None:
    agent = talker(9, 1).astype(np.int16)
    with card.echo_loop(gain_db, delay_ms=LOOP_MS):
        heard = recorded(card, tmp_path, agent, lambda: None)
    quieter_db = heard.quieter_db(4, 9)
    scores = [score for score, _ in heard.account["scores"][1:]]
    lags_ms = [lag_ms for _, lag_ms in heard.account["scores"][1:]]
    figure(
        f"{quieter_db:.0f} dB taken out ({heard.account['removed_db']:.0f} dB told), "
        f"{heard.account['ms_a_block']:.2f} ms of processor time a block"
    )
    figure(
        f"echo score {min(scores):.2f} to {max(scores):.2f} over {len(scores)} looks, "
        f"lag {min(lags_ms):.1f} to {max(lags_ms):.1f} ms"
    )
    assert quieter_db > 20
    assert min(scores) >= LIKELY_ECHO
    assert np.median(lags_ms) == pytest.approx(LOOP_MS, abs=10)


@pytest.mark.speech
@pytest.mark.parametrize("gain_db", [-20, 0, 6])
def test_the_agent_does_not_interrupt_itself_but_the_user_does(
    card: VirtualCard, tmp_path: Path, figure: Tell, gain_db: float
) -> None:
    agent = spoken("marin", STORY)
    user = spoken("ash", "Wait a moment, I have a question about the ships.")
    clock, spoke_at = SystemClock(), []

    def barge_in() -> None:
        sleep(10)
        spoke_at.append(clock.monotonic())
        with card.speaking(user):
            sleep(user.size / RATE_HZ + 0.5)

    with card.echo_loop(gain_db, delay_ms=LOOP_MS):
        heard = recorded(card, tmp_path, agent, barge_in)
    spoke_ms = (spoke_at[0] - heard.began) * 1000
    without = [start for start in speech_starts(heard.raw) if start < spoke_ms]
    starts = speech_starts(heard.cleaned)
    false = [start for start in starts if start < spoke_ms]
    (found, *_) = (start for start in starts if start >= spoke_ms)
    figure(
        f"{len(without)} false starts in {spoke_ms / 1000:.0f} s without cancelling, "
        f"{len(false)} with it; the user heard {found - spoke_ms:.0f} ms after starting to play"
    )
    assert len(without) >= 3
    assert not false
    assert found - spoke_ms < 1_500


@pytest.mark.speech
def test_with_a_headset_the_user_is_heard_in_the_first_answer(
    card: VirtualCard, tmp_path: Path, figure: Tell
) -> None:
    user = spoken("ash", "Wait a moment, I have a question about the ships.")
    clock, spoke_at = SystemClock(), []

    def barge_in() -> None:
        sleep(1.5)
        spoke_at.append(clock.monotonic())
        with card.speaking(user):
            sleep(user.size / RATE_HZ + 0.5)

    heard = recorded(card, tmp_path, spoken("marin", STORY), barge_in)
    (without, *_), (found, *_) = speech_starts(heard.raw), speech_starts(heard.cleaned)
    spoke_ms = (spoke_at[0] - heard.began) * 1000
    figure(
        f"the user heard {found - spoke_ms:.0f} ms after starting to play, 1.5 s into the first "
        f"answer; {found - without:.0f} ms later than without cancelling"
    )
    assert found - without < 150


def spoken(voice: str, text: str) -> NDArray[np.int16]:
    sound = np.concatenate(list(Voices().synthesize(text, voice)))
    return (sound * (3_000 / loudness_of(sound))).astype(np.int16)


def speech_starts(sound: NDArray[np.int16]) -> list[int]:
    """Milliseconds at which the hosted detector's rules hear a turn begin, with short silences."""
    stream = ProbabilityStream(SileroDetector(), AudioFormat.PCM16)
    judged = [each for _, each in stream.push(encode(sound, AudioFormat.PCM16))]
    rules = SegmenterSettings(prefix_padding_ms=0, silence_duration_ms=200)
    return [turn.audio_start_ms for turn in segments(judged, rules)]
