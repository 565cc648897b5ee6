from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from studio.app import formats
from studio.app.choices import Choices
from studio.app.library import (
    Tidying,
    compare_stored,
    empty_trash,
    list_stored,
    list_trash,
    tidy,
)
from studio.core.errors import StudioError
from studio.export import sharing
from studio.storage.folders import LOG_NAME
from studio.ui.screens import export_dialog
from tests import conversations
from tests.unit.app.test_shelf import keep
from tests.unit.storage.disk import STARTED


class Stored:
    """A folder of sessions, and what the command line says about it."""

    def __init__(self, root: Path) -> None:
        self.environ = {"STUDIO_HOME": str(root)}
        self.folder = root / "data" / "sessions"
        self.choices = Choices()
        self.said: list[str] = []
        self.warned: list[str] = []

    def lines(self, *search: str, archived: bool = False) -> list[str]:
        self.said.clear()
        list_stored(
            self.choices, self.environ, search=search, archived=archived, as_json=False,
            say=self.said.append, warn=self.warned.append,
        )  # fmt: skip
        return self.said

    def names(self, *search: str, archived: bool = False) -> list[str]:
        said: list[str] = []
        list_stored(
            self.choices, self.environ, search=search, archived=archived, as_json=True,
            say=said.append, warn=self.warned.append,
        )  # fmt: skip
        return [each["name"] for each in json.loads(said[0])]

    def tidy(self, session: str, tidying: Tidying) -> list[str]:
        said: list[str] = []
        tidy(
            self.choices, self.environ, session=session, tidying=tidying, as_json=False,
            say=said.append, warn=self.warned.append,
        )  # fmt: skip
        return said

    def json(self, session: str) -> dict[str, Any]:
        said: list[str] = []
        tidy(
            self.choices, self.environ, session=session, tidying=Tidying(), as_json=True,
            say=said.append, warn=self.warned.append,
        )  # fmt: skip
        told: dict[str, Any] = json.loads(said[0])
        return told

    def compare(self, sessions: tuple[str, str], *, as_json: bool) -> str:
        said: list[str] = []
        compare_stored(
            self.choices, self.environ, sessions=sessions, as_json=as_json,
            say=said.append, warn=self.warned.append,
        )  # fmt: skip
        return "\n".join(said)

    def trash(self) -> Sequence[str]:
        said: list[str] = []
        list_trash(self.choices, self.environ, as_json=True, say=said.append)
        names: list[str] = json.loads(said[0])
        return names


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    held = Stored(tmp_path)
    for at, name in enumerate(("two_turns", "barge_in")):
        keep(held.folder, f"s{at}", conversations.LIBRARY[name](), STARTED + timedelta(hours=at))
    return held


def test_sessions_are_listed_newest_first(stored: Stored) -> None:
    first, second = stored.lines()
    assert first.startswith("s1 ")
    assert "Tell me a story." in first
    assert "2 turns   0:10         $0  What time is it?" in second


def test_words_and_terms_choose_some(stored: Stored) -> None:
    assert stored.names("kettle") == ["s0"]
    assert stored.names("tag:barge", "story") == ["s1"]
    assert stored.lines("nothing", "like", "it")[0].startswith("None of the 2 sessions in ")


def test_before_the_first_session_it_says_how_to_begin(tmp_path: Path) -> None:
    (line,) = Stored(tmp_path).lines()
    assert line.endswith("yet. Begin one with: studio")


def test_a_look_changes_no_note(stored: Stored) -> None:
    file = stored.folder / "s0" / "studio.json"
    written = b'{"schema": "studio.notes/1", "title": "Mine", "tags": ["My Tag"]}'
    file.write_bytes(written)
    page = stored.tidy("s0", Tidying())
    assert "Mine" in "\n".join(page)
    assert file.read_bytes() == written


def test_a_session_is_named_noted_and_tagged(stored: Stored) -> None:
    page = stored.tidy("s0", Tidying(title="A \x1b title", note="Look", tags=("Bug, odd",)))
    assert page[0] == " A ␛ title"
    assert any("Look" in line for line in page)
    assert not any("\x1b" in line for line in page)
    told = stored.json("s0")
    assert (told["note"], told["tags"]) == ("Look", ["bug", "odd"])
    stored.tidy("s0", Tidying(untags=("bug",), tags=("new",)))
    assert stored.json("s0")["tags"] == ["odd", "new"]
    assert stored.names("tag:odd") == ["s0"]
    assert stored.lines("tag:odd")[0].endswith("  #odd #new")
    stored.tidy("s0", Tidying(title="", note=""))
    assert stored.json("s0")["title"] == ""


def test_json_tells_what_stands_in_the_row(stored: Stored) -> None:
    told = stored.json("s1")
    assert told["turns"] == 2
    assert told["voice"] == "marin"
    assert told["turn_tags"] == {"barge-in": 1, "cancelled": 1}
    assert told["cost"]["usd"] == 0
    assert told["cost"]["is_whole"] is True
    assert told["bytes"] > 0


def test_settings_that_were_refused_are_told(stored: Stored) -> None:
    keep(stored.folder, "s2", conversations.refused_setting(), STARTED)
    (told,) = stored.json("s2")["disputed"]
    assert (told["path"], told["verdict"]) == ("voice, speed", "refused")
    words = " ".join(stored.tidy("s2", Tidying()))
    assert "refused voice, speed: Cannot update a conversation's voice" in " ".join(words.split())
    assert stored.json("s1")["disputed"] == []


def test_archived_sessions_stay_out_of_the_list(stored: Stored) -> None:
    stored.tidy("s0", Tidying(archived=True))
    assert stored.names() == ["s1"]
    assert stored.names(archived=True) == ["s1", "s0"]
    assert stored.names("is:archived") == ["s0"]
    stored.tidy("s0", Tidying(archived=False))
    assert stored.names() == ["s1", "s0"]


def test_deleted_sessions_come_back_until_the_trash_is_emptied(stored: Stored) -> None:
    assert "--restore" in stored.tidy("s0", Tidying(deletes=True))[0]
    assert (stored.names(), stored.trash()) == (["s1"], ["s0"])
    stored.tidy("s0", Tidying(restores=True))
    assert (stored.names(), stored.trash()) == (["s1", "s0"], [])
    stored.tidy("s0", Tidying(deletes=True))
    said: list[str] = []
    empty_trash(stored.choices, stored.environ, say=said.append)
    assert said[0].startswith("1 session removed for good, ")
    with pytest.raises(StudioError, match="no session s0"):
        stored.tidy("s0", Tidying(restores=True))
    said.clear()
    list_trash(stored.choices, stored.environ, as_json=False, say=said.append)
    assert said == ["The trash is empty."]


def test_a_killed_session_is_repaired(stored: Stored) -> None:
    log = stored.folder / "s0" / LOG_NAME
    log.write_bytes(log.read_bytes()[:-40])
    assert any("end marker" in line for line in stored.tidy("s0", Tidying(repairs=True)))


def test_a_log_on_its_own_is_not_tidied(stored: Stored, tmp_path: Path) -> None:
    lone = tmp_path / "lone.jsonl"
    lone.write_bytes((stored.folder / "s0" / LOG_NAME).read_bytes())
    with pytest.raises(StudioError, match="without a folder"):
        stored.tidy(str(lone), Tidying(deletes=True))
    assert lone.exists()


def test_two_sessions_are_compared(stored: Stored) -> None:
    assert "# s0 and s1" in stored.compare(("s0", "s1"), as_json=False)
    told = json.loads(stored.compare(("s0", "s1"), as_json=True))
    assert told["a"]["name"] == "s0"
    with pytest.raises(StudioError, match="no session s7"):
        stored.compare(("s0", "s7"), as_json=False)


def test_verdicts_stand_in_the_comparison(stored: Stored) -> None:
    keep(stored.folder, "s2", conversations.refused_setting(), STARTED)
    told = json.loads(stored.compare(("s0", "s2"), as_json=True))
    assert [each["b"]["verdict"] for each in told["verdicts"]] == ["refused"]
    assert "| voice, speed | – | refused: Cannot" in stored.compare(("s0", "s2"), as_json=False)


def test_a_broken_file_of_prices_is_told(stored: Stored, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "prices.toml").write_text("[[price]]\nwrong = 1\n")
    stored.lines()
    assert "wrong is not one of" in stored.warned[0]


def test_the_dialog_offers_what_can_be_written() -> None:
    offered = {name: each.help for name, each in formats.FORMATS.items()}
    assert dict(export_dialog.FORMATS) == offered
    assert tuple(export_dialog.WITHHELD) == sharing.WITHHELD
