from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.audio.resample import resample_offline
from studio.audio.samples import decode, to_float
from studio.lab.hearing import listener
from studio.lab.library import TakeLibrary
from studio.lab.score import judged
from studio.lab.shipped import shipped_folder, shipped_takes
from studio.lab.take_files import StoredTake
from studio.lab.take_store import TakeStore
from studio.vad.segmenter import Rules, SegmenterSettings
from studio.vad.whole import Pauses, Probabilities

TAKES = shipped_takes()


@pytest.fixture(scope="module")
def heard() -> dict[str, Probabilities]:
    twin = listener()
    return {each.name: twin.hear(each.load()) for each in TAKES}


def test_they_are_small_and_many() -> None:
    size = sum(each.stat().st_size for each in shipped_folder().iterdir())
    assert size <= 3_000_000
    assert len(TAKES) >= 12
    named = {each.audio_file.name for each in TAKES}
    assert named == {each.name for each in shipped_folder().glob("*.flac")}


@pytest.mark.parametrize("take", TAKES, ids=lambda take: take.name)
def test_labels_and_sound_fit_each_other(take: StoredTake) -> None:
    assert take.faults == ()
    assert take.truth is not None
    assert take.truth.turns
    info = soundfile.info(take.audio_file)
    assert (info.samplerate, info.channels, info.subtype) == (24_000, 1, "PCM_16")
    loaded = take.load()
    assert loaded.duration_ms == pytest.approx(take.duration_ms)
    samples = to_float(decode(loaded.audio, loaded.audio_format))
    assert np.abs(samples).max() < 0.9
    for label in take.truth.turns:
        # Sound begins and ends with the label: nothing but the room within 40 ms around it.
        if take.truth.noises:
            continue
        inside = samples[label.begin_ms * 24 : label.end_ms * 24]
        before = samples[(label.begin_ms - 50) * 24 : (label.begin_ms - 10) * 24]
        after = samples[(label.end_ms + 10) * 24 : (label.end_ms + 50) * 24]
        assert rms_db(inside) > -45
        assert max(rms_db(before), rms_db(after)) < -55


def rms_db(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples))) + 1e-9))


def counts(
    heard: dict[str, Probabilities], threshold: float, silence_ms: int, only: str = ""
) -> dict[str, int]:
    """How many turns of all takes, or of one, got each verdict; and how many ghosts there are."""
    rules = Rules.of(SegmenterSettings(threshold, 300, silence_ms))
    found = {"ghosts": 0}
    for take in (each for each in TAKES if only in each.name):
        assert take.truth is not None
        spans = Pauses(heard[take.name], rules).spans(rules.silence_frames)
        score = judged(spans, rules, take.truth, silence_ms)
        found["ghosts"] += len(score.ghosts)
        for turn in score.turns:
            found[turn.verdict] = found.get(turn.verdict, 0) + 1
    return found


def test_they_are_hard_enough_that_settings_matter(heard: dict[str, Probabilities]) -> None:
    hasty, usual, patient = (counts(heard, 0.5, silence_ms) for silence_ms in (200, 500, 1_000))
    assert hasty["cut off"] > usual["cut off"] > patient.get("cut off", 0)
    assert hasty.get("late", 0) <= 1
    assert patient["late"] >= 10
    assert patient["merged"] >= 1
    assert counts(heard, 0.3, 500)["ghosts"] > usual["ghosts"]
    far = "shipped/far-talker"
    ghosts = [counts(heard, threshold, 500, far)["ghosts"] for threshold in (0.3, 0.5, 0.9)]
    assert ghosts == [2, 1, 0]


def test_every_turn_is_heard(heard: dict[str, Probabilities]) -> None:
    assert "missed" not in counts(heard, 0.5, 500)


def test_they_stand_beside_a_persons_own(tmp_path: Path) -> None:
    library = TakeLibrary(TakeStore(tmp_path / "takes"))
    assert library.listing().takes == TAKES
    assert library.find("shipped/cough").name == "shipped/cough"
    noisy = library.chosen(["tag:noise"])
    assert {each.name for each in noisy} >= {"shipped/cough", "shipped/keyboard"}
    assert library.chosen(["shipped/*", "shipped/cough"]) == TAKES


@pytest.mark.speech
def test_the_words_are_those_of_the_labels() -> None:
    from studio.speech.ears import Ears

    ears = Ears()
    right = wrong = 0
    for take in TAKES:
        assert take.truth is not None
        loaded = take.load()
        samples = to_float(decode(loaded.audio, loaded.audio_format))
        for turn in take.truth.turns:
            said = np.pad(samples[turn.begin_ms * 24 : turn.end_ms * 24], 2_400)
            text = ears.transcribe(resample_offline(said, 24_000, 16_000)).text
            wanted = set(words(turn.words)) - DIGITS
            found = set(words(text))
            right += len(wanted & found)
            wrong += len(wanted - found)
    assert right > 10 * wrong


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


DIGITS = {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "oh"}
