"""Two wordings beside each other, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\S+")
_BARE = re.compile(r"[^\w']+")


@dataclass(frozen=True, slots=True)
class Words:
    """A run of words that stands in one wording, in the other, or in both.

    Attributes:
        one: how the first has it; empty where it has not.
        other: how the second has it; empty where it has not.
        same: whether both have the same words, by letters and digits.
    """

    one: str
    other: str
    same: bool


def bare(word: str) -> str:
    """A word without case and punctuation: recognisers differ there without hearing otherwise."""
    return _BARE.sub("", word).casefold()


def bare_words(text: str) -> tuple[str, ...]:
    """The words of a text that say something, without case and punctuation."""
    return tuple(word for each in _WORD.findall(text) if (word := bare(each)))


def word_diff(one: str, other: str) -> tuple[Words, ...]:
    """Both texts whole, in runs that are the same or are not."""
    here, there = _WORD.findall(one), _WORD.findall(other)
    matcher = SequenceMatcher(
        None, [bare(each) for each in here], [bare(each) for each in there], autojunk=False
    )
    return tuple(
        Words(" ".join(here[a:b]), " ".join(there[c:d]), operation == "equal")
        for operation, a, b, c, d in matcher.get_opcodes()
    )
