"""silero-vad's own pipeline over a file, for `bench.lab_pass`; runs in an environment of its own.

    python silero_pipeline.py FILE RUNS

Prints one JSON line for each way: its name, and the CPU seconds of each run.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import soundfile
import torch
from silero_vad import get_speech_timestamps, load_silero_vad

FRAME_SAMPLES = 512


def resampled(sound: torch.Tensor) -> torch.Tensor:
    """24 kHz to 16 kHz as `silero_vad.read_audio` does it, or else by interpolation."""
    try:
        import torchaudio

        return torchaudio.functional.resample(sound, 24_000, 16_000)
    except ImportError:
        wanted = sound.numel() * 2 // 3
        return torch.nn.functional.interpolate(sound[None, None], size=wanted)[0, 0]


def main() -> None:
    torch.set_num_threads(1)
    frames, _ = soundfile.read(sys.argv[1], dtype="float32")
    runs, sound = int(sys.argv[2]), torch.from_numpy(frames)
    for onnx in (False, True):
        try:
            model = load_silero_vad(onnx=onnx)
        except ImportError:
            continue

        def stream(model: Callable[..., torch.Tensor] = model) -> None:
            model.reset_states()
            samples = resampled(sound)
            for at in range(0, samples.numel() - FRAME_SAMPLES + 1, FRAME_SAMPLES):
                model(samples[at : at + FRAME_SAMPLES], 16_000).item()

        def whole(model: Callable[..., torch.Tensor] = model) -> None:
            get_speech_timestamps(resampled(sound), model, sampling_rate=16_000)

        kind = "ONNX" if onnx else "JIT"
        for name, work in ((f"frame by frame, {kind}", stream), (f"timestamps, {kind}", whole)):
            work()
            taken = []
            for _ in range(runs):
                begun = time.process_time()
                work()
                taken.append(time.process_time() - begun)
            print(json.dumps([f"silero-vad: {name}", taken]), flush=True)


if __name__ == "__main__":
    with torch.no_grad():
        main()
