"""What is written by hand, on the socket and in the log, through the real worker."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError

from studio.protocol.dialect import Dialect
from studio.protocol.events import Malformed
from studio.protocol.settings import DEFAULTS
from studio.runtime.link import LogLine, SessionBegan, WorkerLink
from studio.runtime.plan import ConnectPlan
from studio.session.envelope import Origin
from studio.session.local import SendWanted
from studio.storage.lines import read_line
from studio.storage.reader import read_session
from tests.fakes import frames

WRITTEN = (
    '{"type": "response.cancel", "n": 1e3, "n": "\\u00e9"}',
    '{"type": ',
    "not JSON at all\nin two lines",
    '{"type":"scooby.dooby.doo","é":"漢字"}',
)


class Listener:
    """A server that agrees with settings and keeps what else it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def __call__(self, peer: ServerConnection) -> None:
        await peer.send(frames.as_text(frames.created()))
        with suppress(ConnectionClosedError):
            async for frame in peer:
                if '"session.update"' in str(frame):
                    await peer.send(frames.as_text(frames.updated()))
                elif "input_audio_buffer.append" not in str(frame):
                    self.heard.append(str(frame))


async def write_all(worker: WorkerLink) -> tuple[str, list[str]]:
    """Send each text once the session is open; the session's folder, and what was told of them."""
    path, told = "", list[str]()
    async for message in worker.messages():
        if isinstance(message, SessionBegan):
            path = message.path
        if not isinstance(message, LogLine):
            continue
        envelope = read_line(message.line, Dialect.GA)
        if envelope.event.type == "session.updated":
            for text in WRITTEN:
                worker.send(SendWanted(payload=text))
        elif envelope.origin is Origin.CLIENT and envelope.raw in WRITTEN:
            told.append(envelope.raw)
            if len(told) == len(WRITTEN):
                worker.stop()
        elif envelope.event.type == "local.end":
            break
    return path, told


async def test_it_goes_out_byte_for_byte_and_stands_so_in_the_log(tmp_path: Path) -> None:
    listener, worker = Listener(), WorkerLink(tmp_path / "worker.log")
    async with serve(listener, "127.0.0.1", 0) as running:
        await worker.open()
        try:
            port = next(iter(running.sockets)).getsockname()[1]
            worker.start(plan(port, tmp_path / "sessions"))
            path, told = await write_all(worker)
        finally:
            await worker.close()
    assert tuple(listener.heard) == tuple(told) == WRITTEN
    logged = [each for each in read_session(Path(path)).envelopes() if each.raw in WRITTEN]
    assert tuple(each.raw for each in logged) == WRITTEN
    assert sum(isinstance(each.event, Malformed) for each in logged) == 2


def plan(port: int, sessions_dir: Path) -> ConnectPlan:
    return ConnectPlan(
        provider="local",
        url=f"ws://127.0.0.1:{port}/v1/realtime",
        model="m",
        settings=DEFAULTS,
        microphone="silence",
        speaker="silent",
        sessions_dir=sessions_dir,
    )
