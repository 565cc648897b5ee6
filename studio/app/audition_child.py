"""An audition in a process of its own, for a screen that must not wait for it.

One JSON object comes in on standard input: `order`, `plan`, `parallel`. JSON lines go out, one for
each step. When standard input ends, so does the audition, with what was read so far kept.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from typing import Literal, TextIO

from pydantic import BaseModel

from studio.app.audition import hold_audition
from studio.config.paths import studio_paths
from studio.core.errors import StudioError
from studio.lab.audition import Order
from studio.runtime.plan import ConnectPlan
from studio.ui.auditions import Step

MODULE = "studio.app.audition_child"


class Wanted(BaseModel):
    """What the screen asks for."""

    order: Order
    plan: ConnectPlan
    parallel: int


class _Teller:
    """Writes a line for each step."""

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines
        self._path = ""
        self._done = self._heard = 0
        self._reading: list[str] = []

    def __call__(self, what: Literal["folder", "begun", "done", "listening"], whose: str) -> None:
        match what:
            case "folder":
                self._path = whose
            case "begun":
                self._reading.append(whose)
            case "done":
                self._reading.remove(whose)
                self._done += 1
            case "listening":
                self._heard += bool(whose)
        self.tell(
            path=self._path,
            done=self._done,
            reading=self._reading,
            is_listening=what == "listening",
            heard=self._heard,
        )

    def tell(self, **fields: object) -> None:
        """Write a line."""
        self._lines.write(json.dumps(fields) + "\n")
        self._lines.flush()


def read_step(line: bytes) -> Step:
    """A step, as it was told.

    Raises:
        StudioError: the audition could not be held; it was told why.
    """
    fields = json.loads(line)
    if "error" in fields:
        raise StudioError(fields["error"], title=fields["title"], hint=fields["hint"])
    return Step(**{**fields, "reading": tuple(fields["reading"])})


def main() -> int:
    """Hold the audition that standard input asks for; returns the exit status."""
    # Whatever a library prints must not land between the lines.
    teller = _Teller(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    wanted = Wanted.model_validate_json(sys.stdin.buffer.readline())
    paths = studio_paths(os.environ)
    threading.Thread(target=_end_with_the_screen, daemon=True).start()
    try:
        asyncio.run(
            hold_audition(
                wanted.order,
                wanted.plan,
                os.environ,
                paths,
                wanted.parallel,
                paths.lab_dir,
                teller,
            )
        )
    except StudioError as failure:
        teller.tell(error=failure.message, title=failure.title, hint=failure.hint)
        return 1
    except asyncio.CancelledError:
        return 130
    return 0


def _end_with_the_screen() -> None:
    # Not through `sys.stdin`: who holds its lock when the process ends has it aborted.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
