from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from studio.core.clock import ManualClock
from studio.session.cost import Rates, Usages, Used, cost_of
from studio.session.curves import TrackCurves
from studio.ui.curves import on_the_clock
from studio.ui.live import Live
from studio.ui.present.palette import Palette
from studio.ui.present.turn_rows import (
    FindingRow,
    FindingSheet,
    TurnRow,
    TurnSheet,
    list_line,
    sheet_lines,
)
from studio.ui.recording import Recording
from studio.ui.turns_view import end_of, first_seq, list_rows, sheet_of, timeline
from tests.conversations import LIBRARY, Talk
from tests.fakes.feed import BEGAN, PLAN, log_lines

PALETTE = Palette()


def shown(name: str) -> Live:
    live = Live(PLAN, None, ManualClock())
    live.take(BEGAN)
    for line in log_lines(LIBRARY[name]()):
        live.take(line)
    return live


def finding(live: Live, name: str) -> FindingRow:
    return next(row for row in list_rows(live) if isinstance(row, FindingRow) and row.name == name)


def test_findings_stand_under_their_turns() -> None:
    rows = list_rows(shown("planted"))
    told = [row.name if isinstance(row, FindingRow) else row.words for row in rows]
    assert told == [
        "What time is it?",
        "I would like to book",
        "cut-off",
        "a table for two.",
        "(sound without words)",
        "ghost turn",
        "On Friday.",
        "refused update",
    ]


def test_what_was_found_before_the_first_turn_stands_first() -> None:
    (row,) = list_rows(shown("refused_setting"))
    assert isinstance(row, FindingRow)
    assert row.number is None


def test_a_finding_is_explained_and_proved() -> None:
    live = shown("planted")
    sheet = sheet_of(live, finding(live, "cut-off"))
    assert isinstance(sheet, FindingSheet)
    assert [proof.type for proof in sheet.proofs] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.speech_started",
    ]
    words = " ".join(line.plain.strip() for line in sheet_lines(sheet, PALETTE, 60))
    assert "cut-off · turn 2" in words
    assert "paused for 700 ms" in words
    assert "→ turn_detection.silence_duration_ms 800" in words
    assert f"enter shows #{sheet.proofs[0].seq}" in words
    assert first_seq(live, sheet.row) == sheet.proofs[0].seq


def test_the_last_turn_ends_with_its_voice_not_with_the_session() -> None:
    talk = Talk().connect().sound(600).user_speaks("Yes?").reply("One two.")
    ended_at = talk.script.state.playback.heads[-1].ended_at
    live = Live(PLAN, None, ManualClock())
    live.take(BEGAN)
    for line in log_lines(talk.sound(30_000).envelopes):
        live.take(line)
    (row,) = [row for row in list_rows(live) if isinstance(row, TurnRow)]
    assert end_of(live, row) == ended_at
    assert live.whole.last_at > end_of(live, row) + 20


def test_a_turn_is_told_moment_by_moment() -> None:
    live = shown("barge_in")
    row = list_rows(live)[0]
    sheet = sheet_of(live, row)
    assert isinstance(sheet, TurnSheet)
    assert [moment.words for moment in sheet.moments] == [
        "speech_started",
        "the user's last sound (local VAD)",
        "speech_stopped",
        "response.created",
        "first audio",
        "first sound heard",
        "voice stopped after 1.09 s",
        "conversation.item.truncated",
    ]
    assert sheet.moments[0].since_ms is None
    assert sheet.moments[2].since_ms == pytest.approx(515)
    words = " ".join(line.plain.strip() for line in sheet_lines(sheet, PALETTE, 60))
    assert "Tell me a story." in words
    assert "barge-in: The user spoke and cut the voice off at 1.09 s" in words
    event = live.store.row(first_seq(live, row) - 1)
    assert event.type == "input_audio_buffer.speech_started"


@pytest.mark.parametrize(
    ("rates", "told"),
    [
        (
            Rates("a list", {"audio out": Decimal(64), "text in": Decimal(4)}),
            "cost: ≥ $0.0102: audio out 160 tokens, $0.0102.",
        ),
        (None, "cost: No price is known for gpt-realtime."),
    ],
)
def test_a_turn_tells_what_it_cost_or_that_nobody_knows(rates: Rates | None, told: str) -> None:
    live = shown("barge_in")
    used = Usages(Used(tokens={"audio out": 160, "audio in": 9}))

    sheet = sheet_of(live, list_rows(live)[0], cost_of(used, "gpt-realtime", rates, {}))

    assert isinstance(sheet, TurnSheet)
    words = " ".join(line.plain.strip() for line in sheet_lines(sheet, PALETTE, 60))
    assert told in words
    assert "cost:" not in " ".join(
        line.plain for line in sheet_lines(replace(sheet, cost=None), PALETTE, 60)
    )


def test_a_row_that_is_gone_has_no_sheet() -> None:
    assert sheet_of(shown("connected"), TurnRow(3, 0.0, "")) is None
    assert first_seq(shown("connected"), TurnRow(3, 0.0, "")) == 0


def test_the_lanes_hold_what_happened_and_when() -> None:
    live = shown("barge_in")
    lanes = timeline(live)
    state = live.state
    assert [turn.number for turn in lanes.turns] == [1, 2]
    first = lanes.server[0]
    assert first.begin == pytest.approx(0.33, abs=0.05)
    assert first.end == pytest.approx(state.speech.local[0].stopped_at, abs=0.05)
    assert first.waited_until == state.speech.server[0].stopped_at
    assert [sign.name for sign in lanes.signs["model"]] == ["created", "first delta"] * 2
    assert [sign.name for sign in lanes.signs["voice"]] == [
        "first sound", "cut", "truncate", "first sound",
    ]  # fmt: skip
    assert len(lanes.signs["server"]) == 2
    assert lanes.threshold == 0.5
    assert lanes.now is None


def test_speech_lies_there_with_curves_as_without() -> None:
    live = shown("two_turns")
    without = timeline(live).server
    live.curves = on_the_clock(TrackCurves(), live.state, live.store)
    assert timeline(live).server == without


def test_a_recording_has_a_line_where_it_is() -> None:
    live = shown("two_turns")
    live.recording = Recording()
    assert timeline(live).now == live.now
    assert timeline(live).end == live.state.last_at


@pytest.mark.parametrize("name", sorted(LIBRARY))
@pytest.mark.parametrize("width", [30, 60, 110])
def test_every_conversation_fits(name: str, width: int) -> None:
    live = shown(name)
    for row in list_rows(live):
        sheet = sheet_of(live, row)
        assert sheet is not None
        lines = [list_line(row, PALETTE, width, is_at=True), *sheet_lines(sheet, PALETTE, width)]
        assert all(line.cell_len <= width for line in lines)
        assert all(each.isprintable() for line in lines for each in line.plain)
    assert timeline(live).end >= 0
