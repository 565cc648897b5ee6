"""From what is known of the session to what the latency screen draws: pure, made anew each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.session.echo import verdict
from studio.session.latency_summary import summarize
from studio.session.turns import Turn, turns
from studio.ui.present.latency_summary import summary_lines
from studio.ui.present.ledger import ledger_lines, verdict_lines
from studio.ui.present.waterfall import Row, Sheet
from studio.ui.present.words import title_of

if TYPE_CHECKING:
    from rich.text import Text

    from studio.ui.present.palette import Palette
    from studio.ui.shown import Shown


def rows(live: Shown) -> list[Row]:
    """Every turn as a bar."""
    known = turns(live.state)
    summary = summarize(known, live.state)
    slowest = summary.slowest.index if summary.slowest and summary.count > 1 else None
    return [_row(turn, is_slowest=turn.index == slowest) for turn in known]


def _row(turn: Turn, *, is_slowest: bool) -> Row:
    return Row(
        index=turn.index,
        words=title_of(turn),
        parts=turn.latency.parts(),
        total_ms=turn.latency.total_ms,
        marks=turn.tags,
        is_slowest=is_slowest,
    )


def summary_of(live: Shown, palette: Palette, width: int) -> list[Text]:
    """The session's figures under the bars."""
    return summary_lines(summarize(turns(live.state), live.state), palette, width)


def sheet_of(live: Shown, index: int, palette: Palette, width: int) -> Sheet | None:
    """The turn of a number in words; None where there is no such turn."""
    turn = next((each for each in turns(live.state) if each.index == index), None)
    if turn is None:
        return None
    cuts = [line for cut in turn.interruptions for line in ledger_lines(cut, width, palette)]
    found = None if turn.echo is None else verdict(live.state, turn.echo.item_id)
    if found is not None:
        cuts += verdict_lines(found, width, palette)
    return Sheet(
        row=_row(turn, is_slowest=False),
        started_at=turn.started_at,
        sentences=turn.latency.explain(),
        cuts=cuts,
    )
