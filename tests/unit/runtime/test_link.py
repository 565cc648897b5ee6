from __future__ import annotations

import sys
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.runtime.cells import Cells
from studio.runtime.link import Fault, LogLine, Message, SessionBegan, WorkerGone, WorkerLink
from studio.session.local import TextWanted
from tests.fakes.world import plan_for

STAND_IN = """
import json, socket, sys, os
pair = socket.socket(fileno=int(sys.argv[1]))
lines = pair.makefile("rwb")
def say(**values):
    lines.write(json.dumps(values).encode() + b"\\n"); lines.flush()
for line in lines:
    asked = json.loads(line)
    match asked["do"]:
        case "start":
            header = {"provider": asked["plan"]["provider"]}
            say(**{"is": "session", "header": header, "path": "/s"})
        case "event":
            words = asked["event"]["text"]
            if words == "die":
                print("last words", file=sys.stderr, flush=True)
                os.kill(os.getpid(), 9)
            say(**{"is": "cells", **CELLS, "sent_ms": 40.0})
            say(**{"is": "line", "line": words})
        case "stop":
            say(**{"is": "fault", "title": "T", "message": "M", "hint": "H"})
        case "quit":
            break
"""


def link(tmp_path: Path) -> WorkerLink:
    from studio.runtime.cells import cells_to_json

    code = STAND_IN.replace("CELLS", repr(cells_to_json(Cells())))
    return WorkerLink(tmp_path / "logs" / "worker.log", (sys.executable, "-c", code))


async def test_wishes_go_out_and_messages_come_in_while_cells_are_replaced(tmp_path: Path) -> None:
    worker = link(tmp_path)
    worker.start(plan_for(tmp_path))
    await worker.open()
    worker.send(TextWanted(text="hello"))
    worker.stop()
    got: list[Message] = []
    async for message in worker.messages():
        got.append(message)
        if isinstance(message, Fault):
            assert worker.cells.sent_ms == 40.0
            await worker.close()
    assert got == [
        SessionBegan({"provider": "local"}, "/s"),
        LogLine("hello"),
        Fault("T", "M", "H"),
    ]


async def test_a_killed_worker_is_told_with_its_signal_and_can_be_started_again(
    tmp_path: Path,
) -> None:
    worker = link(tmp_path)
    await worker.open()
    worker.send(TextWanted(text="die"))
    got: list[Message] = []
    async for message in worker.messages():
        got.append(message)
        if isinstance(message, WorkerGone):
            worker.send(TextWanted(text="nobody hears this"))
            await worker.restart()
            worker.send(TextWanted(text="again"))
        else:
            await worker.close()
    log_path = tmp_path / "logs" / "worker.log"
    assert got == [WorkerGone(-9, log_path), LogLine("again")]
    assert log_path.read_text() == "last words\n"


async def test_closing_what_was_never_opened_is_harmless(tmp_path: Path) -> None:
    await link(tmp_path).close()


async def test_a_log_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError, match="file") as told:
        await WorkerLink(tmp_path / "file" / "worker.log").open()
    assert "STUDIO_HOME" in told.value.hint
