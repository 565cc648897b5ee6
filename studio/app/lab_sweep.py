"""`studio lab sweep`: tries settings on takes, and says which it recommends and why."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from studio.app import sweeping
from studio.app.sweeping import Aim, ByWordsWish
from studio.config.files import replace_file
from studio.config.paths import studio_paths
from studio.core.errors import StudioError
from studio.core.text import one_line, printable
from studio.core.units import clock
from studio.lab.augment import variants_of
from studio.lab.by_words import (
    CAVEAT,
    doubts_by_words,
    eagernesses_of,
    evidence_by_words,
    session_of,
)
from studio.lab.fail_if import parse_condition
from studio.lab.grid import grid_of
from studio.lab.hearing import word_listener
from studio.lab.profiles import profile_named
from studio.lab.search import Reach
from studio.lab.sweep import Plan
from studio.lab.sweep_page import sweep_page
from studio.lab.sweep_told import document, figures_at, session_settings, table, update_of
from studio.lab.weighing import milliseconds, percent, told
from studio.protocol.dialect import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from studio.lab.by_words import ByWords
    from studio.lab.figures import Figures
    from studio.lab.semantic import SemanticTwin
    from studio.lab.sweep import Swept
    from studio.lab.verdicts import Doubt
    from studio.lab.weighing import Weighed

    Say = Callable[[str], None]

FAILED, MISUSED = 1, 2
_MOST_LINES = 24
_HEAD = (
    "threshold", "silence", "prefix", "cut off", "missed", "merged", "lost", "p50", "p95",
    "ghosts", "clipped",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, as it was written.

    Attributes:
        takes: names, patterns and tags; one's own, or those shipped, where there are none.
        takes_dir: where they are; the studio's own folder where it is None.
        eagerness: of `semantic_vad`, tried beside the others; empty for none.
        budget: the share of turns that may be lost.
        jobs: processes; 0 to have it decided.
        searches: whether the grid is only where the search for the best begins.
    """

    takes: Sequence[str] = ()
    takes_dir: Path | None = None
    threshold: str = ""
    silence: str = ""
    prefix: str = ""
    eagerness: str = ""
    augment: Sequence[str] = ()
    profile: str = "openai"
    budget: float = 0.02
    fail_if: Sequence[str] = ()
    as_json: bool = False
    csv: Path | None = None
    html: Path | None = None
    jobs: int = 0
    cluster: str = ""
    resumes: bool = True
    searches: bool = False


def sweep_takes(
    wanted: Wanted,
    environ: Mapping[str, str],
    *,
    say: Say,
    warn: Say,
    progress: Callable[[Swept], bool] = lambda _swept: True,
    hear_words: Callable[[Path], SemanticTwin] = word_listener,
) -> int:
    """Sweep and print; the exit status: 1 where a condition failed, 2 where it was misused.

    Raises:
        StudioError: a file cannot be written, or the work cannot be done.
    """
    paths = studio_paths(environ)
    try:
        conditions = [parse_condition(each) for each in wanted.fail_if]
        grid = grid_of(wanted.threshold, wanted.silence, wanted.prefix)
        eagernesses = eagernesses_of(wanted.eagerness)
        variants = variants_of(wanted.augment)
        profile = profile_named(wanted.profile, paths.profiles_dir)
        chosen = sweeping.choose_takes(wanted.takes, wanted.takes_dir or paths.takes_dir)
    except StudioError as mistake:
        warn(mistake.in_words())
        return MISUSED
    by_words = None
    if eagernesses:
        by_words = ByWordsWish(hear_words(paths.cache_dir), eagernesses, partial(_tell_words, warn))
    plan = Plan(grid, variants, profile)
    place = sweeping.place_of(wanted.cluster, wanted.jobs, chosen.audio_ms * len(variants))
    reach = Reach.around(
        grid, has_thresholds=bool(wanted.threshold), has_silences=bool(wanted.silence)
    )
    found = sweeping.run(
        chosen,
        plan,
        paths,
        place,
        progress,
        aim=Aim(wanted.budget, reach if wanted.searches else None, by_words),
        resumes=wanted.resumes,
    )
    if found is None:
        return FAILED
    skipped = (*chosen.skipped, *found.weighed.swept.skipped)
    weighed = replace(found.weighed, swept=replace(found.weighed.swept, skipped=skipped))
    worded = found.by_words
    figures = figures_at(weighed.figures, weighed.chosen)
    if worded is not None and worded.best is not None:
        figures = figures_at(worded.figures, worded.best)
    failed = [each for each in conditions if each.holds(figures)]
    if wanted.csv is not None:
        _write(wanted.csv, table(weighed, worded))
    if wanted.html is not None:
        _write(wanted.html, sweep_page(weighed, found.doubts, worded))
    if wanted.as_json:
        say(json.dumps(document(weighed, found.doubts, failed, worded), ensure_ascii=False))
    else:
        for line in report(weighed, found.doubts, worded):
            say(line)
    for each in failed:
        warn(f"Failed: {each.text} (it is {figures[each.name]:g}).")
    return FAILED if failed else 0


def _tell_words(warn: Say, takes: int) -> bool:
    if not takes:
        warn("Recognising the words at the pauses; they are kept for another time.")
    return True


def report(
    weighed: Weighed, doubts: Sequence[Doubt], by_words: ByWords | None = None
) -> Iterator[str]:
    """What was found, as lines for a terminal."""
    swept = weighed.swept
    takes = "take" if swept.takes == 1 else "takes"
    tried = "Recommended" if weighed.grid.size > 1 else "Tried"
    settings = session_settings(weighed.settings)
    if by_words is not None and by_words.best is not None:
        settings, tried = session_of(by_words.recommended), "Best of server_vad"
        yield f"Recommended: semantic_vad, eagerness {by_words.recommended}"
        yield from (f"  · {each}" for each in evidence_by_words(weighed, by_words))
        yield from (f"  ! {each}" for each in doubts_by_words(by_words))
        yield ""
    yield f"{tried}: {told(weighed.settings)}"
    yield (
        f"of {weighed.grid.size:,} settings, on {swept.takes:,} {takes} with "
        f"{weighed.figures.turns:,} turns ({', '.join(map(str, swept.plan.variants))})"
    )
    yield ""
    yield from (f"  · {each}" for each in weighed.evidence)
    yield from (f"  ! {each}" for each in weighed.doubts)
    if weighed.is_at_border:
        yield "  → --search looks beyond lists that are not given, and closer around the best."
    yield ""
    yield "The front, fastest first (★ is recommended):"
    yield from _front(weighed, by_words)
    if by_words is not None and by_words.best is None:
        yield CAVEAT
    if doubts:
        yield ""
        yield "Worth a listen, because the settings next to it judge differently:"
        yield from (f"  {line}" for each in doubts for line in _doubt(each))
    if swept.skipped:
        yield ""
        yield "Left out:"
        yield from (
            f"  {printable(each.name)}: {one_line(each.reason, 200)}" for each in swept.skipped
        )
    yield ""
    yield f"Use it: {json.dumps(update_of(settings, Dialect.GA))}"


def _front(weighed: Weighed, by_words: ByWords | None) -> Iterator[str]:
    beaten = by_words.beaten if by_words is not None else frozenset()
    shown = front = tuple(at for at in weighed.front if at not in beaten)
    if len(shown) > _MOST_LINES:  # those around the recommendation say most
        at = shown.index(weighed.chosen) if weighed.chosen in shown else 0
        begin = max(0, min(at - _MOST_LINES // 2, len(shown) - _MOST_LINES))
        shown = shown[begin : begin + _MOST_LINES]
    is_of_grid = by_words is None or by_words.best is None
    rows = [
        (" ", _HEAD, ""),
        *(("★" if at == weighed.chosen and is_of_grid else " ", _row(weighed, at), "")
          for at in shown),
        *(_rows_by_words(by_words) if by_words is not None else ()),
    ]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*(row for _, row, _ in rows), strict=True)]
    for star, row, note in rows:
        cells = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        yield f"{star} {'  '.join(cells)}{note}"
    if len(shown) < len(front):
        yield f"  … {len(front) - len(shown)} more in --json"


def _rows_by_words(found: ByWords) -> Iterator[tuple[str, tuple[str, ...], str]]:
    for at, eagerness in enumerate(found.eagernesses):
        star = "★" if at == found.best else " "
        note = "" if found.on_front[at] else "  (another beats it)"
        yield star, ("by words", eagerness, "–", *_figures(found.figures, at)), note


def _row(weighed: Weighed, at: int) -> tuple[str, ...]:
    settings = weighed.grid.at(at)
    return (
        f"{settings.threshold:.2f}",
        f"{settings.silence_duration_ms:,}",
        f"{settings.prefix_padding_ms:,}",
        *_figures(weighed.figures, at),
    )


def _figures(figures: Figures, at: int) -> tuple[str, ...]:
    return (
        f"{figures.cut_off[at]:,}",
        f"{figures.missed[at]:,}",
        f"{figures.merged[at]:,}",
        percent(figures.lost[at] / figures.turns),
        milliseconds(figures.delay_p50_ms[at]),
        milliseconds(figures.delay_p95_ms[at]),
        f"{figures.ghosts[at]:,}",
        f"{figures.clipped[at]:,}",
    )


def _doubt(doubt: Doubt) -> Iterator[str]:
    here, there = doubt.here, doubt.there
    variant = "" if here.variant == "clean" else f", {here.variant}"
    words = f" “{one_line(here.words, 60)}”" if here.words else ""
    yield f"{one_line(here.take, 80)}{variant}, {clock(here.at_ms / 1000)}{words}"
    yield f"    here {here.verdict}: {here.reason}"
    yield f"    with {told(doubt.settings)} {there.verdict}: {there.reason}"


def _write(file: Path, pieces: Iterator[str]) -> None:
    try:
        replace_file(file, "".join(pieces).encode())
    except OSError as failure:
        raise StudioError(
            f"{one_line(str(file), 200)} cannot be written ({failure.strerror}).",
            title="Not written",
            hint="Name a file in a folder that you may write to.",
        ) from failure
