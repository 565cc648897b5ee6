from __future__ import annotations

import asyncio
import socket
import sys

import pytest

from studio.core.errors import StudioError
from studio.core.ids import RandomIds
from studio.runtime.clock import SystemClock
from studio.server.run import listening_socket, serve
from studio.server.settings import ServerConfig

PROGRAM = """
from studio.core.ids import RandomIds
from studio.runtime.clock import SystemClock
from studio.server.run import run_server
from studio.server.settings import ServerConfig
run_server(ServerConfig(port=0, watch_stdin=True), SystemClock(), RandomIds())
"""


async def test_a_taken_port_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = ServerConfig(port=taken.getsockname()[1])
        with pytest.raises(StudioError, match="another program listens") as fault:
            await serve(config, SystemClock(), RandomIds(), print)
    assert "--port 0" in fault.value.hint


async def test_an_address_of_another_machine_is_told_in_words() -> None:
    config = ServerConfig(host="192.0.2.1", port=0)
    with pytest.raises(StudioError) as fault:
        await serve(config, SystemClock(), RandomIds(), print)
    assert "--host" in fault.value.hint


def test_small_frames_do_not_wait_for_the_client_to_acknowledge_the_one_before() -> None:
    with (
        listening_socket("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_it_says_its_address_and_ends_with_its_parent() -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    async with asyncio.timeout(60):
        ready = (await child.stdout.readline()).decode()
        assert ready.startswith("studio server: ws://127.0.0.1:")
        assert ready.endswith("/v1/realtime\n")
        child.stdin.close()
        assert await child.wait() == 0
