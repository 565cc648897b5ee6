"""The part of a session that is in sight: a stretch of its seconds, cut into equal cells."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

LEAST_CELL_S = 0.002


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the session that is in sight: so many cells of `cell_s` seconds."""

    begin: float
    cell_s: float
    cells: int

    @classmethod
    def over(cls, begin: float, end: float, cells: int) -> Window:
        """The window that shows a stretch whole."""
        cells = max(1, cells)
        return cls(begin, max((end - begin) / cells, LEAST_CELL_S), cells)

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.begin + self.cells * self.cell_s

    def column(self, at: float) -> int:
        """The cell in which a session second lies, inside the window or not."""
        return math.floor((at - self.begin) / self.cell_s + 1e-9)

    def at(self, column: int) -> float:
        """The session second in the middle of a cell."""
        return self.begin + (column + 0.5) * self.cell_s

    def zoomed(self, factor: float, around: float, longest_s: float) -> Window:
        """The window with cells `factor` times as long; what is at `around` stays where it is."""
        most = max(LEAST_CELL_S, longest_s / self.cells)
        cell_s = min(max(self.cell_s * factor, LEAST_CELL_S), most)
        share = (around - self.begin) / self.cell_s
        return replace(self, begin=around - share * cell_s, cell_s=cell_s)

    def showing(self, at: float) -> Window:
        """The window moved just as far as is needed to have a moment in sight, with some room."""
        margin = min(self.cells // 8, 8)
        column = self.column(at)
        if column < margin:
            return replace(self, begin=self.begin - (margin - column) * self.cell_s)
        over = column - (self.cells - 1 - margin)
        return replace(self, begin=self.begin + over * self.cell_s) if over > 0 else self

    def within(self, end: float) -> Window:
        """The window moved so that it begins no earlier than 0 and does not leave the session."""
        length = self.cells * self.cell_s
        begin = min(self.begin, max(0.0, end - length * 7 / 8))
        return replace(self, begin=max(0.0, begin))
