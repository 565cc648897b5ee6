"""Stored sessions are read back as they were, and repaired after a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.session.envelope import Envelope, Origin
from studio.session.local import SessionEnded
from studio.session.reduce import fold
from studio.storage.lines import audio_of
from studio.storage.reader import REPAIRED, read_session, repair_session
from studio.storage.writer import SessionWriter
from tests.conversations import LIBRARY
from tests.unit.storage.disk import header, noted, write


@pytest.mark.parametrize("name", LIBRARY)
def test_replaying_a_stored_session_gives_the_state_that_the_live_one_had(
    name: str, tmp_path: Path
) -> None:
    dialect = Dialect.BETA if name == "beta_turn" else Dialect.GA
    envelopes = LIBRARY[name]()
    write(tmp_path, envelopes, dialect)

    session = read_session(tmp_path)
    replayed = fold(session.envelopes())

    live = fold(envelopes)
    if not isinstance(envelopes[-1].event, SessionEnded):
        end = Envelope(live.last_seq + 1, live.last_at, Origin.LOCAL, SessionEnded(reason="done"))
        live = fold([end], live)
    assert replayed == live
    assert session.problems == ()


def test_the_tracks_hold_exactly_the_audio_of_the_wire(tmp_path: Path) -> None:
    envelopes = LIBRARY["spoken_turn"]()
    write(tmp_path, envelopes)

    found = [audio for each in envelopes if (audio := audio_of(each)) is not None]
    for track in ("input", "output"):
        with wave.open(str(tmp_path / f"{track}.wav")) as wav:
            held = wav.readframes(wav.getnframes())
            assert wav.getframerate() == 24_000
        assert held == b"".join(each.data for each in found if each.track == track)


def test_the_frames_come_back_to_the_byte(tmp_path: Path) -> None:
    envelopes = LIBRARY["hostile"]()
    write(tmp_path, envelopes)

    frames = list(read_session(tmp_path).frames())

    sent = [each for each in envelopes if each.origin is not Origin.LOCAL]
    assert [frame.text for frame in frames] == [each.raw for each in sent]
    assert all(frame.whole for frame in frames)


def killed(folder: Path, cut_bytes: int) -> None:
    """A session whose writer was killed, its last line cut short by some bytes."""
    envelopes = LIBRARY["answering"]()
    writer = SessionWriter(folder, header())
    for envelope in envelopes:
        writer.append(envelope)
    writer.flush()
    log = folder / "session.jsonl"
    whole = log.read_bytes()
    writer.close()
    log.write_bytes(whole[: len(whole) - cut_bytes])
    for name in ("input.wav", "output.wav"):
        with (folder / name).open("r+b") as wav:
            wav.write(b"RIFF\x24\x00\x00\x00WAVE")
            wav.seek(40)
            wav.write(b"\x00\x00\x00\x00")


@pytest.mark.parametrize("cut_bytes", [0, 1, 2, 40, 300])
def test_a_session_whose_writer_was_killed_is_repaired_in_words(
    tmp_path: Path, cut_bytes: int
) -> None:
    killed(tmp_path, cut_bytes)

    session = read_session(tmp_path)

    words = " ".join(session.problems)
    assert "an end marker was added" in words
    assert "The header of input.wav was set right." in words
    assert ("torn" in words) == (cut_bytes > 1)
    envelopes = list(session.envelopes())
    assert isinstance(envelopes[-1].event, SessionEnded)
    assert envelopes[-1].event.reason == REPAIRED
    assert [each.seq for each in envelopes] == list(range(1, len(envelopes) + 1))
    lost = len(LIBRARY["answering"]()) + 1 - len(envelopes)
    assert lost == (0 if cut_bytes < 2 else 1 if cut_bytes < 300 else lost)
    with wave.open(str(tmp_path / "input.wav")) as wav:
        assert wav.getnframes() > 0
    assert read_session(tmp_path).problems == ()


def test_a_damaged_line_is_passed_over_and_counted(tmp_path: Path) -> None:
    write(tmp_path, tuple(noted(seq, seq / 10) for seq in range(1, 6)))
    log = tmp_path / "session.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    lines[2] = "\x00" * 30 + "\n"
    log.write_text("".join(lines))

    session = read_session(tmp_path)

    assert session.problems == ("1 line is damaged and passed over.",)
    assert [each.seq for each in session.envelopes()] == [1, 3, 4, 5, 6]


def test_audio_that_is_gone_leaves_the_events_readable(tmp_path: Path) -> None:
    write(tmp_path, LIBRARY["spoken_turn"]())
    (tmp_path / "output.wav").unlink()

    session = read_session(tmp_path)

    frames = list(session.frames())
    assert sum(not frame.whole for frame in frames) == 4
    assert fold(session.envelopes()) == fold(LIBRARY["spoken_turn"]())


def test_a_session_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path, header())
    writer.append(noted(1, 0.5))
    before = (tmp_path / "session.jsonl").read_bytes()

    session = read_session(tmp_path)

    assert session.problems == ("The session is still being written.",)
    assert [each.seq for each in session.envelopes()] == [1]
    assert (tmp_path / "session.jsonl").read_bytes() == before
    writer.close()


def test_a_track_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    write(tmp_path, LIBRARY["spoken_turn"]())
    (tmp_path / "input.wav").write_bytes(b"not a wav")

    (problem,) = repair_session(tmp_path)

    assert "input.wav" in problem


@pytest.mark.parametrize(
    "first", ["", "{}", "junk", '{"schema": 3}', '{"schema":"studio.session/1"}']
)
def test_what_is_no_session_is_refused_in_words(tmp_path: Path, first: str) -> None:
    (tmp_path / "session.jsonl").write_text(f"{first}\n")

    with pytest.raises(StudioError, match="not the header"):
        read_session(tmp_path)


def test_a_session_of_a_later_version_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "session.jsonl").write_text('{"schema": "studio.session/9"}\n')

    with pytest.raises(StudioError, match=r"studio\.session/9"):
        read_session(tmp_path)


def test_a_missing_session_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="No such file"):
        read_session(tmp_path / "nowhere")


KILLED_WRITER = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, ".")
from tests.conversations import LIBRARY
from tests.unit.storage.disk import SessionWriter, header
writer = SessionWriter(Path(sys.argv[1]), header())
for envelope in LIBRARY["spoken_turn"]():
    writer.append(envelope)
    if envelope.seq == 60:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_all_but_the_last_moment(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED_WRITER, str(tmp_path)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
        capture_output=True,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()

    session = read_session(tmp_path)

    envelopes = list(session.envelopes())
    live = LIBRARY["spoken_turn"]()
    assert envelopes[-1].at >= live[59].at - 0.25
    assert any("end marker" in problem for problem in session.problems)
    kept = len(envelopes) - 1
    assert fold(envelopes[:-1]) == fold(live[:kept])
