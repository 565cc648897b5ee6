"""How long the worker's loop takes: microphone block to socket, and audio delta to play queue.

The loop is the real one, with log, fold and local VAD, paced by the virtual microphone; the socket
ends in another process. Run it on a quiet machine: `python bench/worker.py [SECONDS]`.
"""

from __future__ import annotations

import asyncio
import base64
import statistics
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve

from studio.audio.formats import AudioFormat
from studio.audio.microphones import Voiceover, silence_microphone
from studio.audio.speakers import VirtualSpeaker
from studio.core.ids import RandomIds
from studio.protocol.codec import decode_server
from studio.protocol.dialect import Dialect
from studio.protocol.providers import ConnectRequest
from studio.protocol.settings import DEFAULTS
from studio.runtime.clock import SystemClock
from studio.runtime.hearing import Hearing
from studio.runtime.inbox import Inbox
from studio.runtime.line import Line
from studio.runtime.loop import Loop
from studio.runtime.mouth import Mouth
from studio.runtime.perform import Performer
from studio.runtime.plan import ConnectPlan
from studio.runtime.sending import Sending
from studio.speech.service_client import VoiceProcess
from studio.storage.header import Header
from studio.storage.writer import SessionWriter
from studio.transport.peer import Closing, Connection
from studio.transport.socket import SocketPeer
from studio.vad.detector import SileroDetector

PCM16 = AudioFormat.PCM16
CLOCK = SystemClock()
DELTA_MS = 200


class TimedConnection:
    """Notes when each frame is handed over."""

    def __init__(self, inner: Connection) -> None:
        self._inner = inner
        self.sent_at: list[float] = []

    @property
    def unsent_bytes(self) -> int:
        return self._inner.unsent_bytes

    @property
    def closing(self) -> Closing | None:
        return self._inner.closing

    def send(self, text: str) -> None:
        self._inner.send(text)
        self.sent_at.append(CLOCK.monotonic())

    def frames(self):  # noqa: ANN201 - as the inner one
        return self._inner.frames()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._inner.close(code, reason)


class TimedSpeaker(VirtualSpeaker):
    """Notes when each delta is queued."""

    def __init__(self) -> None:
        super().__init__(PCM16, CLOCK)
        self.played_at: list[float] = []

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        super().play(item_id, content_index, pcm)
        self.played_at.append(CLOCK.monotonic())


async def sink() -> None:
    """The other process: takes frames and says when each came."""
    came_at: list[float] = []
    done = asyncio.Event()

    async def take(peer: ServerConnection) -> None:
        came_at.extend([CLOCK.monotonic() async for _ in peer])
        done.set()

    async with serve(take, "127.0.0.1", 0, compression=None) as running:
        print(next(iter(running.sockets)).getsockname()[1], flush=True)
        await done.wait()
    print(*came_at)


async def bench(seconds: float, folder: Path) -> None:
    other = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "sink", stdout=asyncio.subprocess.PIPE
    )
    assert other.stdout is not None
    port = int(await other.stdout.readline())
    url = f"ws://127.0.0.1:{port}"
    plan = ConnectPlan(provider="local", url=url, model="m", settings=DEFAULTS, sessions_dir=folder)
    request = ConnectRequest(url, Dialect.GA)
    inbox = Inbox(CLOCK, CLOCK.monotonic())
    voiceover = Voiceover(PCM16)
    line, speaker = Line(request, inbox), TimedSpeaker()
    performer = Performer(plan, RandomIds(), speaker, line, Mouth(voiceover, VoiceProcess, inbox))
    log = SessionWriter(folder, Header(started_at=datetime.now(UTC)))
    loop = Loop(inbox, log, lambda _line: None, performer)
    sending = Sending(PCM16, voiceover, Hearing(SileroDetector(), PCM16), inbox)
    due_at: list[float] = []
    put_at: list[float] = []

    async def microphone() -> None:
        async for block in silence_microphone(PCM16, CLOCK).blocks():
            due_at.append(CLOCK.monotonic() - block.late_ms / 1000)
            inbox.block(block)
            if len(due_at) * 0.02 >= seconds:
                return

    async def deltas() -> None:
        sound = base64.b64encode(PCM16.silence(DELTA_MS)).decode()
        text = (
            '{"type":"response.output_audio.delta","event_id":"e","response_id":"r","item_id":"i",'
            f'"output_index":0,"content_index":0,"delta":"{sound}"}}'
        )
        while True:
            await asyncio.sleep(0.0173)
            put_at.append(CLOCK.monotonic())
            inbox.server(decode_server(text), text)

    async with SocketPeer().connect(request) as connection:
        timed = TimedConnection(connection)
        line.connection = timed
        async with asyncio.TaskGroup() as tasks:
            helpers = [tasks.create_task(loop.run(sending)), tasks.create_task(deltas())]
            await microphone()
            await asyncio.sleep(0.2)
            for helper in helpers:
                helper.cancel()
        await connection.close()
    log.close()
    came_at = [float(each) for each in (await other.stdout.readline()).split()]
    await other.wait()
    tell("block due -> handed to the socket", due_at, timed.sent_at)
    tell("block due -> in the other process", due_at, came_at)
    tell(f"{DELTA_MS} ms delta arrived -> play queue", put_at, speaker.played_at)


def tell(name: str, from_s: Sequence[float], to_s: Sequence[float]) -> None:
    lags_ms = sorted((to - start) * 1000 for start, to in zip(from_s, to_s, strict=False))
    p99 = lags_ms[int(len(lags_ms) * 0.99)]
    print(
        f"{name:40} p50 {statistics.median(lags_ms):6.2f} ms  p99 {p99:6.2f} ms  "
        f"max {lags_ms[-1]:6.2f} ms  ({len(lags_ms)})"
    )


def main() -> None:
    if sys.argv[1:] == ["sink"]:
        asyncio.run(sink())
        return
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(bench(seconds, Path(folder)))


if __name__ == "__main__":
    main()
