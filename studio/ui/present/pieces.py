"""A line of styled text put together piece by piece, for lines that are drawn very often."""

from __future__ import annotations

from rich.text import Span, Text


class Pieces:
    """Pieces of a line with their styles; they are clean already and do not overlap.

    Attributes:
        pieces: what was added.
    """

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._spans: list[Span] = []
        self._length = 0

    def add(self, piece: str, style: str = "") -> None:
        """Put a piece at the end."""
        end = self._length + len(piece)
        if style and piece:
            self._spans.append(Span(self._length, end, style))
        self.pieces.append(piece)
        self._length = end

    def text(self, style: str = "") -> Text:
        """The line."""
        return Text("".join(self.pieces), style, no_wrap=True, end="", spans=self._spans)
