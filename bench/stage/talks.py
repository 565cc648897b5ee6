"""A talk over the virtual card between a program under test and the far end, and its notes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.stage.far_end import unbroken
from bench.stage.figures import lags_ms
from bench.stage.terminal import Painted, on_a_terminal
from tests.device.card import ROOT, VirtualCard, told

RATE_HZ = 24_000

PLAIN = "plain"
OURS = "studio"

_STARTING_S = 30.0
_BREAK_SAMPLES = RATE_HZ // 50


@dataclass(frozen=True)
class Talk:
    """What was noted.

    Attributes:
        near: by the program under test: `blocks`, `queued`, `underflows`, `overflows`.
        far: by the far end: `blocks`, `deltas`, `cuts`.
        heard: what the card played, at 24 kHz.
        began: the clock at sample 0 of it.
        said_ms: for each barge-in, what the program's own log says it took; empty for none.
        seconds: how long it was.
        painted_kb_per_s: what went to the terminal.
    """

    near: dict[str, Any]
    far: dict[str, Any]
    heard: NDArray[np.int16]
    began: float
    said_ms: list[float]
    seconds: float
    painted_kb_per_s: float

    @property
    def block_lags_ms(self) -> list[float]:
        """From a card's callback to the arrival of the same block at the far end."""
        return lags_ms(self.near["blocks"], self.far["blocks"])

    @property
    def delta_lags_ms(self) -> list[float]:
        """From the sending of a delta to the moment at which it stands in the play queue."""
        return lags_ms(self.far["deltas"], self.near["queued"])

    @property
    def silence_lags_ms(self) -> list[float]:
        """From the sending of `speech_started` to the last sample that the card played."""
        return [self._silent_after(at) for at in self.far["cuts"][:-1]]

    @property
    def n_gaps(self) -> int:
        """Breaks within what the card played: runs of zeros in sound that has none."""
        return len(gaps(self.heard))

    def _silent_after(self, at: float) -> float:
        since = self.heard[round((at - self.began) * RATE_HZ) :][: 2 * RATE_HZ] != 0
        sounding = np.convolve(since, np.ones(_BREAK_SAMPLES), "valid") > 0.5
        silent = np.flatnonzero(~sounding)
        return float(silent[0]) * 1000 / RATE_HZ if silent.size else 2_000.0


def gaps(heard: NDArray[np.int16]) -> list[int]:
    """Lengths in samples of the runs of zeros between the first sound and the last."""
    sounding = np.flatnonzero(heard)
    steps = np.diff(sounding)
    return [int(step) - 1 for step in steps[steps > 1]]


def talk(
    card: VirtualCard, program: str, kind: str, seconds: float, events_per_s: int, *options: str
) -> Talk:
    """Let `program` (`OURS` or `PLAIN`) talk for some seconds; `options` are the studio's."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        environment = card.environment | {"BENCH_NOTES": str(folder / "near.json")}
        with (
            card.speaking(unbroken(int(seconds * 1000) + 15_000, 5)),
            card.running("listening", folder / "heard.npz") as listener,
            far_end(kind, seconds, events_per_s) as peer,
        ):
            assert peer.stdout is not None
            url = f"ws://127.0.0.1:{int(peer.stdout.readline())}/v1/realtime"
            sessions = folder / "sessions"
            arguments = command(program, url, sessions, options)
            with on_a_terminal(arguments, environment) as painted:
                notes = notes_of(peer, painted, seconds + _STARTING_S)
            told(listener)
        with np.load(folder / "heard.npz") as kept:
            heard, began = kept["samples"], float(kept["began"])
        near = json.loads((folder / "near.json").read_text())
        said_ms = [ms for log in sessions.glob("*/session.jsonl") for ms in said_by(log)]
    return Talk(near, notes, heard, began, said_ms, seconds, painted.n_bytes / 1000 / seconds)


@contextmanager
def far_end(kind: str, seconds: float, events_per_s: int) -> Iterator[subprocess.Popen[str]]:
    """The other machine."""
    peer = subprocess.Popen(
        (sys.executable, "-m", "bench.stage.far_end", kind, str(seconds), str(events_per_s)),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield peer
    finally:
        peer.communicate(timeout=10)


def command(program: str, url: str, sessions: Path, options: tuple[str, ...]) -> tuple[str, ...]:
    """How the program is started."""
    if program == PLAIN:
        return (sys.executable, "-m", "bench.stage.plain", url)
    sound = ("--mic", "device", "--speaker", "device", *options)
    place = ("--provider", "local", "--base-url", url, "--sessions-dir", str(sessions))
    return (sys.executable, "-m", "bench.stage.studio_screen", *place, *sound)


def notes_of(peer: subprocess.Popen[str], painted: Painted, patience_s: float) -> dict[str, Any]:
    """What the far end tells when the talk is over."""
    assert peer.stdout is not None
    impatience = Timer(patience_s, peer.kill)
    impatience.start()
    line = peer.stdout.readline()
    impatience.cancel()
    if not line:
        raise SystemExit(f"the talk broke off: {painted.tail.decode(errors='replace')}")
    notes: dict[str, Any] = json.loads(line)
    return notes


def said_by(log: Path) -> list[float]:
    """From the arrival of each `speech_started` to the silence that the studio's own log tells."""
    started_at: float | None = None
    lags: list[float] = []
    for text in log.read_text().splitlines()[1:]:
        line = json.loads(text)
        event = line.get("event", {})
        if event.get("type") == "input_audio_buffer.speech_started":
            started_at = line["at"]
        elif event.get("type") == "local.playback.silenced" and started_at is not None:
            lags.append((event["silent_at"] - started_at) * 1000)
            started_at = None
    return lags
