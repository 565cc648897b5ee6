"""The real server on a free port of this machine, for as long as a test lasts."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from studio.core.clock import Clock
from studio.core.ids import RandomIds
from studio.runtime.clock import SystemClock
from studio.server.app import RealtimeServer
from studio.server.replies.host import Host
from studio.server.run import uvicorn_settings
from studio.server.settings import ServerConfig
from tests.fakes.voice_activity import LoudnessDetector

if TYPE_CHECKING:
    from studio.server.models import Speech
    from studio.vad.detector import SpeechDetector


@dataclass(frozen=True)
class Address:
    """Where it listens."""

    port: int

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_base(self) -> str:
        """What the SDK calls `websocket_base_url`."""
        return f"ws://127.0.0.1:{self.port}/v1"

    @property
    def url(self) -> str:
        return f"{self.socket_base}/realtime"


@asynccontextmanager
async def loopback(
    speech: Speech,
    config: ServerConfig | None = None,
    clock: Clock | None = None,
    detector: Callable[[], SpeechDetector] = LoudnessDetector,
) -> AsyncIterator[Address]:
    """The application under uvicorn, with these ears and voices and this detector."""
    real = clock or SystemClock()
    realtime = RealtimeServer(
        config or ServerConfig(), speech, Host(real), detector, real, RandomIds()
    )
    server = uvicorn.Server(uvicorn_settings(realtime.app()))
    listening = socket.create_server(("127.0.0.1", 0))
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0)
        try:
            yield Address(listening.getsockname()[1])
        finally:
            server.should_exit = True
            await serving
            listening.close()
