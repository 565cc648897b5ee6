"""The generated session is one that the studio could have written, and always the same."""

from __future__ import annotations

from pathlib import Path

from bench.stage.big_session import make_session
from studio.session.reduce import fold
from studio.storage.reader import read_session


def test_the_same_seed_gives_the_same_session(tmp_path: Path) -> None:
    sizes = [
        make_session(tmp_path / str(number), 2_000, seed) for number, seed in enumerate((3, 3, 4))
    ]

    logs = [(tmp_path / str(number) / "session.jsonl").read_bytes() for number in range(3)]

    assert logs[0] == logs[1] != logs[2]
    assert sizes == [len(log) for log in logs]


def test_it_reads_and_folds_as_a_session_of_the_studio(tmp_path: Path) -> None:
    make_session(tmp_path, 20_000)

    session = read_session(tmp_path)
    state = fold(session.envelopes())

    assert session.problems == ()
    assert state.last_seq == 20_000
    assert len(state.items.order) > 100
    assert state.connection.phase == "closed"
    assert all(frame.whole for frame in session.frames())
