"""Where the four panes stand on a terminal of a given size: arithmetic, no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

SMALLEST = (60, 15)
"""Columns and rows below which the screen only says that it is too small."""

TABS_BELOW = (100, 30)
"""Columns and rows of the terminal below which one pane is shown at a time."""

WIDE_FROM = 160
"""Columns from which transcript and inspector stand side by side."""


class Pane(StrEnum):
    """The four panes, in the order of their number keys."""

    CONFIG = "config"
    TRANSCRIPT = "transcript"
    INSPECTOR = "inspector"
    METER = "meter"


class Mode(StrEnum):
    """How much of the screen a terminal can show at once."""

    TOO_SMALL = "too-small"
    TABS = "tabs"
    MIDDLE = "middle"
    WIDE = "wide"


@dataclass(frozen=True, slots=True)
class Rect:
    """Cells of the pane area, from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a person can drag: the config pane's columns, a share, the meter's rows."""

    config_columns: int = 42
    transcript_percent: int = 45
    meter_rows: int = 9


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants the panes."""

    sizes: Sizes = field(default_factory=Sizes)
    hidden: frozenset[Pane] = frozenset()
    zoomed: bool = False
    current: Pane = Pane.TRANSCRIPT


def mode_of(columns: int, rows: int) -> Mode:
    """How much a terminal of this size can show."""
    if columns < SMALLEST[0] or rows < SMALLEST[1]:
        return Mode.TOO_SMALL
    if columns < TABS_BELOW[0] or rows < TABS_BELOW[1]:
        return Mode.TABS
    return Mode.WIDE if columns >= WIDE_FROM else Mode.MIDDLE


def placed(mode: Mode, wishes: Wishes) -> frozenset[Pane]:
    """The panes that have a place."""
    return frozenset(arrange(mode, *TABS_BELOW, wishes))


def arrange(mode: Mode, width: int, height: int, wishes: Wishes) -> Mapping[Pane, Rect]:
    """The rectangle of every pane that shows, in an area of `width` by `height` cells."""
    if mode is Mode.TOO_SMALL:
        return {}
    shown = [pane for pane in Pane if pane not in wishes.hidden]
    if mode is Mode.TABS or wishes.zoomed or not shown:
        return {wishes.current: Rect(0, 0, width, height)}
    rects: dict[Pane, Rect] = {}
    upper = height
    if Pane.METER in shown:
        rows = min(max(wishes.sizes.meter_rows, 4), height // 2)
        if shown == [Pane.METER]:
            rows = height
        upper = height - rows
        rects[Pane.METER] = Rect(0, upper, width, rows)
    left = 0
    talk: list[Pane] = [pane for pane in shown if pane in (Pane.TRANSCRIPT, Pane.INSPECTOR)]
    if Pane.CONFIG in shown:
        columns = min(max(wishes.sizes.config_columns, 34), width // 2) if talk else width
        rects[Pane.CONFIG] = Rect(0, 0, columns, upper)
        left = columns + 1
    return rects | _share(mode, talk, Rect(left, 0, width - left, upper), wishes.sizes)


def _share(mode: Mode, talk: list[Pane], area: Rect, sizes: Sizes) -> dict[Pane, Rect]:
    """Transcript and inspector beside (wide) or above one another."""
    if len(talk) < 2:
        return dict.fromkeys(talk, area)
    percent = min(max(sizes.transcript_percent, 15), 85)
    if mode is Mode.WIDE:
        first = (area.width - 1) * percent // 100
        rest = Rect(area.x + first + 1, area.y, area.width - first - 1, area.height)
        return {talk[0]: replace(area, width=first), talk[1]: rest}
    first = area.height * percent // 100
    rest = Rect(area.x, area.y + first, area.width, area.height - first)
    return {talk[0]: replace(area, height=first), talk[1]: rest}


def resized(wishes: Wishes, mode: Mode, wider: int, taller: int) -> Wishes:
    """The current pane made wider and taller by steps; what an axis cannot change stays."""
    sizes = wishes.sizes
    match wishes.current:
        case Pane.CONFIG:
            sizes = replace(sizes, config_columns=_within(sizes.config_columns + 2 * wider, 34, 90))
        case Pane.METER:
            sizes = replace(sizes, meter_rows=_within(sizes.meter_rows + taller, 4, 24))
        case Pane.TRANSCRIPT | Pane.INSPECTOR:
            steps = wider if mode is Mode.WIDE else taller
            sign = 1 if wishes.current is Pane.TRANSCRIPT else -1
            percent = _within(sizes.transcript_percent + 5 * sign * steps, 15, 85)
            sizes = replace(sizes, transcript_percent=percent)
    return replace(wishes, sizes=sizes)


def _within(value: int, least: int, most: int) -> int:
    return min(max(value, least), most)
