from __future__ import annotations

from dataclasses import replace

import pytest

from studio.protocol.dialect import Dialect
from studio.ui.event_lines import EventLines
from studio.ui.present.columns import Chosen
from studio.ui.present.event_rows import Look
from studio.ui.present.palette import Palette
from tests import conversations
from tests.fakes.inspected import Folded, inspected

PALETTE = Palette()


def look(width: int, **options: object) -> Look:
    return replace(Look(Chosen().widths(width), PALETTE), **options)  # type: ignore[arg-type]


def rows(name: str, width: int) -> list[str]:
    dialect = Dialect.BETA if name == "beta_turn" else Dialect.GA
    held, lines = inspected(conversations.LIBRARY[name](), dialect=dialect), EventLines()
    lines.begin(held, 0, len(held.listing), look(width))
    return [lines.line(held, at).plain for at in range(len(held.listing))]


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
    held, lines = inspected(conversations.spoken_turn()), EventLines()
    row = next(at for at in range(len(held.listing)) if held.listing.rows[at].audio_bytes)
    held.listing.unfold(row)
    lines.begin(held, 0, len(held.listing), look(100))
    assert "×" in lines.line(held, row).plain
    member = lines.line(held, row + 1).plain
    assert "╵" in member
    assert member.endswith("100 ms · 4.8 kB")


def test_what_the_recording_has_not_come_to_is_faint() -> None:
    held, lines = inspected(conversations.spoken_turn()), EventLines()
    assert isinstance(held.shown, Folded)
    held.shown.at = 5
    faint = Palette(faint="#123456", good="#00ff00")
    lines.begin(held, 0, 20, look(100, palette=faint))
    marked = [at for at in range(20) if lines.line(held, at).plain.startswith("▶")]
    assert marked == [4]
    assert lines.line(held, 5).style == "#123456"
    assert lines.line(held, 3).style != "#123456"


def test_what_was_searched_for_stands_out_where_it_shows_and_is_marked_where_it_does_not() -> None:
    held, lines = inspected(conversations.spoken_turn()), EventLines()
    held.find("response.created")
    lines.begin(held, 0, 99, look(120, wanted="response.created"))
    found = [
        line for at in range(len(held.listing)) if (line := lines.line(held, at)).plain[0] == "•"
    ]
    assert len(found) == 1
    assert any("on default" in str(span.style) for span in found[0].spans)
