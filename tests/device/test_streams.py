"""Our microphone and speaker on a card, against programs that are not ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.resample import StreamResampler
from tests.device.card import VirtualCard, noise, told
from tests.device.heard import WIRE_HZ, Heard, spread

pytestmark = pytest.mark.device

Tell = Callable[[str], None]


@pytest.fixture
def sound(tmp_path: Path) -> tuple[Path, NDArray[np.int16]]:
    samples = noise(2)
    path = tmp_path / "sound.raw"
    path.write_bytes(samples.tobytes())
    return path, samples


@pytest.fixture(scope="module", params=[48_000, 44_100])
def other_card(request: pytest.FixtureRequest, card: VirtualCard) -> Iterator[VirtualCard]:
    """A card at a rate that is not the wire's. (`card` is asked for so that it can skip.)"""
    other = VirtualCard(request.param)
    try:
        other.start()
        yield other
    finally:
        other.close()


def heard_by_microphone(
    card: VirtualCard, samples: NDArray[np.int16], path: Path, only_hz: int = 0
) -> tuple[NDArray[np.int16], dict[str, Any]]:
    rate_hz = only_hz or WIRE_HZ
    with card.running("hearing", path, only_hz) as microphone:
        with card.speaking(samples, rate_hz):
            sleep(samples.size / rate_hz + 0.7)
        report = told(microphone)
    return np.fromfile(path, np.int16), report


def test_the_microphone_delivers_every_sample_as_it_was_played(
    card: VirtualCard, tmp_path: Path, figure: Tell
) -> None:
    samples = noise(2)
    recorded, report = heard_by_microphone(card, samples, tmp_path / "heard.raw")
    assert samples.tobytes() in recorded.tobytes()
    assert report["sizes"] == [960]
    assert (report["lost_ms"], report["overruns"]) == (0, 0)
    steps_ms = np.diff(report["captured_at"][10:]) * 1000  # a stream's first times are wrong
    assert abs(steps_ms - 20).max() < 1
    figure(f"blocks are timed 20 ms apart but for {abs(steps_ms - 20).max():.3f} ms")
    figure(f"{samples.size} samples bit-exact, latest block {report['late_ms']} ms late")


def test_the_speaker_plays_every_sample_as_it_came(
    card: VirtualCard, sound: tuple[Path, NDArray[np.int16]], tmp_path: Path, figure: Tell
) -> None:
    path, samples = sound
    into = tmp_path / "played.raw"
    with card.recording(into):
        report = card.told_by("speaking", "whole", path, 0)
    assert samples.tobytes() in into.read_bytes()
    assert (report["rate_hz"], report["underruns"]) == (WIRE_HZ, 0)
    figure(f"{samples.size} samples bit-exact, latency {report['latency_ms']:.0f} ms")


def test_a_speaker_at_another_rate_plays_what_the_resampler_makes(
    other_card: VirtualCard, sound: tuple[Path, NDArray[np.int16]], tmp_path: Path, figure: Tell
) -> None:
    path, samples = sound
    into = tmp_path / "played.raw"
    with other_card.recording(into, other_card.rate_hz):
        report = other_card.told_by("speaking", "whole", path, other_card.rate_hz)
    assert report["rate_hz"] == other_card.rate_hz
    resampler = StreamResampler(WIRE_HZ, other_card.rate_hz)
    expected = np.concatenate((resampler.process(samples), resampler.flush(samples)))
    assert expected.tobytes() in into.read_bytes()
    figure(f"{expected.size} samples bit-exact at {other_card.rate_hz} Hz")


def test_a_microphone_at_another_rate_delivers_what_the_resampler_makes(
    other_card: VirtualCard, tmp_path: Path, figure: Tell
) -> None:
    rate_hz = other_card.rate_hz
    samples = noise(1, rate_hz)
    recorded, report = heard_by_microphone(other_card, samples, tmp_path / "heard.raw", rate_hz)
    assert (report["rate_hz"], report["lost_ms"], report["overruns"]) == (rate_hz, 0, 0)
    assert report["sizes"] == [960]
    # The sound begins somewhere between two samples of the wire: one of these places is it.
    assert any(
        StreamResampler(rate_hz, WIRE_HZ)
        .process(np.concatenate((np.zeros(lead + 1000, np.int16), samples)))[1000:-100]
        .tobytes()
        in recorded.tobytes()
        for lead in range(147)
    )
    figure(f"bit-exact from {rate_hz} Hz")


def test_barge_in_is_silence_at_the_card_within_30_ms(
    card: VirtualCard, sound: tuple[Path, NDArray[np.int16]], tmp_path: Path, figure: Tell
) -> None:
    path, samples = sound
    with card.running("listening", tmp_path / "heard.npz") as listener:
        report = card.told_by("speaking", "cut", path, 0)
        told(listener)
    heard = Heard.read(tmp_path / "heard.npz", samples)
    until_silent = [heard.silent_after(asked_at) for asked_at, _, _, _ in report["cuts"]]
    calls = [call_ms for _, call_ms, _, _ in report["cuts"]]
    errors = [ms - heard.position_ms(at) for at, _, ms, _ in report["cuts"]]
    said = [(silent_at - asked_at) * 1000 for asked_at, _, _, silent_at in report["cuts"]]
    figure(f"silent after {spread(until_silent)}, said to be after {spread(said)}")
    figure(f"the call took {spread(calls)}")
    figure(f"said to be heard minus truly heard: {spread(errors)}")
    assert len(until_silent) >= 12
    assert max(until_silent) <= 30
    assert max(map(abs, errors)) <= 10
    assert all(abs(one - other) <= 10 for one, other in zip(said, until_silent, strict=True))


def test_the_play_head_is_where_the_ear_is(
    card: VirtualCard, sound: tuple[Path, NDArray[np.int16]], tmp_path: Path, figure: Tell
) -> None:
    path, samples = sound
    with card.running("listening", tmp_path / "heard.npz") as listener:
        report = card.told_by("speaking", "whole", path, 0)
        told(listener)
    heard = Heard.read(tmp_path / "heard.npz", samples)
    inner = [(at, ms) for at, ms in report["heads"] if ms < 1_990]
    errors = [ms - heard.position_ms(at) for at, ms in inner]
    figure(f"head minus ear over {len(errors)} looks: {spread(errors)}")
    assert len(errors) > 100
    assert max(map(abs, errors)) <= 10
    (_, _, began_at, device_ms), (_, _, played_ms, ended_at) = report["events"]
    figure(f"the card's part of the latency: {device_ms:.1f} ms")
    assert 5 < device_ms < 100
    assert heard.position_ms(began_at + 0.05) == pytest.approx(50, abs=10)
    assert played_ms == 2_000
    assert ended_at - began_at == pytest.approx(2, abs=0.01)
