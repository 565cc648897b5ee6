"""What the voices say, the ears understand: every voice, its pitch, its pace, its loudness."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from studio.audio.resample import resample_offline
from studio.audio.samples import to_float
from studio.core.errors import StudioError
from studio.speech.ears import Ears, Transcription
from studio.speech.voices import VOICES, Voices

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.speech

SENTENCES = (
    "Please turn the threshold down a little and try once more.",
    "The quick brown fox jumps over the lazy dog near the river bank.",
    "Can you tell me a long story about a lighthouse keeper and his dog?",
)


@pytest.fixture(scope="module")
def voices() -> Voices:
    pytest.importorskip("hibari")
    return Voices()


@pytest.fixture(scope="module")
def ears() -> Ears:
    pytest.importorskip("ctranslate2")
    return Ears()


def spoken(voices: Voices, text: str, voice: str, speed: float = 1.0) -> NDArray[np.int16]:
    return np.concatenate(list(voices.synthesize(text, voice, speed)))


def heard(ears: Ears, samples: NDArray[np.int16]) -> Transcription:
    return ears.transcribe(resample_offline(to_float(samples), 24_000, 16_000))


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def wrong_words(said: str, understood: str) -> int:
    """The edit distance between the words."""
    row = list(range(len(words(understood)) + 1))
    for count, word in enumerate(words(said), 1):
        above, row = row, [count]
        for place, other in enumerate(words(understood), 1):
            replaced = above[place - 1] + (word != other)
            row.append(min(row[-1] + 1, above[place] + 1, replaced))
    return row[-1]


def median_pitch_hz(samples: NDArray[np.int16]) -> float:
    """By autocorrelation of the loud 50 ms stretches that repeat themselves."""
    pitches = []
    for start in range(0, samples.size - 1200, 600):
        block = samples[start : start + 1200].astype(np.float64)
        if np.sqrt(np.mean(block**2)) < 1500:
            continue
        echo = np.correlate(block, block, "full")[1199:]
        lag = 60 + int(echo[60:400].argmax())
        if echo[lag] > echo[0] / 2:
            pitches.append(24_000 / lag)
    return float(np.median(pitches))


def speaking_level_db(samples: NDArray[np.int16]) -> float:
    floats = to_float(samples)
    energy = np.square(floats[: floats.size // 480 * 480]).reshape(-1, 480).mean(axis=1)
    return 10 * float(np.log10(energy[energy > 1e-4].mean()))


@pytest.mark.parametrize("voice", VOICES)
def test_every_voice_is_understood(voices: Voices, ears: Ears, voice: str) -> None:
    wrong = sum(
        wrong_words(text, heard(ears, spoken(voices, text, voice)).text) for text in SENTENCES
    )
    assert wrong <= 3  # of 37


def test_every_voice_has_its_own_pitch_and_timbre(voices: Voices) -> None:
    presets = {(preset.pitch, preset.formants) for preset in VOICES.values()}
    assert len(presets) == len(VOICES)
    own_hz = median_pitch_hz(spoken(voices, SENTENCES[0], "marin"))
    for name, preset in VOICES.items():
        pitch_hz = median_pitch_hz(spoken(voices, SENTENCES[0], name))
        assert pitch_hz / own_hz == pytest.approx(preset.pitch, rel=0.05), name


def test_all_voices_are_about_equally_loud(voices: Voices) -> None:
    levels = [speaking_level_db(spoken(voices, SENTENCES[1], name)) for name in VOICES]
    assert max(levels) - min(levels) < 3
    assert min(levels) > -26


@pytest.mark.parametrize("voice", ["marin", "sage", "cedar"])
@pytest.mark.parametrize("speed", [0.25, 0.5, 1.5])
def test_speed_changes_the_length_and_keeps_words_and_pitch(
    voices: Voices, ears: Ears, voice: str, speed: float
) -> None:
    normal = spoken(voices, SENTENCES[0], voice)
    changed = spoken(voices, SENTENCES[0], voice, speed)
    assert normal.size / changed.size == pytest.approx(speed, rel=0.15)
    assert median_pitch_hz(changed) == pytest.approx(median_pitch_hz(normal), rel=0.08)
    assert wrong_words(SENTENCES[0], heard(ears, changed).text) <= 1


def test_a_sentence_is_a_piece_and_speech_begins_at_once(voices: Voices) -> None:
    pieces = list(voices.synthesize("Hello there. How are you?", "coral"))
    assert len(pieces) == 2
    assert all(np.abs(piece[:2400]).max() > 100 for piece in pieces)


def test_the_same_text_always_sounds_the_same(voices: Voices) -> None:
    one, again = (spoken(voices, SENTENCES[0], "ash") for _ in range(2))
    assert np.array_equal(one, again)


def test_numbers_and_times_are_spoken(voices: Voices, ears: Ears) -> None:
    text = heard(ears, spoken(voices, "It is 7:30 pm, and 42 people paid $5.", "marin")).text
    assert re.search(r"7[:.]30", text)
    assert "42" in text


@pytest.mark.parametrize("text", ["", "  \n ", "😀🎉", "...", "\x00\x1b", "你好", "\ud800"])
def test_what_cannot_be_said_is_silence(voices: Voices, text: str) -> None:
    assert list(voices.synthesize(text, "marin")) == []


def test_a_long_text_without_an_end_comes_in_pieces(voices: Voices) -> None:
    pieces = list(voices.synthesize("word " * 150, "marin"))
    assert len(pieces) > 1
    assert max(piece.size for piece in pieces) < 30 * 24_000


def test_an_unknown_voice_names_the_known_ones(voices: Voices) -> None:
    with pytest.raises(StudioError, match='"bob"') as raised:
        voices.synthesize("Hello", "bob")
    assert "marin" in raised.value.hint


@pytest.mark.parametrize("speed", [0.0, 0.2, 1.6, float("nan")])
def test_an_impossible_speed_is_refused(voices: Voices, speed: float) -> None:
    with pytest.raises(StudioError, match="normal speed"):
        voices.synthesize("Hello", "marin", speed)


def test_silence_and_noises_hold_no_words(ears: Ears) -> None:
    random = np.random.default_rng(0)
    at = np.arange(48_000) / 16_000
    noises = {
        "silence": np.zeros(48_000),
        "hiss": random.normal(0, 0.05, 48_000),
        "hum": 0.1 * np.sin(2 * np.pi * 100 * at),
        "clicks": np.where(random.random(48_000) > 0.9995, 0.5, 0.0),
    }
    said = {name: ears.transcribe(noise.astype(np.float32)).text for name, noise in noises.items()}
    assert said == dict.fromkeys(noises, "")


@pytest.mark.parametrize("size", [0, 1, 1599])
def test_a_tenth_of_a_second_holds_no_words(ears: Ears, size: int) -> None:
    got = ears.transcribe(np.ones(size, np.float32))
    assert (got.text, got.seconds) == ("", size / 16_000)


@pytest.mark.parametrize("answer", ["Yes.", "No.", "Go ahead.", "Thank you."])
def test_short_answers_are_heard(voices: Voices, ears: Ears, answer: str) -> None:
    quiet = np.zeros(7200, np.int16)
    padded = np.concatenate((quiet, spoken(voices, answer, "marin"), quiet))
    got = heard(ears, padded)
    assert words(got.text) == words(answer)
    assert got.no_speech_probability < 0.5
    assert got.average_log_probability < 0


def test_more_than_a_window_is_heard_to_its_end(voices: Voices, ears: Ears) -> None:
    text = " ".join(SENTENCES * 3)
    samples = spoken(voices, text, "marin")
    assert samples.size > 30 * 24_000
    assert wrong_words(text, heard(ears, samples).text) <= 8  # of 111


def test_a_folder_without_a_model_is_refused_in_words(tmp_path: Path) -> None:
    pytest.importorskip("ctranslate2")
    with pytest.raises(StudioError, match=tmp_path.name):
        Ears(tmp_path)
