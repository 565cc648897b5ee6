from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from typing_extensions import override

from studio.app.audition_ears import Hear
from studio.app.audition_run import AuditionRun
from studio.app.prices import PriceList
from studio.audio.loudness import integrated_lufs
from studio.audio.wav import read_audio
from studio.core.errors import StudioError
from studio.lab.audition import Order
from studio.lab.sheet import Sheet, read_sheet
from studio.lab.sheet_figures import table_lines
from studio.protocol.settings import DEFAULTS
from studio.runtime.here import this_machine
from studio.runtime.plan import ConnectPlan
from studio.server.settings import ServerConfig
from studio.session.cost import Cost
from studio.session.state import SessionState
from studio.storage.reader import open_session
from studio.storage.shelf import read_notes
from tests.fakes.loopback import loopback
from tests.fakes.voices import PITCHES_HZ, BuzzingSpeech

LINES = ("What time is it now?", "A table for two, please.")


async def held(
    tmp_path: Path,
    speech: BuzzingSpeech,
    order: Order,
    *,
    config: ServerConfig | None = None,
    parallel: int = 4,
    ears: Callable[[], Hear] | None = None,
    prices: PriceList | None = None,
) -> tuple[Path, Sheet, list[tuple[str, str]]]:
    news: list[tuple[str, str]] = []
    async with loopback(speech, config) as address:
        plan = ConnectPlan(
            provider="local",
            url=address.url,
            model="studio-host",
            settings=DEFAULTS,
            sessions_dir=tmp_path / "sessions",
        )
        world = this_machine(os.environ)
        run = AuditionRun(
            order,
            plan,
            world,
            prices or PriceList(),
            parallel=parallel,
            news=lambda what, whose: news.append((what, whose)),
        )
        folder = await run.hold(tmp_path, ears)
    return folder, read_sheet(folder), news


async def test_every_voice_reads_every_line_word_for_word_and_is_measured(tmp_path: Path) -> None:
    speech = BuzzingSpeech()
    folder, sheet, news = await held(tmp_path, speech, Order.of(LINES, [*PITCHES_HZ]))
    assert sheet.is_whole
    assert sheet.failed == 0
    assert {(text, voice) for text, voice, _ in speech.said} == {
        (line, voice) for line in LINES for voice in PITCHES_HZ
    }
    for row in sheet.rows:
        assert [line.transcript for line in row.lines] == [*LINES]
        assert row.said_share == 1.0
        assert row.pitch_hz == pytest.approx(PITCHES_HZ[row.reading.voice], rel=0.03)
        assert row.words_per_minute == pytest.approx(60_000 / 400, rel=0.1)
        assert row.first_audio_ms is not None
        assert 0 < row.first_audio_ms < 5_000
        assert row.cost_usd == 0
        assert row.tokens is not None
        assert row.tokens.audio_out > 0
    assert sorted(whose for what, whose in news if what == "done") == sorted(PITCHES_HZ)
    assert len(table_lines(sheet)) > len(PITCHES_HZ)
    assert folder.parent == tmp_path / "auditions"


async def test_matched_readings_are_equally_loud(tmp_path: Path) -> None:
    folder, sheet, _ = await held(tmp_path, BuzzingSpeech(), Order.of(LINES, [*PITCHES_HZ]))
    before, after = [], []
    for row in sheet.rows:
        samples, rate_hz = read_audio(folder / row.file)
        matched = samples * np.float32(10 ** (sheet.gain_db(row) / 20))
        before.append(integrated_lufs(samples, rate_hz) or 0.0)
        after.append(integrated_lufs(matched, rate_hz) or 0.0)
        assert np.abs(matched).max() <= 1.0
    assert max(before) - min(before) > 10
    assert max(after) - min(after) < 0.5


async def test_the_sound_is_what_was_received_and_its_session_is_kept(tmp_path: Path) -> None:
    folder, sheet, _ = await held(tmp_path, BuzzingSpeech(), Order.of(LINES, ["cedar"]))
    (row,) = sheet.rows
    session = tmp_path / "sessions" / row.session
    assert (folder / row.file).read_bytes() == (session / "output.wav").read_bytes()
    assert read_notes(session).tags == ("audition",)
    assert open_session(session).problems == ()
    first, second = row.lines
    assert (first.begin_ms, second.begin_ms) == (0.0, first.end_ms)
    assert second.end_ms == pytest.approx(10 * 400)


async def test_one_that_fails_costs_no_other(tmp_path: Path) -> None:
    speech = BuzzingSpeech(hoarse=("cedar",))
    order = Order.of(LINES, ["marin", "cedar", "nobody", "ash"])
    _, sheet, _ = await held(tmp_path, speech, order)
    problems = {row.key: row.problem for row in sheet.rows}
    assert problems["marin"] == problems["ash"] == ""
    assert "cedar is hoarse." in problems["cedar"]
    assert "nobody" in problems["nobody"]
    assert sheet.failed == 2
    assert [row.key for row in sheet.rows] == ["marin", "cedar", "nobody", "ash"]


class FaultyOnce(PriceList):
    """Prices with a fault of ours that shows the first time."""

    is_over = False

    @override
    def session_cost(self, state: SessionState, header: Mapping[str, Any]) -> Cost:
        if self.is_over:
            return super().session_cost(state, header)
        self.is_over = True
        raise ZeroDivisionError("no tokens")


async def test_a_fault_that_nobody_foresaw_costs_no_other(tmp_path: Path) -> None:
    order = Order.of(LINES[:1], ["marin", "ash"])
    _, sheet, _ = await held(tmp_path, BuzzingSpeech(), order, prices=FaultyOnce(), parallel=1)
    assert [row.problem for row in sheet.rows] == [
        "An unforeseen fault: ZeroDivisionError: no tokens",
        "",
    ]


async def test_no_more_sessions_are_open_than_allowed(tmp_path: Path) -> None:
    config = replace(ServerConfig(), most_sessions=2)
    order = Order.of(LINES[:1], [*PITCHES_HZ], takes=2)
    _, sheet, _ = await held(tmp_path, BuzzingSpeech(), order, config=config, parallel=2)
    assert sheet.failed == 0
    assert len(sheet.rows) == 8


async def test_speeds_are_asked_for_and_heard_in_the_pace(tmp_path: Path) -> None:
    order = Order.of(LINES[:1], ["marin"], [1.0, 1.5])
    _, sheet, _ = await held(tmp_path, BuzzingSpeech(), order)
    slow, fast = (row.words_per_minute or 0 for row in sheet.rows)
    assert fast == pytest.approx(slow * 1.5, rel=0.05)


async def test_ears_hear_each_line_by_itself(tmp_path: Path) -> None:
    lengths: list[int] = []

    def ears() -> Hear:
        def hear(samples: NDArray[np.float32]) -> str:
            lengths.append(samples.size)
            return LINES[len(lengths) % 2 - 1]

        return hear

    _, sheet, news = await held(tmp_path, BuzzingSpeech(), Order.of(LINES, ["marin"]), ears=ears)
    (row,) = sheet.rows
    assert [line.heard for line in row.lines] == [*LINES]
    assert row.heard_share == 1.0
    assert lengths == pytest.approx([5 * 400 * 16] * 2, rel=0.01)
    assert news[-2:] == [("listening", ""), ("listening", row.reading.key)]


async def test_missing_ears_are_a_remark(tmp_path: Path) -> None:
    def none() -> Hear:
        raise StudioError("The package ctranslate2 is not installed.")

    _, sheet, _ = await held(tmp_path, BuzzingSpeech(), Order.of(LINES, ["marin"]), ears=none)
    assert sheet.rows[0].heard_share is None
    assert any("ctranslate2" in remark for remark in sheet.remarks)
