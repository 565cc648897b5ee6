from __future__ import annotations

import pytest

from studio.ui.screens.latency import LatencyScreen
from studio.ui.screens.live import LiveScreen
from studio.ui.widgets.waterfall import Waterfall
from tests import conversations
from tests.fakes.feed import log_lines
from tests.fakes.screen import Stage, stage


def waterfall(held: Stage) -> Waterfall:
    return held.app.screen.query_one(Waterfall)


def words(held: Stage, widget: str) -> str:
    pane = held.app.screen.query_one(f"#{widget}")
    return "\n".join(pane.line(at, pane.columns).plain for at in range(pane.line_count()))  # type: ignore[attr-defined]


async def test_turns_stand_as_bars_with_their_totals() -> None:
    async with stage() as held:
        await held.play(conversations.two_turns())
        await held.pilot.press("w")
        assert isinstance(held.app.screen, LatencyScreen)
        await held.until(lambda: "0.64 s" in words(held, "latency"))
        assert words(held, "latency").count("S") >= 2
        assert "all turns" in words(held, "latency-summary")
        assert "slowest: turn" in words(held, "latency-summary")
        assert "turn 2" in words(held, "latency-turn")
        assert "silence" in words(held, "latency-turn")


@pytest.mark.parametrize("key", ["escape", "w", "2"])
async def test_it_is_left_as_it_was_entered(key: str) -> None:
    async with stage() as held:
        await held.play(conversations.two_turns())
        await held.pilot.press("w", key)
        assert isinstance(held.app.screen, LiveScreen)
        assert held.feed.sent == []


async def test_before_the_first_turn_it_says_what_will_stand_there() -> None:
    async with stage((80, 24)) as held:
        await held.play(conversations.connected())
        await held.pilot.press("w", "down", "s", "f")
        await held.until(lambda: "No turn has been answered yet." in words(held, "latency"))
        assert words(held, "latency-turn") == ""


async def test_the_cursor_stays_on_its_turn_while_others_come() -> None:
    async with stage() as held:
        lines = log_lines(conversations.long_talk(6))
        half = len(lines) // 2
        held.feed.play(conversations.long_talk(6)[:half])
        await held.until(lambda: len(held.live.store) == half)
        await held.pilot.press("w")
        await held.until(lambda: waterfall(held).cursor is not None)
        newest = waterfall(held).cursor
        await held.pilot.press("g", "down")
        assert waterfall(held).cursor == 2
        held.feed.say(*lines[half:])
        await held.until(lambda: len(held.live.store) == len(lines))
        assert waterfall(held).cursor == 2
        assert "turn 2" in words(held, "latency-turn")
        await held.pilot.press("G")
        assert waterfall(held).cursor == waterfall(held).line_count()
        assert waterfall(held).cursor != newest


async def test_at_the_newest_turn_the_cursor_follows() -> None:
    async with stage((80, 24)) as held:
        lines = log_lines(conversations.long_talk(30))
        half = len(lines) // 2
        held.feed.play(conversations.long_talk(30)[:half])
        await held.until(lambda: len(held.live.store) == half)
        await held.pilot.press("w")
        held.feed.say(*lines[half:])
        await held.until(lambda: len(held.live.store) == len(lines))
        pane = waterfall(held)
        await held.until(lambda: pane.cursor == pane.line_count())
        await held.until(lambda: pane.scroll_y == pane.max_scroll_y > 0)


async def test_a_click_goes_to_a_turn_and_a_key_to_the_slowest() -> None:
    async with stage() as held:
        await held.play(conversations.two_turns())
        await held.pilot.press("w")
        await held.until(lambda: waterfall(held).cursor == 2)
        await held.pilot.click(waterfall(held), offset=(30, 0))
        assert waterfall(held).cursor == 1
        assert "turn 1" in words(held, "latency-turn")
        await held.pilot.press("G", "s")
        marked = [at for at, line in enumerate(words(held, "latency").splitlines(), 1)
                  if "▲" in line]  # fmt: skip
        assert marked == [waterfall(held).cursor]


async def test_a_cut_turn_has_its_ledger_and_the_verdict_on_its_echo() -> None:
    async with stage((200, 60)) as held:
        await held.play(conversations.self_interruption())
        await held.pilot.press("w", "g")
        await held.until(lambda: "cut by speech" in words(held, "latency-turn"))
        assert "generated" in words(held, "latency-turn")
        assert "played 1,590 ms" in words(held, "latency-turn")
        await held.pilot.press("G")
        await held.until(lambda: "assistant's own voice" in words(held, "latency-turn"))
        assert "→ Wear a headset" in words(held, "latency-turn")


@pytest.mark.parametrize("size", [(20, 5), (60, 15), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("name", ["self_interruption", "tool_round", "hostile", "typed_turn"])
async def test_every_size_works(size: tuple[int, int], name: str) -> None:
    async with stage(size) as held:
        await held.play(conversations.LIBRARY[name]())
        await held.pilot.press("w", "g", "tab", "down", "shift+tab", "down", "f")
        await held.pilot.resize_terminal(90, 30)
        assert "\x1b" not in words(held, "latency") + words(held, "latency-turn")
        await held.until(lambda: words(held, "latency"))


async def test_the_words_about_a_turn_can_be_read_to_their_end() -> None:
    async with stage((80, 24)) as held:
        await held.play(conversations.self_interruption())
        await held.pilot.press("w", "g")
        sheet = held.app.screen.query_one("#latency-turn")
        await held.until(lambda: sheet.max_scroll_y > 0)
        await held.pilot.press("pagedown", "pagedown", "pagedown")
        await held.until(lambda: sheet.scroll_y == sheet.max_scroll_y)
        await held.pilot.press("down")
        await held.until(lambda: sheet.scroll_y == 0)


async def test_the_keys_say_what_they_do_now() -> None:
    async with stage() as held:
        await held.play(conversations.answering())
        await held.pilot.press("w")
        await held.until(lambda: "c disconnect" in str(
            held.app.screen.query_one("#latency-keys").render()))  # fmt: skip


async def test_what_places_panes_rests_while_there_are_none() -> None:
    async with stage() as held:
        await held.play(conversations.two_turns())
        await held.pilot.press("w", "z", "h", "escape")
        assert held.app.screen.query_one("#pane-transcript").display
        assert "zoomed" not in str(held.app.screen.query_one("#pane-transcript Head").render())
