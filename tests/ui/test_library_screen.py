from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from textual.widgets import Input

from studio.core.errors import StudioError
from studio.storage.shelf import Notes
from studio.ui.opening import Opening
from studio.ui.screens.compare import CompareScreen
from studio.ui.screens.export_dialog import ExportDialog
from studio.ui.screens.library import LibraryScreen
from studio.ui.screens.live import LiveScreen
from studio.ui.screens.overlays import Prompt
from studio.ui.widgets.lines import Lines
from studio.ui.widgets.shelf_table import ShelfTable
from tests import conversations
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN
from tests.fakes.screen import Stage, stage
from tests.fakes.shelf import FakeShelf, entry


def filled() -> FakeShelf:
    return FakeShelf((
        entry(3, "barge_in", provider="openai", cents=5),
        entry(2, "two_turns", cents=200),
        entry(1, "failed_response", notes=Notes(archived=True)),
        entry(0, "typed_turn", notes=Notes("First of all", tags=("bug",))),
    ))  # fmt: skip


@asynccontextmanager
async def library(
    shelf: FakeShelf | None, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Stage]:
    """The library over a shelf; None for a studio without files."""
    desk = FakeDesk(the_shelf=shelf or FakeShelf())
    for each in shelf.entries if shelf is not None else ():
        _ = desk.lay(each.path, conversations.two_turns())

    async with stage(
        size, opening=lambda feed: Opening(feed, PLAN, desk=desk if shelf is not None else None)
    ) as held:
        await held.pilot.press("o")
        await held.until(lambda: isinstance(held.app.screen, LibraryScreen))
        await held.until(lambda: shelf is None or (shelf.looks and not shelf.unread))
        await held.pilot.pause()
        held.app.look()
        yield held


def words(held: Stage, widget: str = "library") -> str:
    pane = held.app.screen.query_one(f"#{widget}", Lines)
    return "\n".join(pane.line(at, pane.columns).plain for at in range(pane.line_count()))


def table(held: Stage) -> ShelfTable:
    return held.app.screen.query_one(ShelfTable)


def listed(held: Stage) -> list[str]:
    return [line[4:20] for line in words(held).splitlines()]


def bar(held: Stage, name: str = "library-title") -> str:
    return str(held.app.screen.query_one(f"#{name}").render())


async def typed(held: Stage, text: str) -> None:
    """Type words into whatever has the focus."""
    for character in text:
        await held.pilot.press({" ": "space", ":": "colon"}.get(character, character))
    await held.pilot.pause()
    held.app.look()


async def test_sessions_stand_in_a_table_with_one_in_words() -> None:
    async with library(filled()) as held:
        assert listed(held) == ["2026-01-01 15:00", "2026-01-01 14:00", "2026-01-01 12:00"]
        assert "$2.00" in words(held)
        assert "3 of 4 sessions" in bar(held)
        assert "Tell me a story." in words(held, "library-preview")
        await held.pilot.press("down")
        assert "And how long is a minute?" in words(held, "library-preview")
        await held.pilot.press("end")
        assert words(held, "library-preview").startswith(" First of all")


@pytest.mark.parametrize("key", ["escape", "o", "2"])
async def test_it_is_left_as_it_was_entered(key: str) -> None:
    async with library(filled()) as held:
        await held.pilot.press(key)
        assert isinstance(held.app.screen, LiveScreen)


async def test_it_says_what_will_stand_there() -> None:
    async with library(FakeShelf()) as held:
        await held.until(lambda: "No session has been kept yet." in words(held))
        for key in ("enter", "r", "e", "number_sign", "A", "delete", "x", "C", "R", "u", "space"):
            await held.pilot.press(key)
        assert isinstance(held.app.screen, LibraryScreen)
        assert words(held, "library-preview") == ""


async def test_without_files_there_are_none() -> None:
    async with library(None) as held:
        assert "There are no stored sessions here." in words(held)
        await held.pilot.press("u", "x", "delete")
        assert isinstance(held.app.screen, LibraryScreen)


async def test_the_filter_takes_effect_as_one_types() -> None:
    async with library(filled()) as held:
        await held.pilot.press("slash")
        await typed(held, "kettle")
        assert listed(held) == ["2026-01-01 14:00"]
        assert "1 of 4 sessions" in bar(held)
        assert "kettle" in words(held, "library-preview")
        await held.pilot.press("enter")
        assert table(held).has_focus
        await held.pilot.press("escape")
        held.app.look()
        assert len(listed(held)) == 3
        await held.pilot.press("slash")
        await typed(held, "tag:bug")
        assert listed(held) == ["2026-01-01 12:00"]
        await typed(held, "gy")
        assert "Nothing fits the filter; esc clears it." in words(held)
        await held.pilot.press("escape")
        assert held.app.screen.query_one(Input).value == ""
        assert table(held).has_focus
        assert len(listed(held)) == 3


async def test_arrows_move_the_table_while_one_types() -> None:
    async with library(filled()) as held:
        await held.pilot.press("slash", "down", "down")
        assert table(held).entry == filled().entries[3]


async def test_columns_sort_by_key_and_by_click() -> None:
    async with library(filled()) as held:
        await held.pilot.press("S")
        held.app.look()
        assert listed(held)[0] == "2026-01-01 12:00"
        head = held.app.screen.query_one("#library-head")
        cost = str(head.render()).index("cost")
        await held.pilot.click("#library-head", offset=(cost, 0))
        assert listed(held)[0] == "2026-01-01 14:00"
        await held.pilot.click("#library-head", offset=(cost, 0))
        assert listed(held)[-1] == "2026-01-01 14:00"
        assert "cost↑" in str(head.render())
        await held.pilot.press("s")
        assert "problems↓" in str(head.render())


async def test_the_cursor_holds_on_to_its_session() -> None:
    async with library(filled()) as held:
        await held.pilot.press("down")
        await held.pilot.press("S")
        assert table(held).entry == filled().entries[1]
        await held.pilot.click("#library", offset=(10, 2))
        assert table(held).entry == filled().entries[0]


async def test_archived_sessions_are_shown_when_asked_for() -> None:
    shelf = filled()
    async with library(shelf) as held:
        await held.pilot.press("h")
        assert len(listed(held)) == 4
        await held.pilot.press("h", "A")
        held.app.look()
        assert shelf.entries[0].notes.archived
        assert len(listed(held)) == 2
        await held.pilot.press("u")
        assert len(listed(held)) == 3


async def test_a_session_is_named_noted_and_tagged() -> None:
    shelf = filled()
    async with library(shelf) as held:
        await held.pilot.press("r")
        assert isinstance(held.app.screen, Prompt)
        await typed(held, "Cut off")
        await held.pilot.press("enter")
        await held.pilot.press("e")
        await typed(held, "look here")
        await held.pilot.press("enter")
        await held.pilot.press("number_sign")
        await typed(held, "Slow bug")
        await held.pilot.press("enter")
        held.app.look()
        assert shelf.entries[0].notes == Notes("Cut off", "look here", ("slow", "bug"))
        assert "Cut off" in words(held)
        assert "look here" in words(held, "library-preview")


async def test_a_title_can_be_taken_away_and_leaving_changes_nothing() -> None:
    shelf = filled()
    async with library(shelf) as held:
        await held.pilot.press("end", "r", "escape")
        assert shelf.entries[3].notes.title == "First of all"
        await held.pilot.press("r", *["backspace"] * 20, "enter")
        assert shelf.entries[3].notes.title == ""


async def test_tags_of_several_keep_what_is_each_ones_own() -> None:
    shelf = filled()
    shelf.entries = tuple(
        replace(each, notes=Notes(tags=("shared", each.name))) for each in shelf.entries[:2]
    )
    async with library(shelf) as held:
        await held.pilot.press("space", "space", "number_sign")
        assert held.app.screen.query_one(Input).value == "shared"
        await held.pilot.press("end")
        await typed(held, " more")
        await held.pilot.press("enter")
        assert [each.notes.tags for each in shelf.entries] == [
            ("shared", "more", each.name) for each in shelf.entries
        ]


async def test_deleting_can_be_taken_back() -> None:
    shelf = filled()
    async with library(shelf) as held:
        paths = [each.path for each in shelf.entries]
        await held.pilot.press("delete")
        held.app.look()
        assert shelf.deleted == [[paths[0]]]
        assert "A session is in the trash. u brings back." in str(
            [each.message for each in held.app._notifications]
        )
        await held.pilot.press("home", "space", "space", "backspace")
        held.app.look()
        assert shelf.deleted[1] == [paths[1], paths[3]]
        assert "Nothing." in words(held)
        assert "1 archived: h shows them." in words(held)
        await held.pilot.press("u", "u")
        held.app.look()
        assert [each.path for each in shelf.entries] == paths


async def test_the_recording_on_the_screen_is_not_deleted() -> None:
    shelf, desk = filled(), FakeDesk()
    desk.the_shelf = shelf
    shown = shelf.entries[0].path
    desk.lay(shown, conversations.spoken_turn())
    async with stage(opening=lambda feed: Opening(feed, PLAN, desk=desk)) as held:
        held.app.open_recording(shown)
        await held.until(lambda: held.app.replayed is not None)
        await held.pilot.press("o")
        await held.until(lambda: isinstance(held.app.screen, LibraryScreen))
        held.app.look()
        await held.pilot.press("delete")
        assert shelf.deleted == []
        assert "on the screen" in str([each.message for each in held.app._notifications])


async def test_a_deed_that_fails_says_why() -> None:
    shelf = filled()
    shelf.failure = StudioError("It is being written.", title="Not deleted", hint="End it first.")
    async with library(shelf) as held:
        await held.pilot.press("delete")
        told = [(each.title, each.message) for each in held.app._notifications]
        assert told == [("Not deleted", "It is being written.\n→ End it first.")]
        assert len(listed(held)) == 3


async def test_a_broken_session_is_repaired_when_asked_for() -> None:
    shelf = filled()
    async with library(shelf) as held:
        await held.pilot.press("R")
        assert shelf.repaired == [shelf.entries[0].path]
        assert "An end marker was added." in str([each.message for each in held.app._notifications])


async def test_summaries_fill_in_as_they_are_read() -> None:
    whole = filled()
    shelf = FakeShelf(tuple(entry(at, is_read=False) for at in (3, 2)), list(whole.entries[:2]))
    async with library(shelf) as held:
        await held.until(lambda: "Tell me a story." in words(held))
        assert "unread" not in bar(held)


async def test_a_session_is_opened() -> None:
    async with library(filled()) as held:
        await held.pilot.press("down", "enter")
        await held.until(lambda: held.app.replayed is not None)
        assert held.app.replayed is not None
        assert held.app.replayed.path == filled().entries[1].path
        assert isinstance(held.app.screen, LiveScreen)


async def test_two_clicks_open_a_session() -> None:
    async with library(filled()) as held:
        await held.pilot.click("#library", offset=(10, 1), times=2)
        await held.until(lambda: held.app.replayed is not None)


async def test_two_sessions_are_compared() -> None:
    async with library(filled()) as held:
        await held.pilot.press("C")
        assert isinstance(held.app.screen, LibraryScreen)
        await held.pilot.press("space", "C")
        await held.until(lambda: isinstance(held.app.screen, CompareScreen))
        await held.until(lambda: "same sound" in words(held, "compare"))
        assert "12 ms later" in words(held, "compare")
        assert "2026-01-01_002  ↔  2026-01-01_003" in bar(held, "compare-title")
        await held.pilot.press("s")
        await held.until(lambda: "2026-01-01_003  ↔  2026-01-01_002" in bar(held, "compare-title"))
        await held.pilot.press("escape")
        await held.until(lambda: isinstance(held.app.screen, LibraryScreen))


async def test_a_comparison_scrolls_by_line_page_and_heading() -> None:
    async with library(filled(), (80, 24)) as held:
        await held.pilot.press("space", "C")
        await held.until(lambda: isinstance(held.app.screen, CompareScreen))
        await held.until(lambda: "Turns" in words(held, "compare"))
        pane = held.app.screen.query_one("#compare", Lines)
        heading = words(held, "compare").splitlines().index(" Settings")
        for key, moved in (("down", 1), ("up", 0), ("n", heading)):
            await held.pilot.press(key)
            await held.until(lambda at=moved: round(pane.scroll_y) == at)  # type: ignore[misc]
        await held.pilot.press("N", "pagedown")
        await held.until(lambda: pane.scroll_y > 10)
        await held.pilot.press("G")
        await held.until(lambda: pane.scroll_y == pane.max_scroll_y)
        await held.pilot.press("g", "pageup")
        await held.until(lambda: pane.scroll_y == 0)


async def test_a_comparison_that_fails_says_why() -> None:
    shelf = filled()
    async with library(shelf) as held:
        shelf.failure = StudioError("It has no log.", title="Not a session")
        await held.pilot.press("space", "C")
        await held.until(lambda: isinstance(held.app.screen, CompareScreen))
        await held.until(lambda: "Not a session: It has no log." in words(held, "compare"))


async def test_sessions_are_exported_with_what_is_withheld() -> None:
    async with library(filled()) as held:
        desk = held.app.desk
        assert isinstance(desk, FakeDesk)
        await held.pilot.press("space", "space", "x")
        assert isinstance(held.app.screen, ExportDialog)
        await held.pilot.press("tab", "down", "enter", "shift+tab", "down", "enter")
        await held.until(lambda: desk.exported)
        ((paths, to, options),) = desk.exported
        assert paths == tuple(each.path for each in filled().entries[:2])
        assert (to, *options.without) == ("html", "text")
        said = held.app.screen.query_one("#export-said")
        await held.until(lambda: "2 written" in str(said.render()))
        await held.pilot.press("escape")
        assert isinstance(held.app.screen, LibraryScreen)


@pytest.mark.parametrize("size", [(20, 5), (60, 15), (80, 24), (120, 40), (200, 60)])
async def test_every_size_works(size: tuple[int, int]) -> None:
    shelf = filled()
    shelf.entries += (entry(5, "hostile"), entry(6, is_read=False, fault="\x1b[2J broken"))
    async with library(shelf, size) as held:
        await held.pilot.press("down", "pagedown", "end", "pageup", "right_square_bracket", "space")
        await held.pilot.resize_terminal(170, 30)
        await held.pilot.pause()
        assert "\x1b" not in words(held) + words(held, "library-preview")
        assert len(listed(held)) == 5
        assert held.app.screen.has_class("-wide")


async def test_the_turn_line_tells_what_was_spent() -> None:
    shelf = filled()
    shelf.price = Decimal("0.01")
    async with library(shelf) as held:
        await held.pilot.press("escape")
        await held.play(conversations.two_turns())
        await held.until(lambda: "$1.20" in held.bar("turn"))
