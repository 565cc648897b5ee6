"""A trial of two settings over a socket: one cuts a hesitating caller off, the other does not."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from studio.app.choices import Choices
from studio.app.trials import Asked, print_trial
from studio.lab.labels import Label, Truth
from studio.lab.take import Take
from studio.lab.take_store import TakeStore
from studio.storage.reader import open_session
from studio.storage.shelf import read_notes
from tests.e2e.calling import spoken

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.speech


def test_two_settings_are_told_apart_and_the_twin_foretold_both(tmp_path: Path) -> None:
    sound = asyncio.run(spoken("My number is", "five five one two.", pause_ms=500))
    truth = Truth((Label(0, round(len(sound) / 48) - 500),))
    take = Take("number", sound, truth=truth)
    TakeStore(tmp_path / "data" / "takes").keep(take)
    said: list[str] = []
    warned: list[str] = []
    status = print_trial(
        Choices(),
        {"STUDIO_HOME": str(tmp_path)},
        Asked(("number",), ("silence=200", "silence=900"), repeats=1, parallel=2),
        as_json=True,
        say=said.append,
        warn=warned.append,
        confirm=lambda _question: False,
    )
    assert status == 0
    told = json.loads("".join(said))
    quick, patient = told["arms"]
    assert quick["observed"] == [quick["predicted"]]
    assert patient["observed"] == [patient["predicted"]]
    assert quick["predicted"]["cut_off"] == 1
    assert patient["predicted"]["cut_off"] == 0
    for arm in told["arms"]:
        (session,) = arm["sessions"]
        assert all(edge["off_ms"] == 0 for edge in session["edges"])
        assert session["edges"]
        assert session["expected_but_not_reported"] == []
        assert session["notes"] == []
        stored = open_session(tmp_path / "data" / "sessions" / session["session"].split("/")[-1])
        assert stored.read_track("input", 0, len(sound)) == sound
        assert read_notes(stored.path).tags == ("trial",)
    assert told["comparison"] == [
        "B against A: 0 cut off instead of 1 (held once, so that it may be chance)."
    ]
    assert "the local server costs nothing" in warned[0]
    assert len(list((tmp_path / "data" / "lab" / "trials").glob("*.json"))) == 1
