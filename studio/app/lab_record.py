"""`studio lab take record`: a take from the microphone, after a check of its level."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.app.farewell import ASKED, HUNG_UP, heeding
from studio.app.lab_takes import library, take_json
from studio.app.setup import read_setup
from studio.app.sound_check import bar
from studio.app.take_recording import (
    CHECK_MS,
    TakeRecorder,
    card_wanted,
    keep_recording,
    listen,
    open_for_take,
)
from studio.core.text import one_line, printable
from studio.runtime.clock import SystemClock
from studio.runtime.sound import SoundSource

if TYPE_CHECKING:
    from studio.app.choices import Choices
    from studio.audio.level_check import LevelCheck
    from studio.core.errors import StudioError
    from studio.runtime.sound import OpenedMicrophone

Say = Callable[[str], None]

_SHOWN_EVERY_MS = 100
_CLEAR_LINE = "\r\x1b[K"


def record_take(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    name: str,
    seconds: float | None,
    as_json: bool,
    say: Say,
    warn: Say,
    source: SoundSource | None = None,
) -> int:
    """Check the level, record, and keep the take; the exit status, 1 where the card went away.

    Raises:
        StudioError: no microphone can be opened, or the take cannot be kept.
    """
    source = source or SoundSource(SystemClock())
    wanted = choices.microphone or card_wanted(read_setup(choices, environ).preferences.microphone)
    limit_ms = None if seconds is None else seconds * 1000
    booth = _Booth(warn, _Line(is_shown=sys.stderr.isatty()), limit_ms)
    card, failure = asyncio.run(_heard(wanted, source, booth))
    recorder = booth.recorder
    kept = keep_recording(recorder, card, source.clock, library(environ).own, name, failure)
    if kept is None:
        warn("Ended before anything was recorded: nothing is kept.")
        return 1
    if as_json:
        told = take_json(kept.stored) | {
            "check": None if booth.check is None else check_json(booth.check),
            "level": check_json(recorder.whole_check),
            "lost_ms": round(recorder.lost_ms),
        }
        say(json.dumps(told))
    else:
        called = printable(kept.stored.name)
        say(f"Kept {called}, {kept.stored.duration_ms / 1000:.1f} s.")
        say(f"Label it: studio lab take label {called} --propose")
    for remark in kept.remarks:
        warn(remark)
    return 0 if failure is None else 1


def check_json(check: LevelCheck) -> dict[str, str | float]:
    """A level check for a program; levels in dBFS."""
    return {
        "heard": check.heard,
        "speech_db": round(check.speech_db, 1),
        "floor_db": round(check.floor_db, 1),
        "peak_db": round(check.peak_db, 1),
    }


class _Line:
    """One line of the terminal that is written again and again; none where there is no terminal."""

    def __init__(self, *, is_shown: bool) -> None:
        self._is_shown = is_shown

    def show(self, words: str) -> None:
        """Put these words in its place."""
        if self._is_shown:
            sys.stderr.write(f"{_CLEAR_LINE}{printable(words)}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Leave nothing of it."""
        self.show("")


@dataclass
class _Booth:
    """What a person sees of a recording, and how it ends.

    Attributes:
        warn: prints a line.
        line: shows level and time.
        limit_ms: after so much it ends by itself.
        check: what the level check came to; None until then.
    """

    warn: Say
    line: _Line
    limit_ms: float | None = None
    recorder: TakeRecorder = field(default_factory=TakeRecorder)
    check: LevelCheck | None = None
    is_over: bool = False

    def enter(self) -> None:
        """The key was pressed; before it could be meant, it means nothing."""
        if self.check is not None:
            self.end()

    def end(self) -> None:
        """A person has had enough."""
        self.is_over = True

    def goes_on(self, opened: OpenedMicrophone) -> bool:
        """Tell what there is to tell after a block; whether another is wanted."""
        recorder = self.recorder
        if self.check is None and recorder.heard_ms >= CHECK_MS:
            self._checked(opened)
        elif recorder.heard_ms % _SHOWN_EVERY_MS == 0:
            self.line.show(self._shown())
        is_played = opened.tape is not None and opened.tape.is_over
        is_long = self.limit_ms is not None and recorder.recorded_ms >= self.limit_ms
        return not (self.is_over or is_played or is_long)

    def _checked(self, opened: OpenedMicrophone) -> None:
        self.check = self.recorder.check
        self.line.clear()
        self.warn(self.check.words)
        if not opened.sound.is_virtual:
            self.recorder.begin()
            self.warn("Recording. Enter or Ctrl+C ends it.")

    def _shown(self) -> str:
        recorder = self.recorder
        level = f"{bar(recorder.level.rms_db)} {recorder.level.rms_db:4.0f} dBFS"
        if not recorder.is_recording:
            return f"  check     {level}"
        clips = "  clips" if recorder.check.heard == "clipping" else ""
        return f"● {recorder.recorded_ms / 1000:7.1f} s {level}{clips}"


async def _heard(wanted: str, source: SoundSource, booth: _Booth) -> tuple[str, StudioError | None]:
    """Check and record; the microphone's name, and what ended it otherwise than a person did."""
    opened = await open_for_take(wanted, source)
    card = opened.sound.name
    if opened.sound.is_virtual:
        booth.recorder.begin()  # what is there already is kept from its first sample on
    else:
        booth.warn(f"{one_line(card, 80)}: say something as you will say it.")
    _watch_for_enter(booth.enter)
    with heeding((*ASKED, HUNG_UP), booth.end):
        failure = await listen(opened, booth.recorder, source, lambda: booth.goes_on(opened))
    booth.line.clear()
    return card, failure


def _watch_for_enter(pressed: Callable[[], None]) -> None:
    """Call when a line comes on standard input, from another thread; its end means nothing."""

    def watch() -> None:
        with suppress(OSError):
            while said := os.read(0, 4096):
                if b"\n" in said:
                    pressed()

    # Not through `sys.stdin`: who holds its lock when the process ends has it aborted.
    threading.Thread(target=watch, daemon=True).start()
