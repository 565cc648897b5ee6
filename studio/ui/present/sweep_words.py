"""What `semantic_vad` made of a sweep's takes, beside the grid: rows, figures, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from studio.lab.by_words import CAVEAT, doubts_by_words, evidence_by_words
from studio.lab.weighing import milliseconds, percent
from studio.ui.present.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.lab.bootstrap import Trust
    from studio.lab.by_words import ByWords
    from studio.lab.figures import Figures
    from studio.lab.weighing import Weighed
    from studio.ui.present.palette import Palette


def eagerness_words(found: ByWords, at: int) -> str:
    """The setting in words."""
    return f"semantic_vad, eagerness {found.eagernesses[at]}"


def worded_rows(found: ByWords) -> Iterator[tuple[str, ...]]:
    """For each eagerness: its name, lost, p50, p95, ghosts, as a row below the front has them."""
    figures = found.figures
    for at, eagerness in enumerate(found.eagernesses):
        yield (
            f"by words, {eagerness}",
            percent(figures.lost[at] / figures.turns),
            milliseconds(figures.delay_p50_ms[at]),
            milliseconds(figures.delay_p95_ms[at]),
            f"{figures.ghosts[at]}",
        )


def worded_why_lines(weighed: Weighed, found: ByWords, palette: Palette, width: int) -> list[Text]:
    """Why an eagerness is recommended; or what each does, where a setting of the grid is."""
    if found.best is None:
        lines = [_line("By words: semantic_vad does no better.", palette.muted)]
        for at, (name, lost, p50, *_) in enumerate(worded_rows(found)):
            wins = percent(float(found.trust.wins[at]))
            words = f"{name}: {lost} lost, half within {p50}, among the best in {wins} of drawings."
            lines += _item("·", words, palette.muted, width)
        return [*lines, *_item("!", CAVEAT, palette.muted, width)]
    lines = [_line(eagerness_words(found, found.best), f"bold {palette.accent}")]
    for each in evidence_by_words(weighed, found):
        lines += _item("·", each, palette.foreground, width)
    for each in doubts_by_words(found):
        lines += _item("!", each, palette.warning, width)
    return lines


def figure_lines(
    figures: Figures, trust: Trust, at: int, pair: int, palette: Palette
) -> Iterator[Text]:
    """A setting's figures, each under its name; `pair` is its place in what was drawn anew."""
    low, high = trust.lost_rate[pair]
    for name, words in (
        ("lost", f"{figures.lost[at]} of {figures.turns}, "
                 f"{percent(figures.lost[at] / figures.turns)}"
                 f"  ({percent(low)} to {percent(high)})"),
        ("of them", f"{figures.cut_off[at]} cut off, {figures.missed[at]} missed, "
                    f"{figures.merged[at]} merged"),
        ("delay", f"half within {milliseconds(figures.delay_p50_ms[at])}, 95 % within "
                  f"{milliseconds(figures.delay_p95_ms[at])}"),
        ("ghosts", f"{figures.ghosts[at]}, {figures.noise_ghosts[at]} at labelled noise"),
        ("clipped", f"{figures.clipped[at]} beginnings"),
        ("among the best", f"in {percent(float(trust.wins[pair]))} of the drawings"),
    ):  # fmt: skip
        yield _line(f"{name:<16}", palette.muted).append(words, palette.foreground)


def worded_cell_lines(found: ByWords, at: int, palette: Palette, width: int) -> list[Text]:
    """An eagerness's figures."""
    figures, trust = found.figures, found.trust
    marks = [
        mark
        for mark, holds in (
            ("recommended", at == found.best), ("on the front", found.on_front[at]),
        )
        if holds
    ]  # fmt: skip
    lines = [_line(eagerness_words(found, at), f"bold {palette.foreground}")]
    lines += [_line(", ".join(marks), palette.accent)] if marks else []
    lines += figure_lines(figures, trust, at, at, palette)
    lines.append(Text(end=""))
    return [*lines, *_item("!", CAVEAT, palette.muted, width)]


def _item(mark: str, words: str, color: str, width: int) -> Iterator[Text]:
    for at, line in enumerate(wrapped(words, max(2, width - 4))):
        yield _line(f"{mark if not at else ' '} {line}", color)


def _line(words: str, style: str) -> Text:
    return Text(f" {words}", style, no_wrap=True, end="")
