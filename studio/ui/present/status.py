"""The two status lines: who is at the other end, and how the last turn went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from studio.core.text import one_line
from studio.core.units import clock
from studio.ui.present.parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.session.latency import TurnLatency
    from studio.session.state import Connection, Problem, Totals
    from studio.ui.present.palette import Palette


def connection_line(
    connection: Connection,
    flags: Sequence[str],
    now: float,
    voice: str,
    width: int,
    palette: Palette,
) -> Text:
    """Dot and words, provider, model and voice on the left; flags and the session clock right."""
    dot, words, color = _phase(connection, palette)
    line = Text(" ", no_wrap=True, end="")
    line.append(f"{dot} ", color)
    line.append(words, palette.foreground)
    for fact in (connection.provider, connection.model, voice):
        if fact:
            line.append("   " + one_line(fact), palette.muted)
    right = Text(no_wrap=True, end="")
    for flag in flags:
        right.append(f"{flag}   ", palette.warning)
    right.append(f"{clock(now)} ", palette.foreground)
    return _spread(line, right, width)


def recording_line(
    name: str, started_at: str, facts: Sequence[str], flags: Sequence[str], width: int,
    palette: Palette,
) -> Text:  # fmt: skip
    """That this is a recording, from when, and its name on the left; flags at the right.

    Args:
        name: the recording's.
        started_at: date and time, as the header has it.
        facts: provider, model and voice.
        flags: what was switched otherwise than usual, and what is particular now.
        width: cells.
        palette: colours.
    """
    line = Text(" ", no_wrap=True, end="")
    line.append("▷ recording", palette.accent)
    line.append(f"   {_date(started_at)}", palette.foreground)
    line.append(f"   {one_line(name, 60)}", palette.muted)
    for fact in facts:
        if fact:
            line.append("   " + one_line(fact), palette.muted)
    right = Text(no_wrap=True, end="")
    for flag in flags:
        right.append(f"{flag}   ", palette.warning)
    return _spread(line, right, width)


def _date(started_at: str) -> str:
    """`2026-01-01 12:00`, in the header's own time zone."""
    return one_line(started_at[:16].replace("T", " "))


def _phase(connection: Connection, palette: Palette) -> tuple[str, str, str]:
    match connection.phase:
        case "open":
            return "●", "connected", palette.good
        case "connecting":
            return "◌", "connecting", palette.warning
        case "failed":
            return "●", f"failed: {one_line(connection.close_reason, 60)}", palette.error
        case "closed":
            return "○", "ended", palette.muted
        case "idle":
            return "○", "not connected", palette.muted


def turn_line(
    latency: TurnLatency | None,
    totals: Totals,
    path: str,
    problems: Sequence[Problem],
    width: int,
    palette: Palette,
    cost: str = "",
    findings: int = 0,
) -> Text:
    """The last turn's latency and its parts; cost, tokens, findings and problems at the right."""
    left = latency_text(latency, palette)
    told = Text(no_wrap=True, end="")
    if findings:
        words = f"{findings} {_plural('finding', findings)}   "
        meta = Style.from_meta({"do": "app.view('turns')"})
        told.append_text(Text(words, Style.parse(palette.warning) + meta))
    count = _problem_count(problems, palette)
    count.stylize(Style.from_meta({"do": "app.problems"}))
    told.append_text(count)
    facts = [Text(cost, palette.muted), _tokens(totals, palette)]
    if path:
        facts.append(Text(_short_path(path), palette.faint))
    right = Text(no_wrap=True, end="")
    room = width - left.cell_len - told.cell_len - 2
    for fact in facts:
        if fact.plain and right.cell_len + fact.cell_len + 3 <= room:
            right.append_text(fact).append("   ")
    return _spread(left, right.append_text(told), width)


def _problem_count(problems: Sequence[Problem], palette: Palette) -> Text:
    """How many problems there are; remarks and benign races count only where there are none."""
    severities = [each.severity for each in problems if not each.benign]
    if serious := [each for each in severities if each != "info"]:
        style = palette.error if "error" in serious else palette.warning
        return Text(f"{len(serious)} {_plural('problem', len(serious))} ", style)
    if severities:
        return Text(f"{len(severities)} {_plural('note', len(severities))} ", palette.muted)
    return Text("no problems ", palette.faint)


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _tokens(totals: Totals, palette: Palette) -> Text:
    spent = totals.input_text + totals.input_audio + totals.input_image
    made = totals.output_text + totals.output_audio
    if not spent and not made:
        return Text("")
    return Text.assemble((f"{spent:,} in  {made:,} out", palette.muted), (" tokens", palette.faint))


def latency_text(latency: TurnLatency | None, palette: Palette) -> Text:
    """`1.42 s = 0.53 wait + 0.05 net + 0.62 model + 0.22 play`, as far as it is known.

    Parts are summed up in groups; the waterfall tells them apart.
    """
    line = Text(" ", no_wrap=True, end="")
    groups = {} if latency is None else _groups(latency)
    if latency is None or (latency.total_ms is None and not groups):
        line.append("latency shows after the first turn", palette.faint)
        return line
    total = latency.total_ms
    line.append(f"{total / 1000:.2f} s" if total is not None else "…", f"bold {palette.accent}")
    sign = "="
    for name, ms in groups.items():
        line.append(f" {sign} ", palette.faint)
        line.append(f"{ms / 1000:.2f}", palette.foreground)
        line.append(f" {name}", palette.muted)
        sign = "+"
    line.stylize(Style.from_meta({"do": "app.view('latency')"}))
    return line


def _groups(latency: TurnLatency) -> dict[str, float]:
    """The known parts in ms, summed up by group; functions only where some were called."""
    groups: dict[str, float] = {}
    for name, ms in latency.parts():
        group = PARTS[name].group
        if ms is not None and (ms or group != "tools"):
            groups[group] = groups.get(group, 0.0) + ms
    return groups


def _short_path(path: str) -> str:
    name = one_line(path.rstrip("/").rpartition("/")[2])
    return name if len(name) <= 44 else f"{name[:43]}…"


def _spread(left: Text, right: Text, width: int) -> Text:
    """Left and right at their ends; the left gives way."""
    room = max(0, width - right.cell_len - 1)
    if left.cell_len > room:
        left.truncate(room, overflow="ellipsis")
    left.append(" " * max(1, width - left.cell_len - right.cell_len))
    return left.append_text(right)
