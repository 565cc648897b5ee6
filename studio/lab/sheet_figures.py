"""The columns of an audition's sheet, once: terminal, screen and page show the same figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.text import one_line
from studio.lab.sheet import MOST_STARS, Row, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Figure:
    """A column.

    Attributes:
        name: by which it is sorted.
        title: its heading, with the unit.
        meaning: what it says, in one sentence.
        value: what it is sorted by; None where it is not known.
        words: how it is shown.
        falls: whether one wants the largest first.
    """

    name: str
    title: str
    meaning: str
    value: Callable[[Row], float | str | None]
    words: Callable[[Row], str]
    falls: bool = False


def _number(value: Callable[[Row], float | None], form: str) -> Callable[[Row], str]:
    def words(row: Row) -> str:
        known = value(row)
        return NOTHING if known is None else format(known, form)

    return words


def _percent(share: float | None) -> str:
    """`100 %` only where it is all: 99.6 % is not."""
    if share is None:
        return NOTHING
    return f"{min(99, round(share * 100)) if share < 1 else 100} %"


def _money(row: Row) -> str:
    if row.cost_usd is None:
        return "?" if row.tokens is not None else NOTHING
    return "free" if row.cost_usd == 0 else f"${row.cost_usd:.4f}"


def stars_words(stars: int) -> str:
    """`★★☆`."""
    return "★" * stars + "☆" * (MOST_STARS - stars)


def _pause_words(row: Row) -> str:
    if not row.lines:
        return NOTHING
    pace = row.pace
    count = len(pace.pauses_ms)
    return f"{count} · {pace.longest_pause_ms / 1000:.1f}" if count else "0"


def _tokens(row: Row) -> float | None:
    if row.tokens is None:
        return None
    return row.tokens.text_in + row.tokens.audio_in + row.tokens.text_out + row.tokens.audio_out


FIGURES: tuple[Figure, ...] = (
    Figure(
        "stars", "stars", "How good somebody found it, 0 to 3.",
        lambda row: row.stars, lambda row: stars_words(row.stars), falls=True,
    ),
    Figure(
        "first", "first ms", "From the request to the first audio, median of the lines.",
        lambda row: row.first_audio_ms, _number(lambda row: row.first_audio_ms, ",.0f"),
    ),
    Figure(
        "wpm", "words/min", "From the first word of each line to the end of its last.",
        lambda row: row.words_per_minute, _number(lambda row: row.words_per_minute, ".0f"),
        falls=True,
    ),
    Figure(
        "pauses", "pauses", "How many of 150 ms and longer within the lines, and the longest in s.",
        lambda row: row.pace.pause_share, _pause_words,
    ),
    Figure(
        "lufs", "LUFS", "Integrated loudness of ITU-R BS.1770, as received.",
        lambda row: row.lufs, _number(lambda row: row.lufs, ".1f"), falls=True,
    ),
    Figure(
        "peak", "peak dB", "True peak in dBTP, as received; ! where samples are clipped.",
        lambda row: row.true_peak_db,
        lambda row: _number(lambda each: each.true_peak_db, ".1f")(row) + "!" * bool(row.clipped),
        falls=True,
    ),
    Figure(
        "pitch", "pitch Hz", "The median pitch of what is voiced.",
        lambda row: row.pitch_hz, _number(lambda row: row.pitch_hz, ".0f"),
    ),
    Figure(
        "said", "said", "How many of the words the service's transcript has.",
        lambda row: row.said_share, lambda row: _percent(row.said_share),
    ),
    Figure(
        "heard", "heard", "How many of the words a small English recogniser hears in the sound.",
        lambda row: row.heard_share, lambda row: _percent(row.heard_share),
    ),
    Figure(
        "tokens", "tokens", "Billed, in and out, cached ones among them.",
        _tokens, _number(_tokens, ",.0f"),
    ),
    Figure(
        "cost", "cost", "In US dollars, by the list of prices; ? where it is not known.",
        lambda row: row.cost_usd, _money,
    ),
)  # fmt: skip
"""All of them, in the order of the sheet."""


def figure(name: str) -> Figure | None:
    """The column of a name; None for the voice and what else is no figure."""
    return next((each for each in FIGURES if each.name == name), None)


def arranged(rows: Sequence[Row], by: str, *, falling: bool) -> tuple[Row, ...]:
    """Rows by a figure, or as they were ordered; what is not known comes last either way."""
    column = figure(by)
    if column is None:
        return tuple(reversed(rows)) if falling else tuple(rows)
    known = [row for row in rows if column.value(row) is not None]
    unknown = [row for row in rows if column.value(row) is None]
    return (*sorted(known, key=column.value, reverse=falling), *unknown)  # type: ignore[arg-type]


def table_lines(sheet: Sheet) -> list[str]:
    """The sheet as a table in plain text, remarks and failures below."""
    shown = [each for each in FIGURES if each.name != "stars" or any(r.stars for r in sheet.rows)]
    cells = [["voice", *(each.title for each in shown)]]
    cells += [
        [one_line(row.reading.name, 48), *(c.words(row) for c in shown)] for row in sheet.rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            [
                line[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for line in cells
    ]
    lines += [f"! {row.reading.name}: {row.problem}" for row in sheet.rows if row.problem]
    lines += [
        f"≠ {row.reading.name}: {difference}"
        for row in sheet.rows
        for difference in _differences(row)
    ]
    return [*lines, *sheet.remarks]


def _differences(row: Row) -> list[str]:
    """Where the transcript says something else than the line."""
    return [each.wording.differences for each in row.lines if each.wording.differences]
