"""What a voice is to say, with pauses in the words: the notation of a spoken take.

    My number is [0.6s] five five [1.2s] two one.

    [cedar] Yes.
    --- 3s
    [noise] mm-hm

A pause stands in brackets, in seconds or `[600ms]`; it lasts from the last sound before it to the
first one after it. A blank line or `---` ends a turn; the next one follows after two seconds, or
after as long as stands behind the dashes. `[cedar]` or another voice's name lets that voice say the
turn, `[noise]` says that it wants no answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from studio.core.errors import StudioError
from studio.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

GAP_MS = 2_000
LONGEST_PAUSE_MS = 60_000

_GAP = re.compile(r"\s*-{3,}\s*(\S*)\s*")
_BRACKET = re.compile(r"\[([^\]]*)\]")
_TIME = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(ms|s)?")


@dataclass(frozen=True, slots=True)
class Passage:
    """A turn, or a noise that somebody makes.

    Attributes:
        parts: words, and between them pauses in ms.
        gap_ms: the silence before it, where it is not the first one.
        voice: who says it; empty for the take's own voice.
    """

    parts: tuple[str | int, ...]
    gap_ms: int = GAP_MS
    kind: Literal["turn", "noise"] = "turn"
    voice: str = ""

    @property
    def words(self) -> str:
        """All that is said in it."""
        return " ".join(each for each in self.parts if isinstance(each, str))


def read_script(text: str, voices: Collection[str]) -> tuple[Passage, ...]:
    """The passages of a script.

    Raises:
        StudioError: brackets hold something else, a pause is too long, or nothing is said.
    """
    passages = tuple(_passages(text, voices))
    if not passages:
        raise _wrong("Nothing is said in it.")
    return passages


def _passages(text: str, voices: Collection[str]) -> Iterator[Passage]:
    lines: list[str] = []
    gap_ms = GAP_MS
    for line in (*text.splitlines(), "---"):
        dashes = _GAP.fullmatch(line)
        if not dashes and line.strip():
            lines.append(line)
            continue
        if lines:
            yield _passage(" ".join(lines), gap_ms, voices)
            lines, gap_ms = [], GAP_MS
        if dashes and dashes[1]:
            gap_ms = _time_ms(dashes[1])


def _passage(text: str, gap_ms: int, voices: Collection[str]) -> Passage:
    kind: Literal["turn", "noise"] = "turn"
    voice = ""
    parts: list[str | int] = []
    for at, piece in enumerate(_BRACKET.split(text)):
        told = piece.strip()
        if at % 2 == 0:
            parts += [told] if told else []
        elif told == "noise":
            kind = "noise"
        elif told in voices:
            voice = told
        else:
            parts.append(_time_ms(told))
    if not any(isinstance(each, str) for each in parts):
        raise _wrong(f"Nothing is said in {one_line(text, 60)}.")
    return Passage(tuple(parts), gap_ms, kind, voice)


def _time_ms(text: str) -> int:
    match = _TIME.fullmatch(text)
    if not match:
        raise _wrong(f"[{one_line(text, 40)}] is no pause, no voice and not noise.")
    ms = round(float(match[1]) * (1 if match[2] == "ms" else 1000))
    if ms > LONGEST_PAUSE_MS:
        raise _wrong(f"A pause of {one_line(text, 40)} is longer than a minute.")
    return ms


def _wrong(message: str) -> StudioError:
    return StudioError(
        message,
        title="The script cannot be spoken",
        hint="Write it like this: My number is [0.6s] five five [1.2s] two one.",
    )
