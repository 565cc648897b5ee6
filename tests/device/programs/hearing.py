"""Records with `DeviceMicrophone`: `hearing FILE RATE_HZ`.

The card takes no other rate than `RATE_HZ`, or any where that is 0. Prints `ready` with the first
block; at the end of its standard input writes the blocks to `FILE` and prints what was lost.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from studio.audio.formats import AudioFormat
from studio.audio.microphones import DeviceMicrophone
from studio.runtime.clock import SystemClock
from tests.device.programs.cards import cards_taking


async def recorded(rate_hz: int) -> tuple[bytes, dict[str, Any]]:
    """What came until the standard input ended, and an account of it."""
    cards = cards_taking(rate_hz)
    microphone = DeviceMicrophone(cards, cards.find("input"), AudioFormat.PCM16, SystemClock())
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
    payloads: list[bytes] = []
    captured_at: list[float] = []
    lost_ms = late_ms = 0.0
    async for block in microphone.blocks():
        if not payloads:
            print("ready", flush=True)  # noqa: T201
        payloads.append(block.payload)
        captured_at.append(block.captured_at)
        lost_ms += block.lost_ms
        late_ms = max(late_ms, block.late_ms)
        if ended.is_set():
            break
    microphone.close()
    return b"".join(payloads), {
        "sizes": sorted(set(map(len, payloads))),
        "captured_at": captured_at,
        "rate_hz": microphone.rate_hz,
        "lost_ms": lost_ms,
        "late_ms": late_ms,
        "overruns": microphone.overruns,
    }


def main(path: Path, rate_hz: int) -> None:
    sound, account = asyncio.run(recorded(rate_hz))
    path.write_bytes(sound)
    print(json.dumps(account))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
