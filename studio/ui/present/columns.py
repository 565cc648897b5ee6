"""The inspector's columns: which stand there, and how wide each is in a pane of some width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, get_args

Column = Literal["time", "gap", "anchor", "lanes", "turn", "size", "type", "words"]
"""In the order in which they stand; the arrow of the direction stands before the type."""

COLUMNS: tuple[Column, ...] = get_args(Column)


class _Nature(NamedTuple):
    """What a column is: its words for the chooser, its cells, and from which width it stands."""

    help: str
    cells: int
    least: int
    most: int
    from_width: int


_NATURES: Mapping[Column, _Nature] = {
    "time": _Nature("since the session began", 9, 7, 14, 0),
    "gap": _Nature("since the row above, in the whole list", 7, 6, 10, 48),
    "anchor": _Nature("since its turn's anchor", 8, 7, 10, 140),
    "lanes": _Nature("responses and items, each in its lane", 4, 2, 9, 66),
    "turn": _Nature("the number of its turn", 4, 2, 6, 92),
    "size": _Nature("bytes on the wire", 9, 7, 10, 124),
    "type": _Nature("what happened", 0, 12, 60, 0),
    "words": _Nature("what it says", 0, 0, 0, 0),
}
_LEAST_WORDS = 16
_ARROW_CELLS = 3
_GUTTER_CELLS = 1
_TYPE_SHARE = 0.56
_TYPE_MOST = 40


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose of the columns; nothing chosen goes by the width there is.

    Attributes:
        shown: whether a column stands there, where the person said.
        cells: how wide it is, where the person said.
    """

    shown: Mapping[Column, bool] = field(default_factory=dict)
    cells: Mapping[Column, int] = field(default_factory=dict)

    def toggled(self, column: Column, width: int) -> Chosen:
        """With a column there where it was not, or gone; type and words always stand."""
        if column in ("type", "words"):
            return self
        return replace(self, shown={**self.shown, column: not self.shows(column, width)})

    def resized(self, column: Column, steps: int, width: int) -> Chosen:
        """With a column wider, as far as it may be; the words have what is left."""
        if column == "words":
            return self
        nature = _NATURES[column]
        now = self.widths(width).get(column, nature.cells)
        cells = min(max(now + steps, nature.least), nature.most)
        return replace(self, cells={**self.cells, column: cells})

    def shows(self, column: Column, width: int) -> bool:
        """Whether a column stands there in a pane of this width."""
        return self.shown.get(column, width >= _NATURES[column].from_width)

    def widths(self, width: int) -> Mapping[Column, int]:
        """The columns that stand in a pane of this width and their cells; their sum fits."""
        shown: list[Column] = [column for column in COLUMNS if self.shows(column, width)]
        found = {
            column: self.cells.get(column, _NATURES[column].cells)
            for column in shown
            if column not in ("type", "words")
        }
        left = width - _GUTTER_CELLS - _ARROW_CELLS - sum(found.values())
        usual = min(_TYPE_MOST, max(round(left * _TYPE_SHARE), 12))
        found["type"] = max(0, min(self.cells.get("type", usual), left - _LEAST_WORDS))
        found["words"] = max(0, left - found["type"])
        return found

    def kept(self) -> tuple[dict[str, bool], dict[str, int]]:
        """What is kept between runs: which columns stand there, and how wide they are."""
        return dict[str, bool](self.shown.items()), dict[str, int](self.cells.items())


def chosen_from(kept: object) -> Chosen:
    """What was kept; what is no choice of ours is passed over."""
    if not isinstance(kept, Mapping):
        return Chosen()
    return Chosen(
        shown={name: bool(value) for name, value in _numbers(kept.get("shown"))},
        cells={
            name: min(max(value, _NATURES[name].least), _NATURES[name].most)
            for name, value in _numbers(kept.get("cells"))
        },
    )


def _numbers(kept: object) -> Sequence[tuple[Column, int]]:
    if not isinstance(kept, Mapping):
        return ()
    return [
        (column, kept[column])
        for column in COLUMNS
        if column != "words" and isinstance(kept.get(column), int)
    ]


def help_of(column: Column) -> str:
    """What a column says, in a few words."""
    return _NATURES[column].help
