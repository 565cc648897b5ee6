"""Stored sessions are read back as they were; reading writes nothing, and nothing stops it."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import wave
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.session.envelope import Envelope, Origin
from studio.session.local import SessionEnded
from studio.session.reduce import fold
from studio.storage.lines import audio_of
from studio.storage.reader import open_session, read_session
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
def test_a_session_whose_writer_was_killed_is_read_and_left_as_it_is(
    tmp_path: Path, cut_bytes: int
) -> None:
    killed(tmp_path, cut_bytes)
    before = everything_in(tmp_path)

    session = read_session(tmp_path)

    words = " ".join(session.problems)
    assert "The session was not closed" in words
    assert "The header of input.wav was never finished" in words
    assert ("torn" in words) == (cut_bytes > 1)
    envelopes = list(session.envelopes())
    assert [each.seq for each in envelopes] == list(range(1, len(envelopes) + 1))
    lost = len(LIBRARY["answering"]()) - len(envelopes)
    assert lost == (0 if cut_bytes < 2 else 1 if cut_bytes < 300 else lost)
    assert session.read_track("input", 0, 960)
    assert everything_in(tmp_path) == before


def everything_in(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in folder.iterdir()}


def test_a_damaged_line_is_passed_over_and_counted(tmp_path: Path) -> None:
    write(tmp_path, tuple(noted(seq, seq / 10) for seq in range(1, 6)))
    log = tmp_path / "session.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    lines[2] = "\x00" * 30 + "\n"
    log.write_text("".join(lines))

    session = read_session(tmp_path)

    assert session.problems == ("Line 3 is damaged and passed over.",)
    assert [each.seq for each in session.envelopes()] == [1, 3, 4, 5, 6]
    assert open_session(tmp_path).problems == ()


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

    (problem,) = read_session(tmp_path).problems

    assert "input.wav" in problem


@pytest.mark.parametrize("first", ["", "{}", "junk", '{"schema": 3}', "[" * 100_000, "\x00" * 9])
def test_what_is_no_session_is_refused_in_words(tmp_path: Path, first: str) -> None:
    (tmp_path / "session.jsonl").write_text(f"{first}\n")

    with pytest.raises(StudioError, match="not the header"):
        read_session(tmp_path)


def test_a_file_without_a_line_is_refused_without_reading_all_of_it(tmp_path: Path) -> None:
    with (tmp_path / "film.mp4").open("wb") as film:
        film.truncate(10**12)

    with pytest.raises(StudioError, match="not the header"):
        read_session(tmp_path / "film.mp4")


def test_a_session_of_a_later_version_is_opened_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path, LIBRARY["spoken_turn"]())
    log = tmp_path / "session.jsonl"
    log.write_text(
        log.read_text().replace("studio.session/1", "studio.session/9\\u001b[0m", 1)
        + '{"seq":1,"at":2,"origin":"local","event":{"type":"local.telepathy"}}\n'
    )

    session = read_session(tmp_path)

    assert session.problems[0].startswith("The session is kept as studio.session/9")
    assert "\x1b" not in session.problems[0]
    assert fold(session.envelopes()).items.order == ("item_user_1", "item_assistant_1")


def test_what_makes_no_sense_in_a_header_is_named_and_left_out(tmp_path: Path) -> None:
    log = tmp_path / "session.jsonl"
    log.write_text('{"schema":"studio.session/1","provider":[],"dialect":"x","model":"m"}\n')

    session = read_session(tmp_path)

    assert session.header.model == "m"
    assert session.header.started_at.timestamp() == pytest.approx(log.stat().st_mtime)
    assert session.problems[:2] == (
        "The header does not say when the session began: its file's date is shown.",
        "Parts of the header make no sense and are left out: provider, dialect.",
    )


@pytest.mark.parametrize("first", ["", "{torn\n"])
def test_a_log_without_its_header_is_read(tmp_path: Path, first: str) -> None:
    write(tmp_path, LIBRARY["spoken_turn"]())
    log = tmp_path / "session.jsonl"
    log.write_text(first + log.read_text().partition("\n")[2])

    session = read_session(tmp_path)

    (problem,) = session.problems
    assert "settings and date are not known" in problem
    assert fold(session.envelopes()) == fold(LIBRARY["spoken_turn"]())


@pytest.mark.parametrize("name", ["session.jsonl.gz", "session.jsonl", "sent-by-a-friend"])
def test_a_packed_log_is_read(tmp_path: Path, name: str) -> None:
    write(tmp_path, LIBRARY["spoken_turn"]())
    log = tmp_path / "session.jsonl"
    packed = gzip.compress(log.read_bytes())
    log.unlink()
    (tmp_path / name).write_bytes(packed)

    session = read_session(tmp_path / name)

    assert session.problems == ()
    assert fold(session.envelopes()) == fold(LIBRARY["spoken_turn"]())
    (tmp_path / name).write_bytes(packed[: len(packed) // 2])
    cut = read_session(tmp_path / name)
    assert "packed log is damaged" in cut.problems[0]
    assert 0 < len(list(cut.envelopes())) < len(list(session.envelopes()))


def test_our_own_export_is_read_back(tmp_path: Path) -> None:
    write(tmp_path, LIBRARY["spoken_turn"]())
    original = read_session(tmp_path)
    exported = tmp_path / "talk.jsonl"
    directions = {Origin.CLIENT: "send", Origin.SERVER: "recv"}
    exported.write_text(
        "".join(
            f'{{"dir": "{directions[each.origin]}", "at": {each.at!r}, "event": {each.text}}}\n'
            for each in original.frames()
        )
    )

    session = read_session(exported)

    assert "did not write this log" in session.problems[0]
    assert list(session.frames()) == list(original.frames())


RECORDINGS = Path(__file__).parents[2] / "recordings"


@pytest.mark.parametrize("name", sorted(each.name for each in RECORDINGS.glob("*.jsonl")))
def test_recordings_of_others_are_read(name: str) -> None:
    session = read_session(RECORDINGS / name)

    lines = (RECORDINGS / name).read_text().splitlines()
    assert len(session.problems) == 1
    state = fold(session.envelopes())
    assert state.last_seq == len(lines)
    assert state.items.order
    assert session.header.dialect == (Dialect.BETA if "voicelive" in name else Dialect.GA)


def test_frames_alone_are_read(tmp_path: Path) -> None:
    frames = [json.dumps(json.loads(line)["event"]) for line in OPENAI.read_text().splitlines()]
    log = tmp_path / "frames.jsonl"
    log.write_text("\n".join([*frames, "junk"]) + "\n")

    session = read_session(log)

    assert session.problems[1:] == (f"Line {len(frames) + 1} is damaged and passed over.",)
    assert [each.text for each in session.frames()] == frames
    told = [json.loads(line)["dir"] for line in OPENAI.read_text().splitlines()]
    assert [each.origin for each in session.frames()] == [
        Origin.CLIENT if each == "send" else Origin.SERVER for each in told
    ]


OPENAI = RECORDINGS / "openai-ga-tool-call.jsonl"


@given(st.lists(st.binary(max_size=60), max_size=6), st.data())
def test_hostile_bytes_are_read_or_refused_in_words(
    lines: list[bytes], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        log = Path(folder) / "session.jsonl"
        first = data.draw(st.sampled_from((b"", header().to_line().encode() + b"\n", FRAME, ENTRY)))
        log.write_bytes(first + b"\n".join(lines))
        with suppress(StudioError):
            session = read_session(Path(folder))
            fold(session.envelopes())
            for _ in session.frames():
                pass


FRAME = b'{"type":"session.created","session":{}}\n'
ENTRY = b'{"seq":1,"at":0.5,"origin":"local","event":{"type":"local.end"}}\n'


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
    assert any("not closed" in problem for problem in session.problems)
    assert fold(envelopes) == fold(live[: len(envelopes)])


def test_a_track_that_is_a_pipe_holds_nothing(tmp_path: Path) -> None:
    write(tmp_path, LIBRARY["spoken_turn"]())
    session = read_session(tmp_path)
    (tmp_path / "output.wav").unlink()
    os.mkfifo(tmp_path / "output.wav")

    assert session.read_track("output", 0, 100) == b""
