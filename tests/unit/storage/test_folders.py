"""Session folders: named by time, found by name."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.core.ids import RandomIds, SequentialIds
from studio.storage.folders import find_session, list_sessions, make_folder
from studio.storage.header import Header
from studio.storage.writer import SessionWriter


def make(sessions: Path, hour: int, provider: str = "local") -> Path:
    started = datetime(2026, 1, 1, hour, 30, 7, tzinfo=UTC)
    folder = make_folder(sessions, started, provider, RandomIds())
    SessionWriter(folder, Header(started_at=started, provider=provider)).close()
    return folder


def test_a_folder_is_named_by_time_and_provider(tmp_path: Path) -> None:
    folder = make(tmp_path / "sessions", 9, "my/../provider")

    stem, _, digits = folder.name.rpartition("_")
    assert stem == "2026-01-01T09-30-07_my-provider"
    assert len(digits) == 4
    assert int(digits, 16) >= 0
    assert folder.parent == tmp_path / "sessions"


def test_a_taken_name_is_not_taken_again(tmp_path: Path) -> None:
    started = datetime(2026, 1, 1, tzinfo=UTC)
    one = make_folder(tmp_path, started, "local", SequentialIds())
    other = make_folder(tmp_path, started, "local", SequentialIds())

    assert one != other


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StudioError) as told:
        make_folder(tmp_path / "file", datetime(2026, 1, 1, tzinfo=UTC), "local", RandomIds())
    assert "--sessions-dir" in told.value.hint


def test_sessions_are_listed_latest_first_and_junk_is_passed_over(tmp_path: Path) -> None:
    early, late = make(tmp_path, 9), make(tmp_path, 11)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    broken = tmp_path / "2026-01-01T10-00-00_x_0000"
    broken.mkdir()
    (broken / "session.jsonl").write_text("junk")

    listed = list_sessions(tmp_path)

    assert [each.path for each in listed] == [late, broken, early]
    assert listed[0].header is not None
    assert listed[0].header.provider == "local"
    assert listed[1].header is None
    assert listed[0].log_bytes > 0
    assert listed[0].input_bytes == 0
    assert list_sessions(tmp_path / "nowhere") == ()


def test_a_session_is_found_by_any_name(tmp_path: Path) -> None:
    early, late = make(tmp_path, 9), make(tmp_path, 11)

    assert find_session(tmp_path, "last") == late
    assert find_session(tmp_path, early.name) == early
    assert find_session(tmp_path, "2026-01-01T09") == early
    assert find_session(tmp_path, late.name[-4:]) == late
    assert find_session(tmp_path, str(early)) == early
    assert find_session(tmp_path, str(early / "session.jsonl")) == early


def test_a_log_that_stands_alone_or_is_packed_is_found_by_path(tmp_path: Path) -> None:
    alone, packed = tmp_path / "from-a-friend.jsonl", tmp_path / "talk" / "session.jsonl.gz"
    packed.parent.mkdir()
    alone.write_bytes(b"")
    packed.write_bytes(b"")

    assert find_session(tmp_path, str(alone)) == alone
    assert find_session(tmp_path, str(packed)) == packed.parent
    assert find_session(tmp_path, str(packed.parent)) == packed.parent


@pytest.mark.parametrize("wanted", ["", "2025", "\x1b[31m", "../.."])
def test_a_session_that_is_not_there_is_told_in_words(tmp_path: Path, wanted: str) -> None:
    make(tmp_path, 9)

    with pytest.raises(StudioError, match="There is no session") as told:
        find_session(tmp_path, wanted)
    assert "\x1b" not in told.value.message


def test_a_name_of_several_sessions_asks_for_more_of_it(tmp_path: Path) -> None:
    make(tmp_path, 9)
    make(tmp_path, 11)

    with pytest.raises(StudioError, match="2 sessions"):
        find_session(tmp_path, "2026-01-01")


def test_the_last_of_no_sessions_is_none(tmp_path: Path) -> None:
    with pytest.raises(StudioError):
        find_session(tmp_path, "last")


def test_a_name_longer_than_any_path_is_that_of_no_session(tmp_path: Path) -> None:
    make(tmp_path, 9)

    with pytest.raises(StudioError, match="no session xxx"):
        find_session(tmp_path, "x" * 5_000)
