from __future__ import annotations

from pathlib import Path

import pytest

from studio.audio.cleaning import Cleaning
from studio.runtime.cells import Cells
from studio.runtime.messages import Fault, WorkerGone
from studio.session.local import (
    DeviceFailed,
    DeviceOpened,
    EchoScored,
    InterruptWanted,
    MuteSet,
    SoundWanted,
    SpeakWanted,
    TalkKeySet,
    TextWanted,
    ToolAnswered,
)
from studio.ui.app import Opening
from studio.ui.hold_keys import KeyMoved
from studio.ui.layout import Pane
from studio.ui.present.health import figure_named
from studio.ui.screens.overlays import Chooser, Prompt, Sheet
from studio.ui.widgets.pane import PaneBox
from tests import conversations
from tests.builders import Script
from tests.fakes.feed import PLAN, FakeFeed, log_lines
from tests.fakes.screen import stage


async def test_the_first_session_begins_by_itself() -> None:
    async with stage() as held:
        assert held.feed.started == [PLAN]


async def test_the_first_session_can_wait_for_a_key() -> None:
    async with stage(opening=lambda feed: Opening(feed, PLAN, connect=False)) as held:
        assert held.feed.started == []
        assert "connect" in held.words("transcript")
        await held.pilot.press("c")
        assert held.feed.started == [PLAN]


@pytest.mark.parametrize(
    ("key", "event"),
    [
        ("m", MuteSet(muted=True)),
        ("t", TalkKeySet(held=True)),
        ("x", InterruptWanted()),
    ],
)
async def test_a_key_is_a_wish(key: str, event: object) -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await held.pilot.press(key)
        assert held.feed.sent == [event]


async def test_one_escape_too_many_interrupts_nobody() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await held.pilot.press("3", "escape", "escape")
        assert held.feed.sent == []


@pytest.mark.parametrize(
    ("key", "event"), [("i", TextWanted(text="hello you")), ("s", SpeakWanted(text="hello you"))]
)
async def test_words_are_typed_in_a_line_at_the_foot(key: str, event: object) -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await held.pilot.press(key)
        assert isinstance(held.app.screen, Prompt)
        await held.pilot.press(*"hello", "space", *"you", "enter")
        assert held.feed.sent == [event]
        await held.pilot.press(key, "a", "escape")
        assert held.feed.sent == [event]


async def test_a_waiting_call_is_answered_by_hand() -> None:
    async with stage() as held:
        await held.play(conversations.waiting_for_a_tool())
        await held.pilot.press("a", *"foggy", "enter")
        (answer,) = held.feed.sent
        assert isinstance(answer, ToolAnswered)
        assert answer.output == "foggy"
        assert answer.call_id == held.live.state.tools.calls.series[0].call_id


async def test_without_a_waiting_call_there_is_nothing_to_answer() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await held.pilot.press("a")
        assert not isinstance(held.app.screen, Prompt)
        assert held.feed.sent == []


async def test_without_a_session_a_wish_is_answered_with_the_key_to_press() -> None:
    async with stage() as held:
        await held.pilot.press("m")
        assert held.feed.sent == []
        assert [note.message for note in held.app._notifications] == ["Not connected: c connects."]


@pytest.mark.parametrize("key", ["i", "s"])
async def test_without_a_session_no_words_are_asked_for(key: str) -> None:
    async with stage() as held:
        await held.pilot.press(key)
        assert not isinstance(held.app.screen, Prompt)
        assert [note.message for note in held.app._notifications] == ["Not connected: c connects."]


async def test_the_key_to_press_is_the_one_of_the_keymap() -> None:
    async with stage(keymap={"session.connect": "f5"}) as held:
        await held.pilot.press("m")
        assert [note.message for note in held.app._notifications] == ["Not connected: F5 connects."]


async def test_the_same_key_disconnects() -> None:
    async with stage() as held:
        assert "c connect " in held.bar("keys")
        await held.play(conversations.connected())
        await held.until(lambda: "c disconnect" in held.bar("keys"))
        await held.pilot.press("c")
        assert held.feed.stopped == 1


@pytest.mark.parametrize("key", ["z", "h", "ctrl+right"])
async def test_where_panes_are_tabs_there_is_nothing_to_place(key: str) -> None:
    async with stage((80, 24)) as held:
        await held.pilot.press("4", key)
        (note,) = held.app._notifications
        assert note.message == "One pane at a time below 100×30 cells."
        await held.pilot.resize_terminal(120, 40)
        await held.until(lambda: held.app.screen.query_one("#pane-config").display)
        assert all(held.app.screen.query_one(f"#pane-{pane}").display for pane in Pane)


async def test_a_pane_that_stands_for_all_says_so() -> None:
    async with stage() as held:
        await held.pilot.press("4", "z")
        head = held.app.screen.query_one("#pane-meter", PaneBox).head
        assert "zoomed" in str(head.render())
        await held.pilot.press("z")
        assert "zoomed" not in str(head.render())


async def test_a_narrow_meter_says_what_the_wide_one_says() -> None:
    async with stage((80, 24)) as held:
        await held.pilot.press("4")
        await held.play(conversations.listening())
        held.feed.cells = Cells(at=3.0, input_db=-21.4, input_peak_db=-12.0, input_clipping=True)
        await held.until(lambda: "−21.4 dB" in held.bar("meter"))
        assert "the microphone clips" in held.bar("meter")
        assert "queued" in held.bar("meter")
        assert "now" in held.bar("meter")


async def test_the_prompt_keeps_its_hint_beside_a_value() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "slash", "x", "enter", "slash")
        hint = held.app.screen.query_one("#prompt-hint").render()
        assert "A type, or words in a payload." in str(hint)
        assert "esc leaves" in str(hint)


async def test_a_conversation_shows_everywhere() -> None:
    async with stage((200, 60)) as held:
        await held.play(conversations.spoken_turn())
        await held.until(lambda: conversations.ANSWER in held.words("transcript"))
        assert conversations.QUESTION in held.words("transcript")
        assert "speech_started" in held.words("inspector")
        assert "wait" in held.bar("turn")
        assert "ended" in held.bar("status")
        assert "local.end" in held.words("detail")


async def test_the_health_of_the_sound_stands_at_the_foot_of_the_meter() -> None:
    async with stage() as held:
        await held.play(conversations.listening())
        held.feed.cells = Cells(at=3.0, start_buffer_ms=60, underruns=2, rtt_ms=42)
        await held.until(lambda: "buffer 60 ms   late 0 ms   underruns 2" in held.bar("meter"))
        meter = held.app.screen.query_one("#meter")
        (place,) = [at for at, line in enumerate(held.bar("meter").splitlines()) if "rtt" in line]
        column = held.bar("meter").splitlines()[place].index("rtt")
        await held.pilot.click(meter, offset=(column, place))
        (note,) = held.app._notifications
        assert note.message == figure_named("rtt").help


async def test_an_echo_is_told_once_and_what_helps_is_one_undoable_change() -> None:
    async with stage() as held:
        events = conversations.self_interruption()
        scored = next(at for at, each in enumerate(events) if isinstance(each.event, EchoScored))
        await held.play(events[: scored + 1])
        banner = held.app.screen.query_one("#banner")
        await held.until(lambda: banner.display)
        assert "probably the assistant's own voice" in held.bar("banner")
        assert [note.title for note in held.app._notifications] == []
        before = held.live.draft
        await held.pilot.press("e")
        assert isinstance(held.app.screen, Chooser)
        await held.pilot.press("down", "enter")
        await held.until(lambda: not banner.display)
        assert held.feed.sent == [SoundWanted(cleaning=Cleaning(echo="half-duplex"))]
        await held.pilot.press("1", "u")
        assert held.live.draft == before


async def test_a_card_that_went_and_came_back_is_told_in_one_place() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        banner = held.app.screen.query_one("#banner")
        lost = DeviceFailed(direction="output", name="Headset", message="It was unplugged.")
        script = Script().at(1).local(lost)
        held.feed.say(*log_lines(script.envelopes))
        await held.until(lambda: banner.display)
        assert "Speaker Headset: It was unplugged." in held.bar("banner")
        script = (
            Script()
            .at(2)
            .local(DeviceOpened(direction="output", name="Headset", virtual=False, rate_hz=48_000))
        )
        held.feed.say(*log_lines(script.envelopes))
        await held.until(lambda: "is back: Headset" in held.bar("banner"))


async def test_a_talk_key_that_is_held_talks_until_it_is_let_go() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        held.app.post_message(KeyMoved("t", is_down=True))
        await held.pilot.press("t")
        held.feed.say(*log_lines(Script().at(2).local(TalkKeySet(held=True)).envelopes))
        await held.until(lambda: "talking, held" in held.bar("status"))
        held.clock.advance(1)
        held.app.post_message(KeyMoved("t", is_down=False))
        await held.until(lambda: len(held.feed.sent) == 2)
        assert held.feed.sent == [TalkKeySet(held=True), TalkKeySet(held=False)]


async def test_without_turn_detection_the_status_says_that_the_talk_key_is_up() -> None:
    async with stage() as held:
        await held.play(conversations.push_to_talk()[:-2])
        await held.until(lambda: "talk key is up" in held.bar("status"))


async def test_the_meter_draws_the_cells() -> None:
    async with stage() as held:
        await held.play(conversations.listening())
        held.feed.cells = Cells(at=3.0, input_db=-21.4, input_peak_db=-12.0, input_clipping=True)
        await held.until(lambda: "−21.4 dB" in held.bar("meter"))
        assert "the microphone clips" in held.bar("meter")
        assert "local" in held.bar("meter")


@pytest.mark.parametrize("name", list(conversations.LIBRARY))
async def test_every_conversation_can_be_shown(name: str) -> None:
    async with stage((160, 48)) as held:
        await held.play(conversations.LIBRARY[name]())
        for key in ("1", "2", "3", "4"):
            await held.pilot.press(key)
        assert held.words("inspector")


async def test_keys_of_the_keymap_hold() -> None:
    async with stage(keymap={"session.mute": "y"}) as held:
        await held.play(conversations.connected())
        await held.pilot.press("m")
        assert held.feed.sent == []
        await held.pilot.press("y")
        assert held.feed.sent == [MuteSet(muted=True)]
        assert "y mute" in held.bar("keys")


@pytest.mark.parametrize("size", [(20, 5), (60, 15), (80, 24), (120, 40), (200, 60)])
async def test_every_size_works(size: tuple[int, int]) -> None:
    async with stage(size) as held:
        await held.play(conversations.tool_round())
        for key in ("1", "2", "3", "z", "z", "4", "h", "4", "question_mark", "escape"):
            await held.pilot.press(key)
        too_small = held.app.screen.query_one("#too-small")
        assert too_small.display is (size == (20, 5))


async def test_a_terminal_that_grows_shows_more() -> None:
    async with stage((20, 5)) as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.resize_terminal(80, 24)
        shown = [pane for pane in Pane if held.app.screen.query_one(f"#pane-{pane}").display]
        assert shown == [Pane.TRANSCRIPT]
        await held.pilot.resize_terminal(200, 60)
        shown = [pane for pane in Pane if held.app.screen.query_one(f"#pane-{pane}").display]
        assert shown == list(Pane)
        await held.until(lambda: conversations.ANSWER in held.words("transcript"))


async def test_panes_zoom_hide_and_resize_by_key() -> None:
    async with stage() as held:
        box = held.app.screen.query_one("#pane-config")
        await held.pilot.press("1", "ctrl+right")
        await held.until(lambda: box.size.width == 44)
        await held.pilot.press("z")
        await held.until(lambda: box.size.width == 120)
        await held.pilot.press("z", "h")
        await held.until(lambda: not box.display)
        await held.pilot.press("1")
        await held.until(lambda: box.display)
        assert held.app.focused is not None
        assert held.app.focused.id == "config"


async def test_a_fault_is_a_toast_and_a_problem_with_the_next_step() -> None:
    async with stage() as held:
        held.feed.say(Fault("No sound", "there is no [red]card", "plug one in"))
        await held.until(lambda: "1 problem" in held.bar("turn"))
        (note,) = held.app._notifications
        assert note.title == "No sound"
        assert "[red]card" in note.message
        await held.pilot.press("p")
        assert isinstance(held.app.screen, Sheet)
        await held.pilot.press("escape")
        await held.pilot.click("#turn", offset=(116, 0))
        assert isinstance(held.app.screen, Sheet)


async def test_a_worker_that_went_is_started_again_by_one_key() -> None:
    restarted = []

    async def restart() -> None:
        restarted.append(True)

    def opening(feed: FakeFeed) -> Opening:
        return Opening(feed, PLAN, restart=restart)

    async with stage(opening=opening) as held:
        await held.play(conversations.connected())
        held.feed.say(WorkerGone(-9, Path("worker.log")))
        await held.until(lambda: "signal 9" in held.bar("banner"))
        assert held.app.screen.query_one("#banner").display
        assert "connected" not in held.bar("status")
        assert "stopped" in held.bar("status")
        await held.pilot.press("r")
        await held.until(lambda: len(held.feed.started) == 2)
        assert restarted == [True]
        await held.until(lambda: not held.app.screen.query_one("#banner").display)


async def test_a_worker_that_cannot_be_started_is_a_problem() -> None:
    async def restart() -> None:
        raise OSError("no more processes")

    def opening(feed: FakeFeed) -> Opening:
        return Opening(feed, PLAN, restart=restart)

    async with stage(opening=opening) as held:
        held.feed.say(WorkerGone(1, Path("worker.log")))
        await held.until(lambda: held.live.gone is not None)
        await held.pilot.press("r")
        await held.until(lambda: held.live.problems)
        assert "no more processes" in held.live.problems[-1].message
        assert held.live.gone is not None


async def test_a_theme_is_worn_while_looked_at_and_kept_when_chosen() -> None:
    async with stage() as held:
        await held.pilot.press("ctrl+t")
        assert isinstance(held.app.screen, Chooser)
        await held.pilot.press("down")
        assert held.app.theme != "dark"
        await held.pilot.press("escape")
        assert held.app.theme == "dark"
        assert held.themes_kept == []
        await held.pilot.press("ctrl+t", "down", "enter")
        assert held.themes_kept == [held.app.theme]


async def test_hostile_words_stay_words() -> None:
    async with stage() as held:
        await held.play(conversations.hostile())
        for pane in ("transcript", "inspector"):
            assert "\x1b" not in held.words(pane)


async def test_a_click_on_a_key_presses_it() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        place = held.bar("keys").index("m mute")
        await held.pilot.click("#keys", offset=(place, 0))
        assert held.feed.sent == [MuteSet(muted=True)]


async def test_the_palette_knows_every_action_of_the_screen() -> None:
    async with stage() as held:
        commands = {each.title: each for each in held.app.get_system_commands(held.app.screen)}
        await held.play(conversations.connected())
        await commands["Mute"].callback()
        assert held.feed.sent == [MuteSet(muted=True)]


async def test_the_transcript_follows_until_it_is_scrolled() -> None:
    async with stage((80, 24)) as held:
        await held.play(conversations.long_talk())
        pane = held.app.screen.query_one("#transcript")
        await held.until(lambda: pane.max_scroll_y and pane.scroll_y == pane.max_scroll_y)
        await held.pilot.press("up", "up")
        await held.until(lambda: pane.scroll_y < pane.max_scroll_y)
        await held.pilot.press("G")
        await held.until(lambda: pane.scroll_y == pane.max_scroll_y)


async def stumble_over(secret: str) -> None:
    """A screen that falls over a bug while it holds a secret."""

    def stumble() -> None:
        hidden = secret
        raise RuntimeError(f"stumbled {len(hidden)}")

    async with stage() as held:
        held.app.call_later(stumble)
        await held.pilot.pause()


async def test_a_fault_of_our_own_shows_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="stumbled"):
        await stumble_over("sk-very-secret-value")
    shown = capsys.readouterr()
    assert "stumbled 20" in shown.out + shown.err
    assert "very-secret" not in shown.out + shown.err


@pytest.mark.parametrize(
    ("size", "ways"),
    [
        ((80, 24), ["L lab"]),
        ((100, 30), ["v turns", "L lab", "V voices", "o sessions"]),
        ((120, 40), ["v turns", "L lab", "V voices", "o sessions"]),
    ],
)
@pytest.mark.parametrize("pane", ["1", "2", "3"])
async def test_the_footer_offers_the_ways_to_the_other_screens(
    size: tuple[int, int], ways: list[str], pane: str
) -> None:
    async with stage(size) as held:
        await held.play(conversations.connected())
        await held.pilot.press(pane)
        shown = held.bar("keys")
        places = [shown.index(way) for way in ways]
        assert places == sorted(places)
        assert shown.index("? help") > places[-1]
