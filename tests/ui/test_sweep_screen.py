from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from studio.app.presets import FolderPresets
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.ui.opening import Opening
from studio.ui.screens.overlays import Chooser, Prompt
from studio.ui.screens.sweep import SweepScreen
from studio.ui.screens.tuning import TuningScreen
from studio.ui.sweeps import SweepWish
from studio.ui.widgets.heat_map import HeatMap
from studio.ui.widgets.lines import Lines
from studio.ui.widgets.sweep_pages import SweepPages
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN
from tests.fakes.lab import FakeTakes
from tests.fakes.screen import Stage, stage
from tests.fakes.sweeps import REFS, FakeSweeps
from tests.fakes.takes import level_twin

HEARD = tuple((ref.take, level_twin().hear(ref.take)) for ref in REFS)


@asynccontextmanager
async def shown(
    sweeps: FakeSweeps,
    size: tuple[int, int] = (120, 40),
    presets: FolderPresets | None = None,
) -> AsyncIterator[Stage]:
    takes = FakeTakes.of(*HEARD)
    desk = FakeDesk(the_sweeps=sweeps, the_takes=takes)
    if presets is not None:
        desk.the_presets = presets
    async with stage(size, opening=lambda feed: Opening(feed, PLAN, desk=desk)) as held:
        await held.pilot.press("ctrl+g")
        await held.until(lambda: isinstance(held.app.screen, SweepScreen))
        await held.pilot.pause()
        held.app.look()
        yield held


async def run(held: Stage) -> None:
    await held.pilot.press("enter")
    await held.until(lambda: has_map(held))
    await held.pilot.pause()
    held.app.look()
    await held.pilot.pause()


def has_map(held: Stage) -> bool:
    return "turns lost" in map_words(held)


def words(held: Stage) -> str:
    pane = held.app.screen.query_one("#sweep-words", Lines)
    return "\n".join(pane.line(at, pane.columns).plain for at in range(pane.line_count()))


def map_words(held: Stage) -> str:
    return held.app.screen.query_one(HeatMap).render().plain


def bar(held: Stage, name: str = "sweep-plan") -> str:
    return str(getattr(held.app.screen.query_one(f"#{name}").render(), "plain", ""))


async def typed(held: Stage, text: str) -> None:
    await held.until(lambda: isinstance(held.app.screen, Prompt))
    field = held.app.screen.query_one("Input")
    field.value = text  # type: ignore[attr-defined]
    await held.pilot.press("enter")
    await held.until(lambda: isinstance(held.app.screen, SweepScreen))
    await held.pilot.pause()
    held.app.look()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_before_a_sweep_it_says_what_one_is(size: tuple[int, int]) -> None:
    async with shown(FakeSweeps(), size) as held:
        assert "Nothing was tried yet." in words(held)
        assert "takes yours (17 takes)" in bar(held)
        assert "468 settings" in bar(held)
        for key in ("A", "y", "E", "n", "0", "d", "L", "ctrl+s"):
            held.app.clear_notifications()
            await held.pilot.press(key)
            (told,) = (each.message for each in held.app._notifications)
            assert told == "Nothing was tried yet: enter begins."
        await held.pilot.press("left", "tab", "space")
        assert isinstance(held.app.screen, SweepScreen)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_sweep_shows_a_map_and_why(size: tuple[int, int]) -> None:
    async with shown(FakeSweeps(), size) as held:
        await run(held)
        assert "turns lost" in map_words(held)
        assert "★" in map_words(held)
        assert words(held).startswith(" threshold 0.70, silence 400 ms, prefix 300 ms")
        assert "none of 17 turns" in words(held)
        assert "17 takes, 17 turns" in bar(held, "sweep-title")
        assert max(map(len, map_words(held).splitlines())) <= size[0]
        plot = held.app.screen.query_one("#sweep-plot", Lines)
        assert (plot.line_count() > 5) is (size[0] >= 118)


async def test_the_cursor_tells_a_cell_and_what_it_loses() -> None:
    async with shown(FakeSweeps()) as held:
        await run(held)
        await held.pilot.press("left", "left")
        await held.until(lambda: "A pause of" in words(held))
        told = words(held)
        assert told.startswith(" threshold 0.70, silence 200 ms")
        assert "of 17" in told
        assert "cut off: A pause of" in told
        await held.pilot.press("0")
        await held.until(lambda: "It loses nothing" in words(held))
        assert "recommended, on the front" in words(held)


async def test_figures_prefixes_pages_and_the_front() -> None:
    async with shown(FakeSweeps()) as held:
        await run(held)
        await held.pilot.press("space")
        assert "cut off, %" in map_words(held)
        await held.pilot.press("space")
        assert "median delay, ms" in map_words(held)
        assert "prefix 300 ms" in map_words(held)
        await held.pilot.press("right_square_bracket")
        assert "prefix 0 ms" in map_words(held)
        await held.pilot.press("0", "N")
        assert "silence 300 ms" in words(held)
        await held.pilot.press("tab")
        assert "p50" in words(held)
        await held.pilot.press("d")
        first = words(held)
        assert "with threshold" in first
        await held.pilot.press("d")
        assert words(held) != first


async def test_what_is_tried_is_chosen_by_hand() -> None:
    sweeps = FakeSweeps()
    async with shown(sweeps) as held:
        await held.pilot.press("T")
        await held.until(lambda: isinstance(held.app.screen, Chooser))
        await held.pilot.press("down", "enter")
        await held.until(lambda: isinstance(held.app.screen, SweepScreen))
        await held.pilot.press("G")
        await typed(held, "0.4,0.6 / 200:400:100 / 0")
        await held.pilot.press("C")
        await typed(held, "g711, noise:10dB")
        await held.pilot.press("B")
        await typed(held, "5 %")
        told = bar(held)
        assert "shipped (12 takes)" in told
        assert "clean, g711, noise:10dB" in told
        assert "may lose 5 %" in told
        assert "6 settings" in told
        await run(held)
        assert sweeps.wishes == [
            SweepWish(("shipped/*",), "0.4,0.6", "200:400:100", "0", ("g711", "noise:10dB"), 0.05)
        ]


async def test_a_search_is_a_wish_of_its_own() -> None:
    sweeps = FakeSweeps()
    async with shown(sweeps) as held:
        await held.pilot.press("F")
        await held.until(lambda: has_map(held))
        assert [each.searches for each in sweeps.wishes] == [True]
        await held.pilot.press("enter")
        await held.until(lambda: len(sweeps.wishes) == 2)
        assert not sweeps.wishes[1].searches


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("G", "2", "not from 0 to 1"),
        ("G", "0.5 / 200 / 0 / keen", "no eagerness"),
        ("C", "loud", "not an augmentation"),
        ("B", "many", "100 %"),
    ],
)
async def test_mistakes_are_told_and_nothing_changes(key: str, text: str, told: str) -> None:
    async with shown(FakeSweeps()) as held:
        before = bar(held)
        await held.pilot.press(key)
        await typed(held, text)
        assert any(told in each.message for each in held.app._notifications)
        assert bar(held) == before


async def test_progress_is_shown_and_escape_stops_it() -> None:
    sweeps = FakeSweeps(waits=True)
    async with shown(sweeps) as held:
        await held.pilot.press("enter")
        await held.until(lambda: "50 %" in bar(held))
        assert "8 of 17 takes" in bar(held)
        await held.until(lambda: "Every setting is being tried" in words(held))
        await held.pilot.press("enter")  # one at a time
        await held.pilot.press("escape")
        await held.until(lambda: "settings" in bar(held))
        assert len(sweeps.wishes) == 1
        assert isinstance(held.app.screen, SweepScreen)
        assert any("goes on from there" in each.message for each in held.app._notifications)
        await held.pilot.press("escape")
        assert not isinstance(held.app.screen, SweepScreen)


async def test_a_fault_stands_in_words() -> None:
    fault = StudioError("No turn is labelled.", title="Nothing to judge by", hint="Label some.")
    async with shown(FakeSweeps(fault=fault)) as held:
        await held.pilot.press("enter")
        await held.until(lambda: "Label some." in words(held))
        assert "Nothing to judge by: No turn is labelled." in words(held)


async def test_a_setting_is_applied_kept_and_copied(tmp_path: Path) -> None:
    presets = FolderPresets(tmp_path / "presets", ManualClock())
    async with shown(FakeSweeps(), presets=presets) as held:
        await run(held)
        await held.pilot.press("A")
        detection = held.live.draft.settings.turn_detection
        assert detection is not None
        assert (detection.threshold, detection.silence_duration_ms) == (0.7, 400)
        await held.pilot.press("ctrl+s")
        await typed(held, "Calm")
        kept = presets.named("Calm")
        assert kept.settings.model_fields_set == {"turn_detection"}
        assert kept.provenance.source == "sweep"
        assert "recommended of 45 settings" in kept.provenance.words
        assert "take 3" in kept.provenance.takes
        await held.pilot.press("y")
        copied = json.loads(held.app.clipboard)
        assert copied["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 400


async def test_eagerness_stands_beside_the_front_and_can_be_used(tmp_path: Path) -> None:
    presets = FolderPresets(tmp_path / "presets", ManualClock())
    sweeps = FakeSweeps()
    async with shown(sweeps, presets=presets) as held:
        await held.pilot.press("G")
        await typed(held, "0.5,0.7 / 200,700 / 300 / high,low")
        assert "by words low,high" in bar(held)
        await run(held)
        assert sweeps.wishes[0].eagerness == "low,high"
        assert words(held).startswith(" semantic_vad, eagerness high")
        assert "Drawn anew 400 times" in words(held)
        assert "The best of server_vad:" in words(held)
        await held.pilot.press("A")
        detection = held.live.draft.settings.turn_detection
        assert detection is not None
        assert (detection.type, detection.eagerness) == ("semantic_vad", "high")
        await held.pilot.press("ctrl+s")
        await typed(held, "Eager")
        kept = presets.named("Eager")
        assert kept.stated[1] == ("turn_detection.eagerness", "high")
        assert kept.provenance.words.startswith("A sweep, recommended of 6 settings; it loses 0")
        await held.pilot.press("N")
        assert words(held).startswith(" semantic_vad, eagerness low")
        await held.pilot.press("0", "y")
        copied = json.loads(held.app.clipboard)["audio"]["input"]["turn_detection"]
        assert copied["eagerness"] == "high"
        await held.pilot.press("tab")
        assert "★    by words, high" in words(held)
        assert "…" not in words(held)
        await held.pilot.press("shift+tab", "left")
        await held.until(lambda: "silence 200 ms" in words(held))


async def test_a_doubtful_take_is_opened_in_the_lab() -> None:
    async with shown(FakeSweeps()) as held:
        await run(held)
        # Wherever the cursor of the map is: what is listed is opened.
        await held.pilot.press("left", "d", "L")
        await held.until(lambda: isinstance(held.app.screen, TuningScreen))
        lab = held.app.screen
        assert isinstance(lab, TuningScreen)
        await held.until(lambda: lab._subject is not None and lab._subject.share >= 1)
        assert lab._subject is not None
        assert lab._subject.name.startswith("take ")
        await held.until(lambda: lab._lanes.cursor == 0.32)
        pair = lab.tuned.pair
        assert (pair.a.threshold, pair.a.silence_duration_ms) == (0.7, 400)
        assert pair.b is not None
        assert pair.b.silence_duration_ms != 400


async def test_a_turn_that_the_cursor_loses_is_opened_beside_what_is_recommended() -> None:
    async with shown(FakeSweeps()) as held:
        await run(held)
        await held.pilot.press("left")
        await held.until(lambda: "cut off:" in words(held))
        await held.pilot.press("L")
        await held.until(lambda: isinstance(held.app.screen, TuningScreen))
        lab = held.app.screen
        assert isinstance(lab, TuningScreen)
        pair = lab.tuned.pair
        assert pair.a.silence_duration_ms < 400
        assert pair.b is not None
        assert (pair.b.threshold, pair.b.silence_duration_ms) == (0.7, 400)


async def test_it_is_written_as_a_file() -> None:
    sweeps = FakeSweeps()
    async with shown(sweeps) as held:
        await run(held)
        await held.pilot.press("E")
        await held.until(lambda: isinstance(held.app.screen, Chooser))
        await held.pilot.press("enter")
        await typed(held, "mine.html")
        await held.until(lambda: sweeps.written == [("html", "mine.html")])
        await held.pilot.press("E")
        await held.until(lambda: isinstance(held.app.screen, Chooser))
        await held.pilot.press("enter")
        await typed(held, "/nowhere/mine.html")
        await held.until(
            lambda: any("cannot be written" in each.message for each in held.app._notifications)
        )


async def test_the_mouse_goes_to_cells_pages_and_choices() -> None:
    async with shown(FakeSweeps()) as held:
        await run(held)
        await held.pilot.click(HeatMap, offset=(8, 2))
        assert "threshold 0.50, silence 100 ms" in words(held)
        await held.pilot.click(SweepPages, offset=(12, 0))
        assert "p50" in words(held)
        await held.pilot.click(HeatMap, offset=(3, 0))
        assert "cut off, %" in map_words(held)
        await held.pilot.click("#sweep-plan", offset=(3, 0))
        await held.until(lambda: isinstance(held.app.screen, Chooser))


async def test_a_map_larger_than_the_screen_follows_the_cursor() -> None:
    async with shown(FakeSweeps(), (80, 24)) as held:
        await held.pilot.press("G")
        await typed(held, "0.1:0.9:0.05 / 100:1900:100 / 300")
        await held.pilot.press("enter")
        await held.until(lambda: has_map(held))
        await held.pilot.press(*["up"] * 20, *["left"] * 19)
        assert "threshold 0.90, silence 100 ms" in words(held)
        assert "0.90" in map_words(held)
        await held.pilot.press(*["down"] * 20)
        assert "0.10" in map_words(held)
        assert "0.90" not in map_words(held)
