from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input

from studio.core.errors import StudioError
from studio.lab.sheet import read_sheet, sheet_folders
from studio.runtime.messages import PlayRecording, RecordingHeard
from studio.session.local import ConnectionClosed
from studio.ui.auditions import Step
from studio.ui.opening import Opening
from studio.ui.screens.audition import AuditionScreen
from studio.ui.screens.audition_dialog import AuditionDialog
from studio.ui.screens.live import LiveScreen
from studio.ui.screens.overlays import Chooser, Prompt
from studio.ui.widgets.lines import Lines
from tests import conversations
from tests.fakes.auditions import FakeAuditions
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN, FakeFeed
from tests.fakes.screen import Stage, stage
from tests.fakes.sheets import kept_sheet


@asynccontextmanager
async def audition(
    auditions: FakeAuditions | None, size: tuple[int, int] = (120, 40), *, toasts: bool = False
) -> AsyncIterator[Stage]:
    """The audition screen; None for a studio without files."""
    desk = FakeDesk(the_auditions=auditions or FakeAuditions())

    openai = PLAN.model_copy(update={"provider": "openai"})
    given = desk if auditions is not None else None

    def opening(feed: FakeFeed) -> Opening:
        plans = {"local": PLAN, "openai": openai}
        return Opening(feed, PLAN, plans=plans, desk=given, connect=False)

    async with stage(size, opening=opening, toasts=toasts) as held:
        await held.pilot.press("V")
        await held.until(lambda: isinstance(held.app.screen, AuditionScreen))
        await look(held)
        yield held


async def look(held: Stage) -> None:
    await held.pilot.pause()
    held.app.look()
    await held.pilot.pause()


async def press(held: Stage, *keys: str) -> None:
    await held.pilot.press(*keys)
    await look(held)


def words(held: Stage, widget: str = "audition") -> str:
    pane = held.app.screen_stack[1].query_one(f"#{widget}", Lines)
    return "\n".join(pane.line(at, pane.columns).plain for at in range(pane.line_count()))


def rows(held: Stage) -> list[str]:
    """The names as they stand."""
    return [line[5:].split("  ")[0].strip() for line in words(held).splitlines()]


def title(held: Stage) -> str:
    return str(held.app.screen_stack[1].query_one("#audition-title").render())


def toasts(held: Stage) -> str:
    return "\n".join(each.message for each in held.app._notifications)


def played(held: Stage) -> PlayRecording:
    last = held.feed.played[-1]
    assert last is not None
    return last


async def test_voices_stand_side_by_side_with_one_in_words(tmp_path: Path) -> None:
    kept_sheet(tmp_path)
    async with audition(FakeAuditions(tmp_path)) as held:
        assert rows(held) == ["marin", "cedar", "ash", "alloy"]
        assert "No voice: it is hoarse." in words(held)
        assert "played at -23 LUFS" in title(held)
        assert "A table for two, please." in words(held, "audition-about")
        await press(held, "end")
        assert words(held, "audition-about").startswith(" alloy")


async def test_number_keys_play_voices_equally_loud_and_space_stops(tmp_path: Path) -> None:
    folder, sheet = kept_sheet(tmp_path)
    async with audition(FakeAuditions(tmp_path)) as held:
        for number, row in enumerate(sheet.rows[:3], 1):
            await press(held, str(number))
            wanted = played(held)
            assert wanted.path == str(folder / row.file)
            assert wanted.gain_db == pytest.approx(sheet.gain_db(row))
            assert wanted.is_file
            assert wanted.is_centred
        assert "▶ ash" in words(held)
        await press(held, "space")
        assert held.feed.played[-1] is None
        assert "▸ ash" in words(held)
        await press(held, "space")
        assert played(held).path == str(folder / "ash.wav")


async def test_a_and_b_change_at_the_same_words(tmp_path: Path) -> None:
    folder, sheet = kept_sheet(tmp_path)
    marin, cedar = sheet.rows[:2]
    async with audition(FakeAuditions(tmp_path), toasts=True) as held:
        await press(held, "tab")
        assert "Play two voices first." in toasts(held)
        await press(held, "1", "2")
        line = cedar.lines[1]
        third_s = (line.begin_ms + (line.end_ms - line.begin_ms) / 3) / 1000
        held.feed.say(RecordingHeard(played(held).number, third_s))
        await look(held)
        await press(held, "tab")
        wanted, other = played(held), marin.lines[1]
        assert wanted.path == str(folder / "marin.wav")
        assert wanted.from_s * 1000 == pytest.approx(
            other.begin_ms + (other.end_ms - other.begin_ms) / 3
        )
        await press(held, "tab")
        assert played(held).from_s == pytest.approx(third_s)


async def test_what_was_heard_to_its_end_is_over_and_a_missing_card_is_said(tmp_path: Path) -> None:
    kept_sheet(tmp_path)
    async with audition(FakeAuditions(tmp_path)) as held:
        await press(held, "1")
        held.feed.say(RecordingHeard(played(held).number, 0.1, is_virtual=True))
        await look(held)
        assert "no sound card: nobody hears it" in title(held)
        assert "▶ no sound card: nobody hears it" in words(held, "audition-about")
        held.feed.say(RecordingHeard(played(held).number, 0.0, is_virtual=True, is_over=True))
        await look(held)
        assert "▸ marin" in words(held)
        held.feed.say(RecordingHeard(3, 9.0))  # another recording's
        await look(held)
        assert "▸ marin" in words(held)


async def test_blind_nothing_tells_who_is_who_until_it_is_revealed(tmp_path: Path) -> None:
    kept_sheet(tmp_path)
    async with audition(FakeAuditions(tmp_path), toasts=True) as held:
        await press(held, "down", "2", "b")
        hidden = words(held) + words(held, "audition-about")
        assert rows(held) == ["voice 1", "voice 2", "voice 3", "voice 4"]
        assert not any(name in hidden for name in ("marin", "cedar", "ash", "alloy", "LUFS"))
        assert "▶" not in hidden
        assert "▸" not in hidden
        await press(held, "s")
        assert rows(held)[0] == "voice 1"
        await press(held, "U")
        assert "Its name is hidden" in toasts(held)
        await press(held, "asterisk", "asterisk")
        await press(held, "b")
        revealed = rows(held)
        assert sorted(revealed) == ["alloy", "ash", "cedar", "marin"]
        (starred,) = [row for row in read_sheet(sheet_folders(tmp_path)[0]).rows if row.stars]
        assert (starred.key, starred.stars) == (revealed[0], 2)


async def test_stars_and_notes_are_kept(tmp_path: Path) -> None:
    folder, _ = kept_sheet(tmp_path)
    async with audition(FakeAuditions(tmp_path)) as held:
        for stars in (1, 2, 3, 0, 1):
            await press(held, "asterisk")
            assert read_sheet(folder).rows[0].stars == stars
        await press(held, "e")
        assert isinstance(held.app.screen, Prompt)
        await press(held, *"warm", "enter")
        assert read_sheet(folder).rows[0].note == "warm"
        assert "warm" in words(held, "audition-about")


async def test_columns_sort_by_key_and_by_pointer(tmp_path: Path) -> None:
    kept_sheet(tmp_path)
    async with audition(FakeAuditions(tmp_path)) as held:
        await press(held, "s", "s", "s")
        assert rows(held)[0] == "ash"  # the fastest
        await press(held, "S")
        assert rows(held)[0] == "marin"
        await held.pilot.click("#audition-head", offset=(7, 0))
        await look(held)
        assert rows(held) == ["marin", "cedar", "ash", "alloy"]
        await held.pilot.click("#audition-head", offset=(7, 0))
        await look(held)
        assert rows(held) == ["alloy", "ash", "cedar", "marin"]


async def test_a_click_goes_to_a_voice_and_two_play_it(tmp_path: Path) -> None:
    folder, _ = kept_sheet(tmp_path)
    async with audition(FakeAuditions(tmp_path)) as held:
        await held.pilot.click("#audition", offset=(8, 1), times=2)
        await look(held)
        assert played(held).path == str(folder / "cedar.wav")
        assert words(held, "audition-about").startswith(" cedar")


async def test_an_audition_is_held_and_shows_as_it_comes(tmp_path: Path) -> None:
    auditions = FakeAuditions(tmp_path)
    async with audition(auditions) as held:
        assert "r begins" in words(held, "audition-about")
        await press(held, "r")
        assert isinstance(held.app.screen, AuditionDialog)
        lines = held.app.screen.query_one("#audition-lines", Input)
        assert (lines.cursor_position, lines.selection.is_empty) == (0, True)
        held.app.screen.query_one("#audition-lines", Input).value = "Hello. // Goodbye."
        held.app.screen.query_one("#audition-voices", Input).value = "marin, cedar"
        await press(held, "enter")
        await held.until(lambda: auditions.held)
        order, plan = auditions.held[0]
        assert (order.lines, order.voices) == (("Hello.", "Goodbye."), ("marin", "cedar"))
        assert plan.provider == "local"
        folder, _ = kept_sheet(tmp_path)
        auditions.steps.put_nowait(Step(str(folder), 1, ("cedar",)))
        await held.until(lambda: "1 of 4 read, now cedar" in title(held))
        assert rows(held)[0] == "marin"
        auditions.steps.put_nowait(Step(str(folder), 4, is_listening=True, heard=2))
        await held.until(lambda: "listening to what was said, 2 of " in title(held))
        auditions.steps.put_nowait(None)
        await held.until(lambda: "played at" in title(held))
        await press(held, "r")
        assert held.app.screen.query_one("#audition-voices", Input).value == "marin, cedar"


async def test_an_audition_can_be_ended_early(tmp_path: Path) -> None:
    auditions = FakeAuditions(tmp_path)
    async with audition(auditions, toasts=True) as held:
        await press(held, "r", "enter")
        await held.until(lambda: auditions.held)
        await press(held, "r")
        assert "One is being held" in toasts(held)
        await press(held, "c")
        await held.until(lambda: auditions.ended == 1)
        await press(held, "r")
        assert isinstance(held.app.screen, AuditionDialog)


async def test_a_failure_is_said(tmp_path: Path) -> None:
    auditions = FakeAuditions(tmp_path)
    async with audition(auditions, toasts=True) as held:
        await press(held, "r", "enter")
        auditions.steps.put_nowait(StudioError("No room.", title="Cannot keep the audition"))
        await held.until(lambda: "No room." in toasts(held))


async def test_what_may_cost_money_wants_a_second_enter(tmp_path: Path) -> None:
    auditions = FakeAuditions(tmp_path, is_free=False)
    async with audition(auditions) as held:
        await press(held, "r", "enter")
        assert isinstance(held.app.screen, AuditionDialog)
        said = str(held.app.screen.query_one("#audition-said").render())
        assert "enter once more begins it" in said
        await press(held, "tab", "enter")
        await held.until(lambda: auditions.held)


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("lines", " ", "no line to read"),
        ("speeds", "fast", "no speed"),
        ("takes", "0", "no number of takes"),
        ("provider", "nobody", "no provider"),
        ("provider", "openai", "not known which voices"),
    ],
)
async def test_fields_that_mean_nothing_say_so_and_begin_nothing(
    tmp_path: Path, field: str, text: str, told: str
) -> None:
    auditions = FakeAuditions(tmp_path)
    async with audition(auditions) as held:
        await press(held, "r")
        held.app.screen.query_one(f"#audition-{field}", Input).value = text
        await press(held, "enter")
        assert isinstance(held.app.screen, AuditionDialog)
        assert told in str(held.app.screen.query_one("#audition-said").render())
        assert not auditions.held


async def test_a_voice_goes_to_the_draft(tmp_path: Path) -> None:
    kept_sheet(tmp_path)
    async with audition(FakeAuditions(tmp_path)) as held:
        await press(held, "down", "U")
        assert held.live.draft.settings.voice == "cedar"
        assert not held.feed.started


async def test_a_session_that_has_spoken_is_told_of_and_a_new_one_is_offered(
    tmp_path: Path,
) -> None:
    kept_sheet(tmp_path)
    async with audition(FakeAuditions(tmp_path)) as held:
        talk = conversations.two_turns()
        closing = next(n for n, each in enumerate(talk) if isinstance(each.event, ConnectionClosed))
        await held.play(talk[:closing])
        assert "voice" in held.live.state.settings.locked
        await press(held, "down", "U")
        assert isinstance(held.app.screen, Chooser)
        await press(held, "enter")
        assert held.live.draft.settings.voice == "cedar"
        assert [plan.settings.voice for plan in held.feed.started] == ["cedar"]


async def test_a_voice_of_another_provider_is_not_taken(tmp_path: Path) -> None:
    folder, sheet = kept_sheet(tmp_path)
    (folder / "sheet.json").write_text(
        sheet.model_copy(update={"provider": "xai"}).model_dump_json(by_alias=True)
    )
    async with audition(FakeAuditions(tmp_path), toasts=True) as held:
        await press(held, "U")
        assert "your session is with local" in toasts(held)


async def test_an_earlier_sheet_is_opened_and_its_page_written(tmp_path: Path) -> None:
    kept_sheet(tmp_path, ("The first one.",))
    later, _ = kept_sheet(tmp_path, ("The second one.",))
    auditions = FakeAuditions(tmp_path)
    async with audition(auditions) as held:
        assert "The second one." in words(held, "audition-about")
        await press(held, "o", "down", "enter")
        assert "The first one." in words(held, "audition-about")
        await press(held, "x", "enter")
        ((path, to),) = auditions.exported
        assert (path, to) == (str(sheet_folders(tmp_path)[1]), "")
        assert path != str(later)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_lines_keep_to_their_width(tmp_path: Path, size: tuple[int, int]) -> None:
    kept_sheet(tmp_path, hostile=" \x1b[31m\u202e" + "x" * 200)
    async with audition(FakeAuditions(tmp_path), size) as held:
        told = f"{words(held)}\n{words(held, 'audition-about')}"
        assert max(map(len, told.splitlines())) <= size[0]
        assert "\x1b" not in told
        assert "stars" in str(held.app.screen.query_one("#audition-head").render())


async def test_without_files_it_says_so_and_its_keys_do_nothing(tmp_path: Path) -> None:
    async with audition(None) as held:
        assert "There are no auditions here." in words(held, "audition-about")
        await press(held, "r", "1", "space", "tab", "b", "asterisk", "e", "s", "o", "x", "U", "c")
        await press(held, "escape")
        assert isinstance(held.app.screen, LiveScreen)
