from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.storage import lock
from studio.storage.folders import LOG_NAME, list_sessions
from studio.storage.shelf import (
    NOTES_NAME,
    Notes,
    delete_session,
    empty_trash,
    list_trash,
    read_notes,
    restore_session,
    write_notes,
)
from tests import conversations
from tests.unit.storage.disk import write


def kept(sessions_dir: Path, name: str = "2026-01-01T12-00-00_local_0001") -> Path:
    folder = sessions_dir / name
    folder.mkdir(parents=True)
    write(folder, conversations.spoken_turn())
    return folder


def names(sessions_dir: Path) -> list[str]:
    return [each.name for each in list_sessions(sessions_dir)]


def test_notes_stand_beside_the_log_and_leave_it_alone(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    notes = Notes("Cut off", "the second turn", ("bug",), archived=True)
    assert read_notes(folder) == Notes()
    write_notes(folder, notes)
    assert read_notes(folder) == notes
    assert {each: (folder / each).read_bytes() for each in before} == before
    assert {each.name for each in folder.iterdir()} == {*before, NOTES_NAME}


def test_what_later_versions_note_stays(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    (folder / NOTES_NAME).write_text('{"title": "x", "stars": 5, "tags": ["a", 3], "note": 7}')
    assert read_notes(folder) == Notes("x", "", ("a",))
    write_notes(folder, Notes("y"))
    assert json.loads((folder / NOTES_NAME).read_text())["stars"] == 5


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "\x00", '{"title": '])
def test_notes_that_cannot_be_read_are_none_and_are_not_lost(tmp_path: Path, text: str) -> None:
    folder = kept(tmp_path)
    (folder / NOTES_NAME).write_text(text)
    assert read_notes(folder) == Notes()
    write_notes(folder, Notes("mine"))
    assert read_notes(folder) == Notes("mine")
    assert (folder / f"{NOTES_NAME}.unreadable").read_text() == text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    folder.chmod(0o500)
    with pytest.raises(StudioError, match="Permission"):
        write_notes(folder, Notes("x"))
    folder.chmod(0o700)


def test_notes_of_a_session_that_is_gone_say_so(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="No such file"):
        write_notes(tmp_path / "gone", Notes("x"))


def test_titles_and_tags_are_tidied() -> None:
    assert Notes().with_title("  a \n b  ").title == "a b"
    assert len(Notes().with_title("x" * 999).title) == 200
    assert Notes(tags=("old",)).with_tags("#Bug, slow bug").tags == ("bug", "slow")
    assert Notes(tags=("old",)).with_tags(" ,").tags == ()
    assert Notes(note="a").with_note(" b\nc ").note == "b\nc"


def test_a_deleted_session_comes_back_whole(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    trashed = delete_session(folder)
    assert names(tmp_path) == []
    assert [each.name for each in list_trash(tmp_path)] == [folder.name]
    assert restore_session(trashed) == folder
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == before


def test_a_session_that_is_being_written_is_not_deleted(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    with (folder / LOG_NAME).open("ab") as log:
        assert lock.take(log)
        with pytest.raises(StudioError, match="is being written"):
            delete_session(folder)
    assert delete_session(folder).is_dir()


def test_neither_deleting_nor_restoring_covers_another(tmp_path: Path) -> None:
    trashed = delete_session(kept(tmp_path))
    again = kept(tmp_path)
    with pytest.raises(StudioError, match="There is another"):
        delete_session(again)
    with pytest.raises(StudioError, match="There is another"):
        restore_session(trashed)
    assert again.is_dir()
    assert trashed.is_dir()


def test_what_is_gone_cannot_be_deleted(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="No such file"):
        delete_session(tmp_path / "gone")


def test_the_trash_is_emptied_when_asked_for(tmp_path: Path) -> None:
    assert empty_trash(tmp_path) == (0, 0)
    folder, other = kept(tmp_path), kept(tmp_path, "2026-01-02T12-00-00_local_0001")
    size_bytes = sum(each.stat().st_size for each in folder.iterdir())
    delete_session(folder)
    assert empty_trash(tmp_path) == (1, size_bytes)
    assert list_trash(tmp_path) == ()
    assert names(tmp_path) == [other.name]


def test_a_pipe_in_place_of_the_notes_is_not_waited_for(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    os.mkfifo(folder / NOTES_NAME)

    assert read_notes(folder) == Notes()
