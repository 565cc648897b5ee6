from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from studio.lab.take import Take
from studio.runtime.cells import Cells
from studio.ui.app import Opening
from studio.ui.present.sliders import slider_track
from studio.ui.present.time_sheet import LABEL_CELLS
from studio.ui.screens.tuning import TuningScreen
from studio.ui.widgets.lines import Lines
from studio.ui.widgets.slider_pane import SliderPane
from studio.ui.widgets.tuning_lanes import TuningLanes
from studio.vad.whole import Probabilities
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN
from tests.fakes.lab import FakeTakes, hesitation, unlabelled
from tests.fakes.screen import Stage, stage
from tests.fakes.speech import ToneSpeech


class Lab:
    """The lab's screen on a stage, and what it shows."""

    def __init__(self, held: Stage, takes: FakeTakes, desk: FakeDesk) -> None:
        self.held, self.takes, self.desk = held, takes, desk

    @property
    def screen(self) -> TuningScreen:
        assert isinstance(self.held.app.screen, TuningScreen)
        return self.held.app.screen

    @property
    def lanes(self) -> TuningLanes:
        return self.screen.query_one(TuningLanes)

    def drawn(self) -> str:
        return self.lanes.plain

    def lane(self, label: str) -> str:
        return next(line[7:] for line in self.drawn().splitlines() if line.startswith(label))

    def sliders(self) -> str:
        return self.screen.query_one(SliderPane).plain

    def words(self, widget: str) -> str:
        pane = self.screen.query_one(f"#{widget}", Lines)
        return "\n".join(pane.line(at, pane.columns).plain for at in range(pane.line_count()))

    async def press(self, *keys: str) -> None:
        await self.held.pilot.press(*keys)
        await self.held.pilot.pause()


@asynccontextmanager
async def lab(
    *takes: tuple[Take, Probabilities],
    size: tuple[int, int] = (120, 40),
    speech: ToneSpeech | None = None,
) -> AsyncIterator[Lab]:
    fake = FakeTakes.of(*takes)
    fake.speech = speech or fake.speech
    desk = FakeDesk(the_takes=fake)
    async with stage(
        size, opening=lambda feed: Opening(feed, PLAN, desk=desk, connect=False)
    ) as held:
        await held.pilot.press("L")
        found = Lab(held, fake, desk)
        await held.until(lambda: isinstance(held.app.screen, TuningScreen))
        if takes:
            await held.until(lambda: "delay" in found.sliders() or "found" in found.sliders())
            await held.until(lambda: found.screen.query_one(SliderPane).size.height > 1)
        yield found


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_take_its_lanes_and_its_verdicts_stand_together(size: tuple[int, int]) -> None:
    async with lab(hesitation(), unlabelled(), size=size) as found:
        drawn = found.drawn()
        assert "so um I would" in drawn
        assert "≥ 0.50" in drawn
        assert "< 0.35" in drawn
        assert found.lane("A").count("◆") == 2
        assert "0 cut off" in found.sliders()
        assert "1 ghost" in found.sliders()
        assert "noise (cough)" in found.words("verdicts")
        assert found.lanes.size.height >= 8


async def test_a_step_of_a_slider_moves_the_segments_at_once() -> None:
    async with lab(hesitation()) as found:
        assert found.lane("A").count("◆") == 2
        await found.press("down", "shift+left", "left")
        assert "280 ms" in found.sliders()
        assert found.lane("A").count("◆") == 2
        assert found.lane("A").count("╳") == 1
        assert "1 cut off" in found.sliders()
        await found.press("k")
        verdicts = found.words("verdicts")
        assert "A pause of 0.29 s is longer than the 280 ms to wait." in verdicts
        assert "▲cut off" in found.drawn()
        await found.press("u", "u")
        assert "500 ms" in found.sliders()
        assert found.lane("A").count("◆") == 2


async def test_the_threshold_line_goes_with_its_slider() -> None:
    async with lab(hesitation()) as found:
        await found.press("shift+right", "shift+right")
        assert "≥ 0.70" in found.drawn()
        assert "0 ghosts" in found.sliders()
        await found.press("shift+right", "shift+right", "shift+right")
        assert "1 missed" in found.sliders()
        assert "no frame reached the threshold of 1.00" in found.words("verdicts")


async def test_b_is_laid_over_a_and_each_has_its_verdicts() -> None:
    async with lab(hesitation()) as found:
        await found.press("down", "b", "shift+left", "left")
        sliders = found.sliders()
        assert "500 ms" in sliders
        assert "280 ms" in sliders
        assert found.lane("A").count("◆") == 2
        assert found.lane("B").count("╳") == 1
        assert "B: A pause of 0.29 s" in found.words("verdicts")
        await found.press("X")
        assert found.lane("A").count("╳") == 1
        await found.press("B")
        assert "B" not in [line[:1] for line in found.drawn().splitlines()]


async def test_a_typed_value_is_taken_or_told_to_be_none() -> None:
    async with lab(hesitation()) as found:
        await found.press("enter", *"0.61", "enter")
        assert "0.61" in found.sliders()
        await found.press("enter", *"fast", "enter")
        assert "0.61" in found.sliders()


async def test_the_pointer_turns_a_slider_and_one_undo_takes_the_drag_back() -> None:
    async with lab(hesitation()) as found:
        pane = found.screen.query_one(SliderPane)
        start, cells = slider_track(pane.size.width, has_b=False)
        row = (2, 3)  # silence, under the summary, the detection and the threshold
        await found.held.pilot.mouse_down(pane, offset=(start + 1 + cells - 1, row[1]))
        await found.held.pilot.hover(pane, offset=(start + 1 + cells // 2, row[1]))
        await found.held.pilot.mouse_up(pane, offset=(start + 1 + cells // 2, row[1]))
        await found.held.pilot.pause()
        moved = found.screen.tuned.pair.a.silence_duration_ms
        assert 900 < moved < 1100
        await found.press("u")
        assert found.screen.tuned.pair.a.silence_duration_ms == 500


async def test_tab_goes_from_problem_to_problem() -> None:
    async with lab(hesitation()) as found:
        await found.press("down", "shift+left", "left")
        await found.press("home", "tab")
        assert found.lanes.cursor == pytest.approx(3.84, abs=0.05)
        await found.press("tab")
        assert found.lanes.cursor == pytest.approx(0.32)


async def test_what_would_be_committed_is_played_to_the_sample() -> None:
    async with lab(hesitation()) as found:
        await found.press("k", "space")
        (wanted,) = found.held.feed.played
        assert wanted is not None
        assert wanted.is_file
        assert wanted.path == "/takes/hesitation/audio.wav"
        (placed,) = wanted.output
        stretch = found.screen.tuned.reading().stretches[0]  # type: ignore[union-attr]
        assert placed.offset_bytes == stretch.start_ms * 48
        assert placed.n_bytes == (stretch.end_ms - stretch.start_ms) * 48
        await found.press("space")
        assert found.held.feed.played[-1] is None


async def test_labels_by_hand_are_kept_at_once_and_taken_back() -> None:
    async with lab(unlabelled()) as found:
        assert "no labels" in found.words("takes")
        await found.press("T")
        await found.held.until(lambda: len(found.takes.labelled) == 1)
        _, truth = found.takes.labelled[-1]
        assert truth is not None
        (label,) = truth.turns
        assert label.begin_ms == 640
        assert "0 cut off" in found.sliders()
        await found.press("K")
        await found.held.until(lambda: len(found.takes.labelled) == 2)
        assert "noise" in found.drawn()
        await found.press("W", *"door", "enter")
        await found.held.until(lambda: len(found.takes.labelled) == 3)
        assert "door" in found.drawn()
        for count in (4, 5, 6):
            await found.press("u")
            await found.held.until(lambda: len(found.takes.labelled) == count)  # noqa: B023
        assert found.takes.labelled[-1] == ("answers", None)


async def test_an_edge_of_a_label_is_dragged() -> None:
    async with lab(hesitation()) as found:
        lanes = found.lanes
        column = LABEL_CELLS + 1 + lanes.window.column(1.92) - 1
        await found.held.pilot.mouse_down(lanes, offset=(column, 1))
        await found.held.pilot.hover(lanes, offset=(column + 6, 1))
        await found.held.pilot.mouse_up(lanes, offset=(column + 6, 1))
        await found.held.until(lambda: found.takes.labelled)
        truth = found.takes.labelled[-1][1]
        assert truth is not None
        assert truth.turns[0].end_ms > 2100
        await found.press("u")
        await found.held.until(lambda: len(found.takes.labelled) == 2)
        assert found.takes.labelled[-1][1] == hesitation()[0].truth


async def test_a_take_is_put_away_and_brought_back() -> None:
    async with lab(hesitation(), unlabelled()) as found:
        await found.press("D")
        await found.held.until(lambda: found.screen._name == "answers")
        assert "hesitation" not in found.takes.known
        await found.press("u")
        await found.held.until(lambda: found.screen._name == "hesitation")
        assert "hesitation" in found.words("takes")


async def test_an_empty_lab_says_how_to_get_a_take() -> None:
    async with lab() as found:
        await found.held.until(lambda: "No take yet" in found.words("takes"))
        assert "studio lab take" in found.words("takes")
        await found.press("M", "down", "down", "enter", *"hello", "enter")
        await found.held.until(lambda: found.takes.added)
        assert found.takes.added == [("words", "hello")]
        await found.held.until(lambda: found.screen._name == "new-1")


async def test_a_setting_is_asked_of_the_session_in_one_update() -> None:
    async with lab(hesitation()) as found:
        await found.press("shift+right", "A")
        detection = found.held.live.draft.settings.turn_detection
        assert detection is not None
        assert detection.threshold == 0.6
        assert detection.type == "server_vad"


async def test_the_session_is_looked_at_beside_what_the_server_said() -> None:
    async with lab(hesitation()) as found:
        frames = [0.0] * 30 + [0.9] * 20 + [0.0] * 12 + [0.9] * 10 + [0.0] * 20
        found.held.feed.cells = Cells(
            at=3.0, probabilities=tuple(enumerate(frames)), sent_ms=len(frames) * 32.0
        )
        await found.press("left_square_bracket")
        await found.held.until(lambda: "other silences" in found.words("others"))
        await found.held.until(lambda: "cuts in" in found.words("others"))
        others = found.words("others")
        assert "300 ms  ✗ cuts in at" in others
        assert "the pause there lasts 0.35 s" in others
        assert "ends in" in others
        assert "server" in found.drawn()


async def test_a_take_that_goes_from_under_the_screen_is_told() -> None:
    async with lab(hesitation()) as found:
        found.takes.known.clear()
        await found.press("k", "space")
        assert found.held.feed.played == []
        await found.press("T")
        assert "so um I would like" in found.drawn()
        await found.press("M", "escape")
        await found.held.until(lambda: "this session" in found.words("takes"))
        await found.held.until(lambda: found.screen.tuned.subject.name == "")  # type: ignore[union-attr]


async def test_a_pass_that_an_overlay_came_over_goes_on_after_it() -> None:
    take, heard = hesitation()
    async with lab((take, heard)) as found:
        assert found.screen.tuned.subject is not None
        found.screen.tuned.subject = replace(found.screen.tuned.subject, share=0.5)
        await found.press("M", "escape")
        await found.held.until(lambda: found.screen.is_heard("hesitation"))


async def test_what_came_with_the_studio_keeps_its_labels() -> None:
    async with lab(hesitation()) as found:
        found.takes.shipped.add("hesitation")
        await found.press("k", "K")
        assert found.takes.labelled == []
        assert found.screen.tuned.subject is not None
        assert found.screen.tuned.subject.truth == hesitation()[0].truth


async def test_the_lab_goes_through_every_size_and_back() -> None:
    async with lab(hesitation(), unlabelled()) as found:
        for size in ((80, 24), (200, 60), (60, 16), (120, 40)):
            await found.held.pilot.resize_terminal(*size)
            await found.held.pilot.pause()
            assert found.lanes.size.width
        assert "so um I would like" in found.drawn()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_words_end_the_turns_where_the_other_detection_is_chosen(
    size: tuple[int, int],
) -> None:
    words = ToneSpeech(["What time is it?"] * 99)
    async with lab(hesitation(), size=size, speech=words) as found:
        assert "server" in found.sliders()
        await found.press("v")
        await found.held.until(lambda: "0 cut off" in found.sliders())
        await found.press("right")
        await found.held.until(lambda: "1 cut off" in found.sliders())
        assert "eagerness" in found.sliders()
        assert "threshold" not in found.sliders()
        assert found.lane("A").count("╳") == 1
        await found.press("k")
        assert "ended it: the words so far sound complete" in " ".join(
            found.words("verdicts").split()
        )
        await found.press("b", "v")
        assert "▸B" in found.sliders()
        assert "threshold" in found.sliders()
        assert found.lane("B").count("◆") == 2
        await found.press("u", "u", "u", "u")
        assert "eagerness" not in found.sliders()


async def test_the_setting_by_words_is_what_the_provider_is_asked_for() -> None:
    async with lab(hesitation()) as found:
        await found.press("v", "right", "y")
        copied = json.loads(found.held.app.clipboard)
        asked = copied["audio"]["input"]["turn_detection"]
        assert asked == {"type": "semantic_vad", "eagerness": "high"}
        await found.press("up", "enter")
        assert "threshold" in found.sliders()


async def test_where_no_words_can_be_recognised_it_says_so() -> None:
    async with lab(hesitation(), speech=ToneSpeech(missing=True)) as found:
        await found.press("v")
        await found.held.until(lambda: "It is not installed." in found.sliders())
        await found.press("v")
        assert "0 cut off" in found.sliders()


async def test_other_silences_of_a_labelled_turn_stand_under_the_verdicts() -> None:
    async with lab(hesitation(), size=(120, 50)) as found:
        await found.held.until(lambda: "No silence helps against a ghost" in found.words("others"))
        await found.press("k", "k", "k")
        await found.held.until(lambda: "cuts in" in found.words("others"))
        others = found.words("others").splitlines()
        assert len(others) == 8
        assert "200 ms  ✗ cuts in at" in others[1]
        assert "1,500 ms  ✓ ends at" in others[-1]
        assert found.screen.query_one("#others", Lines).size.height >= len(others)
        await found.press("v")
        await found.held.until(lambda: not found.screen.query_one("#others", Lines).display)


async def test_where_verdicts_leave_few_lines_the_silences_that_matter_stand() -> None:
    async with lab(hesitation(), size=(120, 30)) as found:
        await found.press("k", "k", "k")
        await found.held.until(lambda: "stays whole from 290 ms on" in found.words("others"))
        others = found.words("others").splitlines()
        assert 2 <= len(others) < 8
        assert "200 ms  ✗ cuts in at" in others[1]
        assert found.screen.query_one("#others", Lines).size.height >= len(others)


async def test_nothing_is_swapped_where_there_is_one_setting() -> None:
    async with lab(hesitation()) as found:
        await found.press("X")
        (told,) = (each.message for each in found.held.app._notifications)
        assert told == "There is one setting: b lays a second beside it."


async def test_only_the_slider_has_the_full_mark() -> None:
    async with lab(hesitation()) as found:
        assert found.sliders().count("▌") == 1
        assert "▌" not in found.words("takes") + found.words("verdicts")
