"""Trials over a socket, with a real voice: what the twin and a sweep foretell is what happens."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from studio.app.choices import Choices
from studio.app.lab_sweep import Wanted, sweep_takes
from studio.app.trials import Asked, print_trial
from studio.lab.labels import Label, Truth
from studio.lab.take import Take
from studio.lab.take_store import TakeStore
from studio.storage.reader import open_session
from studio.storage.shelf import read_notes
from tests.e2e.calling import spoken

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

pytestmark = pytest.mark.speech


NUMBER = ("My number is", "five five one two.")
SHIPPED = tuple(
    f"shipped/{name}" for name in ("cough", "hesitation", "quick-follow-up", "quiet-ending")
)


def kept(home: Path, name: str, *lines: str, pause_ms: int) -> Take:
    """A take of one turn with pauses in it, in the store."""
    sound = asyncio.run(spoken(*lines, pause_ms=pause_ms))
    turn = Label(0, round(len(sound) / 48) - pause_ms)
    take = Take(name, sound, truth=Truth((turn,)))
    TakeStore(home / "data" / "takes").keep(take)
    return take


def held(home: Path, takes: tuple[str, ...], *settings: str) -> tuple[dict[str, Any], list[str]]:
    said: list[str] = []
    warned: list[str] = []
    status = print_trial(
        Choices(),
        {"STUDIO_HOME": str(home)},
        Asked(takes, settings, parallel=4),
        as_json=True,
        say=said.append,
        warn=warned.append,
        confirm=lambda _question: False,
    )
    assert status == 0
    told: dict[str, Any] = json.loads("".join(said))
    return told, warned


def test_a_sweeps_recommendation_gives_the_counts_that_it_predicts(tmp_path: Path) -> None:
    said: list[str] = []
    wanted = Wanted(
        SHIPPED, threshold="0.4,0.6", silence="200:800:200", prefix="300", as_json=True, jobs=1
    )
    environ = {"STUDIO_HOME": str(tmp_path)}
    assert sweep_takes(wanted, environ, say=said.append, warn=said.append) == 0
    best = json.loads(said[0])["recommendation"]
    told, _ = held(
        tmp_path,
        SHIPPED,
        ",".join(f"turn_detection.{name}={value}" for name, value in best["settings"].items()),
        "silence=200",
    )
    recommended, hasty = told["arms"]
    (observed,) = recommended["observed"]
    assert observed == {"turns": 8, **best["counts"]}
    assert hasty["observed"] == [hasty["predicted"]]
    assert hasty["observed"][0]["cut_off"] > observed["cut_off"]


def test_two_settings_are_told_apart_and_the_twin_foretold_both(tmp_path: Path) -> None:
    sound = kept(tmp_path, "number", *NUMBER, pause_ms=500).audio
    told, warned = held(tmp_path, ("number",), "silence=200", "silence=900")
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
