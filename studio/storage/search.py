"""Text search over the frames of a log, in the bytes as they are mapped.

ASCII text whose case does not matter is looked for in a copy in which bit 5 of every byte is set:
that makes letters alike whatever their case, costs less than lowering them, and what it makes alike
beside is told apart by a second look. Other text is looked for by the longest run of its letters
that the bit makes alike, else by one of them in every case, and then in the decoded frame.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from studio.storage.digest import body_places
from studio.storage.lines import line_text
from studio.storage.logview import LogView

_SLICE_BYTES = 512 * 1024
_CASE_BIT = 0x20
_LAST_WITH_CASE = 0x1E944
_PROBE_LETTERS = 2


class Needle:
    """What is looked for.

    Where case does not matter, ASCII text matches whatever the case of its letters A to Z, other
    text whatever `str.lower` makes alike.
    """

    def __init__(self, text: str, *, ignore_case: bool) -> None:
        self._is_ascii = text.isascii()
        self._ignores_case = ignore_case and (self._is_ascii or _has_case(text))
        self._text = text.lower() if self._ignores_case else text
        self._encoded = self._text.encode("utf-8", "surrogatepass")
        self._probes = self._probes_of(self._text) if self._ignores_case else []

    def is_in(self, frame: str) -> bool:
        """Whether a frame holds it."""
        if self._ignores_case and not self._is_ascii:
            return self._text in frame.lower()
        encoded = frame.encode("utf-8", "surrogatepass")
        return self._encoded in (encoded.lower() if self._ignores_case else encoded)

    def rows(self, text: bytes, begins: list[int], ends: list[int]) -> list[int]:
        """Which of some frames hold it, given where they begin and end in a slice of the log."""
        if not self._ignores_case:
            return _holding(text, self._encoded, begins, ends)
        found: set[int] = set()
        for probe, is_folded in self._probes:
            found.update(_holding(_folded(text) if is_folded else text, probe, begins, ends))
        rows = sorted(found)
        if self._is_ascii and self._text.isalpha():
            return rows
        return [row for row in rows if self._is_meant(text[begins[row] : ends[row]])]

    def _is_meant(self, frame: bytes) -> bool:
        if self._is_ascii:
            return self._encoded in frame.lower()
        return self._text in line_text(frame).lower()

    def _probes_of(self, text: str) -> list[tuple[bytes, bool]]:
        """What to look for first, and whether among folded bytes; a frame without any has no hit.

        Folding makes letters alike whatever their case, and some other bytes with them.
        """
        alike = [bytes(_folded(self._encoded))] if self._is_ascii else _alike(text)
        if self._is_ascii or len(alike) >= _PROBE_LETTERS:
            return [(b"".join(alike), True)]
        letter = next((each for each in text if not each.isascii()), text[0])
        cases = sorted(_cased(letter))
        return [(each.encode("utf-8", "surrogatepass"), False) for each in cases]


def search(
    needle: Needle, view: LogView, header_bytes: int, columns: Mapping[str, NDArray[np.uint64]]
) -> NDArray[np.uint32]:
    """The rows whose frame holds the needle, of those whose frame stands in the log as it was.

    Args:
        needle: what is looked for.
        view: the log.
        header_bytes: what the column `start` counts from.
        columns: `start`, `length` and `body` of all rows that are in the log.
    """
    starts, lengths = columns["start"], columns["length"]
    ends = starts + lengths - 1
    places = body_places(columns["body"])
    begins = np.where(places < 0, ends + 1, starts + np.maximum(places, 0).astype(np.uint64))
    found: list[NDArray[np.uint32]] = [np.empty(0, np.uint32)]
    first = 0
    while first < len(starts):
        past = np.searchsorted(starts, starts[first] + _SLICE_BYTES)
        stop = max(first + 1, int(past))
        low = starts[first]
        begin, end = header_bytes + int(low), header_bytes + int(ends[stop - 1])
        text = view.read(begin, end)
        view.forget(begin, end)
        rows = needle.rows(
            text, (begins[first:stop] - low).tolist(), (ends[first:stop] - low).tolist()
        )
        found.append(np.array(rows, np.uint32) + np.uint32(first))
        first = stop
    return np.concatenate(found)


def _holding(
    text: bytes | bytearray, wanted: bytes, begins: list[int], ends: list[int]
) -> list[int]:
    """The rows of some lines beside each other whose frame holds these bytes, in order."""
    rows = []
    find, length = text.find, len(wanted)
    place = find(wanted)
    row = 0
    while place >= 0:
        row = bisect_left(ends, place + length, row)
        if row == len(ends):
            break
        if place >= begins[row]:
            rows.append(row)
            place = find(wanted, ends[row])
        else:
            place = find(wanted, begins[row])
    return rows


def _folded(text: bytes) -> bytearray:
    """The same with bit 5 of every byte set."""
    alike = bytearray(text)
    bits = np.frombuffer(alike, np.uint8)
    np.bitwise_or(bits, _CASE_BIT, out=bits)
    return alike


def _alike(text: str) -> list[bytes]:
    """The longest run of letters that folding makes the same in every case: what it makes of each.

    So it does with most: É and é, П and п, Ω and ω differ in bit 5 of their last byte alone. It
    does not with a k, which lowering makes of the Kelvin sign, too.
    """
    runs: list[list[bytes]] = [[]]
    for letter in text:
        cases = (each.encode("utf-8", "surrogatepass") for each in _cased(letter))
        folded = {bytes(_folded(each)) for each in cases}
        if len(folded) == 1:
            runs[-1] += folded
        else:
            runs.append([])
    return max(runs, key=lambda run: sum(map(len, run)))


def _cased(letter: str) -> set[str]:
    """A letter, and all that become it by lowering them."""
    cases = {letter, *_cases().get(letter, ())}
    return cases | {letter.upper()} if letter.isascii() else cases


def _has_case(text: str) -> bool:
    """Whether lowering makes other text of this, or this of other text."""
    cases = _cases()
    return text.upper() != text.lower() or any(letter in cases for letter in text)


@cache
def _cases() -> dict[str, set[str]]:
    """The letters that become each letter by lowering them."""
    cases: dict[str, set[str]] = {"ς": {"Σ"}}
    for letter in map(chr, range(0x80, _LAST_WITH_CASE)):
        lowered = letter.lower()
        if lowered != letter:
            for each in lowered:
                cases.setdefault(each, set()).add(letter)
    return cases
