"""Running the server: uvicorn on a socket of our own, models loading behind the open door."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import threading
from typing import TYPE_CHECKING

import uvicorn
from typing_extensions import override

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.server.app import RealtimeServer
from studio.server.models import LocalSpeech
from studio.server.replies.host import Host
from studio.server.replies.llm import ChatReplier
from studio.vad.detector import SileroDetector

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from studio.core.clock import Clock
    from studio.core.ids import IdSource
    from studio.server.replies.context import Replier
    from studio.server.settings import ServerConfig

LARGEST_FRAME_BYTES = 24 * 1024 * 1024
"""An append of 15 MiB in base64, and room for the rest of its event."""

_PING_S = 20.0
_FAREWELL_S = 2


class _Uvicorn(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    def end_with_stdin(self) -> None:
        """Stop when whoever started us is gone."""

        def wait() -> None:
            sys.stdin.buffer.read()
            self.should_exit = True

        threading.Thread(target=wait, name="stdin", daemon=True).start()


async def serve(
    config: ServerConfig, clock: Clock, ids: IdSource, on_ready: Callable[[str], None]
) -> None:
    """Serve until stopped; `on_ready` gets the WebSocket URL as soon as clients can connect.

    Raises:
        StudioError: the address cannot be listened on.
    """
    listening = listening_socket(config.host, config.port)
    speech = LocalSpeech()
    realtime = RealtimeServer(config, speech, _replier(config, clock), SileroDetector, clock, ids)

    def listening_now() -> None:
        on_ready(_url(listening))
        speech.warm_up()

    server = _Uvicorn(uvicorn_settings(realtime.app()), listening_now)
    if config.watch_stdin:
        server.end_with_stdin()
    try:
        await server.serve(sockets=[listening])
    finally:
        speech.close()
        listening.close()


def uvicorn_settings(app: Starlette) -> uvicorn.Config:
    """How uvicorn serves the application: large frames, pings, no compression of what is noise."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=LARGEST_FRAME_BYTES,
        ws_ping_interval=_PING_S,
        ws_ping_timeout=_PING_S,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_FAREWELL_S,
    )


def run_server(config: ServerConfig, clock: Clock, ids: IdSource) -> None:
    """Serve in the foreground, with the ready line on standard output, until interrupted.

    Raises:
        StudioError: the address cannot be listened on.
    """

    def say(url: str) -> None:
        sys.stdout.write(f"studio server: {url}\n")
        sys.stdout.flush()

    try:
        asyncio.run(serve(config, clock, ids, say))
    except KeyboardInterrupt:
        return


def _replier(config: ServerConfig, clock: Clock) -> Replier:
    if config.llm_base_url:
        return ChatReplier(config.llm_base_url, config.llm_model, config.llm_api_key)
    return Host(clock)


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens, and whose connections send each frame at once.

    asyncio turns Nagle's algorithm off only for sockets that name their protocol, which those of
    `create_server` do not; with it, the frames after `speech_stopped` wait up to 20 ms, until the
    client's next audio acknowledges it.

    Raises:
        StudioError: the address cannot be listened on.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted ones inherit it
    except OSError as failure:
        taken = failure.errno == errno.EADDRINUSE
        why = "another program listens there" if taken else failure.strerror or str(failure)
        raise StudioError(
            f"{one_line(host, 100)}:{port}: {one_line(why)}.",
            title="The server cannot listen",
            hint="Stop what listens there, or choose another port (--port 0 takes a free one)."
            if taken
            else "Choose an address of this machine with --host, and a port that you may take.",
        ) from failure
    return listening


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"ws://{shown}:{port}/v1/realtime"
