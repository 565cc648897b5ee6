"""Toasts stand where the cursor is not."""

from __future__ import annotations

from textual.widget import Widget

from studio.ui.toasts import TOLD, cursor_row
from studio.ui.widgets.json_area import JsonArea
from tests import conversations
from tests.fakes.screen import Stage, stage


def toast(held: Stage) -> Widget:
    return held.app.screen.query("Toast").last()


async def shown(held: Stage, words: str) -> None:
    held.app.notify(words, timeout=100)
    await held.until(lambda: held.app.screen.query("Toast") and toast(held).region.height)
    await held.pilot.pause()
    held.app.look()
    await held.pilot.pause()


async def test_a_short_toast_takes_a_line_above_the_keys() -> None:
    async with stage(size=(80, 24), toasts=True) as held:
        await shown(held, "A word.")
        assert (toast(held).region.y, toast(held).region.height) == (22, 1)


async def test_the_line_at_the_cursor_is_never_covered() -> None:
    async with stage(size=(80, 24), toasts=True) as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "end", "up")
        await shown(held, "One.\nTwo.\nThree.\nFour.\nFive.")
        row = cursor_row(held.app.focused)
        assert row is not None
        assert row > 12
        assert toast(held).region.bottom < row
        await held.pilot.press("home")
        held.app.look()
        await held.pilot.pause()
        row = cursor_row(held.app.focused)
        assert row is not None
        assert toast(held).region.y > row


async def test_a_line_that_is_typed_in_is_never_covered() -> None:
    async with stage(size=(80, 24), toasts=True) as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "slash")
        await shown(held, "One.\nTwo.\nThree.")
        assert toast(held).region.y < 3


async def test_what_the_composer_says_at_its_foot_is_never_covered() -> None:
    async with stage(size=(100, 30), toasts=True) as held:
        await held.play(conversations.connected())
        await held.pilot.press("ctrl+e")
        screen = held.app.screen
        screen.query_one(JsonArea).load('{"type": "conversation.item.delete", "item": 3}')
        await held.pilot.press("ctrl+s")
        await shown(held, "One.\nTwo.")
        lines = [each for each in screen.query(f".{TOLD}") if each.display]
        assert len(lines) >= 2
        assert not [each for each in lines if toast(held).region.overlaps(each.region)]
        assert toast(held).region.bottom < 29
