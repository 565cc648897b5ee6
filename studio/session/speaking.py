"""How long a voice takes for each word of a text, about: where in its sound a word ends.

No wire says when a word is spoken. The figures are ms of the local server's voices at their usual
speed, fitted to where a recogniser stops when their sound is cut; what matters is their proportion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SYLLABLE_MS, _LETTER_MS = 96.0, 32.0
_DIGIT_MS = 220.0
_CHARACTER_MS = 190.0
"""Of a script that writes syllables or words, not letters."""
_SENTENCE_PAUSE_MS, _CLAUSE_PAUSE_MS = 400.0, 320.0

_WORD = re.compile(r"[\u2e80-\U0003ffff]|[^\s\u2e80-\U0003ffff]+")
_VOWELS = re.compile("[aeiouy]+")
_FIRST_CHARACTER = "\u2e80"
_SENTENCE_ENDS, _CLAUSE_ENDS = ".!?…\u3002\uff01\uff1f", ",;:\u3001\uff0c\uff1a\uff1b"
_CLOSING = "\"'\u201d\u2019)]"


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of a text: where it ends and when, and when the next one begins."""

    end: int
    ends_ms: float
    next_ms: float
    ends_sentence: bool


_BEGINNING, _MOST_KEPT = 64, 64
_kept: dict[str, tuple[str, tuple[SpokenWord, ...]]] = {}
"""The latest text with each beginning, and its words: a text that is being said grows."""


def spoken_words(text: str) -> tuple[SpokenWord, ...]:
    """The words of a text in their order; times never fall."""
    before, known = _kept.get(text[:_BEGINNING], ("", ()))
    if text == before:
        return known
    words = _words_after(known[:-1] if text.startswith(before) else (), text)
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[text[:_BEGINNING]] = text, words
    return words


def _words_after(known: tuple[SpokenWord, ...], text: str) -> tuple[SpokenWord, ...]:
    """All words of a text of which the first are known; the last of what grew may have grown."""
    words = [*known]
    begin, at_ms = (known[-1].end, known[-1].next_ms) if known else (0, 0.0)
    for match in _WORD.finditer(text, begin):
        word = match.group()
        ends_ms = at_ms + _length_ms(word)
        sign = word.rstrip(_CLOSING)[-1:]
        ends_sentence = bool(sign) and sign in _SENTENCE_ENDS
        at_ms = ends_ms + _pause_ms(sign)
        words.append(SpokenWord(match.end(), ends_ms, at_ms, ends_sentence))
    return tuple(words)


def _length_ms(word: str) -> float:
    if word[0] >= _FIRST_CHARACTER:
        return _CHARACTER_MS if word.isalnum() else 0.0
    letters = sum(char.isalpha() for char in word)
    digits = sum(char.isdigit() for char in word)
    syllables = _syllables(word.lower()) if letters else 0
    return _SYLLABLE_MS * syllables + _LETTER_MS * letters + _DIGIT_MS * digits


def _syllables(word: str) -> int:
    """One for each run of vowels, but for a silent e at the end."""
    runs = _VOWELS.findall(word)
    ends_in_e = len(runs) > 1 and runs[-1] == "e" and word.rstrip(".,;:!?").endswith("e")
    return max(1, len(runs) - ends_in_e)


def _pause_ms(sign: str) -> float:
    """After the last sign of a word."""
    if not sign:
        return 0.0
    if sign in _SENTENCE_ENDS:
        return _SENTENCE_PAUSE_MS
    return _CLAUSE_PAUSE_MS if sign in _CLAUSE_ENDS else 0.0
