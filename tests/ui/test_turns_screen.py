from __future__ import annotations

import numpy as np
import pytest
from textual.screen import Screen

from studio.session.curves import TrackCurves
from studio.ui.app import Opening
from studio.ui.present.time_sheet import LABEL_CELLS
from studio.ui.present.turn_rows import FindingRow
from studio.ui.screens.latency import LatencyScreen
from studio.ui.screens.live import LiveScreen
from studio.ui.screens.turns import TurnsScreen
from studio.ui.widgets.bars import Bar
from studio.ui.widgets.inspector_pane import InspectorPane
from studio.ui.widgets.lines import Lines
from studio.ui.widgets.timeline import Lanes
from studio.ui.widgets.turn_list import TurnList
from tests import conversations
from tests.builders import Script
from tests.conversations import Talk
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import BEGAN, PLAN, FakeFeed, log_lines
from tests.fakes.screen import Stage, stage


def words(held: Stage, widget: str) -> str:
    pane = held.app.screen.query_one(f"#{widget}", Lines)
    return "\n".join(pane.line(at, pane.columns).plain for at in range(pane.line_count()))


def lanes(held: Stage) -> Lanes:
    return held.app.screen.query_one(Lanes)


def drawn(held: Stage) -> str:
    return lanes(held).plain


def turn_list(held: Stage) -> TurnList:
    return held.app.screen.query_one(TurnList)


def is_at(held: Stage, screen: type[Screen[None]]) -> bool:
    return isinstance(held.app.screen, screen)


async def look_at_turns(held: Stage, conversation: str = "planted") -> None:
    await held.play(conversations.LIBRARY[conversation]())
    await held.pilot.press("v")
    assert isinstance(held.app.screen, TurnsScreen)
    await held.until(lambda: lanes(held).size.width)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_turns_findings_and_lanes_stand_together(size: tuple[int, int]) -> None:
    async with stage(size) as held:
        await look_at_turns(held)
        await held.until(lambda: "cut-off" in words(held, "turn-list"))
        assert "ghost turn" in words(held, "turn-list")
        title = held.app.screen.query_one("#turns-title", Bar).line.plain
        assert "5 turns, 3 findings" in title
        for label in ("mic", "vad", "server", "model", "voice", "tags", "◆ commit"):
            assert label in drawn(held)


async def test_tab_goes_from_finding_to_finding_and_round() -> None:
    async with stage() as held:
        await look_at_turns(held)
        met = []
        for _ in range(4):
            await held.pilot.press("tab")
            row = turn_list(held).row
            assert isinstance(row, FindingRow)
            assert lanes(held).cursor == pytest.approx(row.at)
            met.append(row.name)
        assert met == ["cut-off", "ghost turn", "refused update", "cut-off"]
        assert "paused for 700 ms" in words(held, "turn-sheet")
        await held.pilot.press("shift+tab")
        assert "refused update" in words(held, "turn-sheet")


async def test_a_click_on_what_proves_it_shows_that_event() -> None:
    async with stage() as held:
        await look_at_turns(held)
        await held.pilot.press("tab")
        lines = words(held, "turn-sheet").splitlines()
        place = next(at for at in reversed(range(len(lines))) if lines[at].startswith(" #"))
        await held.pilot.click("#turn-sheet", offset=(4, place))
        await held.until(lambda: isinstance(held.app.screen, LiveScreen))
        event = held.app.screen_stack[0].query_one(InspectorPane).selected
        assert event is not None
        assert lines[place].split()[0] == f"#{event.seq}"


async def test_enter_shows_the_event_that_proves_it() -> None:
    async with stage() as held:
        await look_at_turns(held)
        await held.pilot.press("tab")
        row = turn_list(held).row
        assert isinstance(row, FindingRow)
        await held.pilot.press("enter")
        assert isinstance(held.app.screen, LiveScreen)
        inspector = held.app.screen.query_one(InspectorPane)
        await held.until(lambda: inspector.position == row.seqs[0] - 1)


async def test_escape_goes_back_from_the_event_to_the_view() -> None:
    async with stage() as held:
        await look_at_turns(held)
        await held.pilot.press("tab", "enter")
        assert is_at(held, LiveScreen)
        await held.pilot.press("escape")
        assert is_at(held, TurnsScreen)
        assert isinstance(turn_list(held).row, FindingRow)
        await held.pilot.press("enter", "2", "escape")
        assert is_at(held, LiveScreen)


async def test_a_view_is_left_for_the_one_it_was_opened_from() -> None:
    async with stage() as held:
        await look_at_turns(held)
        await held.pilot.press("w")
        assert is_at(held, LatencyScreen)
        await held.pilot.press("escape")
        assert is_at(held, TurnsScreen)
        await held.pilot.press("escape")
        assert is_at(held, LiveScreen)


async def test_nothing_to_mend_is_said() -> None:
    async with stage() as held:
        await look_at_turns(held, "two_turns")
        await held.pilot.press("tab")
        assert [note.message for note in held.app._notifications] == [
            "Nothing was found that one would mend."
        ]


@pytest.mark.parametrize("key", ["escape", "v", "2"])
async def test_it_is_left_as_it_was_entered(key: str) -> None:
    async with stage() as held:
        await look_at_turns(held)
        await held.pilot.press(key)
        assert isinstance(held.app.screen, LiveScreen)
        assert held.feed.sent == []


async def test_before_the_first_turn_words_say_what_will_stand_there() -> None:
    async with stage((80, 24)) as held:
        await look_at_turns(held, "connected")
        await held.until(lambda: "No turn yet." in words(held, "turn-list"))
        assert "as soon as sound flows" in " ".join(words(held, "turn-sheet").split())
        await held.pilot.press("tab", "down", "up", "plus", "minus", "f", "0", "enter", "end",
                               "left", "shift+right", "home", "pagedown")  # fmt: skip
        assert isinstance(held.app.screen, TurnsScreen)


async def test_the_cursor_moves_over_time_and_the_list_goes_with_it() -> None:
    async with stage() as held:
        await look_at_turns(held)
        await held.pilot.press("home")
        assert lanes(held).cursor == 0.0
        before = turn_list(held).row
        await held.pilot.press("right")
        assert lanes(held).cursor == pytest.approx(lanes(held).window.cell_s)
        await held.pilot.press("shift+right", "shift+right")
        assert turn_list(held).row != before
        await held.pilot.press("left")
        assert "▏2" in drawn(held)


async def test_zoom_keeps_the_cursor_and_fit_brings_all_back() -> None:
    async with stage() as held:
        await look_at_turns(held)
        await held.pilot.press("tab")
        whole, at = lanes(held).window, lanes(held).cursor
        await held.pilot.press("plus", "plus")
        near = lanes(held).window
        assert near.cell_s == pytest.approx(whole.cell_s / 4)
        assert near.column(at) == pytest.approx(whole.column(at), abs=1)
        await held.pilot.press("minus")
        assert lanes(held).window.cell_s == pytest.approx(whole.cell_s / 2)
        await held.pilot.press("0")
        assert lanes(held).window == whole
        await held.pilot.press("f")
        turn = lanes(held).window
        row = turn_list(held).row
        assert row is not None
        assert turn.begin < row.at < turn.end
        assert turn.cell_s < whole.cell_s


async def test_the_mouse_places_the_cursor_zooms_and_scrolls() -> None:
    async with stage() as held:
        await look_at_turns(held)
        pane = lanes(held)
        await held.pilot.click(pane, offset=(LABEL_CELLS + 41, 5))
        assert pane.cursor == pytest.approx(pane.window.at(40))
        await held.pilot.click(TurnList, offset=(5, 2))
        assert isinstance(turn_list(held).row, FindingRow)
        await held.pilot.press("plus", "plus", "plus")
        before = pane.window
        pane.scroll(0.1)
        assert pane.window.begin > before.begin
        pane.zoom(0.5, pane.window.at(3))
        assert pane.window.cell_s == pytest.approx(before.cell_s / 2)


async def test_a_session_that_goes_on_is_followed_until_the_hand_moves() -> None:
    async with stage() as held:
        lines = log_lines(conversations.long_talk(8))
        half = len(lines) // 2
        held.feed.say(BEGAN, *lines[:half])
        await held.until(lambda: len(held.live.store) == half)
        await held.pilot.press("v")
        await held.until(lambda: lanes(held).cursor == pytest.approx(held.live.now))
        await held.pilot.press("up")
        row, at = turn_list(held).row, lanes(held).cursor
        held.feed.say(*lines[half:])
        await held.until(lambda: len(held.live.store) == len(lines))
        assert turn_list(held).row == row
        assert lanes(held).cursor == at
        await held.pilot.press("end")
        assert lanes(held).cursor == pytest.approx(held.live.state.last_at)
        assert turn_list(held).row == turn_list(held).rows[-1]


async def test_another_session_is_shown_from_its_own_end() -> None:
    async with stage() as held:
        await look_at_turns(held)
        await held.pilot.press("tab", "plus")
        held.feed.play(conversations.spoken_turn())
        await held.until(lambda: len(turn_list(held).rows) == 1)
        await held.until(lambda: lanes(held).cursor == pytest.approx(held.live.now))


async def test_the_tracks_are_read_while_one_looks() -> None:
    desk = FakeDesk()
    levels = np.full(700, -20.0, np.float32)
    desk.curves_of[BEGAN.path] = TrackCurves(levels, levels, np.full(700, 0.9, np.float32))

    def opening(feed: FakeFeed) -> Opening:
        return Opening(feed, PLAN, desk=desk)

    async with stage(opening=opening) as held:
        await held.play(conversations.planted())
        assert held.live.curves is None
        await held.pilot.press("v")
        await held.until(lambda: held.live.curves is not None)
        await held.pilot.press("tab")
        await held.until(lambda: "mic −20.0 dB" in drawn(held))
        assert "█" in drawn(held)
        await held.pilot.press("tab")
        await held.until(lambda: "The microphone reached −20 dB" in words(held, "turn-sheet"))
        await held.pilot.press("escape")
        assert not [each for each in held.app.workers if each.group == "curves"]
        held.feed.play(conversations.spoken_turn())
        await held.until(lambda: held.live.sessions == 2)
        assert held.live.curves is None


async def test_a_recording_is_drawn_whole_and_shows_where_it_is() -> None:
    desk = FakeDesk()
    recorded = desk.lay("a", conversations.planted())
    for line in recorded.waiting:
        recorded.store.append(line)
    recorded.waiting.clear()

    def opening(feed: FakeFeed) -> Opening:
        return Opening(feed, PLAN, desk=desk)

    async with stage(opening=opening) as held:
        held.app.open_recording("a")
        await held.until(lambda: held.app.replayed is not None and held.app.replayed.is_ready)
        await held.pilot.press("v", "left_square_bracket", "left_square_bracket")
        shown = held.app.replayed
        assert shown is not None
        await held.until(lambda: lanes(held).cursor == pytest.approx(shown.now))
        assert shown.now < shown.end
        assert "refused update" in words(held, "turn-list")
        row = turn_list(held).row
        assert row is not None
        assert row.at <= shown.now
        await held.pilot.press("tab", "tab", "tab", "tab")
        assert "│" in drawn(held)


async def test_a_recording_opens_on_what_went_wrong_not_on_what_was_slow() -> None:
    talk = Talk().connect().sound(600)
    talk.user_speaks("And?").reply_begins(after_ms=1_400).says("So.").sound(2_500)
    talk.user_speaks("", ms=700).reply("Pardon?").sound(500)
    desk = FakeDesk()
    recorded = desk.lay("a", talk.end().envelopes)
    for line in recorded.waiting:
        recorded.store.append(line)
    recorded.waiting.clear()

    def opening(feed: FakeFeed) -> Opening:
        return Opening(feed, PLAN, desk=desk)

    async with stage(opening=opening) as held:
        held.app.open_recording("a")
        await held.until(lambda: held.app.replayed is not None and held.app.replayed.is_ready)
        await held.pilot.press("v")
        await held.until(lambda: isinstance(turn_list(held).row, FindingRow))
        names = [row.name for row in turn_list(held).rows if isinstance(row, FindingRow)]
        assert names == ["slow", "ghost turn"]
        row = turn_list(held).row
        assert isinstance(row, FindingRow)
        assert row.name == "ghost turn"


async def test_a_finding_far_from_sight_comes_to_the_middle() -> None:
    async with stage() as held:
        await held.play(conversations.long_talk(20))
        talk = Talk(Script(now=held.live.state.last_at + 5.0)).connect().sound(600)
        talk.user_speaks("").sound(30_000)
        held.feed.say(*log_lines(talk.envelopes))
        await held.until(lambda: held.live.state.last_at == talk.script.now)
        await held.pilot.press("v", "tab")
        row, window = turn_list(held).row, lanes(held).window
        assert isinstance(row, FindingRow)
        assert window.cells * window.cell_s == pytest.approx(16.0)
        assert window.column(row.at) == pytest.approx(window.cells / 2, abs=1)
