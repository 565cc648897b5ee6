"""The pages of words: every key, and everything that went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import printable
from studio.core.units import clock
from studio.ui.actions import ACTIONS, GROUPS, keys_of
from studio.ui.present.health import FIGURES
from studio.ui.present.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from studio.session.state import Problem
    from studio.ui.present.palette import Palette

_KEY_CELLS = 15


def help_text(keymap: Mapping[str, str], palette: Palette, here: str = "", width: int = 80) -> Text:
    """Every action under its heading, those of the group `here` first, with the keys that hold."""
    page = Text()
    for group, heading in sorted(GROUPS.items(), key=lambda each: each[0] != here):
        page.append(f"{heading}\n", palette.muted)
        for action in ACTIONS:
            if action.group == group:
                keys = keys_of(action, keymap)
                if len(keys) >= _KEY_CELLS:
                    keys += f"\n{' ' * (_KEY_CELLS + 2)}"
                page.append(f"  {keys:<{_KEY_CELLS}}", palette.accent)
                _hang(page, action.help, _KEY_CELLS + 2, width, palette.foreground)
        page.append("\n")
    page.append("Marks in the config pane\n", palette.muted)
    for mark, color, words in (
        ("✓", palette.good, "the server echoes what was asked"),
        ("…", palette.accent, "on its way"),
        ("≠", palette.warning, "asked, echoed and seen are not one"),
        ("✗", palette.error, "refused by the server"),
        ("·", palette.faint, "fixed while this session lasts"),
        ("n", palette.accent, "the next session has it; this one cannot change it"),
    ):
        page.append(f"  {mark:<{_KEY_CELLS}}", color)
        _hang(page, words, _KEY_CELLS + 2, width, palette.foreground)
    page.append("\nFigures at the foot of the meter\n", palette.muted)
    for figure in FIGURES:
        page.append(f"  {figure.name:<{_KEY_CELLS}}", palette.accent)
        _hang(page, figure.help, _KEY_CELLS + 2, width, palette.foreground)
    return page


def _hang(page: Text, words: str, indent: int, width: int, color: str) -> None:
    """Write words on from a column; the lines after the first begin below it."""
    page.append(f"\n{' ' * indent}".join(wrapped(words, width - indent)), color)
    page.append("\n")


def problems_text(problems: Sequence[Problem], palette: Palette, width: int = 80) -> Text:
    """Problems, the latest first, each with the next step, on a page so wide."""
    if not problems:
        return Text("Nothing went wrong so far.", palette.muted)
    colors = {"error": palette.error, "warning": palette.warning, "info": palette.muted}
    page = Text()
    for problem in reversed(problems):
        page.append(f"{clock(problem.at):>6}  ", palette.muted)
        page.append(printable(problem.title), f"bold {colors[problem.severity]}")
        if problem.benign:
            page.append("  harmless", palette.muted)
        page.append("\n        ")
        _hang(page, problem.message, 8, width, palette.foreground)
        if problem.hint:
            page.append("        → ", palette.accent)
            _hang(page, problem.hint, 10, width, palette.accent)
        page.append("\n")
    return page
