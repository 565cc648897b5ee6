"""One setting as silero-vad's own users try it: `get_speech_timestamps`, on one thread.

Run by `bench.lab_sweep` in an environment of its own, with raw 16 kHz samples; prints CPU seconds.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from silero_vad import get_speech_timestamps, load_silero_vad

torch.set_num_threads(1)
model = load_silero_vad()
samples = np.frombuffer(Path(sys.argv[1]).read_bytes(), "<i2").astype(np.float32) / 32768
audio = torch.from_numpy(samples)
get_speech_timestamps(audio[:16_000], model)
taken = []
for silence_ms in (200, 500, 800):
    begun = time.process_time()
    get_speech_timestamps(audio, model, threshold=0.5, min_silence_duration_ms=silence_ms)
    taken.append(time.process_time() - begun)
print(json.dumps(taken))
