from __future__ import annotations

import json
from typing import Any

from textual.widgets import OptionList

from studio.session.local import SendWanted
from studio.ui.opening import Opening
from studio.ui.screens.composer import ComposerScreen
from studio.ui.widgets.json_area import JsonArea
from tests import conversations
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN, FakeFeed
from tests.fakes.screen import Stage, stage

DELETE = '{"type": "conversation.item.delete", "item_id": "item_1"}'


def composer(held: Stage) -> ComposerScreen:
    screen = held.app.screen
    assert isinstance(screen, ComposerScreen)
    return screen


def area(held: Stage) -> JsonArea:
    return composer(held).query_one(JsonArea)


def words(held: Stage, name: str) -> str:
    rendered = composer(held).query_one(f"#composer-{name}").render()
    return str(getattr(rendered, "plain", rendered))


def sent(held: Stage) -> list[Any]:
    return [each.payload for each in held.feed.sent if isinstance(each, SendWanted)]


async def begin(held: Stage, text: str = "") -> None:
    """A session is open, and the composer holds a text."""
    await held.play(conversations.connected())
    await held.pilot.press("ctrl+e")
    await write(held, text)


async def write(held: Stage, text: str) -> None:
    area(held).load(text)
    await held.pilot.pause()


async def test_what_is_written_is_sent_as_it_is() -> None:
    async with stage() as held:
        await begin(held, DELETE)
        await held.pilot.press("ctrl+s")
        await held.until(lambda: sent(held))
        assert sent(held) == [DELETE]
        assert words(held, "said").startswith("Sent.")


async def test_an_odd_event_is_sent_only_when_asked_twice() -> None:
    async with stage() as held:
        await begin(held, '{"type": "conversation.item.delete", "item": 3}')
        assert "`item_id` is missing" in words(held, "findings")
        await held.pilot.press("ctrl+s")
        assert "`item_id` is missing" in words(held, "said")
        assert "ctrl+s again" in words(held, "said")
        assert sent(held) == []
        await held.pilot.press("ctrl+s")
        await held.until(lambda: sent(held))


async def test_another_change_asks_again() -> None:
    async with stage() as held:
        await begin(held, '{"type": "nonsense"}')
        await held.pilot.press("ctrl+s")
        await held.pilot.press("space", "ctrl+s")
        await held.pilot.pause()
        assert sent(held) == []


async def test_what_is_no_json_can_be_sent_too() -> None:
    async with stage() as held:
        await begin(held, '{"type": ')
        assert "Not JSON yet" in words(held, "findings")
        await held.pilot.press("ctrl+s", "ctrl+s")
        await held.until(lambda: sent(held))
        assert sent(held) == ['{"type": ']


async def test_without_a_connection_the_text_is_kept_and_the_key_is_named() -> None:
    async with stage() as held:
        await held.pilot.press("ctrl+e")
        await write(held, DELETE)
        await held.pilot.press("ctrl+s")
        assert words(held, "said") == (
            "Nothing is connected: esc, then c connects. The text is kept."
        )
        await held.pilot.press("escape", "ctrl+e")
        assert area(held).text == DELETE
        assert sent(held) == []


async def test_tab_writes_what_is_offered_and_goes_on_inside() -> None:
    async with stage() as held:
        await begin(held)
        await held.pilot.press("left_curly_bracket")
        assert words(held, "offers").startswith("› type")
        await held.pilot.press("tab")
        assert area(held).text == '{"type": ""'
        await held.pilot.press(*"cancel")
        assert words(held, "offers").startswith("› response.cancel")
        await held.pilot.press("tab")
        assert area(held).text == '{"type": "response.cancel"'


async def test_the_next_offer_can_be_chosen() -> None:
    async with stage() as held:
        await begin(held)
        await held.pilot.press("shift+tab", "tab")
        assert json.loads(area(held).text)["type"] == "conversation.item.delete"


async def test_a_template_is_begun_from() -> None:
    async with stage() as held:
        await begin(held)
        await held.pilot.press("ctrl+o")
        await held.until(lambda: held.app.screen.query(OptionList))
        await held.pilot.press("end", "enter")
        await held.until(lambda: isinstance(held.app.screen, ComposerScreen))
        assert json.loads(area(held).text)["type"] == "input_audio_buffer.append"


async def test_what_was_sent_comes_back_and_so_does_the_draft() -> None:
    desk = FakeDesk()
    async with stage(opening=lambda feed: opening(feed, desk)) as held:
        await begin(held, DELETE)
        await held.pilot.press("ctrl+s")
        await write(held, '{"type": "response.cancel"}')
        await held.pilot.press("ctrl+s")
        await write(held, "draft")
        await held.pilot.press("ctrl+up", "ctrl+up", "ctrl+up")
        assert area(held).text == DELETE
        await held.pilot.press("ctrl+down")
        assert area(held).text == '{"type": "response.cancel"}'
        await held.pilot.press("ctrl+down", "ctrl+down")
        assert area(held).text == "draft"
    assert desk.kept("composer") == ['{"type": "response.cancel"}', DELETE]


async def test_what_was_kept_from_another_day_is_there() -> None:
    desk = FakeDesk()
    desk.keep("composer", [DELETE, 3, None])
    async with stage(opening=lambda feed: opening(feed, desk)) as held:
        await begin(held)
        await held.pilot.press("ctrl+up")
        assert area(held).text == DELETE
        await held.pilot.press("ctrl+up")
        assert area(held).text == DELETE


def opening(feed: FakeFeed, desk: FakeDesk) -> Opening:
    return Opening(feed, PLAN, desk=desk)


async def test_a_line_is_indented_and_what_is_broken_is_left() -> None:
    async with stage() as held:
        await begin(held, DELETE)
        await held.pilot.press("ctrl+l")
        assert area(held).text == json.dumps(json.loads(DELETE), indent=2)
        await write(held, "{")
        await held.pilot.press("ctrl+l")
        assert area(held).text == "{"


async def test_the_event_at_the_inspectors_cursor_is_edited_again() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await held.pilot.press("3", "g")
        inspector = held.app.screen_stack[0].query_one("#inspector")
        while inspector.selected.event.type != "session.update":  # type: ignore[attr-defined]
            await held.pilot.press("down")
        await held.pilot.press("R")
        await held.until(lambda: isinstance(held.app.screen, ComposerScreen))
        frame = json.loads(area(held).text)
        assert frame["type"] == "session.update"
        assert "event_id" not in frame


async def test_a_long_text_is_taken_without_colours() -> None:
    async with stage() as held:
        many = [{"type": "input_text", "text": "x"}] * 10_000
        item = {"type": "message", "role": "user", "content": many}
        await begin(held, json.dumps({"type": "conversation.item.create", "item": item}))
        assert area(held).written.tokens == []
        assert words(held, "findings") == ""


async def test_it_is_left_and_entered_and_never_taken_apart() -> None:
    """Textual ends the timer that draws a screen with the screen: mounted again, it stays still."""
    async with stage() as held:
        await begin(held)
        screen = composer(held)
        await held.pilot.press("escape")
        assert held.app.screen is not screen
        assert screen.is_running
        await held.pilot.press("ctrl+e")
        assert held.app.screen is screen
