"""Whether the machine was taken away while a test of real time ran."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

ROOT = Path(__file__).parents[2]

STALL_MS = 20.0
"""A block of sound: who stands still for longer has missed one."""

STOLEN = 0.05
"""Of the processors' time. On a quiet machine it is under 0.01; at 0.1 a card's streams run dry."""


@dataclass(frozen=True)
class Starvation:
    """What was missing.

    Attributes:
        worst_late_ms: how long the machine stood still at worst.
        stolen: the part of the processors' time that its host gave to others, from 0 to 1.
    """

    worst_late_ms: float
    stolen: float

    @override
    def __str__(self) -> str:
        """In words; empty where sound could be played and recorded in time."""
        if self.worst_late_ms < STALL_MS and self.stolen < STOLEN:
            return ""
        return (
            f"the machine stood still for up to {self.worst_late_ms:.0f} ms "
            f"and {self.stolen:.0%} of its time was given to others"
        )


class Witness:
    """A process that sees the machine stand still; `since_last` asks it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def since_last(self) -> Starvation:
        """What it saw since it was asked before."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        return Starvation(**json.loads(process.stdout.readline()))


@contextmanager
def witness() -> Iterator[Witness]:
    """A witness as long as the context lasts."""
    command = (sys.executable, "-m", "tests.device.programs.witness")
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield Witness(process)
