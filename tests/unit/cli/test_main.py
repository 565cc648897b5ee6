"""The command line where the world does not play along: words and a status, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer import Typer
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from studio.cli.commands import app, app_for
from tests.conversations import LIBRARY
from tests.fakes.told import NAME, stored

FULL = Path("/dev/full")


def studio(*arguments: str, output: int, home: Path) -> subprocess.CompletedProcess[str]:
    script = "from studio.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(home), "XDG_DATA_HOME": str(home)},
        check=False,
    )


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", ["events", "export", "session"])
def test_a_full_disk_is_told_in_words(command: str, tmp_path: Path) -> None:
    folder = stored(LIBRARY["spoken_turn"](), tmp_path).path

    with FULL.open("wb") as full:
        done = studio(command, str(folder), output=full.fileno(), home=tmp_path)

    assert done.returncode == (2 if command == "events" else 1)
    assert "Not finished: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_screen_does_not_open_without_a_terminal(tmp_path: Path) -> None:
    stored(LIBRARY["spoken_turn"](), tmp_path)

    done = studio(
        "open", NAME, "--sessions-dir", str(tmp_path), output=subprocess.DEVNULL, home=tmp_path
    )

    assert done.returncode == 1
    assert done.stderr.startswith("No terminal: ")


def told(app: Typer, *arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    return result.output


def test_a_command_made_alone_is_the_one_among_all() -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    assert len(group.commands) > 5
    for name in group.commands:
        assert told(app_for(name), name, "--help") == told(app, name, "--help")
    assert app_for("--version") is app
    assert app_for("nonsense") is app
