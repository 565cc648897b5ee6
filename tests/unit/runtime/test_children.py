from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.runtime.children import LocalServer

READY = "print('studio server: ws://127.0.0.1:1/v1/realtime', flush=True);"
LISTENS = f"import sys; {READY} sys.stdin.read()"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not fetched by its parent does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


async def test_it_is_ready_when_it_says_so_and_gone_afterwards(tmp_path: Path) -> None:
    async with LocalServer(python(LISTENS), tmp_path / "server.log") as server:
        assert server.url == "ws://127.0.0.1:1/v1/realtime"
        pid = server.pid
        assert pid is not None
        assert is_alive(pid)
    assert not is_alive(pid)


async def test_words_before_the_ready_line_are_passed_over(tmp_path: Path) -> None:
    chatty = f"import sys; print('loading'); {READY} print('more' * 99_999); sys.stdin.read()"
    async with LocalServer(python(chatty), tmp_path / "server.log") as server:
        assert server.url.startswith("ws://")


async def test_one_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    server = LocalServer(python("raise SystemExit('the port is in use')"), tmp_path / "server.log")
    with pytest.raises(StudioError, match=r"ended at once\. the port is in use"):
        async with server:
            pass
    assert server.pid is None


async def test_one_that_never_gets_ready_is_ended(tmp_path: Path) -> None:
    server = LocalServer(
        python("import sys; sys.stdin.read()"), tmp_path / "server.log", starting_s=0.1
    )
    with pytest.raises(StudioError, match="was not ready after"):
        async with server:
            pass
    assert server.pid is None


async def test_what_cannot_be_started_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="could not be started: No such file"):
        async with LocalServer(["/nowhere/studio"], tmp_path / "server.log"):
            pass


async def test_no_orphan_is_left_when_the_parent_is_killed(tmp_path: Path) -> None:
    parent_code = f"""
import asyncio, sys
from pathlib import Path
from studio.runtime.children import LocalServer
async def main():
    command, log_path = [sys.executable, "-c", {LISTENS!r}], Path({str(tmp_path / "log")!r})
    async with LocalServer(command, log_path) as it:
        print(it.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(
        *python(parent_code), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    gone = os.pidfd_open(pid)
    try:
        parent.kill()
        await parent.communicate()
        ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(gone, ended.set)
        await asyncio.wait_for(ended.wait(), 10)
        asyncio.get_running_loop().remove_reader(gone)
    finally:
        os.close(gone)
    assert not is_alive(pid)
