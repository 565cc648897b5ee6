"""The lanes beside the inspector's rows: one for each response or item under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studio.ui.present.palette import blend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.ui.present.palette import Palette
    from studio.ui.strands import Strand

_OWN, _PASSING, _MORE = "●", "│", "┊"
_QUIET_SHARE = 0.6


class LaneMark(NamedTuple):
    """One cell of the lanes."""

    glyph: str
    style: str


_EMPTY = LaneMark(" ", "")


def lane_marks(
    strands: Sequence[Strand],
    position: int,
    own: int,
    followed: int,
    cells: int,
    palette: Palette,
) -> tuple[LaneMark, ...]:
    """The lanes at one event, a cell each; those beyond the last cell share it.

    Args:
        strands: those that are open near it.
        position: where the event stands.
        own: the code of the event's strand, 0 for none.
        followed: the code of the strand that stands out, 0 for none.
        cells: how wide the column is.
        palette: colours.
    """
    marks = [_EMPTY] * cells
    for strand in strands:
        lane = min(strand.lane, cells - 1)
        if not strand.first <= position <= strand.last or marks[lane].glyph == _OWN:
            continue
        color = _color(strand, palette)
        if strand.code == own:
            marks[lane] = LaneMark(_OWN, color)
        else:
            is_followed = strand.code == followed
            quiet = color if is_followed else blend(color, palette.surface, _QUIET_SHARE)
            marks[lane] = LaneMark(_MORE if strand.lane >= cells else _PASSING, quiet)
    return tuple(marks)


def _color(strand: Strand, palette: Palette) -> str:
    if not strand.is_response:
        return palette.user
    return (palette.accent, palette.good, palette.warning)[strand.lane % 3]
