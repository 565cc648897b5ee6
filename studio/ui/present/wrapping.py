"""Words put into so many cells; a character can take none, one or two."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells, set_cell_size

from studio.core.text import one_line


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
