"""The config pane: a setting a row, with what was asked, echoed and observed where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rich.text import Text

from studio.core.text import one_line
from studio.ui.cards import AUTO, DEVICE, shown_name
from studio.ui.fields import (
    CARD_PATHS,
    CLEANING_PATHS,
    PLAN_PATHS,
    SOUND_PATHS,
    Field,
    is_stated,
    plan_value,
    rows_for,
    value_at,
    written,
)
from studio.ui.present.palette import blend

if TYPE_CHECKING:
    from studio.runtime.plan import ConnectPlan
    from studio.session.obeyed import Finding
    from studio.session.state import RefusedUpdate, Settings
    from studio.ui.present.palette import Palette

LABEL_CELLS = 15
VALUE_CELLS = 10
_MARK_CELLS = 3

Verdict = Literal["", "agreed", "obeyed", "sending", "differs", "refused", "locked", "next"]

_MARKS: Mapping[Verdict, str] = {
    "": " ",
    "agreed": "✓",
    "obeyed": "✓✓",
    "sending": "…",
    "differs": "≠",
    "refused": "✗",
    "locked": "·",
    "next": "n",
}


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """The card that sound flows through at one end, or what stands in for it."""

    name: str
    is_virtual: bool


@dataclass(frozen=True, slots=True)
class ConfigView:
    """What the pane shows.

    Attributes:
        plan: the plan under edit.
        settings: the session's settings slice; None where no session is open.
        session_plan: provider and model of the open session, to tell what only the next one has,
            and the sound that was asked of it.
        ends: what is open as `microphone` and as `speaker`.
        observed: what was seen of what was asked, by path.
        refusal: the last refused update, until the hand moves again.
    """

    plan: ConnectPlan
    settings: Settings | None = None
    session_plan: Mapping[str, str | bool] = field(default_factory=dict)
    ends: Mapping[str, OpenEnd] = field(default_factory=dict)
    observed: Mapping[str, Finding] = field(default_factory=dict)
    refusal: RefusedUpdate | None = None


@dataclass(frozen=True, slots=True)
class ConfigLine:
    """A line of the pane and the row it belongs to; None for headings and air."""

    text: Text
    path: str | None = None
    is_row: bool = False


def slider_span(width: int) -> tuple[int, int]:
    """The first cell of a row's slider and how many cells it has, in a pane of `width`."""
    start = 1 + LABEL_CELLS + VALUE_CELLS
    return start, max(0, width - start - _MARK_CELLS)


def verdict(view: ConfigView, path: str) -> Verdict:
    """How far the session does what this row says."""
    if view.settings is None:
        return ""
    if path in PLAN_PATHS:
        return _plan_verdict(view, path)
    known = view.settings
    wanted, asked = value_at(view.plan.settings, path), value_at(known.asked, path)
    echoed = value_at(known.echoed, path) if known.echoed else None
    top = path.partition(".")[0]
    if {path, top} & known.locked:
        return "next" if wanted not in (asked, echoed) else "locked"
    if wanted != asked or any({path, top} & set(update.fields) for update in known.pending):
        return "sending"
    if view.refusal and {path, top} & set(view.refusal.fields):
        return "refused"
    if known.echoed is None or not is_stated(known.asked, path):
        return ""
    if echoed != asked:
        return "differs"
    return _seen_verdict(view.observed.get(path))


def _seen_verdict(found: Finding | None) -> Verdict:
    if found is None or found.verdict == "not seen yet":
        return "agreed"
    return "differs" if found.is_wrong else "obeyed"


def _plan_verdict(view: ConfigView, path: str) -> Verdict:
    wanted, asked = plan_value(view.plan, path), view.session_plan.get(path)
    if path not in SOUND_PATHS:
        return "locked" if asked in (None, wanted) else "next"
    if asked is None:
        return ""
    if asked != wanted:
        return "sending"
    if path in CLEANING_PATHS:
        return "" if _is_uncleaned(view) else "agreed"
    end = view.ends.get(path)
    if end is None:
        return "sending"
    return "agreed" if _is_meant(str(wanted), end) else "differs"


def _is_uncleaned(view: ConfigView) -> bool:
    """Whether no card records, whose sound could be cleaned."""
    end = view.ends.get("microphone")
    return end is None or end.is_virtual


def _is_meant(wanted: str, end: OpenEnd) -> bool:
    """Whether what is open is what a row asks for."""
    kind, _, name = wanted.partition(":")
    if kind == AUTO:
        return True
    if kind != DEVICE:
        return end.is_virtual
    is_named = not name or name.isdigit() or name.casefold() in end.name.casefold()
    return not end.is_virtual and is_named


def config_lines(
    view: ConfigView,
    width: int,
    palette: Palette,
    cursor: str | None = None,
    *,
    airy: bool = True,
) -> list[ConfigLine]:
    """Every line of the pane, headings included; with an empty line over each where it is airy."""
    lines: list[ConfigLine] = []
    group = ""
    for row in rows_for(view.plan.settings):
        if row.group != group:
            if group and airy:
                lines.append(ConfigLine(Text("", end="")))
            group = row.group
            lines.append(
                ConfigLine(Text(f" {group}", blend(palette.faint, palette.muted, 0.5), end=""))
            )
        is_at = row.path == cursor
        state = verdict(view, row.path)
        text = _row(row, view, state, width, palette, is_at=is_at)
        lines.append(ConfigLine(text, row.path, is_row=True))
        if note := _note(row, view, state):
            under = Text(" " * (1 + LABEL_CELLS) + note, _note_style(state, palette), end="")
            under.truncate(width, overflow="ellipsis")
            lines.append(ConfigLine(under, row.path))
    return lines


def help_lines(
    view: ConfigView, path: str, width: int, palette: Palette, fault: str = ""
) -> list[Text]:
    """What the row at the cursor means, or why its last value was not taken."""
    row = next((row for row in rows_for(view.plan.settings) if row.path == path), None)
    if row is None:
        return []
    if fault:
        return _wrapped(fault, width, palette.error)
    state = verdict(view, path)
    if state == "refused" and view.refusal:
        return _wrapped(f"refused: {one_line(view.refusal.message)}", width, palette.error)
    if state == "next":
        words = "This session cannot change it: n starts a new one with this."
        return _wrapped(words, width, palette.accent)
    found = view.observed.get(path)
    if state == "differs" and found is not None and found.is_wrong:
        return _wrapped(f"{found.verdict}: {one_line(found.evidence)}", width, palette.warning)
    words = row.help
    if state == "obeyed" and found is not None:
        words = f"{words} Obeyed: {one_line(found.evidence)}"
    if path in CLEANING_PATHS and view.settings is not None and _is_uncleaned(view):
        words += " No card records now."
    if state == "locked":
        words += " Change it and press n for a new session with it."
    return _wrapped(words, width, palette.muted)


def _wrapped(words: str, width: int, style: str) -> list[Text]:
    lines: list[str] = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width - 2:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [Text(f" {line}", style, end="") for line in lines]


def _row(
    row: Field, view: ConfigView, state: Verdict, width: int, palette: Palette, *, is_at: bool
) -> Text:
    line = Text("▌" if is_at else " ", palette.accent, no_wrap=True, end="")
    line.append(f"{row.label:<{LABEL_CELLS}}", palette.foreground if is_at else palette.muted)
    value, style = _value(row, view, palette)
    if row.kind == "number" and width >= 38:
        line.append(f"{value:<{VALUE_CELLS}}", style)
        line.append_text(_slider(row, view, slider_span(width)[1], palette, is_at=is_at))
    else:
        room = max(4, width - line.cell_len - _MARK_CELLS)
        line.append_text(
            _framed(value, room, style, palette, is_choice=is_at and row.kind == "choice")
        )
    line.append(" " * (width - 2 - line.cell_len))
    line.append(_MARKS[state], _mark_style(state, palette))
    return line


def _framed(value: str, room: int, style: str, palette: Palette, *, is_choice: bool) -> Text:
    """A value with the arrows that turn it, where it is a choice at the cursor."""
    text = Text(one_line(value, room - (4 if is_choice else 0)), style, end="")
    if not is_choice:
        return text
    return Text.assemble(("‹ ", palette.accent), text, (" ›", palette.accent), end="")


def _value(row: Field, view: ConfigView, palette: Palette) -> tuple[str, str]:
    """A row's words and their strength: what was not asked for is quiet."""
    if row.path in CARD_PATHS:
        return _card_words(row.path, view), palette.foreground
    if row.path in PLAN_PATHS:
        return written(row, plan_value(view.plan, row.path)) or "default", palette.foreground
    settings = view.plan.settings
    if is_stated(settings, row.path):
        value = value_at(settings, row.path)
        if row.kind == "text" and not value:
            return "none", palette.muted
        return written(row, value), palette.foreground if value is not None else palette.muted
    echoed = view.settings.echoed if view.settings else None
    if echoed is not None and is_stated(echoed, row.path):
        return written(row, value_at(echoed, row.path)), palette.muted
    return "default", palette.muted


def _card_words(path: str, view: ConfigView) -> str:
    """What a microphone or speaker is to be, and what came of it where the name leaves it open."""
    wanted, end = str(plan_value(view.plan, path)), view.ends.get(path)
    if end is not None and wanted in (AUTO, DEVICE):
        return f"{wanted} → {end.name}"
    return shown_name(wanted)


def _slider(row: Field, view: ConfigView, cells: int, palette: Palette, *, is_at: bool) -> Text:
    settings = view.plan.settings
    if not is_stated(settings, row.path) and view.settings and view.settings.echoed:
        settings = view.settings.echoed
    value = value_at(settings, row.path)
    if not isinstance(value, int | float):
        return Text("─" * cells, palette.faint, end="")
    share = min(max((value - row.low) / (row.high - row.low), 0.0), 1.0)
    knob = round(share * (cells - 1))
    return Text.assemble(
        ("━" * knob, palette.accent if is_at else palette.muted),
        ("●", palette.accent if is_at else palette.muted),
        ("─" * (cells - 1 - knob), palette.faint),
        end="",
    )


def _note(row: Field, view: ConfigView, state: Verdict) -> str:
    """The line under a row: only where asked, echoed and observed are not one."""
    known = view.settings
    if state == "differs" and row.path in CARD_PATHS:
        return f"open instead: {view.ends[row.path].name}"
    if known is None or row.path in PLAN_PATHS:
        return "next session" if state == "next" else ""
    if state == "next":
        return f"now {_echo(row, known)}; n: new session"
    if state == "differs":
        facts = [f"asked {written(row, value_at(known.asked, row.path))}"]
        facts.append(f"echoed {_echo(row, known)}")
        found = view.observed.get(row.path)
        if found is not None and found.seen is not None:
            facts.append(f"seen {written(row, found.seen)}")
        return " · ".join(facts)
    return ""


def _echo(row: Field, known: Settings) -> str:
    if known.echoed is None or not is_stated(known.echoed, row.path):
        return "nothing"
    return written(row, value_at(known.echoed, row.path))


def _mark_style(state: Verdict, palette: Palette) -> str:
    styles: Mapping[Verdict, str] = {
        "agreed": palette.good,
        "obeyed": palette.good,
        "sending": palette.accent,
        "differs": palette.warning,
        "refused": palette.error,
        "next": palette.accent,
    }
    return styles.get(state, palette.faint)


def _note_style(state: Verdict, palette: Palette) -> str:
    return palette.accent if state == "next" else palette.warning
