from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError

from studio.protocol.dialect import Dialect
from studio.protocol.settings import DEFAULTS
from studio.runtime.link import Fault, LogLine, SessionBegan, WorkerGone, WorkerLink
from studio.runtime.plan import ConnectPlan
from studio.session.local import TextWanted
from studio.session.reduce import fold
from studio.session.state import SessionState
from studio.storage.lines import read_line
from studio.storage.reader import read_session
from tests.fakes import frames
from tests.unit.runtime.test_children import is_alive

APPEND = '"input_audio_buffer.append"'


async def greet(peer: ServerConnection) -> None:
    """A server that agrees with everything and says nothing."""
    await peer.send(frames.as_text(frames.created()))
    with suppress(ConnectionClosedError):
        async for frame in peer:
            if '"session.update"' in str(frame):
                await peer.send(frames.as_text(frames.updated()))


@asynccontextmanager
async def running_worker(tmp_path: Path) -> AsyncIterator[WorkerLink]:
    worker = WorkerLink(tmp_path / "worker.log")
    await worker.open()
    try:
        yield worker
    finally:
        await worker.close()


@asynccontextmanager
async def agreeing_server() -> AsyncIterator[int]:
    """The port of one."""
    async with serve(greet, "127.0.0.1", 0) as running:
        yield next(iter(running.sockets)).getsockname()[1]


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


async def test_a_killed_workers_session_opens_with_all_but_the_last_moment(tmp_path: Path) -> None:
    lines: list[str] = []
    path, gone = "", None
    async with agreeing_server() as port, running_worker(tmp_path) as worker:
        worker.start(plan(port, tmp_path / "sessions"))
        async for message in worker.messages():
            if isinstance(message, SessionBegan):
                path = message.path
            elif isinstance(message, LogLine):
                lines.append(message.line)
                if sum(APPEND in line for line in lines) == 60:
                    assert worker.pid is not None
                    os.kill(worker.pid, signal.SIGKILL)
            elif isinstance(message, WorkerGone):
                gone = message
                break
    assert gone == WorkerGone(-signal.SIGKILL, tmp_path / "worker.log")
    session = read_session(Path(path))
    stored = [line.rstrip("\n") for line in session.lines()]
    assert stored == lines[: len(stored)]
    assert any("not closed" in each for each in session.problems)
    # Lines are with the system at most 250 ms after they were appended: a dozen blocks.
    assert len(lines) - len(stored) <= 20
    assert sum(APPEND in line for line in stored) >= 40


async def test_the_screen_folds_the_lines_to_what_the_log_holds_and_quitting_leaves_nothing(
    tmp_path: Path,
) -> None:
    state, path = SessionState(), ""
    async with agreeing_server() as port, running_worker(tmp_path) as worker:
        pid = worker.pid
        worker.start(plan(port, tmp_path / "sessions"))
        async for message in worker.messages():
            if isinstance(message, SessionBegan):
                path = message.path
            elif isinstance(message, LogLine):
                state = fold([read_line(message.line, Dialect.GA)], state)
                if APPEND in message.line and state.speech.sent_bytes == 9_600:
                    worker.send(TextWanted(text="Hello?"))
                if '"conversation.item.create"' in message.line:
                    worker.stop()
                if state.ended:
                    break
        assert worker.cells.sent_ms > 0
    assert fold(read_session(Path(path)).envelopes()) == state
    assert pid is not None
    assert not is_alive(pid)


async def test_a_plan_that_cannot_be_followed_is_a_fault_and_the_worker_lives_on(
    tmp_path: Path,
) -> None:
    bad = plan(1, tmp_path).model_copy(update={"microphone": "/nowhere.wav"})
    async with running_worker(tmp_path) as worker:
        worker.start(bad)
        worker.start(bad)
        messages = worker.messages()
        assert isinstance(await anext(messages), Fault)
        assert isinstance(await anext(messages), Fault)
