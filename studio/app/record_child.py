"""A take recorded in a process of its own, for a screen that must not wait for a sound card.

On standard input come one JSON object (`microphone`), then the lines `begin` and `end`; JSON lines
go out, ten a second. When standard input ends, so does the recording, and is kept.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TextIO

from studio.app.lab_takes import library
from studio.app.take_recording import (
    CHECK_MS,
    TakeRecorder,
    keep_recording,
    listen,
    open_for_take,
)
from studio.audio.level import Level
from studio.core.errors import StudioError
from studio.runtime.clock import SystemClock
from studio.runtime.sound import SoundSource
from studio.ui.take_recording import RecordingStep

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULE = "studio.app.record_child"
BEGIN, END = b"begin\n", b"end\n"

_TOLD_EVERY_MS = 100
_CHECKED_EVERY_MS = 500


def wanted_line(microphone: str) -> bytes:
    """The first line of a child's standard input."""
    return json.dumps({"microphone": microphone}).encode() + b"\n"


def read_recording_step(line: bytes) -> RecordingStep:
    """A step, as it was told.

    Raises:
        StudioError: it could not be recorded or kept; it was told why.
    """
    fields = json.loads(line)
    if "error" in fields:
        raise StudioError(fields["error"], title=fields["title"], hint=fields["hint"])
    changed = {"level": Level(**fields["level"]), "remarks": tuple(fields["remarks"])}
    return RecordingStep(**{**fields, **changed})


@dataclass
class _Teller:
    """Writes a line for each step."""

    lines: TextIO
    recorder: TakeRecorder
    card: str = ""
    check: str = ""
    is_fine: bool = False
    is_over: bool = False

    def block(self) -> bool:
        """Tell what there is to tell after 20 ms; whether more are wanted."""
        heard_ms = self.recorder.heard_ms
        if heard_ms >= CHECK_MS / 2 and heard_ms % _CHECKED_EVERY_MS == 0:
            check = self.recorder.check
            self.check, self.is_fine = check.words, check.is_fine
        if heard_ms % _TOLD_EVERY_MS == 0:
            self.tell()
        return not self.is_over

    def tell(self, kept: str = "", remarks: tuple[str, ...] = ()) -> None:
        """Write a step."""
        recorder = self.recorder
        step = RecordingStep(
            self.card,
            recorder.level,
            self.check,
            self.is_fine,
            recorder.is_recording,
            recorder.recorded_ms,
            kept,
            remarks,
        )
        self.write(asdict(step))

    def write(self, fields: Mapping[str, object]) -> None:
        """Write a line; a screen that is gone needs none."""
        try:
            self.lines.write(json.dumps(fields) + "\n")
            self.lines.flush()
        except BrokenPipeError:
            self.is_over = True

    def obey(self) -> None:
        """Do what standard input says, until it ends."""
        # Not through `sys.stdin`: who holds its lock when the process ends has it aborted.
        while said := os.read(0, 4096):
            if BEGIN in said:
                self.recorder.begin()
            if END in said:
                break
        self.is_over = True


def main() -> int:
    """Record the take that standard input asks for; returns the exit status."""
    # Whatever a library prints must not land between the lines.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    wanted = json.loads(_first_line())
    teller = _Teller(lines, TakeRecorder())
    threading.Thread(target=teller.obey, daemon=True).start()
    try:
        asyncio.run(_record(wanted["microphone"], teller))
    except StudioError as failure:
        told = {"error": failure.message, "title": failure.title, "hint": failure.hint}
        teller.write(told)
        return 1
    return 0


async def _record(microphone: str, teller: _Teller) -> None:
    source = SoundSource(SystemClock())
    opened = await open_for_take(microphone, source)
    teller.card = opened.sound.name
    teller.tell()
    recorder = teller.recorder
    failure = await listen(opened, recorder, source, teller.block)
    store = library(os.environ).own
    kept = keep_recording(recorder, teller.card, source.clock, store, failure=failure)
    if kept is not None:
        teller.tell(kept.stored.name, tuple(kept.remarks))


def _first_line() -> bytes:
    """What comes first, byte by byte, so that nothing after it is taken away from `obey`."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(0, 1)):
        line += byte
    return line


if __name__ == "__main__":
    sys.exit(main())
