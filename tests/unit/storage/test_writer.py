"""Sessions are written as they happen; a full disk is survived."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.session.envelope import Origin
from studio.session.local import SessionEnded
from studio.storage.reader import read_session
from studio.storage.writer import SessionWriter
from tests.conversations import LIBRARY
from tests.unit.storage.disk import header, noted


def test_the_first_line_is_the_header(tmp_path: Path) -> None:
    SessionWriter(tmp_path, header(provider="local", model="m")).close()

    first = json.loads((tmp_path / "session.jsonl").read_text().splitlines()[0])
    assert first["schema"] == "studio.session/1"
    assert first["provider"] == "local"
    assert first["started_at"] == "2026-01-01T12:00:00Z"


def test_lines_are_on_disk_after_a_quarter_of_a_second_of_session_time(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path, header())
    log = tmp_path / "session.jsonl"
    writer.append(noted(1, 0.1))
    assert len(log.read_text().splitlines()) == 1

    writer.append(noted(2, 0.3))
    assert len(log.read_text().splitlines()) == 3

    writer.append(noted(3, 0.4))
    writer.maybe_flush(0.6)
    assert len(log.read_text().splitlines()) == 4
    writer.close()


def test_closing_twice_writes_one_end_marker(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path, header())
    writer.append(noted(1, 0.5))
    writer.close("left")
    writer.close("again")

    (end,) = [
        each.event
        for each in read_session(tmp_path).envelopes()
        if isinstance(each.event, SessionEnded)
    ]
    assert end.reason == "left"


def test_a_folder_that_holds_a_session_is_not_written_over(tmp_path: Path) -> None:
    SessionWriter(tmp_path, header()).close()

    with pytest.raises(StudioError, match="exists"):
        SessionWriter(tmp_path, header())


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may grow beyond 8 KiB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_once_and_what_waits_is_written_later(
    tmp_path: Path, small_disk: None
) -> None:
    writer = SessionWriter(tmp_path, header())
    for seq in range(1, 40):
        line = writer.append(noted(seq, float(seq), "y" * 500))
        assert "y" * 500 in line
    failure = writer.take_failure()
    assert failure is not None
    assert "Free some disk space" in failure.hint
    assert writer.take_failure() is None

    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
    writer.close()

    assert writer.lost_lines == 0
    assert [each.seq for each in read_session(tmp_path).envelopes()] == list(range(1, 41))


def test_audio_that_found_no_room_is_kept_with_its_line(tmp_path: Path, small_disk: None) -> None:
    envelopes = LIBRARY["spoken_turn"]()
    writer = SessionWriter(tmp_path, header())
    told = []
    for envelope in envelopes:
        writer.append(envelope)
        told.append(writer.take_failure())
    assert sum(failure is not None for failure in told) == 1
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
    writer.close()

    frames = list(read_session(tmp_path).frames())
    assert [each.text for each in frames] == [
        each.raw for each in envelopes if each.origin is not Origin.LOCAL
    ]
    assert all(frame.whole for frame in frames)
