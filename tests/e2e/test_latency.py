"""Why a turn took as long as it did, as `studio talk --json` tells it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.speech

SCRIPT = "say:What time is it? // Count to five. // How much is two plus three?"


def test_the_parts_of_every_turn_add_up_to_the_whole(tmp_path: Path) -> None:
    command = ("talk", "--json", "--mic", SCRIPT, "--speaker", "silent", "--turns", "3")
    done = subprocess.run(
        (sys.executable, "-m", "studio", *command),
        capture_output=True,
        text=True,
        timeout=100,
        env=os.environ | {"STUDIO_HOME": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert len(told["turns"]) == 3
    for turn in told["turns"]:
        parts = dict(turn["latency_ms"])
        total_ms = parts.pop("total")
        assert None not in parts.values()
        assert sum(parts.values()) == pytest.approx(total_ms, abs=5)
        assert min(parts.values()) >= 0
    assert told["latency_summary"]["count"] == 3
