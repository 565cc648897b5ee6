"""What cut a reply off: the ledger of a barge-in, and whether the user spoke at all.

The ledger tells how much of the reply there was at each stage, and when each stage came.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import one_line
from studio.ui.present.words import stamp

if TYPE_CHECKING:
    from studio.session.echo import EchoVerdict
    from studio.session.state import Interruption
    from studio.ui.present.palette import Palette

_REASONS = {
    "barge-in": "cut by speech",
    "interrupt": "cut by the interrupt key",
    "talk-key": "cut by the talk key",
}
_LABEL_CELLS = 11
_GAP = "   "


def ledger_lines(cut: Interruption, width: int, palette: Palette) -> list[Text]:
    """What there was of the part, then the moments since the user took the floor."""
    lines = [_line("barge-in", f"{_REASONS[cut.reason]} at {stamp(_origin(cut))}", palette)]
    lines += _flowing(_amounts(cut), width, palette)
    lines += _flowing(_moments(cut), width, palette)
    if cut.refused:
        harm = "a harmless race" if cut.benign else "the server refused"
        color = palette.muted if cut.benign else palette.error
        lines += _wrapped("", f"{harm}: {one_line(cut.refused)}", width, palette, color)
    return lines


def verdict_lines(found: EchoVerdict, width: int, palette: Palette) -> list[Text]:
    """Whose voice it was, by which figures, and what helps."""
    color = palette.warning if found.likely else palette.good
    lines = _wrapped("echo", f"{found.title}.", width, palette, color)
    lines += _wrapped("", found.evidence, width, palette, palette.muted)
    for advice in found.advice:
        lines += _wrapped("", f"→ {advice}", width, palette, palette.foreground)
    return lines


def _wrapped(label: str, words: str, width: int, palette: Palette, color: str) -> list[Text]:
    room = max(20, width - _LABEL_CELLS - 2)
    pieces = wrap(words, room) or [""]
    return [
        _line(label if at == 0 else "", piece, palette, color) for at, piece in enumerate(pieces)
    ]


def _amounts(cut: Interruption) -> list[tuple[str, str]]:
    known: tuple[tuple[str, float | None], ...] = (
        ("generated", cut.generated_ms),
        ("received", cut.received_ms),
        ("played", cut.played_ms),
        ("requested", cut.requested_ms),
        ("applied", cut.applied_ms),
    )
    return [(name, "none" if ms is None else f"{ms:,.0f} ms") for name, ms in known]


def _moments(cut: Interruption) -> list[tuple[str, str]]:
    known = (
        ("flushed", cut.flushed_at),
        ("silent", cut.silent_at),
        ("truncate sent", cut.requested_at),
        ("applied", cut.applied_at),
    )
    origin = _origin(cut)
    return [(name, f"+{(at - origin) * 1000:.0f} ms") for name, at in known if at is not None]


def _flowing(facts: list[tuple[str, str]], width: int, palette: Palette) -> list[Text]:
    """Facts beside one another, on as many lines as they need."""
    lines = [_line("", "", palette)]
    indent = lines[0].cell_len
    for name, words in facts:
        used = lines[-1].cell_len
        if used > indent and used + len(_GAP) + len(name) + len(words) + 1 > width:
            lines.append(_line("", "", palette))
        if lines[-1].cell_len > indent:
            lines[-1].append(_GAP)
        lines[-1].append(f"{name} ", palette.muted)
        lines[-1].append(words, palette.foreground)
    return lines


def _origin(cut: Interruption) -> float:
    """When the user took the floor."""
    return cut.flushed_at if cut.speech_at is None else cut.speech_at


def _line(label: str, words: str, palette: Palette, color: str = "") -> Text:
    line = Text(no_wrap=True, end="")
    line.append(f" {label:<{_LABEL_CELLS}}", palette.muted)
    line.append(words, color or palette.foreground)
    return line
