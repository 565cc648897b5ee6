"""The assistant's words as lines that grow: what a look costs goes by what is new, not by all.

Whatever words come, all lines but the last stay as they are broken (`wrapping.broken`); and the
play-head changes only those lines that it has passed since.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rich.style import Style
from rich.text import Text

from studio.core.text import printable
from studio.ui.present.blocks import first_line, further_line, room_of
from studio.ui.present.wrapping import broken

if TYPE_CHECKING:
    from studio.session.hearing import HeardText
    from studio.ui.present.palette import Palette

_KEPT_VOICES = 512
_WORD = re.compile(r"\S+")


def traceable(text: Text, item_id: str, begin: int = 0) -> Text:
    """With the item and the place in its words noted at each word, for a click to read.

    Args:
        text: words of an item.
        item_id: which; empty for one that has no id, whose words are left as they are.
        begin: where in the item's words the text begins.
    """
    for word in _WORD.finditer(text.plain) if item_id else ():
        origin = Style.from_meta({"item": item_id, "character": begin + word.start()})
        text.stylize(origin, word.start(), word.end())
    return text


def voice_lines(
    pieces: HeardText, item_id: str, aside: str, width: int, palette: Palette
) -> list[Text]:
    """What an assistant said: bright as far as it was heard, else dim, or struck out.

    A line that looks as it did at the call before is the same object.
    """
    return _voice(item_id, aside, width, palette).lines(pieces)


class _Look(NamedTuple):
    """What decides on how the words look: how many were heard, and how the others look."""

    heard: int
    rest: str


class _Voice:
    """The lines of one item, as they were at the last look."""

    def __init__(self, item_id: str, aside: str, width: int, palette: Palette) -> None:
        self._item_id, self._aside = item_id, aside
        self._width, self._palette = width, palette
        self._words = ""
        self._spans: list[tuple[int, int]] = []
        self._look = _Look(0, "")
        self._lines: list[Text] = []

    def lines(self, pieces: HeardText) -> list[Text]:
        """The lines as they are now."""
        palette = self._palette
        words = printable(f"{pieces.heard}{pieces.ahead}{pieces.lost}").replace("\t", " ")
        if not words.strip():
            return [self._first_line(Text("…", palette.muted))]
        rest = f"strike {palette.muted}" if pieces.lost else palette.muted
        look = _Look(len(pieces.heard), rest if pieces.ahead or pieces.lost else "")
        kept = self._break(words)
        passed = self._passed(look)
        self._words, self._look = words, look
        del self._lines[kept:]
        for number in passed:
            if number < kept:
                self._lines[number] = self._line(number)
        for number in range(kept, len(self._spans)):
            self._lines.append(self._line(number))
        return [*self._lines]

    def _break(self, words: str) -> int:
        """Break into lines what is new; how many of the lines stay as they were."""
        if words == self._words and self._spans:
            return len(self._spans)
        kept = max(0, len(self._spans) - 1) if words.startswith(self._words) else 0
        begin = self._spans[kept][0] if kept else 0
        del self._spans[kept:]
        self._spans += broken(words, room_of(self._width), begin)
        return kept

    def _passed(self, look: _Look) -> range:
        """The lines that look otherwise, wherever they are broken as before."""
        if look == self._look:
            return range(0)
        ends = sorted((look.heard, self._look.heard))
        first, last = (max(0, bisect_right(self._spans, (end, -1)) - 1) for end in ends)
        return range(first, last + 1 if look.rest == self._look.rest else len(self._spans))

    def _line(self, number: int) -> Text:
        start, stop = self._spans[number]
        said = self._words[start:stop]
        heard = min(max(0, self._look.heard - start), len(said))
        piece = Text.assemble(
            (said[:heard], self._palette.foreground), (said[heard:], self._look.rest)
        )
        traceable(piece, self._item_id, start)
        return further_line(piece) if number else self._first_line(piece)

    def _first_line(self, piece: Text) -> Text:
        accent = self._palette.accent
        return first_line(piece, self._width, "assistant", accent, self._aside, accent)


@lru_cache(maxsize=_KEPT_VOICES)
def _voice(item_id: str, aside: str, width: int, palette: Palette) -> _Voice:
    return _Voice(item_id, aside, width, palette)
