"""Rules of the look that a reader of one file could miss."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import studio.ui

UI = Path(studio.ui.__file__).parent
HEX_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}\b")


def test_colours_come_from_the_theme_only() -> None:
    files = [*UI.rglob("*.py"), *UI.rglob("*.tcss")]
    assert files
    assert [path.name for path in files if HEX_COLOR.search(path.read_text())] == []


def test_stylesheets_stay_short() -> None:
    for path in UI.rglob("*.tcss"):
        assert len(path.read_text().splitlines()) <= 200, path.name


def test_drawing_knows_no_textual() -> None:
    for path in (UI / "present").glob("*.py"):
        assert "textual" not in path.read_text().replace("no Textual", ""), path.name


def test_the_first_paint_needs_neither_the_wire_nor_numbers() -> None:
    """What is imported before the paint is paid for before it."""
    script = (
        "import sys, studio.ui.app\n"
        "heavy = {'pydantic', 'numpy', 'websockets', 'studio.protocol.events'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
