"""The local server as a child: started with the studio, and never left behind.

The child holds the reading end of a pipe as its standard input and exits when that ends: so it goes
even where the studio is killed and can say nothing.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Self

from typing_extensions import override

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.runtime.link import opened_log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

READY = "studio server: "
"""What the child prints before its address, on a line of its own."""

_STARTING_S = 30.0
_LEAVING_S = 3.0
_LONGEST_WORDS = 300


class LocalServer:
    """A server child for as long as the context lasts; `url` is known inside.

    Args:
        command: what to run.
        log_path: where its standard error goes.
        starting_s: how long it may take until it is ready.
    """

    def __init__(
        self, command: Sequence[str], log_path: Path, *, starting_s: float = _STARTING_S
    ) -> None:
        self.url = ""
        self._command = tuple(command)
        self._log_path = log_path
        self._starting_s = starting_s
        self._transport: asyncio.SubprocessTransport | None = None
        self._watch: _Watch | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, while it runs."""
        transport = self._transport
        return None if transport is None else transport.get_pid()

    @property
    def is_running(self) -> bool:
        """Whether the child was started and has not ended."""
        return self._transport is not None and self._transport.get_returncode() is None

    async def __aenter__(self) -> Self:
        """`start`."""
        await self.start()
        return self

    async def start(self) -> None:
        """Start the child and wait until it listens.

        Raises:
            StudioError: it cannot be started, ended early, or was not ready in time.
        """
        loop = asyncio.get_running_loop()
        self._watch = watch = _Watch(loop)
        with opened_log(self._log_path) as log:
            log_begins = os.fstat(log.fileno()).st_size
            try:
                self._transport, _ = await loop.subprocess_exec(
                    lambda: watch, *self._command, stderr=log, start_new_session=True
                )
            except OSError as failure:
                raise self._unready(f"could not be started: {failure.strerror}") from failure
        try:
            async with asyncio.timeout(self._starting_s):
                self.url = await watch.ready
        except TimeoutError:
            await self.stop()
            raise self._unready(f"was not ready after {self._starting_s:.0f} s") from None
        except asyncio.CancelledError:
            await self.stop()
            raise
        if not self.url:
            await self.stop()
            raise self._unready(f"ended at once. {self._last_words(log_begins)}".rstrip())

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """`stop`."""
        await self.stop()

    async def stop(self) -> None:
        """End its standard input, and its life where it does not follow within three seconds."""
        transport, watch = self._transport, self._watch
        self._transport = None
        if transport is None or watch is None:
            return
        stdin = transport.get_pipe_transport(0)
        if stdin is not None:
            stdin.close()
        try:
            async with asyncio.timeout(_LEAVING_S):
                await watch.exited.wait()
        except TimeoutError:
            transport.kill()
            await watch.exited.wait()
        finally:
            transport.close()

    def _last_words(self, log_begins: int) -> str:
        with self._log_path.open("rb") as log:
            log.seek(log_begins)
            lines = log.read().decode(errors="replace").split("\n")
        return one_line(
            next((line for line in reversed(lines) if line.strip()), ""), _LONGEST_WORDS
        )

    def _unready(self, what: str) -> StudioError:
        return StudioError(
            f"The local server {what}",
            title="No local server",
            hint=f"Its log is {self._log_path}; `studio doctor` checks what it needs.",
        )


class _Watch(asyncio.SubprocessProtocol):
    """Waits for the ready line on standard output; what follows it is read and forgotten."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.ready: asyncio.Future[str] = loop.create_future()
        self.exited = asyncio.Event()
        self._output = b""

    @override
    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd != 1 or self.ready.done():
            return
        self._output += data
        *lines, self._output = self._output.split(b"\n")
        for line in lines:
            text = line.decode(errors="replace").strip()
            if text.startswith(READY) and not self.ready.done():
                self.ready.set_result(text.removeprefix(READY))

    @override
    def process_exited(self) -> None:
        self.exited.set()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self.ready.done():
            self.ready.set_result("")
