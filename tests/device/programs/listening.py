"""Records what the speaker plays, with the moment of every sample: `listening FILE [CHANNELS]`.

Prints `ready` with the first block; at the end of its standard input writes `FILE` (npz): `samples`
at 24 kHz, of all channels in turn, and `began`, the clock's reading at sample 0, by the card's own
times.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from studio.runtime.clock import SystemClock

RATE_HZ = 24_000
BLOCK = 240


def main(path: str, channels: int = 1) -> None:
    import sounddevice

    clock = SystemClock()
    blocks: list[bytes] = []
    began: list[float] = []

    def take(indata: memoryview, _frames: int, time: Any, _status: object) -> None:  # noqa: ANN401
        recorded_at = clock.monotonic() + time.inputBufferAdcTime - time.currentTime
        began.append(recorded_at - len(blocks) * BLOCK / RATE_HZ)
        blocks.append(bytes(indata))
        if len(blocks) == 1:
            print("ready", flush=True)  # noqa: T201

    stream = sounddevice.RawInputStream(
        device="tester",
        samplerate=RATE_HZ,
        channels=channels,
        dtype="int16",
        blocksize=BLOCK,
        latency=0.1,
        callback=take,
    )
    stream.start()
    sys.stdin.read()
    stream.abort()
    stream.close()
    samples = np.frombuffer(b"".join(blocks), np.int16)
    np.savez(path, samples=samples, began=np.median(began))
    print("{}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
