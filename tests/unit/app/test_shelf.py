from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from studio.app.prices import PriceList
from studio.app.shelf import FolderShelf
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.session.envelope import Envelope
from studio.storage import lock
from studio.storage.folders import LOG_NAME
from studio.storage.shelf import Notes
from studio.storage.trash import TRASH_NAME
from studio.storage.writer import SessionWriter
from studio.ui.shelf import Entry
from tests import conversations
from tests.unit.storage.disk import STARTED, header


def keep(
    sessions_dir: Path, name: str, envelopes: Iterable[Envelope], started: datetime = STARTED
) -> Path:
    folder = sessions_dir / name
    folder.mkdir(parents=True)
    about = header(provider="local", model="asked-for").model_copy(update={"started_at": started})
    writer = SessionWriter(folder, about)
    for envelope in envelopes:
        writer.append(envelope)
    writer.close("done")
    return folder


def filled(tmp_path: Path) -> Path:
    sessions_dir = tmp_path / "sessions"
    for at, name in enumerate(("two_turns", "barge_in", "failed_response")):
        started = STARTED + timedelta(hours=at)
        keep(sessions_dir, f"s{at}", conversations.LIBRARY[name](), started)
    return sessions_dir


def shelf(tmp_path: Path, *, cached: bool = True) -> FolderShelf:
    cache_dir = tmp_path / "cache" if cached else None
    return FolderShelf(tmp_path / "sessions", cache_dir, PriceList(), ManualClock())


async def read(held: FolderShelf) -> dict[str, Entry]:
    await held.look()
    while await held.read_next():
        pass
    return {entry.name: entry for entry in held.entries}


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


async def test_sessions_are_listed_newest_first_and_then_read(tmp_path: Path) -> None:
    sessions_dir = filled(tmp_path)
    before = everything(sessions_dir)
    held = shelf(tmp_path)
    await held.look()
    assert [entry.name for entry in held.entries] == ["s2", "s1", "s0"]
    assert {entry.model for entry in held.entries} == {"asked-for"}
    assert all(entry.digest is None for entry in held.entries)
    found = await read(held)
    first = found["s0"]
    assert first.digest is not None
    assert first.digest.is_over
    assert len(first.digest.turns) == 2
    assert first.digest.voice == "marin"
    assert first.title == conversations.QUESTION
    assert "sixty seconds" in first.words
    assert first.cost is not None
    assert first.cost.short == "$0"
    assert "barge-in" in found["s1"].tags
    assert found["s2"].digest is not None
    assert found["s2"].digest.problem_count == 1
    assert everything(sessions_dir) == before


async def test_what_was_read_once_is_not_read_again(tmp_path: Path) -> None:
    filled(tmp_path)
    first = await read(shelf(tmp_path))
    again = shelf(tmp_path)
    await again.look()
    assert {entry.name: entry for entry in again.entries} == first
    assert not await again.read_next()


async def test_a_look_at_what_has_not_changed_changes_nothing(tmp_path: Path) -> None:
    filled(tmp_path)
    held = shelf(tmp_path, cached=False)
    before = await read(held)
    await held.look()
    assert all(entry is before[entry.name] for entry in held.entries)
    assert not await held.read_next()


@pytest.mark.parametrize("harm", ["torn", "foreign", "old"])
async def test_a_cache_that_is_not_of_this_log_is_made_anew(tmp_path: Path, harm: str) -> None:
    sessions_dir = filled(tmp_path)
    whole = await read(shelf(tmp_path))
    for file in (tmp_path / "cache").rglob("*.json"):
        text = file.read_text()
        if harm == "torn":
            file.write_text(text[: len(text) // 2])
        elif harm == "foreign":
            file.write_text('{"studio": 3}')
    if harm == "old":
        log = sessions_dir / "s1" / LOG_NAME
        lines = log.read_text().splitlines(keepends=True)
        log.write_text("".join(lines[: len(lines) // 2]))
    found = await read(shelf(tmp_path))
    assert found["s0"] == whole["s0"]
    if harm == "old":
        assert found["s1"].digest != whole["s1"].digest


async def test_digests_of_sessions_that_are_gone_go(tmp_path: Path) -> None:
    filled(tmp_path)
    held = shelf(tmp_path)
    await read(held)
    held.delete([held.entries[0].path])
    await held.look()
    assert sorted(file.stem for file in (tmp_path / "cache").rglob("*.json")) == ["s0", "s1"]


async def test_a_log_that_is_none_is_listed_with_the_reason(tmp_path: Path) -> None:
    broken = tmp_path / "sessions" / "broken"
    broken.mkdir(parents=True)
    (broken / LOG_NAME).write_text("no log at all\n")
    (tmp_path / "sessions" / "empty").mkdir()
    found = await read(shelf(tmp_path))
    assert list(found) == ["broken"]
    assert found["broken"].fault or found["broken"].digest is not None


async def test_where_there_is_nothing_the_shelf_is_empty(tmp_path: Path) -> None:
    assert await read(shelf(tmp_path)) == {}


async def test_a_session_that_is_being_written_is_shown_as_such(tmp_path: Path) -> None:
    sessions_dir = filled(tmp_path)
    held = shelf(tmp_path)
    with (sessions_dir / "s1" / LOG_NAME).open("ab") as log:
        assert lock.take(log)
        found = await read(held)
        assert [name for name, each in found.items() if each.is_written] == ["s1"]
        with pytest.raises(StudioError, match="being written"):
            held.delete([found["s0"].path, found["s1"].path])
        assert [entry.name for entry in held.entries] == ["s2", "s1"]
    assert held.undo() == "deleting a session"
    assert [entry.name for entry in held.entries] == ["s2", "s1", "s0"]


async def test_every_deed_can_be_taken_back(tmp_path: Path) -> None:
    sessions_dir = filled(tmp_path)
    held = shelf(tmp_path)
    before = await read(held)
    one, other = before["s0"], before["s1"]
    held.note(one.path, one.notes.with_title("Mine"))
    held.note(one.path, Notes("Mine", tags=("bug",)))
    held.note(one.path, Notes("Mine", tags=("bug",), archived=True))
    assert held.entries[2].title == "Mine"
    assert "mine" in held.entries[2].words
    held.delete([one.path, other.path])
    assert [entry.name for entry in held.entries] == ["s2"]
    assert sorted(each.name for each in (sessions_dir / TRASH_NAME).iterdir()) == ["s0", "s1"]
    undone = [held.undo() for _ in range(5)]
    assert undone == ["deleting 2 sessions", "archiving", "tagging", "renaming", ""]
    assert {entry.name: entry for entry in held.entries} == before
    assert await read(shelf(tmp_path)) == before


async def test_the_same_note_again_is_no_deed(tmp_path: Path) -> None:
    filled(tmp_path)
    held = shelf(tmp_path)
    entry = (await read(held))["s0"]
    held.note(entry.path, entry.notes)
    assert held.undo() == ""


async def test_a_killed_session_is_repaired_when_asked_for(tmp_path: Path) -> None:
    sessions_dir = filled(tmp_path)
    log = sessions_dir / "s0" / LOG_NAME
    whole = log.read_bytes()
    log.write_bytes(whole[: len(whole) * 2 // 3])
    held = shelf(tmp_path)
    torn = log.read_bytes()
    await read(held)
    assert log.read_bytes() == torn
    mended = held.repair(str(sessions_dir / "s0"))
    assert any("end marker" in sentence for sentence in mended)
    assert await held.read_next()
    digest = next(entry.digest for entry in held.entries if entry.name == "s0")
    assert digest is not None
    assert digest.is_over


async def test_two_sessions_beside_each_other(tmp_path: Path) -> None:
    sessions_dir = tmp_path / "sessions"
    for name in ("a", "b"):
        keep(sessions_dir, name, conversations.two_turns())
    held = shelf(tmp_path)
    held.note(held.entry_now(sessions_dir / "a").path, Notes("The first"))
    compared = await held.compare(str(sessions_dir / "a"), str(sessions_dir / "b"))
    assert (compared.one.title, compared.other.title) == ("The first", "")
    assert compared.one.model == compared.other.model != ""
    assert len(compared.turns) == 2
    with pytest.raises(StudioError):
        await held.compare(str(sessions_dir / "a"), str(sessions_dir / "gone"))


async def test_long_work_leaves_the_screen_its_turns(tmp_path: Path) -> None:
    """Each slice ends when the clock says so: here it moves with every look at it."""
    filled(tmp_path)

    class Hurried(ManualClock):
        @override
        def monotonic(self) -> float:
            self.advance(0.002)
            return self.now_s

    held = FolderShelf(tmp_path / "sessions", None, PriceList(), Hurried())
    assert all(entry.digest is not None for entry in (await read(held)).values())
