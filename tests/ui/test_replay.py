from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from studio.runtime.messages import PlayRecording, RecordingHeard, SessionBegan
from studio.session.envelope import Envelope
from studio.ui.app import Opening
from studio.ui.replayed import Replayed
from studio.ui.screens.overlays import Prompt
from studio.ui.widgets.inspector_pane import InspectorPane
from studio.ui.widgets.replay_bar import ReplayBar
from tests import conversations
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN
from tests.fakes.screen import Stage, stage

PATH = "sessions/2026-01-01T12-00-00_local_8f3a"


@asynccontextmanager
async def replaying(
    envelopes: tuple[Envelope, ...] | None = None, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[Stage, Replayed]]:
    """A screen that was opened on a stored session."""
    desk = FakeDesk()
    desk.lay(PATH, conversations.long_talk(6) if envelopes is None else envelopes)
    async with stage(
        size,
        opening=lambda feed: Opening(feed, PLAN, desk=desk, connect=False, recording=PATH),
    ) as held:
        await held.until(lambda: held.app.replayed is not None and held.app.replayed.is_ready)
        assert held.app.replayed is not None
        yield held, held.app.replayed


def bar(held: Stage) -> str:
    return held.app.screen_stack[0].query_one(ReplayBar).render().plain


async def test_opened_on_a_recording_nothing_connects_and_the_end_shows() -> None:
    async with replaying() as (held, shown):
        assert held.feed.started == []
        assert held.app.shown is shown
        await held.until(lambda: "recording" in held.bar("status"))
        assert "2026-01-01 12:00" in held.bar("status")
        assert "2026-01-01T12-00-00_local_8f3a" in held.bar("status")
        assert "Question number 6, please." in held.words("transcript")
        assert "Question number 1, please." in held.words("transcript")
        assert "space play" in held.bar("keys")
        assert "esc back" in held.bar("keys")
        assert "mute" not in held.bar("keys")
        assert bar(held).endswith("0:25 ")


async def test_it_plays_grows_and_stops() -> None:
    async with replaying() as (held, shown):
        await held.pilot.press("S", "space")
        assert held.feed.played == []
        held.clock.advance(8.0)
        await held.until(lambda: shown.now == pytest.approx(8.0))
        await held.until(lambda: "Question number 2, please." in held.words("transcript"))
        assert "Question number 3" not in held.words("transcript")
        await held.until(lambda: "0:08" in bar(held))
        await held.until(lambda: "space stop" in held.bar("keys"))
        await held.pilot.press("space")
        held.clock.advance(8.0)
        held.app.look()
        assert shown.now == pytest.approx(8.0)


async def test_keys_step_by_events_and_by_turns() -> None:
    async with replaying() as (held, shown):
        total = shown.position
        await held.pilot.press("comma", "comma", "full_stop")
        assert shown.position == total - 1
        await held.pilot.press("left_square_bracket")
        assert shown.position < total - 1
        last_turn = shown.position
        await held.pilot.press("left_square_bracket", "right_square_bracket")
        assert shown.position == last_turn
        await held.pilot.press("E")
        assert shown.position == total


async def test_one_goes_to_a_time_that_is_typed() -> None:
    async with replaying() as (held, shown):
        await held.pilot.press("colon")
        assert isinstance(held.app.screen, Prompt)
        await held.pilot.press(*["backspace"] * 12, *"0:05.5", "enter")
        assert shown.now == pytest.approx(5.5)
        await held.pilot.press("colon", *["backspace"] * 12, *"soon", "enter")
        assert shown.now == pytest.approx(5.5)
        assert any("1:30" in note.message for note in held.app._notifications)


async def test_the_pointer_takes_the_play_head_along() -> None:
    async with replaying() as (held, shown):
        line = held.app.screen.query_one(ReplayBar)
        await held.pilot.click(line, offset=(19, 0))
        assert shown.now == 0.0
        await held.pilot.click(line, offset=(70, 0))
        assert 0.3 < shown.now / shown.end < 0.7


async def test_keys_for_a_session_say_that_this_is_a_recording() -> None:
    async with replaying() as (held, _):
        for key in ("m", "t", "x", "i", "s", "a", "c", "n"):
            held.app.clear_notifications()
            await held.pilot.press(key)
            (note,) = held.app._notifications
            assert note.message == "This is a recording: esc goes back to the live session."
        assert held.feed.sent == []
        assert held.feed.started == []


async def test_the_settings_are_shown_and_taken_over_but_not_edited() -> None:
    async with replaying() as (held, shown):
        draft = held.live.draft
        await held.pilot.press("1", "right")
        assert held.live.draft is draft
        await held.pilot.press("U")
        assert held.live.draft.plan.settings == shown.draft.plan.settings
        assert held.app.replayed is shown
        await held.pilot.press("escape", "escape", "u")
        assert held.live.draft.plan == draft.plan


async def test_the_live_session_goes_on_underneath() -> None:
    async with replaying() as (held, shown):
        await held.play(conversations.connected())
        assert held.app.shown is shown
        await held.pilot.press("escape", "escape")
        assert held.app.replayed is None
        await held.until(lambda: "connected" in held.bar("status"))
        assert not held.app.screen.query_one(ReplayBar).has_class("-shown")
        await held.pilot.press("x")
        assert [type(each).__name__ for each in held.feed.sent] == ["InterruptWanted"]


async def test_with_little_room_the_keys_that_one_needs_come_first() -> None:
    async with replaying(size=(80, 24)) as (held, _):
        await held.pilot.press("3")
        await held.until(lambda: "enter open" in held.bar("keys"))
        keys = held.bar("keys")
        assert len(keys) == 80
        for wanted in ("f filter", "/ search", "d payload", "space play", "? help", "q quit"):
            assert wanted in keys


async def test_one_escape_too_many_leaves_no_recording() -> None:
    async with replaying() as (held, shown):
        await held.pilot.press("escape")
        assert held.app.replayed is shown
        held.clock.advance(5.0)
        await held.pilot.press("escape")
        assert held.app.replayed is shown
        await held.pilot.press("escape")
        assert held.app.replayed is None


async def test_the_worker_plays_and_the_screen_follows_the_ear() -> None:
    async with replaying() as (held, shown):
        shown.seek(0.0)
        await held.pilot.press("space")
        (wanted,) = held.feed.played
        assert isinstance(wanted, PlayRecording)
        assert wanted.path == PATH
        assert wanted.from_s == 0.0
        assert len(wanted.output) == 6
        held.feed.say(RecordingHeard(wanted.number, 0.4))
        await held.until(lambda: shown.now == pytest.approx(0.4))
        held.feed.say(RecordingHeard(wanted.number - 1, 9.0))
        await held.pilot.press("plus")
        faster = held.feed.played[-1]
        assert isinstance(faster, PlayRecording)
        assert faster.speed == 1.25
        assert faster.from_s == pytest.approx(0.4)
        await held.pilot.press(*["plus"] * 5)
        assert held.feed.played[-1] is None
        assert shown.head.speed == 16.0
        await held.until(lambda: "silent beyond 4×" in bar(held))


async def test_leaving_it_is_silence() -> None:
    async with replaying() as (held, _):
        await held.pilot.press("space", "escape", "escape")
        assert held.feed.played[-1] is None


async def test_with_a_session_open_it_is_silent_until_one_asks() -> None:
    async with replaying() as (held, _):
        await held.play(conversations.connected())
        held.app.open_recording(PATH)
        await held.until(lambda: held.app.replayed is not None and held.app.replayed.is_ready)
        await held.pilot.press("space")
        assert held.feed.played == []
        await held.pilot.press("S")
        assert len(held.feed.played) == 1


async def test_other_views_show_the_recording_too() -> None:
    async with replaying() as (held, shown):
        await held.pilot.press("w")
        view = held.app.screen
        await held.until(lambda: view.query_one(ReplayBar).has_class("-shown"))
        await held.pilot.press("left_square_bracket")
        assert shown.position < len(shown.store)
        await held.pilot.press("escape")
        assert held.app.replayed is shown


@pytest.mark.parametrize("place", ["1", "2", "3", "4", "w", "v"])
async def test_it_plays_wherever_the_focus_is(place: str) -> None:
    async with replaying() as (held, shown):
        await held.pilot.press(place, "S", "left_square_bracket")
        here = shown.position
        assert here < len(shown.store)
        await held.pilot.press("space")
        assert shown.head.is_playing
        await held.pilot.press("space", "comma")
        assert shown.position == here - 1


async def test_a_recording_that_is_not_there_is_said() -> None:
    async with stage(opening=lambda feed: Opening(feed, PLAN, desk=FakeDesk())) as held:
        held.app.open_recording("nowhere")
        await held.until(lambda: held.live.problems)
        assert held.app.replayed is None
        assert "nowhere" in held.live.problems[0].message


async def test_an_event_of_it_is_shown() -> None:
    async with replaying() as (held, _):
        await held.pilot.press("w")
        held.app.show_event(40)
        await held.until(lambda: len(held.app.screen_stack) == 1)
        selected = held.app._live_screen.inspector.selected
        assert selected is not None
        assert selected.seq == 40


async def test_another_live_session_does_not_take_the_recording_away() -> None:
    async with replaying() as (held, shown):
        held.feed.say(SessionBegan({"dialect": "ga"}, "elsewhere"))
        await held.until(lambda: held.live.sessions == 1)
        assert held.app.shown is shown


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_time_line_fits(size: tuple[int, int]) -> None:
    async with replaying(size=size) as (held, _):
        assert len(bar(held)) == size[0]


async def test_the_end_of_the_list_is_the_last_event_wherever_the_recording_stands() -> None:
    async with replaying() as (held, shown):
        pane = held.app.screen_stack[0].query_one(InspectorPane)
        shown.go(20)
        await held.pilot.press("3", "end")
        assert pane.position == len(shown.store) - 1
        held.app.look()
        assert pane.position == len(shown.store) - 1
        assert shown.position == 20


async def test_the_list_goes_along_with_a_recording_that_plays() -> None:
    async with replaying() as (held, shown):
        pane = held.app.screen_stack[0].query_one(InspectorPane)
        await held.pilot.press("3", "S", "space", "G")
        held.clock.advance(8.0)
        await held.until(lambda: shown.now == pytest.approx(8.0))
        held.app.look()
        assert pane.held is not None
        assert pane.following
        assert pane.held.listing.cursor_line == pane.held.line_to_follow() < pane.line_count() - 1
