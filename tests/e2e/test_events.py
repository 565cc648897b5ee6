"""`studio events` in a pipe, as a shell runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conversations import LIBRARY
from tests.unit.storage.disk import write

STUDIO = f"{sys.executable} -m studio"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    folder = home / "data" / "sessions" / "2026-01-01T12-00-00_local_0001"
    folder.mkdir(parents=True)
    write(folder, LIBRARY["long_talk"]())
    return home


def shell(home: Path, line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"STUDIO_HOME": str(home), "PYTHONUTF8": "0", "LC_ALL": "C"},
        check=False,
    )


def test_a_reader_that_has_seen_enough_is_no_mistake(home: Path) -> None:
    done = shell(home, f"{STUDIO} events last | head -2")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["1", "2"]


def test_the_lines_of_a_filter_are_as_many_as_it_counts(home: Path) -> None:
    wanted = "--filter 'type:response -is:delta'"
    counted = shell(home, f"{STUDIO} events -c {wanted}")
    lines = shell(home, f'{STUDIO} events --json {wanted} | grep -c \'"type":"response\'')
    assert (counted.returncode, lines.returncode) == (0, 0)
    assert int(counted.stdout) == int(lines.stdout) > 0


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ("--filter is:malformed", 1, ""),
        ("--filter 'a ('", 2, "bracket"),
        ("--json --count", 2, "--json, --count"),
        ("no-such-session", 2, "no-such-session"),
        ("--filter-help", 0, ""),
    ],
)
def test_the_exit_status_is_that_of_grep(
    home: Path, arguments: str, status: int, words: str
) -> None:
    done = shell(home, f"{STUDIO} events {arguments}")
    assert done.returncode == status
    assert words in done.stderr
    assert bool(done.stdout) == (status == 0)
    assert "Traceback" not in done.stderr
