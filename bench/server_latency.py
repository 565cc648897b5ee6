"""How soon the local server answers: from the VAD's decision to the first audio, over real turns.

A real server with real models runs in a process of its own. Spoken questions are sent at the pace
of a microphone; the clock runs from `speech_stopped` to the first `response.output_audio.delta`, as
the client receives them. Run: python bench/server_latency.py [turns]
"""

from __future__ import annotations

import asyncio
import base64
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from studio.speech.voices import Voices

GOAL_MS = 150
BLOCK_MS = 20
QUESTIONS = (
    "What time is it?",
    "Can you count to ten?",
    "Who are you?",
    "Please tell me a long story.",
    "What is twelve times four?",
)
SERVER = """
from studio.core.ids import RandomIds
from studio.runtime.clock import SystemClock
from studio.server.run import run_server
from studio.server.settings import ServerConfig
run_server(ServerConfig(port=0, watch_stdin=True, most_sessions=64), SystemClock(), RandomIds())
"""


@asynccontextmanager
async def running_server() -> AsyncIterator[str]:
    """The URL of a server whose models are loaded."""
    import httpx2

    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", SERVER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    url = (await child.stdout.readline()).decode().removeprefix("studio server: ").strip()
    health = url.replace("ws:", "http:").replace("/v1/realtime", "/health")
    async with httpx2.AsyncClient() as http:
        while set((await http.get(health)).json()["models"].values()) != {"ready"}:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    try:
        yield url
    finally:
        child.terminate()
        await child.wait()


def append(pcm: bytes) -> str:
    """The frame that sends a block."""
    audio = base64.b64encode(pcm).decode()
    return json.dumps({"type": "input_audio_buffer.append", "audio": audio})


async def stream(websocket: ClientConnection, pcm: bytes) -> None:
    """Send audio, then silence for ever, at the pace of a microphone."""
    began, sent = time.monotonic(), 0
    size = 48 * BLOCK_MS
    while True:
        block = pcm[sent * size : (sent + 1) * size].ljust(size, b"\0")
        await websocket.send(append(block))
        sent += 1
        await asyncio.sleep(max(0.0, began + sent * BLOCK_MS / 1000 - time.monotonic()))


async def turn(url: str, pcm: bytes, silence_ms: int) -> tuple[float, float]:
    """Milliseconds to the first audio: from the VAD's decision, and from the end of the speech."""
    async with connect(url, max_size=None, compression=None) as websocket:
        detection = {"silence_duration_ms": silence_ms}
        session = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
        await websocket.send(json.dumps({"type": "session.update", "session": session}))
        began = time.monotonic()
        microphone = asyncio.get_running_loop().create_task(stream(websocket, pcm))
        stopped = 0.0
        async for frame in websocket:
            now = time.monotonic()
            kind = json.loads(frame)["type"]
            if kind == "input_audio_buffer.speech_stopped":
                stopped = now
            elif kind == "response.output_audio.delta":
                microphone.cancel()
                return (now - stopped) * 1000, (now - began) * 1000 - len(pcm) / 48
    raise RuntimeError("the server hung up")


def summary(name: str, values: list[float]) -> str:
    """One line of figures."""
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"{name}: p50 {statistics.median(ordered):.0f} ms, p95 {p95:.0f} ms ({len(ordered)})"


async def main(turns: int) -> None:
    voices = Voices()
    spoken = [np.concatenate(list(voices.synthesize(q, "cedar"))).tobytes() for q in QUESTIONS]
    async with running_server() as url:
        for silence_ms in (500, 200):
            found = [
                await turn(url, bytes(48 * 300) + spoken[n % len(spoken)], silence_ms)
                for n in range(turns)
            ]
            print(f"silence_duration_ms {silence_ms}")
            decided = summary("  VAD decision to first audio", [each[0] for each in found])
            print(f"{decided}   goal p50 <= {GOAL_MS} ms")
            print(summary("  end of sound to first audio", [each[1] for each in found]))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
