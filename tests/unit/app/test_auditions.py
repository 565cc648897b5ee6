from __future__ import annotations

import json
import os
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from studio.app.audition_child import read_step
from studio.app.auditions import FolderAuditions
from studio.config.paths import studio_paths
from studio.core.errors import StudioError
from studio.lab.audition import Order
from studio.lab.sheet import read_sheet
from studio.protocol.settings import DEFAULTS
from studio.runtime.plan import ConnectPlan
from studio.ui.auditions import Step
from tests.fakes.loopback import loopback
from tests.fakes.sheets import kept_sheet
from tests.fakes.voices import BuzzingSpeech

ORDER = Order.of(["Hello there."], ["marin", "cedar"])


def plan(tmp_path: Path, url: str, provider: str = "local") -> ConnectPlan:
    return ConnectPlan(
        provider=provider,
        url=url,
        model="studio-host",
        settings=DEFAULTS,
        sessions_dir=tmp_path / "sessions",
    )


def in_folder(tmp_path: Path, *command: str) -> FolderAuditions:
    home = {"STUDIO_HOME": str(tmp_path)}
    more = {"command": command} if command else {}
    return FolderAuditions(studio_paths(home), environ=os.environ | home, **more)


async def test_an_audition_is_held_in_a_process_of_its_own(tmp_path: Path) -> None:
    auditions = in_folder(tmp_path)
    async with loopback(BuzzingSpeech()) as address:
        steps = [step async for step in auditions.hold(ORDER, plan(tmp_path, address.url))]
    assert [step.done for step in steps][-1] == 2
    assert steps[-1].is_listening
    sheet = read_sheet(Path(steps[-1].path))
    assert [row.problem for row in sheet.rows] == ["", ""]
    (kept,) = auditions.kept()
    assert kept.path == steps[-1].path
    assert "local studio-host, 2 read" in kept.words
    assert kept.aside == "Hello there."


async def test_what_is_closed_early_keeps_what_was_read(tmp_path: Path) -> None:
    auditions = in_folder(tmp_path)
    order = Order.of(["Hello there, how are you?"], ["marin", "cedar"], takes=10)
    done = Step()
    async with (
        loopback(BuzzingSpeech()) as address,
        aclosing(auditions.hold(order, plan(tmp_path, address.url))) as steps,
    ):
        async for step in steps:
            done = step
            if step.done >= 2:
                break
    sheet = read_sheet(Path(done.path))
    assert 2 <= len(sheet.rows) < 20
    assert not sheet.is_whole
    assert f"{len(sheet.rows)} of 20 read" in auditions.kept()[0].words


async def test_why_it_could_not_be_held_comes_back_in_words(tmp_path: Path) -> None:
    told = json.dumps({"error": "No room.", "title": "Cannot", "hint": "Make some."})
    script = f"import sys; sys.stdin.readline(); print({told!r})"
    auditions = in_folder(tmp_path, sys.executable, "-c", script)
    with pytest.raises(StudioError) as refused:
        _ = [step async for step in auditions.hold(ORDER, plan(tmp_path, ""))]
    assert (refused.value.message, refused.value.hint) == ("No room.", "Make some.")


async def test_a_child_that_dies_is_told_of(tmp_path: Path) -> None:
    auditions = in_folder(tmp_path, sys.executable, "-c", "raise SystemExit(3)")
    with pytest.raises(StudioError) as refused:
        _ = [step async for step in auditions.hold(ORDER, plan(tmp_path, ""))]
    assert "status 3" in refused.value.message
    assert "audition.log" in refused.value.hint


def test_a_step_comes_back_as_it_was_told() -> None:
    step = Step("folder", 3, ("marin",), is_listening=True)
    fields = {"path": "folder", "done": 3, "reading": ["marin"], "is_listening": True}
    assert read_step(json.dumps(fields).encode()) == step


def test_local_voices_cost_nothing_and_others_their_price(tmp_path: Path) -> None:
    auditions = in_folder(tmp_path)
    free = auditions.likely(ORDER, plan(tmp_path, ""))
    assert free.is_free
    assert "it costs nothing" in free.words
    openai = plan(tmp_path, "wss://api.openai.com", "openai").model_copy(
        update={"model": "gpt-realtime"}
    )
    dear = auditions.likely(ORDER, openai)
    assert not dear.is_free
    assert "about $0.0" in dear.words
    unknown = auditions.likely(ORDER, plan(tmp_path, "ws://127.0.0.1:8080", "localai"))
    assert not unknown.is_free
    assert "no price of it is known" in unknown.words


def test_stars_notes_sound_and_page(tmp_path: Path) -> None:
    paths = studio_paths({"STUDIO_HOME": str(tmp_path)})
    folder, sheet = kept_sheet(paths.lab_dir)
    auditions = FolderAuditions(paths)
    auditions.judge(str(folder), "marin", stars=2)
    changed = auditions.judge(str(folder), "marin", note="clear")
    assert (changed.rows[0].stars, changed.rows[0].note) == (2, "clear")
    assert auditions.sound(str(folder), sheet.rows[0]) == str(folder / "marin.wav")
    assert auditions.sound(str(folder), sheet.rows[3]) == ""
    assert Path(auditions.export(str(folder), "")) == folder / "audition.html"
    assert Path(auditions.export(str(folder), str(tmp_path))) == tmp_path / "audition.html"
    with pytest.raises(StudioError):
        auditions.export(str(folder), str(tmp_path / "nowhere" / "page.html"))
