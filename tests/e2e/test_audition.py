"""An audition as a person types it, with the real local server, its voices and its ears."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LINES = ("Your table is booked for half past seven.", "Is there anything else?")


def audition(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "studio", "lab", "audition", *arguments],
        capture_output=True,
        text=True,
        timeout=110,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"STUDIO_HOME": str(home)},
        check=False,
    )


@pytest.mark.speech
def test_voices_are_heard_side_by_side(tmp_path: Path) -> None:
    done = audition(tmp_path, *LINES, "--voice", "marin,cedar", "--json", "--html")
    assert done.returncode == 0, done.stderr
    sheet = json.loads(done.stdout)
    marin, cedar = sheet["rows"]
    assert marin["pitch_hz"] > 1.5 * cedar["pitch_hz"]
    for row in (marin, cedar):
        assert [line["transcript"] for line in row["lines"]] == [*LINES]
        assert row["said_share"] == 1.0
        assert row["heard_share"] > 0.8
        assert abs(row["lufs"] + row["gain_db"] - sheet["target_lufs"]) < 0.01
        assert 120 < row["words_per_minute"] < 350
        assert Path(row["file"]).stat().st_size > 48_000
        assert (tmp_path / "data" / "sessions" / row["session"] / "session.jsonl").is_file()
    page = Path(sheet["folder"]) / "audition.html"
    assert page.stat().st_size > 500_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Hello.", "--voice", "marin", "--speed", "fast"), "Impossible speed"),
        (("Hello.", "--provider", "localai"), "No list of voices"),
        ((" ", "--voice", "marin"), "Nothing to audition"),
    ],
)
def test_what_cannot_be_heard_is_said_before_anything_begins(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = audition(tmp_path, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_that_costs_money_is_begun_without_a_yes(tmp_path: Path) -> None:
    address = ("--provider", "litellm", "--base-url", "ws://127.0.0.1:9")
    done = audition(tmp_path, "Hello.", "--voice", "marin", *address)
    assert done.returncode == 1
    assert "Not begun: it may cost money" in done.stderr
    assert not (tmp_path / "data" / "lab").exists()


def test_a_service_that_is_not_there_fails_every_row_in_words(tmp_path: Path) -> None:
    address = ("--provider", "litellm", "--base-url", "ws://127.0.0.1:9")
    done = audition(tmp_path, "Hello.", "--voice", "marin,cedar", "--yes", "--json", *address)
    assert done.returncode == 1
    rows = json.loads(done.stdout)["rows"]
    assert [row["problem"].partition(":")[0] for row in rows] == ["Connection refused"] * 2
