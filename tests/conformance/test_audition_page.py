"""The audition's page in a browser: whole, silent, and as its keys say."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.lab.audition_page import write_page
from tests.fakes.chromium import CHROMIUM, Page, page
from tests.fakes.page_checks import FAINT, PLAYERS, UNNAMED
from tests.fakes.sheets import kept_sheet

HOSTILE = "</script><script>alert(1)</script>\x1b[31m\u202e{{ 7 * 7 }} sk-abcdefghijklmnop"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


async def names(tab: Page) -> list[str]:
    """The voices from top to bottom."""
    told = await tab.evaluate("[...document.querySelectorAll('.name')].map(e => e.textContent)")
    assert isinstance(told, list)
    return told


async def press(tab: Page, key: str) -> None:
    await tab.evaluate(
        "document.body.dispatchEvent("
        f"new KeyboardEvent('keydown', {{key: {key!r}, bubbles: true}}))"
    )


@pytest.mark.parametrize("hostile", ["", HOSTILE])
async def test_chromium_opens_it_without_a_word_and_without_a_network(
    tmp_path: Path, hostile: str
) -> None:
    folder, _ = kept_sheet(tmp_path, hostile=hostile)
    file = write_page(folder)
    async with page() as tab:
        await tab.open(file.as_uri())
        widths = []
        for width in (390, 1280):
            assert (await tab.look(width, 900)).startswith(b"\x89PNG")
            widths.append(await tab.evaluate("document.documentElement.scrollWidth"))
        players, unnamed = await tab.evaluate(PLAYERS), await tab.evaluate(UNNAMED)
        paper = await tab.print()
    assert tab.complaints == []
    assert {each for each in tab.requests if not each.startswith("data:")} == {file.as_uri()}
    assert (players, unnamed, widths) == ([], [], [390, 1280])
    assert paper.startswith(b"%PDF")
    written = file.read_text()
    assert "<script>alert" not in written
    assert "abcdefghijklmnop" not in written
    assert "\x1b" not in written


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_all_its_text_can_be_read(tmp_path: Path, scheme: str) -> None:
    folder, _ = kept_sheet(tmp_path, hostile=" and more")
    async with page() as tab:
        await tab.open(write_page(folder).as_uri())
        await tab.look(1280, 900, scheme)
        faint = await tab.evaluate(FAINT)
    assert faint == []


async def test_names_and_figures_are_hidden_until_they_are_revealed(tmp_path: Path) -> None:
    folder, _ = kept_sheet(tmp_path)
    visible = "e.checkVisibility({visibilityProperty: true})"
    seen = f"[...document.querySelectorAll('.hideable')].filter(e => {visible}).length"
    async with page() as tab:
        await tab.open(write_page(folder).as_uri())
        before = await names(tab)
        orders = set()
        for _ in range(12):
            await tab.evaluate("document.getElementById('blind').click()")
            assert await tab.evaluate(seen) == 0
            blind = await names(tab)
            assert sorted(blind) == sorted(before)
            orders.add(tuple(blind))
            await tab.evaluate("document.getElementById('blind').click()")
            assert await names(tab) == blind
            assert await tab.evaluate(seen) != 0
        places = await tab.evaluate(
            "[...document.querySelectorAll('.place')].map(e => e.textContent)"
        )
    assert len(orders) > 1
    assert places == ["1", "2", "3", "4"]


async def test_keys_play_a_voice_and_change_to_the_other_at_the_same_place(tmp_path: Path) -> None:
    folder, sheet = kept_sheet(tmp_path)
    playing = "[...document.querySelectorAll('audio')].findIndex(e => !e.paused)"
    async with page() as tab:
        await tab.open(write_page(folder).as_uri())
        # A page may play only after a hand touched it.
        await tab.call("Input.dispatchMouseEvent", type="mousePressed", x=5, y=5, button="left")
        for key, wanted in (("1", 0), ("2", 1)):
            await press(tab, key)
            assert await tab.evaluate(playing) == wanted
        # Half of the second line, which begins elsewhere with a slower voice.
        one, two = sheet.rows[0].lines[1], sheet.rows[1].lines[1]
        half = (two.begin_ms + (two.end_ms - two.begin_ms) / 2) / 1000
        await tab.evaluate(f"document.querySelectorAll('audio')[1].currentTime = {half}")
        await press(tab, "x")
        assert await tab.evaluate(playing) == 0
        at = await tab.evaluate("document.querySelectorAll('audio')[0].currentTime")
        assert isinstance(at, float | int)
        assert at * 1000 == pytest.approx((one.begin_ms + one.end_ms) / 2, abs=400)
        await press(tab, " ")
        assert await tab.evaluate(playing) == -1


async def test_stars_of_one_voice_leave_those_of_others(tmp_path: Path) -> None:
    folder, _ = kept_sheet(tmp_path)
    chosen = "[...document.querySelectorAll('.stars')].map(e => e.textContent)"
    async with page() as tab:
        await tab.open(write_page(folder).as_uri())
        for voice, stars in ((0, 2), (1, 3)):
            await tab.evaluate(
                f"document.querySelectorAll('.rate')[{voice}].querySelectorAll('input')[{stars}].click()"
            )
        assert await tab.evaluate(chosen) == ["★★☆", "★★★", "☆☆☆", "☆☆☆"]
