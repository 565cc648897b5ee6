"""Words put into so many cells; a character can take none, one or two."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells, set_cell_size

from studio.core.text import one_line

_WORD_OR_BREAK = re.compile(r"[^\S\n]*(?:\n|[^\s]+)")


def fitted(words: str, cells: int) -> str:
    """One line of exactly so many cells, cut with an ellipsis or filled with blanks."""
    line = one_line(words)
    if cell_len(line) > cells > 0:
        line = set_cell_size(line, cells - 1).rstrip() + "…"
    return set_cell_size(line, max(0, cells))


def wrapped(words: str, cells: int) -> list[str]:
    """Lines of at most so many cells, broken between words, and within those that are longer."""
    room = max(2, cells)
    lines = [""]
    for word in one_line(words).split():
        pieces = chop_cells(word, room) if cell_len(word) > room else [word]
        for at, piece in enumerate(pieces):
            joined = f"{lines[-1]} {piece}" if lines[-1] and not at else piece
            if lines[-1] and (at or cell_len(joined) > room):
                lines.append(piece)
            else:
                lines[-1] = joined
    return lines


def broken(words: str, cells: int, begin: int = 0) -> list[tuple[int, int]]:
    """Where lines of at most so many cells begin and end in a text; at least one.

    They are broken at newlines, between words, and within words that are longer than a line. A
    line begins with a word, but for the blanks that a paragraph begins with, and ends with one.
    Where the text grows, all its lines but the last stay.

    Args:
        words: the text, without tabs.
        cells: how wide a line is.
        begin: where the first of the lines begins: at 0, or where one of them does.
    """
    lines: list[tuple[int, int]] = []
    start = stop = begin
    for match in _WORD_OR_BREAK.finditer(words, begin):
        end = match.end()
        if words[end - 1] == "\n":
            lines.append((start, stop))
            start = stop = end
        elif cell_len(words[start:end]) <= cells:
            stop = end
        else:
            word = end - len(match.group().lstrip())
            if stop > start:
                lines.append((start, stop))
            start, stop = word, end
            for at in range(word + 1, end):
                # What joins signs into one is measured as the line is: `chop_cells` does otherwise.
                if cell_len(words[start : at + 1]) > cells:
                    lines.append((start, at))
                    start = at
    return [*lines, (start, stop)]
