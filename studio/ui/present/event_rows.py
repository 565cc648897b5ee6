"""A row of the inspector as one line of styled text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

from studio.session.envelope import Origin
from studio.ui.present.summary import PCM16_BYTES_PER_MS, audio, run_summary, summary
from studio.ui.present.words import gap, span, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.session.envelope import Envelope
    from studio.ui.present.palette import Palette
    from studio.ui.runs import Run

_ARROWS = {Origin.SERVER: "←", Origin.CLIENT: "→", Origin.LOCAL: "·"}
_TIME_CELLS, _GAP_CELLS = 8, 7
_PREFIX_CELLS = _TIME_CELLS + _GAP_CELLS + 3
_WORDS_FROM = 72
_TYPE_CELLS = 24
_LEAST_WORDS_CELLS = 16
_WORD_START = re.compile("[._]")
_PAUSE_S = 0.1
_LOUD = {"error", "local.connection.failed", "local.device.failed", "local.audio.dropped"}


def event_line(
    envelope: Envelope,
    width: int,
    palette: Palette,
    bytes_per_ms: float = PCM16_BYTES_PER_MS,
) -> Text:
    """A single event of a run that is open, under its row."""
    line = _prefix(envelope.at, None, "", palette)
    line.append("╵ ", palette.faint)
    line.append(summary(envelope.event, bytes_per_ms), palette.muted)
    return _cut(line, width)


def run_line(
    run: Run,
    first: Envelope,
    events: Iterable[Envelope],
    width: int,
    palette: Palette,
    *,
    is_open: bool = False,
    bytes_per_ms: float = PCM16_BYTES_PER_MS,
) -> Text:
    """A row: time, gap, direction, type, and what it says.

    Args:
        run: what the row holds.
        first: its first event.
        events: all its events; only as many are taken as the width needs.
        width: cells.
        palette: colours.
        is_open: whether the run's events stand below it.
        bytes_per_ms: how much audio a millisecond takes on this wire.
    """
    line = _prefix(run.first_at, run.first_at - run.previous_at, _ARROWS[first.origin], palette)
    line.stylize(_side(first, palette), line.cell_len - 2, line.cell_len)
    count = f" ×{len(run):,}" if len(run) > 1 else ""
    column = _words_column(width)
    kind = _fitted(run.type or "malformed", column - line.cell_len - len(count) - 2)
    _append_type(line, kind, palette, loud=_is_loud(first))
    line.append(count, palette.accent if is_open else palette.muted)
    line.append(" " * (column - line.cell_len))
    line.append(_words(run, first, events, width, bytes_per_ms), _word_style(run, first, palette))
    return _cut(line, width)


def _words(
    run: Run, first: Envelope, events: Iterable[Envelope], width: int, bytes_per_ms: float
) -> str:
    if len(run) == 1:
        return summary(first.event, bytes_per_ms)
    if run.audio_bytes:
        took_ms = (run.last_at - run.first_at) * 1000
        return f"{audio(run.audio_bytes, bytes_per_ms)} in {span(took_ms)}"
    return run_summary(events, width)


def _word_style(run: Run, first: Envelope, palette: Palette) -> str:
    if _is_loud(first):
        return palette.error
    return palette.muted if run.audio_bytes or first.origin is Origin.LOCAL else palette.foreground


def _prefix(at: float, since: float | None, arrow: str, palette: Palette) -> Text:
    line = Text(no_wrap=True, end="")
    line.append(stamp(at).rjust(_TIME_CELLS), palette.muted)
    pause = since is not None and since >= _PAUSE_S
    told = "" if since is None else gap(since)
    line.append(told.rjust(_GAP_CELLS), palette.muted if pause else palette.faint)
    line.append(f" {arrow or ' '} ")
    return line


def _append_type(line: Text, kind: str, palette: Palette, *, loud: bool) -> None:
    """The type with its last word bright: the eye reads that one."""
    family, dot, last = kind.rpartition(".")
    line.append(family + dot, palette.muted)
    line.append(last, palette.error if loud else palette.foreground)


def _fitted(kind: str, cells: int) -> str:
    """A type that is too long loses words at its beginning: its end tells it apart."""
    if len(kind) <= cells:
        return kind
    cut = max(0, len(kind) - cells + 1)
    start = _WORD_START.search(kind, cut - 1)
    return f"…{kind[start.end() if start else cut :]}"


def _words_column(width: int) -> int:
    """Where the words begin, so that they stand in a column; a narrow pane gives to the type."""
    narrow = min(_PREFIX_CELLS + _TYPE_CELLS, width - _LEAST_WORDS_CELLS)
    return min(_WORDS_FROM, max(_PREFIX_CELLS + 12, narrow, width * 5 // 8))


def _side(envelope: Envelope, palette: Palette) -> str:
    sides = {Origin.SERVER: palette.accent, Origin.CLIENT: palette.user}
    return sides.get(envelope.origin, palette.faint)


def _is_loud(envelope: Envelope) -> bool:
    kind = envelope.event.type
    return not kind or kind in _LOUD or kind.endswith(".failed")


def _cut(line: Text, width: int) -> Text:
    line.truncate(max(width, 1), overflow="ellipsis")
    return line
