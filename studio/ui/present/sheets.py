"""The pages of words: every key, and everything that went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import printable
from studio.ui.actions import ACTIONS, GROUPS, keys_of
from studio.ui.present.health import FIGURES
from studio.ui.present.words import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from studio.session.state import Problem
    from studio.ui.present.palette import Palette

_KEY_CELLS = 14


def help_text(keymap: Mapping[str, str], palette: Palette) -> Text:
    """Every action under its heading, with the keys that hold after the keymap."""
    page = Text()
    for group, heading in GROUPS.items():
        page.append(f"{heading}\n", palette.muted)
        for action in ACTIONS:
            if action.group == group:
                page.append(f"  {keys_of(action, keymap):<{_KEY_CELLS}}", palette.accent)
                page.append(f"{action.help}\n", palette.foreground)
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
        page.append(f"{words}\n", palette.foreground)
    page.append("\nFigures at the foot of the meter\n", palette.muted)
    for figure in FIGURES:
        page.append(f"  {figure.name:<{_KEY_CELLS}}", palette.accent)
        page.append(f"{figure.help}\n", palette.foreground)
    return page


def problems_text(problems: Sequence[Problem], palette: Palette) -> Text:
    """Problems, the latest first, each with the next step."""
    if not problems:
        return Text("Nothing went wrong so far.", palette.muted)
    colors = {"error": palette.error, "warning": palette.warning, "info": palette.muted}
    page = Text()
    for problem in reversed(problems):
        page.append(f"{clock(problem.at):>6}  ", palette.muted)
        page.append(printable(problem.title), f"bold {colors[problem.severity]}")
        if problem.benign:
            page.append("  harmless", palette.muted)
        page.append(f"\n        {printable(problem.message)}\n", palette.foreground)
        if problem.hint:
            page.append(f"        → {printable(problem.hint)}\n", palette.accent)
        page.append("\n")
    return page
