from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.audio.samples import decode, to_float
from studio.core.errors import StudioError
from studio.lab.augment import (
    CLEAN,
    Gain,
    Noise,
    Phone,
    Room,
    Step,
    Variant,
    parse_variant,
    variants_of,
)
from studio.lab.take import Take
from tests.fakes.takes import hesitating, toned

LEVELS = st.integers(-60, 60).map(float)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(Noise, LEVELS, st.sampled_from(["noise", "pink", "babble"])),
    st.builds(Gain, LEVELS),
    st.builds(Phone),
    st.builds(Room, st.integers(1, 500).map(lambda ms: ms / 100)),
)


@given(st.lists(STEPS, max_size=4))
def test_a_variant_prints_and_parses(steps: list[Step]) -> None:
    variant = Variant(tuple(steps))
    assert parse_variant(str(variant)) == variant


@pytest.mark.parametrize(
    "text",
    ["", "loud", "noise", "noise:10", "noise:10s", "gain:500dB", "room:0s", "room:9s", "room:1dB",
     "g711:1s", "g711+", "clean+g711", "noise:dB", "noise:1e9dB"],
)  # fmt: skip
def test_what_names_none_is_told(text: str) -> None:
    with pytest.raises(StudioError) as caught:
        parse_variant(text)
    assert "gain:-12dB" in caught.value.hint


def test_the_clean_take_is_always_tried_and_each_variant_once() -> None:
    assert variants_of(["g711", "clean", "g711"]) == (CLEAN, Variant((Phone(),)))


def samples(take: Take) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return to_float(decode(take.audio, take.audio_format)).astype(np.float64)


def rms(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(np.sqrt(np.mean(values**2)))


@pytest.mark.parametrize(
    "text", ["noise:10dB", "pink:5dB", "babble:5dB", "gain:-12dB", "g711", "room:0.4s"]
)
def test_it_is_the_same_every_time_as_long_and_as_true(text: str) -> None:
    take, variant = hesitating(), parse_variant(text)
    once, again = variant.of(take), variant.of(take)
    assert once.audio == again.audio
    assert once.digest != take.digest
    assert once.truth == take.truth
    assert once.name == take.name
    assert once.duration_ms == pytest.approx(take.duration_ms, abs=1)


def test_noise_lies_as_far_below_the_speech_as_it_says() -> None:
    take = toned("half", [(0.0, 100), (0.5, 50), (0.0, 100)])  # no labels: the loud part is speech
    noisy = samples(parse_variant("noise:20dB").of(take))
    added = noisy - samples(take)
    assert 20 * np.log10(0.5 / np.sqrt(2) / rms(added)) == pytest.approx(20, abs=0.3)
    assert parse_variant("noise:20dB").of(hesitating()).audio != take.audio


def test_gain_changes_the_level_and_clips() -> None:
    take = hesitating()
    assert rms(samples(parse_variant("gain:-12dB").of(take))) == pytest.approx(
        rms(samples(take)) * 10 ** (-12 / 20), rel=1e-3
    )
    assert samples(parse_variant("gain:40dB").of(take)).max() < 1.0


def test_a_telephone_line_is_sent_as_such() -> None:
    phone = Phone().to(hesitating(), np.random.default_rng(0))
    assert phone.audio_format is AudioFormat.PCMU
    assert Phone().to(phone, np.random.default_rng(0)) is phone


def test_a_room_fills_pauses_and_dies_away() -> None:
    take = toned("burst", [(0.0, 20), (0.8, 20), (0.0, 60)])
    wet = samples(parse_variant("room:0.5s").of(take))
    rate = 24_000
    just_after, later = wet[int(1.3 * rate) : int(1.4 * rate)], wet[int(2.5 * rate) :]
    assert np.abs(wet[: int(0.6 * rate)]).max() < 1e-3
    assert rms(just_after) > 0.01
    assert rms(later) < rms(just_after) / 100


def test_takes_without_sound_stay_so() -> None:
    empty = Take("empty", b"")
    for text in ("noise:10dB", "room:0.4s", "gain:3dB", "g711"):
        assert parse_variant(text).of(empty).audio == b""
    silent = toned("silent", [(0.0, 20)])
    assert parse_variant("noise:10dB").of(silent).audio == silent.audio
