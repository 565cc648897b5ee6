"""The inspector's keys, filter line and columns on the screen."""

from __future__ import annotations

import re

from textual.widgets import Input

from studio.ui.opening import Opening
from studio.ui.widgets.filter_bar import FilterBar
from studio.ui.widgets.inspector_pane import InspectorPane
from tests import conversations
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN, FakeFeed, log_lines
from tests.fakes.screen import Stage, stage


def inspector(held: Stage) -> InspectorPane:
    return held.app.screen_stack[0].query_one(InspectorPane)


def bar(held: Stage) -> FilterBar:
    return held.app.screen_stack[0].query_one(FilterBar)


def head(held: Stage) -> str:
    return str(held.app.screen_stack[0].query_one("#pane-inspector Head").render())


def types(held: Stage) -> set[str]:
    pane = inspector(held)
    assert pane.held is not None
    listing, store = pane.held.listing, held.live.store
    return {store.row(int(first)).type for first in listing.rows.firsts}


async def test_a_filter_is_written_understood_and_cleared() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "f", *"from:client -type:input*")
        await held.until(lambda: types(held) == {"session.update"})
        assert "1 of " in head(held)
        await held.pilot.press("enter")
        assert inspector(held).has_focus
        assert bar(held).display
        await held.pilot.press("escape")
        await held.until(lambda: "local.connect" in types(held))
        assert not bar(held).display
        await held.pilot.press("u")
        await held.until(lambda: types(held) == {"session.update"})


async def test_a_mistake_is_said_and_the_filter_in_force_stays() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "f", *"from:client")
        await held.until(lambda: bar(held).text == "from:client")
        bar(held).query_one(Input).value = "from:client sizes:("
        reason = bar(held).query_one("#filter-reason")
        await held.until(lambda: reason.display)
        assert bar(held).text == "from:client"
        assert bar(held)._mistake.span is not None
        assert str(reason.render()).endswith("\nUntil then in force: from:client")


async def test_a_mistake_says_that_everything_is_listed() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "f")
        bar(held).query_one(Input).value = "sizes:("
        reason = bar(held).query_one("#filter-reason")
        await held.until(lambda: reason.display)
        assert str(reason.render()).endswith("Until then every event is listed.")


async def test_nothing_that_passes_is_said_with_the_way_back() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await held.pilot.press("3", "f", *"zebra", "enter")
        await held.until(lambda: "No event of" in held.words("inspector"))
        assert "esc shows all" in held.words("inspector")


async def test_the_value_under_the_cursor_filters() -> None:
    async with stage() as held:
        await held.play(conversations.two_turns())
        await held.pilot.press("3", "g", "slash", *"response.created", "enter", "F", "enter")
        await held.until(lambda: types(held) == {"response.created"})
        assert bar(held).text == "type=response.created"


async def test_a_filter_is_kept_under_a_name_and_forgotten() -> None:
    desk = FakeDesk()

    def opening(feed: FakeFeed) -> Opening:
        return Opening(feed, PLAN, desk=desk)

    async with stage(opening=opening) as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "f", *"is:delta", "ctrl+s", *"pieces", "enter")
        await held.until(lambda: desk.kept("inspector.filters") == {"pieces": "is:delta"})
        await held.pilot.press("escape", "f")
        await held.pilot.press("down", "enter")
        assert bar(held).query_one(Input).value == "is:delta"
        await held.until(lambda: bar(held).text == "is:delta")
        await held.pilot.press("escape", "f", "down", "ctrl+r")
        assert desk.kept("inspector.filters") == {}


async def test_completion_writes_the_rest_of_a_word() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "f", *"from:cl", "tab")
        assert bar(held).query_one(Input).value.strip() == "from:client"
        assert bar(held).query_one(Input).has_focus


async def test_the_cursor_stays_on_its_event_when_a_filter_comes_and_goes() -> None:
    async with stage() as held:
        await held.play(conversations.two_turns())
        pane = inspector(held)
        await held.pilot.press("3", "g", "slash", *"response.done", "enter")
        chosen = pane.position
        await held.pilot.press("f", *"type:response.*", "enter")
        await held.until(lambda: types(held) != set() and "local.connect" not in types(held))
        assert pane.position == chosen
        await held.pilot.press("escape")
        await held.until(lambda: "local.connect" in types(held))
        assert pane.position == chosen


async def test_the_cursor_and_its_line_stay_when_events_come() -> None:
    events = conversations.LIBRARY["long_talk"]()
    async with stage((120, 40)) as held:
        lines = log_lines(events)
        held.feed.play(events[:120])
        await held.until(lambda: len(held.live.store) == 120)
        pane = inspector(held)
        await held.pilot.press("3", "G", "pageup", "up", "up")
        chosen, y = pane.position, pane.highlighted() - pane.scroll_offset.y
        held.feed.say(*lines[120:])
        await held.until(lambda: len(held.live.store) == len(events))
        await held.pilot.pause()
        assert pane.position == chosen
        assert pane.highlighted() - pane.scroll_offset.y == y
        await held.pilot.resize_terminal(150, 50)
        await held.pilot.pause()
        assert pane.position == chosen
        assert 0 <= pane.highlighted() - pane.scroll_offset.y < pane.size.height


async def test_the_newest_line_is_in_sight_in_the_paint_that_a_new_size_begins_with() -> None:
    async with stage((120, 40)) as held:
        await held.play(conversations.LIBRARY["long_talk"]())
        pane, painted = inspector(held), list[tuple[int, int]]()
        await held.pilot.press("3", "G")

        def note(_screen: object) -> None:
            painted.append((pane.size.height, pane.highlighted() - pane.scroll_offset.y))

        held.app.screen.screen_layout_refresh_signal.subscribe(held.app, note, immediate=True)
        for height in (30, 50):
            painted.clear()
            await held.pilot.resize_terminal(120, height)
            await held.pilot.pause()
            assert painted
            assert all(0 <= line < lines for lines, line in painted)


async def test_columns_that_get_room_after_the_end_are_filled() -> None:
    async with stage((200, 60)) as held:
        await held.play(conversations.tool_round())
        await held.pilot.press("3")
        pane = inspector(held)
        await held.until(lambda: "response.done" in held.words("inspector"))
        assert "anchor" not in pane.chosen.widths(pane.columns)
        held.app.action_zoom()
        held.app.look()  # before the layout gives the columns their room
        await held.until(lambda: "anchor" in pane.chosen.widths(pane.columns))
        assert "+1.08s" in held.words("inspector")


async def test_marks_jumps_and_the_thread_of_a_response() -> None:
    async with stage() as held:
        await held.play(conversations.tool_round())
        pane = inspector(held)
        await held.pilot.press("3", "g", "apostrophe")
        marked = pane.position
        assert "1 mark" in head(held)
        await held.pilot.press("slash", *"arguments.done", "enter", "J")
        assert pane.selected is not None
        assert pane.selected.event.type == "conversation.item.create"
        await held.pilot.press("quotation_mark")
        assert pane.position == marked
        await held.pilot.press("slash", *"response.created", "enter")
        await held.pilot.press("right_curly_bracket")
        assert pane.selected.event.type == "response.output_item.added"
        await held.pilot.press("left_curly_bracket")
        assert pane.selected.event.type == "response.created"


async def test_an_event_leads_to_its_turn_and_a_turn_to_its_events() -> None:
    async with stage() as held:
        await held.play(conversations.two_turns())
        pane = inspector(held)
        await held.pilot.press("3", "slash", *"kettle", "enter", "T")
        transcript = held.app.screen_stack[0].query_one("#transcript")
        assert transcript.has_focus
        await held.pilot.press("enter")
        assert pane.has_focus
        assert pane.held is not None
        assert pane.position is not None
        assert pane.held.turn_of(pane.position) == 2


async def test_a_word_of_the_transcript_leads_to_its_event() -> None:
    async with stage((160, 40)) as held:
        await held.play(conversations.spoken_turn())
        pane = inspector(held)
        transcript = held.app.screen_stack[0].query_one("#transcript")
        lines = held.words("transcript").splitlines()
        word = conversations.ANSWER.split()[-1]
        y = next(at for at, line in enumerate(lines) if word in line)
        await held.pilot.click("#transcript", offset=(lines[y].index(word) + 1, y))
        await held.pilot.pause()
        assert transcript.is_attached
        assert pane.selected is not None
        assert pane.selected.event.type.endswith("transcript.delta")
        assert word.strip(".?!") in pane.selected.raw


async def test_columns_are_chosen_sized_and_kept() -> None:
    desk = FakeDesk()

    def opening(feed: FakeFeed) -> Opening:
        return Opening(feed, PLAN, desk=desk)

    async with stage(opening=opening) as held:
        await held.play(conversations.spoken_turn())
        pane = inspector(held)
        await held.pilot.press("3", "C", "space")
        assert "time" not in pane.chosen.widths(pane.columns)
        await held.pilot.press(*["down"] * 6, "right", "right")
        await held.pilot.press("escape")
        kept = desk.kept("inspector.columns")
        assert isinstance(kept, dict)
        assert kept["shown"] == {"time": False}
        assert "type" in kept["cells"]  # type: ignore[operator]


async def test_half_a_word_that_means_nothing_empties_no_list() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "f", *"from:client")
        await held.until(lambda: types(held) and all(t[0] != "l" for t in types(held)))
        before = types(held)
        bar(held).query_one(Input).value += " type:sess"
        await held.until(lambda: (listed := inspector(held).held) and listed.finds_nothing)
        assert bar(held).is_being_written
        assert types(held) == before
        await held.until(lambda: not types(held))


async def test_enter_shows_the_payload_and_then_goes_into_it() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "home", "enter")
        lines = held.app.screen.query_one("#detail")
        await held.until(lambda: lines.parent is not None and lines.parent.display)
        assert inspector(held).has_focus
        await held.pilot.press("enter")
        assert lines.has_focus
        await held.pilot.press("escape")
        assert inspector(held).has_focus


async def test_half_a_word_of_a_type_is_said_with_what_it_would_match() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "f", *"type:input", "enter")
        await held.until(lambda: "type:input* matches" in held.words("inspector"))
        assert "passes type:input." in held.words("inspector")


async def test_the_gap_column_says_what_the_filter_goes_by() -> None:
    async with stage() as held:
        await held.play(conversations.two_turns())
        await held.pilot.press("3", "f", *"gap > 500ms")
        await held.until(lambda: bar(held).text == "gap > 500ms" and types(held))
        await held.until(lambda: "of" in head(held) and "filtering" not in head(held))
        for line in held.words("inspector").splitlines():
            assert re.search(r"[+](\d{3}ms|[\d.]+s)", line), line
