"""Cutting a growing text into sentences, so that speaking can begin before writing has ended."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?…][\"')\]]*\s+|\n+")
_CLAUSE = re.compile(r"[,;:]\s+")
_LONG_CHARACTERS = 90
_SHORTEST_CHARACTERS = 4
"""So that "1. " and "A. " stay with what follows them."""


class SentenceSplitter:
    """Takes text piece by piece, gives sentences as soon as they are known to have ended.

    A first sentence that is long is cut at a comma: the listener should not wait for its end.
    """

    def __init__(self) -> None:
        self._rest = ""
        self._first = True

    def push(self, text: str) -> list[str]:
        """The sentences that `text` completes."""
        self._rest += text
        found = []
        while (cut := self._cut()) is not None:
            found.append(self._rest[:cut])
            self._rest = self._rest[cut:]
            self._first = False
        return found

    def flush(self) -> str:
        """What is left, as the last sentence; empty where nothing is."""
        rest, self._rest = self._rest, ""
        return rest if rest.strip() else ""

    def _cut(self) -> int | None:
        ends = (match.end() for match in _END.finditer(self._rest))
        end = next((end for end in ends if end > _SHORTEST_CHARACTERS), None)
        if not self._first or (end or len(self._rest)) < _LONG_CHARACTERS:
            return end
        clause = next(
            (m.end() for m in _CLAUSE.finditer(self._rest) if m.end() > _LONG_CHARACTERS // 3), None
        )
        return clause if clause is not None and (end is None or clause < end) else end
