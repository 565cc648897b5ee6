from __future__ import annotations

from studio.runtime.messages import LogLine
from studio.ui.widgets.inspector_pane import InspectorPane
from tests import conversations
from tests.fakes.feed import log_lines
from tests.fakes.screen import Stage, stage


def inspector(held: Stage) -> InspectorPane:
    return held.app.screen_stack[0].query_one(InspectorPane)


async def test_the_newest_event_is_followed() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        pane = inspector(held)
        await held.until(lambda: pane.highlighted() in (-1, pane.line_count() - 1))
        assert pane.scroll_y == pane.max_scroll_y > 0


async def test_pause_holds_the_view_and_not_the_data() -> None:
    async with stage() as held:
        events = conversations.spoken_turn()
        first, rest = log_lines(events)[:20], log_lines(events)[20:]
        held.feed.play(events[:20])
        await held.until(lambda: len(held.live.store) == 20)
        await held.pilot.press("3", "space")
        before = held.words("inspector")
        held.feed.say(*rest)
        await held.until(lambda: len(held.live.store) == len(first) + len(rest))
        assert held.words("inspector").splitlines() == before.splitlines()
        assert inspector(held).waiting == len(rest)
        await held.pilot.press("space")
        await held.until(lambda: "local.end" in held.words("inspector"))


async def test_a_run_opens_to_each_event_and_closes() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        pane = inspector(held)
        await held.pilot.press("3", "g")
        while "append" not in pane.line(pane.highlighted(), 90).plain:
            await held.pilot.press("down")
        closed = pane.line_count()
        at = pane.highlighted()
        await held.pilot.press("enter")
        assert pane.line_count() == closed + 7
        member = pane.line(at + 1, 90).plain
        assert "╵" in member
        assert "100 ms · 4.8 kB" in member
        await held.pilot.press("down", "down", "left")
        assert pane.line_count() == closed
        assert pane.highlighted() == at


async def test_search_finds_and_goes_round() -> None:
    async with stage() as held:
        await held.play(conversations.two_turns())
        pane = inspector(held)
        await held.pilot.press("3", "g", "slash", *"Speech_Stopped", "enter")
        assert pane.selected is not None
        first = pane.selected.seq
        assert pane.selected.event.type == "input_audio_buffer.speech_stopped"
        await held.pilot.press("n")
        second = pane.selected.seq
        assert second > first
        await held.pilot.press("n")
        assert pane.selected.seq == first
        await held.pilot.press("N")
        assert pane.selected.seq == second


async def test_search_opens_the_run_that_holds_the_words() -> None:
    async with stage() as held:
        await held.play(conversations.two_turns())
        pane = inspector(held)
        await held.pilot.press("3", "g", "slash", *"kettle", "enter")
        assert pane.selected is not None
        assert "kettle" in pane.selected.raw
        assert pane.selected.event.type.endswith("delta")


async def test_what_is_not_there_is_said() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await held.pilot.press("3", "slash", *"zebra", "enter")
        head = held.app.screen.query_one("#pane-inspector Head")
        await held.until(lambda: "not found" in str(head.render()))


async def test_the_payload_of_the_event_at_the_cursor_shows() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await held.pilot.press("3", "g", "enter")
        await held.until(lambda: 'type: "local.connect"' in held.words("detail"))
        await held.pilot.press("down")
        await held.until(lambda: "local.device.opened" in held.words("detail"))
        await held.pilot.press("d")
        assert not held.app.screen.query_one("#detail-pane").display


async def test_a_hundred_thousand_events_cost_what_a_page_does() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        line = log_lines(conversations.typed_turn())
        item = next(each.line for each in line if "conversation.item.added" in each.line)
        for _ in range(100_000):
            held.live.store.append(item)
        pane = inspector(held)
        held.app.look()
        assert pane._lines is not None
        pane._lines.restart()
        await held.pilot.press("3", "g", "G", "pageup")
        assert pane.line_count() > 100_000
        assert 0 < len(pane._lines._kept) < 200


async def test_garbage_in_the_log_is_a_problem_and_not_the_end() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        held.feed.say(LogLine("no line of a log"))
        await held.until(lambda: held.live.faults)
        await held.pilot.press("3")
        assert held.app.is_running
