"""A session whose writer was killed is made whole for whoever asks for it."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from studio.session.local import SessionEnded
from studio.storage.reader import read_session
from studio.storage.repair import REPAIRED, repair_session
from studio.storage.writer import SessionWriter
from tests.conversations import LIBRARY
from tests.unit.storage.disk import header, noted, write
from tests.unit.storage.test_reader import killed


@pytest.mark.parametrize("cut_bytes", [0, 1, 2, 40, 300])
def test_a_torn_session_is_made_whole(tmp_path: Path, cut_bytes: int) -> None:
    killed(tmp_path, cut_bytes)

    words = " ".join(repair_session(tmp_path))

    assert "an end marker was added" in words
    assert "The header of input.wav was set right." in words
    assert ("torn" in words) == (cut_bytes > 1)
    session = read_session(tmp_path)
    assert session.problems == ()
    *_, end = session.envelopes()
    assert isinstance(end.event, SessionEnded)
    assert end.event.reason == REPAIRED
    with wave.open(str(tmp_path / "input.wav")) as wav:
        assert wav.getnframes() > 0
    assert repair_session(tmp_path) == ()


def test_damaged_lines_stay_and_are_counted(tmp_path: Path) -> None:
    write(tmp_path, tuple(noted(seq, seq / 10) for seq in range(1, 6)))
    log = tmp_path / "session.jsonl"
    log.write_bytes(log.read_bytes().replace(b'{"seq":2,', b"\xff\x00,", 1))
    before = log.read_bytes()

    assert repair_session(tmp_path) == ("1 line is damaged and passed over.",)
    assert log.read_bytes() == before


def test_a_session_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path, header())
    writer.append(noted(1, 0.5))
    before = (tmp_path / "session.jsonl").read_bytes()

    assert repair_session(tmp_path) == ("The session is still being written.",)
    assert (tmp_path / "session.jsonl").read_bytes() == before
    writer.close()


def test_a_track_that_is_none_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, LIBRARY["spoken_turn"]())
    (tmp_path / "input.wav").write_bytes(b"not a wav")

    (problem,) = repair_session(tmp_path)

    assert "input.wav" in problem
    assert (tmp_path / "input.wav").read_bytes() == b"not a wav"
