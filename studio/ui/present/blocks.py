"""A block of the transcript: who in the margin, words beside it, a figure at the right."""

from __future__ import annotations

from rich.text import Text

WHO_CELLS = 11
_SIDE_CELLS = 9


def room_of(width: int) -> int:
    """Cells that words have in a block of `width` cells."""
    return max(12, width - WHO_CELLS - _SIDE_CELLS - 1)


def first_line(
    words: Text, width: int, who: str, who_color: str, aside: str = "", aside_color: str = ""
) -> Text:
    """The line of a block that says who."""
    line = Text(no_wrap=True, end="")
    line.append(f" {who:<{WHO_CELLS - 1}}", who_color)
    line.append_text(words)
    if aside:
        line.append(" " * max(1, width - 1 - len(aside) - line.cell_len))
        line.append(aside, aside_color)
    return line


def further_line(words: Text) -> Text:
    """Any other line of a block."""
    line = Text(" " * WHO_CELLS, no_wrap=True, end="")
    line.append_text(words)
    return line
