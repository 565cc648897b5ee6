"""Whether a voice said what it was given: word by word, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.session.word_diff import Words, bare_words, word_diff

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Wording:
    """A line beside what was said.

    Attributes:
        words: how many words the line has.
        wrong: how many were left out, put in, or said otherwise.
        runs: both texts whole, in runs that are the same or are not.
    """

    words: int
    wrong: int
    runs: tuple[Words, ...]

    @property
    def share(self) -> float:
        """How much of the line was said, 0 to 1."""
        return max(0.0, 1 - self.wrong / self.words) if self.words else 1.0

    @property
    def differences(self) -> str:
        """`table → cable, + please, − now`; empty where every word is the line's."""
        return ", ".join(_change(run) for run in self.runs if not run.same and _counted(run))


def compared(line: str, said: str) -> Wording:
    """Compare by letters and digits: case and punctuation do not count."""
    runs = word_diff(line, said)
    wrong = sum(_counted(run) for run in runs if not run.same)
    return Wording(len(bare_words(line)), wrong, runs)


def share_of(wordings: Iterable[Wording]) -> float | None:
    """How much of several lines was said, by words; None for no lines."""
    known = [*wordings]
    words = sum(each.words for each in known)
    return max(0.0, 1 - sum(each.wrong for each in known) / words) if words else None


def _counted(run: Words) -> int:
    return max(len(bare_words(run.one)), len(bare_words(run.other)))


def _change(run: Words) -> str:
    if not bare_words(run.one):
        return f"+ {run.other}"
    return f"{run.one} → {run.other}" if bare_words(run.other) else f"− {run.one}"
