"""The screen's end of the worker: starts its process, sends wishes, yields what it says.

The two talk in JSON lines over a socket pair that the child inherits. When the screen's end closes,
in whatever way, the worker ends its session and exits.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from typing import TYPE_CHECKING, BinaryIO, Protocol

from studio.core.errors import StudioError
from studio.runtime.cells import Cells
from studio.runtime.messages import (
    CardsSeen,
    Fault,
    LogLine,
    LookForCards,
    PlayRecording,
    Quit,
    RecordingHeard,
    SessionBegan,
    Start,
    Stop,
    StopRecording,
    Tell,
    WorkerGone,
    read_from_worker,
    to_worker_line,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from studio.runtime.messages import ToWorker
    from studio.runtime.plan import ConnectPlan
    from studio.session.local import LocalEvent

__all__ = ["Fault", "Feed", "LogLine", "Message", "SessionBegan", "WorkerGone", "WorkerLink"]

Message = SessionBegan | LogLine | Fault | CardsSeen | RecordingHeard | WorkerGone

_LONGEST_LINE_BYTES = 256 * 2**20
_PATIENCE_S = 5.0

WORKER_COMMAND = (sys.executable, "-m", "studio.runtime.worker")


class Feed(Protocol):
    """A live worker, or a stand-in that replays one."""

    @property
    def cells(self) -> Cells:
        """The latest values, replaced as they come."""
        ...

    def start(self, plan: ConnectPlan) -> None:
        """Begin a session; one that runs is ended first."""
        ...

    def send(self, event: LocalEvent) -> None:
        """Put a wish into the running session."""
        ...

    def stop(self) -> None:
        """End the running session."""
        ...

    def look_for_cards(self) -> None:
        """Ask for the sound cards; `CardsSeen` comes among the messages."""
        ...

    def play_recording(self, wanted: PlayRecording) -> None:
        """Play a recording's sound; `RecordingHeard` comes among the messages."""
        ...

    def stop_recording(self) -> None:
        """Be silent where a recording plays."""
        ...

    def messages(self) -> AsyncIterator[Message]:
        """What the worker says, as it comes, until the feed is closed."""
        ...


class WorkerLink:
    """A worker in a process of its own, as a `Feed`; its standard error goes to `log_path`."""

    def __init__(self, log_path: Path, command: Sequence[str] = WORKER_COMMAND) -> None:
        self.cells = Cells()
        self._log_path = log_path
        self._command = tuple(command)
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._unsent: list[bytes] = []
        self._running = asyncio.Event()
        self._over = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The worker's process id, while there is one."""
        return None if self._process is None else self._process.pid

    async def open(self) -> None:
        """Start the process; wishes made before are sent now.

        Raises:
            OSError: the process cannot be started.
            StudioError: its log cannot be written.
        """
        with opened_log(self._log_path) as log:
            self._process, ours = await self._started(log)
        self._reader, self._writer = await asyncio.open_connection(
            sock=ours, limit=_LONGEST_LINE_BYTES
        )
        self._writer.writelines(self._unsent)
        self._unsent.clear()
        self._running.set()

    async def _started(self, log: BinaryIO) -> tuple[asyncio.subprocess.Process, socket.socket]:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._command,
                    str(theirs.fileno()),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            except OSError:
                ours.close()
                raise
        return process, ours

    async def restart(self) -> None:
        """Start a fresh process after the last one went."""
        await self._release()
        await self.open()

    async def close(self) -> None:
        """End the session and the process; kills it where it does not follow in five seconds."""
        self._over.set()
        self._say(Quit())
        self._running.set()
        await self._release()

    def start(self, plan: ConnectPlan) -> None:
        """Begin a session; one that runs is ended first."""
        self._say(Start(plan))

    def send(self, event: LocalEvent) -> None:
        """Put a wish into the running session."""
        self._say(Tell(event))

    def stop(self) -> None:
        """End the running session."""
        self._say(Stop())

    def look_for_cards(self) -> None:
        """Ask for the sound cards; `CardsSeen` comes among the messages."""
        self._say(LookForCards())

    def play_recording(self, wanted: PlayRecording) -> None:
        """Play a recording's sound; `RecordingHeard` comes among the messages."""
        self._say(wanted)

    def stop_recording(self) -> None:
        """Be silent where a recording plays."""
        self._say(StopRecording())

    async def messages(self) -> AsyncIterator[Message]:
        """What the worker says, then `WorkerGone` if it dies; goes on after `restart`."""
        while True:
            await self._running.wait()
            process, reader = self._process, self._reader
            if self._over.is_set() or process is None or reader is None:
                return
            async for message in self._said(reader):
                yield message
            status = await process.wait()
            if self._over.is_set():
                return
            self._running.clear()
            self.cells = Cells()
            yield WorkerGone(status, self._log_path)

    async def _said(self, reader: asyncio.StreamReader) -> AsyncIterator[Message]:
        while line := await _next_line(reader):
            message = read_from_worker(line)
            if isinstance(message, Cells):
                self.cells = message
            else:
                yield message

    def _say(self, message: ToWorker) -> None:
        line = to_worker_line(message)
        if self._writer is None:
            self._unsent.append(line)
        elif not self._writer.is_closing():
            self._writer.write(line)

    async def _release(self) -> None:
        """Close our end of the pair and see the process off."""
        self._running.clear()
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write_eof()
        if self._process is not None:
            try:
                await asyncio.wait_for(self._process.wait(), _PATIENCE_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._writer is not None:
            self._writer.close()
        self._process = self._reader = self._writer = None


async def _next_line(reader: asyncio.StreamReader) -> bytes:
    """The next whole line; nothing once the other end is gone, in whatever way."""
    try:
        line = await reader.readline()
    except ConnectionError:
        return b""
    return line if line.endswith(b"\n") else b""


def opened_log(path: Path) -> BinaryIO:
    """A child's log, to append to; only its owner may read it.

    Raises:
        StudioError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as failure:
        raise StudioError(
            f"{path}: {failure.strerror or failure}.",
            title="The studio cannot write its logs",
            hint="Make the folder writable, or set STUDIO_HOME to one that is.",
        ) from failure
    return os.fdopen(descriptor, "wb")
