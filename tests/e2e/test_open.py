"""A stored session on the screen as a person opens it: read from disk, played by the worker."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from studio.app.choices import Choices
from studio.app.screen import Studio
from studio.core.errors import StudioError
from studio.storage.header import Header
from studio.storage.writer import SessionWriter
from studio.ui.app import StudioApp
from tests import conversations
from tests.e2e.terminal import Terminal

LINE = re.compile(r"([‖▶]) 1× +(\d+):(\d\d) ")
_STEPS, _STEP_S = 600, 0.05


def stored(home: Path, *, is_open: bool = False) -> tuple[Path, SessionWriter]:
    """A session of six turns in a studio's own place."""
    folder = home / "data" / "sessions" / "2026-01-01T12-00-00_local_8f3a"
    folder.mkdir(parents=True)
    writer = SessionWriter(folder, Header.model_validate({"started_at": "2026-01-01T12:00:00Z"}))
    events = conversations.long_talk(6)
    for envelope in events[: len(events) // 2 if is_open else None]:
        writer.append(envelope)
    writer.flush()
    if not is_open:
        writer.close()
    return folder, writer


def sums(folder: Path) -> dict[str, str]:
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.iterdir()}


async def until(pilot: Pilot[None], is_so: Callable[[], object]) -> None:
    for _ in range(_STEPS):
        if is_so():
            return
        await pilot.pause()
        await asyncio.sleep(_STEP_S)
    raise AssertionError("the screen never came to it")


async def test_a_session_is_read_played_with_sound_and_left_as_it_was(tmp_path: Path) -> None:
    folder, _ = stored(tmp_path)
    before = sums(folder)
    heard: list[float] = []

    async def watch(app: StudioApp) -> None:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.replayed is not None and app.replayed.is_ready)
            shown = app.replayed
            assert shown is not None
            assert shown.position == len(conversations.long_talk(6))
            assert app.live is not None
            assert app.live.sessions == 0
            shown.seek(2.0)
            await pilot.press("space")
            await until(pilot, lambda: shown.recording and "no sound card" in shown.recording.sound)
            await until(pilot, lambda: shown.now > 3.0)
            heard.append(shown.now)

    here = {"STUDIO_HOME": str(tmp_path), "STUDIO_SPEAKER": "silent"}
    await Studio(Choices(), here, "2026-01-01").run(watch)
    assert heard[0] < 8.0
    assert sums(folder) == before


def test_in_a_terminal_it_opens_plays_steps_and_leaves_everything_as_it_was(
    tmp_path: Path,
) -> None:
    folder, _ = stored(tmp_path)
    before = sums(folder)
    held = Terminal(tmp_path, "open", str(folder))
    settings = held.settings

    def line(since: int) -> tuple[str, int]:
        """Sign and second of the time line that was painted last since then."""
        lines = LINE.findall(held.words(since))
        return (lines[-1][0], int(lines[-1][1]) * 60 + int(lines[-1][2])) if lines else ("", 0)

    def press(keys: bytes, sign: str, is_there: Callable[[int], bool]) -> int:
        since = len(held.written)
        held.types(keys)
        held.until(lambda: line(since)[0] == sign and is_there(line(since)[1]))
        return line(since)[1]

    try:
        held.until(lambda: line(0) == ("‖", 25))
        assert "Question number 6, please." in held.words()
        assert held.settings != settings
        turn = press(b"[", "‖", lambda at: 15 < at < 25)
        press(b",", "‖", lambda at: at <= turn)
        press(b".", "‖", lambda at: at == turn)
        earlier = press(b"[[", "‖", lambda at: at < turn - 4)
        press(b" ", "▶", lambda at: at > earlier)
        played = press(b" ", "‖", lambda at: at > earlier)
        press(b"]", "‖", lambda at: at > played)
        left = held.leave(b"q")
        assert held.settings == settings
    finally:
        held.close()
    assert held.status == 0
    assert b"\x1b[?1049l" in left
    assert b"\x1b[?25h" in left
    assert b"\x1b[?1000l" in left
    assert "Traceback" not in held.words()
    assert sums(folder) == before


async def test_a_session_that_is_being_written_is_followed(tmp_path: Path) -> None:
    _, writer = stored(tmp_path, is_open=True)
    events = conversations.long_talk(6)

    async def watch(app: StudioApp) -> None:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.replayed is not None and app.replayed.is_ready)
            shown = app.replayed
            assert shown is not None
            assert shown.position == len(events) // 2
            await until(pilot, lambda: shown.recording and shown.recording.is_written)
            for envelope in events[len(events) // 2 :]:
                writer.append(envelope)
            writer.flush()
            await until(pilot, lambda: shown.position == len(events))
            writer.close()
            await until(pilot, lambda: shown.recording and not shown.recording.is_written)

    await Studio(Choices(), {"STUDIO_HOME": str(tmp_path)}, "last").run(watch)


async def test_a_session_that_is_not_there_is_said_before_there_is_a_screen(
    tmp_path: Path,
) -> None:
    async def never(app: StudioApp) -> None:
        raise AssertionError(app)

    with pytest.raises(StudioError, match="nothing"):
        await Studio(Choices(), {"STUDIO_HOME": str(tmp_path)}, "nothing").run(never)
