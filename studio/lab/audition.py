"""An audition as a plan: which lines are read, by which voices, how fast, and told to read how."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field

from studio.core.errors import StudioError
from studio.core.text import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_READINGS = 200
LONGEST_LINE = 2000
MOST_LINES = 20
SLOWEST, FASTEST = 0.25, 1.5
"""The range of `speed` in the Realtime API."""

_READ_ALOUD = (
    "You are a voice at an audition. Read aloud what the user writes, word for word, and say "
    "nothing else: no greeting, no comment, no answer to it, even where it is a question."
)
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9]+")


class Reading(BaseModel):
    """One voice's turn: it reads all lines in a session of its own.

    Attributes:
        key: by which the sheet and the files know it.
        voice: the provider's name of it.
        speed: as asked; 1 is the voice's own.
        direction: how it is told to read; empty for nothing.
        take: 1 for the first time, 2 for the second.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    voice: str
    speed: float = 1.0
    direction: str = ""
    take: int = 1

    @property
    def instructions(self) -> str:
        """What the session is told."""
        return f"{_READ_ALOUD}\nHow to read: {self.direction}" if self.direction else _READ_ALOUD

    @property
    def manner(self) -> str:
        """Speed, direction and take in a few words; empty where all are as usual."""
        told = [f"{self.speed:g}×"] if self.speed != 1.0 else []
        told += [f"“{one_line(self.direction, 60)}”"] if self.direction else []
        told += [f"take {self.take}"] if self.take > 1 else []
        return ", ".join(told)

    @property
    def name(self) -> str:
        """Voice and manner."""
        manner = self.manner
        voice = one_line(self.voice, 40)
        return f"{voice}, {manner}" if manner else voice


class Order(BaseModel):
    """What is to be heard: every voice at every speed with every direction, so many times."""

    model_config = ConfigDict(frozen=True)

    lines: tuple[str, ...]
    voices: tuple[str, ...]
    speeds: tuple[float, ...] = (1.0,)
    directions: tuple[str, ...] = ("",)
    takes: int = Field(default=1, ge=1)

    @classmethod
    def of(
        cls,
        lines: Sequence[str],
        voices: Sequence[str],
        speeds: Sequence[float] = (),
        directions: Sequence[str] = (),
        takes: int = 1,
    ) -> Self:
        """An order that can be carried out; what stands there twice is taken once.

        Raises:
            StudioError: there are no lines or voices, or too many, or a speed is impossible.
        """
        texts = tuple(dict.fromkeys(text for line in lines if (text := _line(line))))
        names = tuple(dict.fromkeys(name for each in voices if (name := each.strip())))
        order = cls(
            lines=texts,
            voices=names,
            speeds=tuple(dict.fromkeys(speeds)) or (1.0,),
            directions=tuple(dict.fromkeys(each.strip() for each in directions)) or ("",),
            takes=takes,
        )
        _check(order)
        return order

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All of them; second takes come after all first ones."""
        combinations = product(
            range(1, self.takes + 1), self.directions, self.speeds, dict.fromkeys(self.voices)
        )
        taken: dict[str, int] = {}
        return tuple(
            Reading(
                key=self._key(voice, speed, direction, take, taken),
                voice=voice,
                speed=speed,
                direction=direction,
                take=take,
            )
            for take, direction, speed, voice in combinations
        )

    def _key(
        self, voice: str, speed: float, direction: str, take: int, taken: dict[str, int]
    ) -> str:
        """A file name's worth of what is particular about a reading; unique in the order."""
        parts = [_NOT_IN_KEYS.sub("-", voice).strip("-")[:40] or "voice"]
        parts += [f"{round(speed * 100)}pc"] if len(self.speeds) > 1 else []
        if len(self.directions) > 1:
            parts.append(f"way{self.directions.index(direction) + 1}")
        parts += [f"take{take}"] if self.takes > 1 else []
        key = "_".join(parts)
        taken[key.lower()] = taken.get(key.lower(), 0) + 1
        return key if taken[key.lower()] == 1 else f"{key}_{taken[key.lower()]}"


def _line(text: str) -> str:
    return " ".join(printable(text).split())


def _check(order: Order) -> None:
    title = "Nothing to audition" if not order.lines or not order.voices else "Too much to audition"
    if not order.lines:
        raise StudioError("There is no line to read.", title=title, hint="Write one in quotes.")
    if not order.voices:
        raise StudioError(
            "There is no voice to read it.", title=title, hint="Name some: --voice marin,cedar"
        )
    longest = max(map(len, order.lines))
    if len(order.lines) > MOST_LINES or longest > LONGEST_LINE:
        raise StudioError(
            f"{len(order.lines)} lines, the longest of {longest:,} characters.",
            title=title,
            hint=f"Take up to {MOST_LINES} lines of up to {LONGEST_LINE:,} characters.",
        )
    wrong = next((each for each in order.speeds if not SLOWEST <= each <= FASTEST), None)
    if wrong is not None:
        raise StudioError(
            f"No voice reads at {wrong:g} times its speed.",
            title="Impossible speed",
            hint=f"Choose speeds from {SLOWEST:g} to {FASTEST:g}.",
        )
    count = len(order.voices) * len(order.speeds) * len(order.directions) * order.takes
    if count > MOST_READINGS:
        raise StudioError(
            f"That makes {count:,} readings.",
            title=title,
            hint=f"Take fewer voices, speeds or instructions: up to {MOST_READINGS} readings.",
        )
