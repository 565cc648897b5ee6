"""How many sessions the local server holds in real time.

Each session streams speech and silence at the pace of a microphone and is answered aloud, over and
over. A load is held in real time while the median wait from the VAD's decision to the first audio
stays under a second and every reply is complete. Run: python -m bench.server_sessions [most]
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time

import numpy as np
from websockets.asyncio.client import connect

from bench.server_latency import QUESTIONS, running_server, stream
from studio.speech.voices import Voices

HELD_WITHIN_MS = 1_000
LOADS = (1, 2, 4, 8, 12, 16)
SECONDS = 12.0


async def talk(url: str, pcm: bytes, begin_after_s: float, waits: list[float]) -> None:
    """One session that asks its question again and again."""
    await asyncio.sleep(begin_after_s)
    async with connect(url, max_size=None, compression=None) as websocket:
        microphone = asyncio.get_running_loop().create_task(stream(websocket, pcm))
        stopped: float | None = None
        try:
            async with asyncio.timeout(SECONDS):
                async for frame in websocket:
                    kind = json.loads(frame)["type"]
                    if kind == "input_audio_buffer.speech_stopped":
                        stopped = time.monotonic()
                    elif kind == "response.output_audio.delta" and stopped is not None:
                        waits.append((time.monotonic() - stopped) * 1000)
                        stopped = None
        except TimeoutError:
            pass
        finally:
            microphone.cancel()


async def main(most: int) -> None:
    voices = Voices()
    spoken = [np.concatenate(list(voices.synthesize(q, "cedar"))).tobytes() for q in QUESTIONS]
    # A question, and three seconds in which the answer is heard, for as long as a load lasts.
    asked = [(bytes(48 * 300) + each + bytes(48 * 3000)) * 4 for each in spoken]
    async with running_server() as url:
        for load in (n for n in LOADS if n <= most):
            waits: list[float] = []
            async with asyncio.TaskGroup() as tasks:
                for n in range(load):
                    tasks.create_task(talk(url, asked[n % len(asked)], n * 0.37 % 2, waits))
            median = statistics.median(waits) if waits else float("inf")
            held = "held" if median <= HELD_WITHIN_MS else "not held"
            worst = max(waits, default=float("inf"))
            print(
                f"{load:3} sessions: {len(waits)} turns, p50 {median:.0f} ms, "
                f"worst {worst:.0f} ms: {held} in real time"
            )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8))
