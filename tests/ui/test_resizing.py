"""The screens while the terminal changes its size."""

from __future__ import annotations

import pytest

from tests import conversations
from tests.fakes.screen import stage


async def test_what_was_too_small_for_a_while_has_its_focus_again() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3")
        await held.pilot.resize_terminal(40, 10)
        await held.until(lambda: held.app.focused is None)
        await held.pilot.resize_terminal(80, 24)
        await held.until(lambda: held.app.focused is held.app._live_screen.inspector)


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40)])
@pytest.mark.parametrize("key", ["v", "w", "o"])
async def test_every_view_has_its_title_and_its_keys(key: str, size: tuple[int, int]) -> None:
    async with stage(size) as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press(key)
        view = held.app.screen
        await held.until(lambda: "help" in str(view.query_one(f"#{view.scope}-keys").render()))  # type: ignore[attr-defined]
        keys = view.query_one(f"#{view.scope}-keys").region  # type: ignore[attr-defined]
        assert (keys.y, keys.width) == (size[1] - 1, size[0])


@pytest.mark.parametrize("key", ["v", "w", "o", "L", "P", "V", "ctrl+e"])
async def test_a_view_that_has_no_room_says_so(key: str) -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press(key)
        view = held.app.screen
        words = view.query_one("#too-small")
        assert not words.display
        await held.pilot.resize_terminal(59, 15)
        await held.until(lambda: words.display)
        await held.pilot.pause()
        assert words.region.size == (59, 15)
        assert view.get_widget_at(3, 3)[0] is words
        await held.pilot.resize_terminal(60, 15)
        await held.until(lambda: not words.display)
