"""The turns of a session as a table: RFC 4180, one row each, units in the names of the columns.

Text cannot become a formula: a cell that a spreadsheet would calculate begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from studio.core.text import one_line
from studio.export.cues import user_speech
from studio.export.placed import Placed
from studio.export.sharing import Redaction
from studio.export.told import Told
from studio.protocol.values import Usage
from studio.session.hearing import heard_text
from studio.session.latency import PARTS
from studio.session.turns import Turn

COLUMNS = (
    "session",
    "turn",
    "started_s",
    "tags",
    "user_text",
    "user_begins_s",
    "user_ends_s",
    "assistant_heard_text",
    "assistant_lost_text",
    "assistant_begins_s",
    "assistant_ends_s",
    "assistant_heard_ms",
    "assistant_received_ms",
    "latency_total_ms",
    *(f"latency_{part}_ms" for part in PARTS),
    "rtt_ms",
    "cut_reason",
    "response_status",
    "tool_calls",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "user_item_id",
    "response_ids",
    "cost_usd",
)
"""The header. What is not known is an empty cell; lists stand with spaces between."""

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")

Cell = str | float | int | None


CostUsd = Callable[[Turn], Decimal | None]
"""What a turn cost in US dollars; None where not all of it is known."""


def export_csv(
    told: Told, redaction: Redaction, cost_usd: CostUsd = lambda _turn: None
) -> Iterator[str]:
    """The table row by row, its header first; each row ends in CRLF."""
    yield _row(COLUMNS)
    for turn in told.turns:
        voices = _voices(turn, told)
        yield _row(
            (
                _safe(told.name),
                turn.index,
                _seconds(turn.started_at),
                _safe(" ".join(tag.replace(" ", "-") for tag in turn.tags)),
                _safe(redaction.text(turn.user_text)),
                *_span(user_speech(turn, told)),
                *_words(turn, told, redaction),
                *_span((voices[0].at_s, _end_s(voices[-1], told)) if voices else None),
                *_heard_and_received(turn, told),
                _ms(turn.latency.total_ms),
                *(_ms(part_ms) for _, part_ms in turn.latency.parts()),
                _ms(turn.latency.rtt_ms),
                " ".join(dict.fromkeys(cut.reason for cut in turn.interruptions)),
                _safe(" ".join(response.status for response in turn.responses)),
                len(turn.calls),
                *_tokens(turn),
                _safe(redaction.id(turn.user_item_id or "")),
                _safe(" ".join(redaction.id(response.id) for response in turn.responses)),
                _money(cost_usd(turn)),
            )
        )


def _row(cells: Sequence[Cell]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _safe(text: str) -> str:
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA_SIGNS) else line


def _words(turn: Turn, told: Told, redaction: Redaction) -> tuple[str, str]:
    """What was heard of all that the assistant said, or may still be, and what was never heard."""
    texts = [heard_text(said.item, said.head, told.placement.output_format) for said in turn.said]
    heard = " ".join((text.heard + text.ahead).strip() for text in texts)
    lost = " ".join(text.lost.strip() for text in texts if text.lost)
    return _safe(redaction.text(heard)), _safe(redaction.text(lost))


def _voices(turn: Turn, told: Told) -> list[Placed]:
    item_ids = {said.item.id for said in turn.said}
    return [placed for placed in told.placement.output if placed.item_id in item_ids]


def _end_s(placed: Placed, told: Told) -> float:
    return placed.at_s + told.placement.output_format.bytes_to_ms(placed.n_bytes) / 1000


def _heard_and_received(turn: Turn, told: Told) -> tuple[Cell, Cell]:
    heads = [said.head for said in turn.said if said.head is not None]
    if not heads:
        return None, None
    received = sum(head.received_bytes for head in heads)
    played_ms = sum(head.played_ms or 0.0 for head in heads)
    return _ms(played_ms), _ms(told.placement.output_format.bytes_to_ms(received))


def _tokens(turn: Turn) -> tuple[Cell, Cell, Cell]:
    usages: list[Usage] = [each.usage for each in turn.responses if each.usage is not None]
    if not usages:
        return None, None, None
    cached = sum(
        usage.input_token_details.cached_tokens
        for usage in usages
        if usage.input_token_details is not None
    )
    return (
        sum(usage.input_tokens for usage in usages),
        cached,
        sum(usage.output_tokens for usage in usages),
    )


def _span(span: tuple[float, float] | None) -> tuple[Cell, Cell]:
    return (None, None) if span is None else (_seconds(span[0]), _seconds(span[1]))


def _seconds(seconds: float) -> float:
    return round(seconds, 3)


def _money(usd: Decimal | None) -> Cell:
    """Exact, without an exponent, which not every spreadsheet reads."""
    return None if usd is None else f"{usd.normalize():f}"


def _ms(ms: float | None) -> Cell:
    return None if ms is None else round(ms, 1)
