"""The studio's worker with stopwatches at its doors: `python -m bench.stage.stopwatches FD`.

The worker is the product's own. Noted, and written as one object to the file that `BENCH_NOTES`
names: `blocks`, each the checksum of what a card recorded and when its callback was entered;
`queued`, each the checksum of a delta and when it stood in the play queue; and how often the card
set its flags, `underflows` and `overflows`.
"""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import sounddevice
from sounddevice import CallbackFlags

from studio.audio.speakers import DeviceSpeaker
from studio.runtime import worker
from studio.runtime.clock import SystemClock

_CLOCK = SystemClock()
_NOTES: dict[str, Any] = {"blocks": [], "queued": [], "underflows": 0, "overflows": 0}

Callback = Callable[[memoryview, int, object, CallbackFlags], None]


def watched(make: Callable[..., object], note: Callable[[memoryview, CallbackFlags], None]) -> Any:  # noqa: ANN401
    """Make the same streams, whose callbacks are noted when they are entered."""

    def made(*, callback: Callback, **options: object) -> object:
        def call(sound: memoryview, frames: int, time: object, status: CallbackFlags) -> None:
            note(sound, status)
            callback(sound, frames, time, status)

        return make(callback=call, **options)

    return made


def note_input(sound: memoryview, status: CallbackFlags) -> None:
    _NOTES["blocks"].append((crc32(sound), _CLOCK.monotonic()))
    _NOTES["overflows"] += bool(status.input_overflow)


def note_output(_sound: memoryview, status: CallbackFlags) -> None:
    _NOTES["underflows"] += bool(status.output_underflow)


def timed(play: Callable[..., None]) -> Callable[..., None]:
    def play_timed(speaker: DeviceSpeaker, item_id: str, content_index: int, pcm: bytes) -> None:
        play(speaker, item_id, content_index, pcm)
        _NOTES["queued"].append((crc32(pcm), _CLOCK.monotonic()))

    return play_timed


if __name__ == "__main__":
    notes_path = Path(os.environ["BENCH_NOTES"])
    atexit.register(lambda: notes_path.write_text(json.dumps(_NOTES)))
    sounddevice.RawInputStream = watched(sounddevice.RawInputStream, note_input)
    sounddevice.RawOutputStream = watched(sounddevice.RawOutputStream, note_output)
    DeviceSpeaker.play = timed(DeviceSpeaker.play)
    worker.main()
