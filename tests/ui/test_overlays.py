"""What lies over the screen for a moment, under the pointer."""

from __future__ import annotations

import pytest

from studio.ui.screens.columns import ColumnsScreen
from studio.ui.screens.overlays import Prompt
from studio.ui.screens.view import ViewScreen
from studio.ui.widgets.suggestions import brief
from tests import conversations
from tests.fakes.screen import stage

BESIDE = (1, 1)


@pytest.mark.parametrize("key", ["question_mark", "p", "ctrl+t"])
async def test_a_click_beside_leaves_what_lies_over_the_screen(key: str) -> None:
    async with stage() as held:
        await held.pilot.press(key)
        over = held.app.screen
        assert len(held.app.screen_stack) == 2
        await held.pilot.click(over.query_one(".sheet"), offset=(3, 1))
        assert held.app.screen is over
        await held.pilot.click(offset=BESIDE)
        assert len(held.app.screen_stack) == 1


@pytest.mark.parametrize(("key", "title"), [("v", "turns"), ("w", "latency"), ("L", "lab")])
async def test_a_key_of_a_view_closes_the_help_and_opens_the_view(key: str, title: str) -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("question_mark", key)
        await held.until(lambda: isinstance(held.app.screen, ViewScreen))
        view = held.app.screen
        assert isinstance(view, ViewScreen)
        assert title in view.title_words
        assert len(held.app.screen_stack) == 2


async def test_a_list_is_as_wide_as_its_entries_where_there_is_room() -> None:
    async with stage() as held:
        await held.pilot.press("ctrl+t")
        assert held.app.screen.query_one("#chooser").size.width < 60
        await held.pilot.press("escape", "ctrl+e", "ctrl+o")
        assert held.app.screen.query_one("#chooser").size.width > 80


@pytest.mark.parametrize(
    ("words", "room", "seen"),
    [
        ("Who said it.", 12, "Who said it."),
        ("Who said it: you or me. For example: you", 30, "Who said it: you or me"),
        ("The start of its id, a glob", 25, "The start of its id"),
        ("Nothing stops here", 10, "Nothing stops here"),
    ],
)
def test_a_help_text_ends_at_a_stop_where_it_is_too_long(words: str, room: int, seen: str) -> None:
    assert brief(words, room) == seen


async def test_a_theme_that_is_left_is_not_kept() -> None:
    async with stage() as held:
        await held.pilot.press("ctrl+t", "down")
        await held.until(lambda: held.app.theme != "dark")
        await held.pilot.click(offset=BESIDE)
        await held.until(lambda: held.app.theme == "dark")
        assert not held.themes_kept


async def test_words_being_typed_outlive_a_click_beside() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "slash", *"audio")
        await held.pilot.click(offset=BESIDE)
        assert isinstance(held.app.screen, Prompt)


async def test_a_click_on_a_column_switches_it_and_stays() -> None:
    async with stage() as held:
        await held.play(conversations.spoken_turn())
        pane = held.app._live_screen.inspector
        await held.pilot.press("3", "C")
        assert "gap" in pane.chosen.widths(pane.columns)
        await held.pilot.click("#columns-rows", offset=(4, 1))
        assert isinstance(held.app.screen, ColumnsScreen)
        assert "gap" not in pane.chosen.widths(pane.columns)
        await held.pilot.click("#columns-rows", offset=(4, 1))
        assert "gap" in pane.chosen.widths(pane.columns)
        await held.pilot.click(offset=BESIDE)
        assert len(held.app.screen_stack) == 1
