"""Whole numbers as English words, and back, as far as conversation needs them."""

from __future__ import annotations

import re

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
    *("seventeen", "eighteen", "nineteen"),
)
_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: value for value, word in enumerate(_UNITS)} | {
    word: 10 * value for value, word in enumerate(_TENS) if word
}
_THOUSAND = 1_000
LARGEST_IN_WORDS = 999_999

_NUMBER = re.compile(
    r"-?\d+(?:\.\d+)?|\b(?:" + "|".join([*_VALUES, "hundred", "thousand"]) + r")\b", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s-]*(?:and\s+)?", re.IGNORECASE)


def in_words(number: int) -> str:
    """The number in words; digits where it is too large for that."""
    if number < 0:
        return f"minus {in_words(-number)}"
    if number > LARGEST_IN_WORDS:
        return str(number)
    if number >= _THOUSAND:
        rest = number % _THOUSAND
        return f"{in_words(number // _THOUSAND)} thousand" + (f" {in_words(rest)}" if rest else "")
    if number >= 100:
        rest = number % 100
        return f"{_UNITS[number // 100]} hundred" + (f" and {in_words(rest)}" if rest else "")
    if number < len(_UNITS):
        return _UNITS[number]
    return _TENS[number // 10] + (f"-{_UNITS[number % 10]}" if number % 10 else "")


def numbers_in(text: str) -> list[float]:
    """The numbers in a text, in order; "twenty two" is one number, "one two three" are three."""
    found: list[float] = []
    last_end = -1
    last_words = False
    for match in _NUMBER.finditer(text):
        word = match.group().lower()
        joined = last_words and _BETWEEN.fullmatch(text, last_end, match.start()) is not None
        if word[-1].isdigit():
            found.append(float(word))
            last_words = False
            continue
        if not (joined and _grow(found, word)):
            found.append(float(_VALUES.get(word, 100 if word == "hundred" else _THOUSAND)))
        last_end, last_words = match.end(), True
    return found


def _grow(found: list[float], word: str) -> bool:
    """Join a word to the number before it, where it can go on ("two" "hundred", "forty" "two")."""
    before = found[-1]
    below_thousand = before % _THOUSAND
    if word == "hundred":
        if not 0 < below_thousand < 10:
            return False
        found[-1] = before + below_thousand * 99
        return True
    if word == "thousand":
        if not 0 < before < _THOUSAND:
            return False
        found[-1] = before * _THOUSAND
        return True
    value = _VALUES[word]
    room = next((power for power in (_THOUSAND, 100, 10) if before and before % power == 0), 1)
    if value < room:
        found[-1] = before + value
        return True
    return False
