from __future__ import annotations

import pytest

from studio.protocol.dialect import Dialect
from studio.storage.store import EventStore
from studio.ui.present.event_rows import event_line, run_line
from studio.ui.present.palette import Palette
from studio.ui.present.payload import payload_lines
from studio.ui.runs import Runs
from tests import conversations
from tests.fakes.feed import log_lines

PALETTE = Palette()


def rows(name: str, width: int) -> list[str]:
    dialect = Dialect.BETA if name == "beta_turn" else Dialect.GA
    store, runs = EventStore(dialect), Runs()
    for line in log_lines(conversations.LIBRARY[name]()):
        runs.append(len(store), store.append(line.line))
    return [
        run_line(
            runs[at],
            store.envelope(runs[at].positions[0]),
            (store.envelope(position) for position in runs[at].positions),
            width,
            PALETTE,
        ).plain
        for at in range(len(runs))
    ]


@pytest.mark.parametrize("name", list(conversations.LIBRARY))
@pytest.mark.parametrize("width", [20, 78, 140])
def test_every_row_fits_on_one_line_without_control_codes(name: str, width: int) -> None:
    for row in rows(name, width):
        assert len(row) <= width
        assert row.isprintable()


def test_a_run_of_audio_tells_duration_and_bytes() -> None:
    (row,) = [row for row in rows("spoken_turn", 140) if "output_audio.delta" in row]
    assert "×4" in row
    assert "1.20 s · 57.6 kB" in row


def test_a_run_of_words_tells_the_words() -> None:
    (row,) = [row for row in rows("spoken_turn", 140) if "audio_transcript.delta" in row]
    assert f"“{conversations.ANSWER}”" in row


def test_a_long_type_keeps_its_end() -> None:
    narrow = [row for row in rows("spoken_turn", 78) if "transcription.completed" in row]
    assert len(narrow) == 1
    assert "…" in narrow[0]


@pytest.mark.parametrize("width", [57, 78])
def test_types_that_only_begin_alike_can_be_told_apart(width: int) -> None:
    narrow = rows("spoken_turn", width)
    assert any("output_item.done" in row for row in narrow)
    assert any("rate_limits.updated" in row for row in narrow)


def test_a_word_that_fits_whole_is_kept() -> None:
    assert any("…audio_transcript.delta ×4" in row for row in rows("spoken_turn", 78))


def test_an_event_of_an_open_run_stands_under_it() -> None:
    envelope = next(
        each for each in conversations.spoken_turn() if each.event.type.endswith("append")
    )
    assert event_line(envelope, 60, PALETTE).plain.endswith("╵ 100 ms · 4.8 kB")


def test_a_payload_shows_audio_as_duration_and_bytes() -> None:
    store = EventStore(Dialect.GA)
    for line in log_lines(conversations.spoken_turn()):
        store.append(line.line)
    audio = next(at for at in range(len(store)) if store.row(at).audio_bytes)
    stored = [line.plain for line in payload_lines(store.envelope(audio), PALETTE)]
    assert "  audio: ‹100 ms · 4.8 kB›" in stored
    live = next(e for e in conversations.spoken_turn() if e.event.type.endswith("append"))
    assert "  audio: ‹100 ms · 4.8 kB›" in [line.plain for line in payload_lines(live, PALETTE)]


@pytest.mark.parametrize("name", list(conversations.LIBRARY))
def test_every_payload_can_be_shown(name: str) -> None:
    for envelope in conversations.LIBRARY[name]():
        lines = payload_lines(envelope, PALETTE)
        assert lines
        assert all(line.plain.isprintable() for line in lines)
