"""A sweep as one HTML page, for colleagues who have no studio: it loads nothing and has no script.

It looks as the report of a session does, whose style sheet it shares, and is read by screen
readers, by keyboard, on a phone, on paper, in the light and in the dark.
"""

from __future__ import annotations

import json
import math
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import studio
from studio.core.text import one_line
from studio.core.units import clock
from studio.lab.bootstrap import DRAWS
from studio.lab.by_words import CAVEAT, doubts_by_words, evidence_by_words, session_of
from studio.lab.sweep_told import session_settings, update_of
from studio.lab.weighing import milliseconds, percent, told
from studio.protocol.dialect import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jinja2 import Template

    from studio.lab.by_words import ByWords
    from studio.lab.figures import Figures
    from studio.lab.verdicts import Doubt
    from studio.lab.weighing import Weighed
    from studio.protocol.settings import SessionSettings

_PLOT_WIDTH, _PLOT_HEIGHT = 640.0, 260.0
_CELL_HEIGHT = 26
_LABEL_WIDTH = 48
_STRONGEST = 0.92


class _Cell(NamedTuple):
    """A threshold with a silence in the heat map; `share` from 0 to 1 is how strong its colour."""

    x: float
    y: int
    share: float
    text: str
    words: str
    is_chosen: bool


class _Map(NamedTuple):
    title: str
    width: float
    cells: tuple[_Cell, ...]


class _Point(NamedTuple):
    x: float
    y: float
    words: str
    is_front: bool
    is_chosen: bool


class _Tick(NamedTuple):
    place: float
    text: str


class _Row(NamedTuple):
    settings: str
    cells: tuple[str, ...]
    is_chosen: bool


class _Best(NamedTuple):
    """What is recommended: a place among figures, and what is said of it."""

    settings: str
    session: SessionSettings
    figures: Figures
    at: int
    evidence: tuple[str, ...]
    doubts: tuple[str, ...]
    is_by_words: bool


class _Doubtful(NamedTuple):
    place: str
    words: str
    here: str
    there: str


def sweep_page(
    weighed: Weighed, doubts: Sequence[Doubt], by_words: ByWords | None = None
) -> Iterator[str]:
    """The page in pieces."""
    best = _best(weighed, by_words)
    swept, figures = weighed.swept, weighed.figures
    points, x_ticks, y_ticks = _plot(weighed)
    yield from _template().generate(
        settings=best.settings,
        takes=swept.takes,
        turns=figures.turns,
        length=clock(figures.audio_ms / 1000),
        size=weighed.grid.size,
        grid=weighed.grid.told(),
        profile=one_line(swept.plan.profile.name, 80),
        variants=[str(each) for each in swept.plan.variants],
        lost=percent(best.figures.lost[best.at] / figures.turns),
        ghosts=int(best.figures.ghosts[best.at]),
        p50=milliseconds(best.figures.delay_p50_ms[best.at]),
        p95=milliseconds(best.figures.delay_p95_ms[best.at]),
        evidence=best.evidence,
        doubts=best.doubts,
        other=(told(weighed.settings), weighed.evidence) if best.is_by_words else None,
        draws=DRAWS,
        caveat=CAVEAT if by_words is not None and not best.is_by_words else "",
        by_words=[*_rows_by_words(by_words)] if by_words is not None else [],
        maps=[
            _heat(weighed, "Turns lost", figures.lost / figures.turns, is_rate=True),
            _heat(weighed, "Delay, median", figures.delay_p50_ms, is_rate=False),
        ],
        thresholds=[
            (at * _CELL_HEIGHT, f"{value:.2f}")
            for at, value in enumerate(reversed(weighed.grid.thresholds))
        ],
        silences=[
            ((at + 0.5) / len(weighed.grid.silences_ms) * 100, f"{value:,}")
            for at, value in enumerate(weighed.grid.silences_ms)
        ],
        cell_height=_CELL_HEIGHT,
        label_width=_LABEL_WIDTH,
        points=points,
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        plot=(_PLOT_WIDTH, _PLOT_HEIGHT),
        rows=[
            _row(weighed, at, is_chosen=at == weighed.chosen and not best.is_by_words)
            for at in weighed.front
            if by_words is None or at not in by_words.beaten
        ],
        doubtful=[_doubtful(each) for each in doubts],
        skipped=[(one_line(each.name, 80), one_line(each.reason, 300)) for each in swept.skipped],
        provider=[
            (name, json.dumps(update_of(best.session, dialect), indent=2))
            for name, dialect in (("GA", Dialect.GA), ("beta", Dialect.BETA))
        ],
        version=studio.__version__,
    )


@cache
def _template() -> Template:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader(
            [PackageLoader("studio.lab", "."), PackageLoader("studio.export", ".")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("sweep.html.jinja")


def _heat(
    weighed: Weighed, title: str, values: np.typing.NDArray[np.float64], *, is_rate: bool
) -> _Map:
    grid = weighed.grid
    thresholds, silences, prefixes = grid.shape
    by_pair = values.reshape(grid.pairs, prefixes)[:, 0]
    finite = by_pair[np.isfinite(by_pair)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    chosen = weighed.pair(weighed.chosen)
    cells = []
    for pair, value in enumerate(by_pair.tolist()):
        row, column = divmod(pair, silences)
        is_finite = math.isfinite(value)
        share = (value - low) / (high - low) if is_finite and high > low else 0.0
        said = (percent(value) if is_rate else milliseconds(value)) if is_finite else "–"
        at = grid.at(pair * prefixes)
        where = f"threshold {at.threshold:.2f}, silence {at.silence_duration_ms:,} ms"
        cells.append(
            _Cell(
                round(column / silences * 100, 3),
                (thresholds - 1 - row) * _CELL_HEIGHT,
                round(share if is_finite else 1.0, 3) * _STRONGEST,
                said.removesuffix(" %").removesuffix(" ms"),
                f"{where}: {said}",
                pair == chosen,
            )
        )
    return _Map(f"{title}, {'%' if is_rate else 'ms'}", round(100 / silences, 3), tuple(cells))


def _plot(weighed: Weighed) -> tuple[list[_Point], list[_Tick], list[_Tick]]:
    figures, grid = weighed.figures, weighed.grid
    shares = figures.lost / figures.turns
    delays = figures.delay_p50_ms
    finite = delays[np.isfinite(delays)]
    least = min(0.0, float(finite.min()) if finite.size else 0.0)
    span = max(float(finite.max()) if finite.size else 0.0, 1.0) - least
    most = max(float(shares[np.isfinite(delays)].max()) if finite.size else 1.0, 0.01)
    front = frozenset(weighed.front)
    shown = [*range(0, grid.size, len(grid.prefixes_ms)), *weighed.front]
    points = [
        _Point(
            round((float(delays[at]) - least) / span * _PLOT_WIDTH, 2),
            round((1 - float(shares[at]) / most) * _PLOT_HEIGHT, 2),
            f"{told(grid.at(at))}: {percent(float(shares[at]))} lost, "
            f"{milliseconds(float(delays[at]))}",
            at in front,
            at == weighed.chosen,
        )
        for at in shown
        if math.isfinite(delays[at])
    ]
    x_ticks = [
        _Tick(part / 4 * _PLOT_WIDTH, milliseconds(least + part / 4 * span)) for part in range(5)
    ]
    y_ticks = [_Tick((1 - part / 4) * _PLOT_HEIGHT, percent(part / 4 * most)) for part in range(5)]
    return points, x_ticks, y_ticks


def _best(weighed: Weighed, by_words: ByWords | None) -> _Best:
    """What is recommended, of the grid or by words."""
    if by_words is None or by_words.best is None:
        return _Best(
            told(weighed.settings),
            session_settings(weighed.settings),
            weighed.figures,
            weighed.chosen,
            weighed.evidence,
            weighed.doubts,
            is_by_words=False,
        )
    return _Best(
        f"semantic_vad, eagerness {by_words.recommended}",
        session_of(by_words.recommended),
        by_words.figures,
        by_words.best,
        evidence_by_words(weighed, by_words),
        doubts_by_words(by_words),
        is_by_words=True,
    )


def _row(weighed: Weighed, at: int, *, is_chosen: bool) -> _Row:
    wins = float(weighed.trust.wins[weighed.pair(at)])
    cells = _cells(weighed.figures, at, wins)
    return _Row(told(weighed.grid.at(at)), cells, is_chosen)


def _rows_by_words(found: ByWords) -> Iterator[_Row]:
    """Each eagerness, beside the front; its drawings are those of the grid as well."""
    for at, eagerness in enumerate(found.eagernesses):
        cells = _cells(found.figures, at, float(found.trust.wins[at]))
        aside = "" if found.on_front[at] else " (another beats it)"
        yield _Row(f"semantic_vad, eagerness {eagerness}{aside}", cells, at == found.best)


def _cells(figures: Figures, at: int, wins: float) -> tuple[str, ...]:
    return (
        f"{figures.cut_off[at]:,}",
        f"{figures.missed[at] + figures.merged[at]:,}",
        percent(figures.lost[at] / figures.turns),
        milliseconds(figures.delay_p50_ms[at]),
        milliseconds(figures.delay_p95_ms[at]),
        f"{figures.ghosts[at]:,}",
        f"{figures.clipped[at]:,}",
        percent(wins),
    )


def _doubtful(doubt: Doubt) -> _Doubtful:
    here, there = doubt.here, doubt.there
    variant = "" if here.variant == "clean" else f", {here.variant}"
    return _Doubtful(
        f"{one_line(here.take, 80)}{variant}, {clock(here.at_ms / 1000)}",
        one_line(here.words, 200),
        f"{here.verdict}. {here.reason}",
        f"{told(doubt.settings)}: {there.verdict}. {there.reason}",
    )
