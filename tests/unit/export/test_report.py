"""The page; what a browser makes of it stands in `tests/conformance`."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import pytest
import soundfile
from typing_extensions import override

from studio.export.report import export_report
from studio.export.sharing import Redaction
from tests.conversations import LIBRARY, Talk
from tests.fakes.told import stored, told, told_from


def page(name: str, folder: Path, *without: str) -> str:
    told = told_from(stored(LIBRARY[name](), folder))
    redaction = Redaction(without)
    redaction.learn(told.state)
    return "".join(export_report(told, redaction))


class Addresses(HTMLParser):
    """Everything that a page refers to, its ids, and its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "action", "poster", "srcset", "data"):
                self.found.append(value or "")
            if name == "id":
                self.ids.append(value or "")


@pytest.mark.parametrize("name", LIBRARY)
def test_every_page_is_whole_and_refers_to_nothing_else(name: str, tmp_path: Path) -> None:
    text = page(name, tmp_path)

    seen = Addresses(text)
    assert all(each.startswith(("#", "data:")) for each in seen.found)
    assert {each[1:] for each in seen.found if each.startswith("#")} <= set(seen.ids)
    assert len(seen.ids) == len(set(seen.ids))
    assert "script" not in seen.tags
    assert "url(" not in text
    assert "@import" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


def test_it_tells_what_was_said_and_how_long_it_took(tmp_path: Path) -> None:
    text = page("two_turns", tmp_path)

    assert "What time is it?" in text
    assert "heard after 640 ms" in text
    assert '<html lang="en">' in text
    assert text.count("<audio ") == 4
    assert {"header", "main", "footer", "nav"} <= set(Addresses(text).tags)


def test_players_hold_what_was_heard(tmp_path: Path) -> None:
    told = told_from(stored(LIBRARY["barge_in"](), tmp_path))
    text = "".join(export_report(told, Redaction()))

    clips = re.findall(r'label="Assistant[^"]*" src="data:audio/[a-z]+;base64,([^"]+)"', text)
    sound = soundfile.info(io.BytesIO(b64decode(clips[0])))
    head = next(head for head in told.state.playback.heads if head.cut)
    assert head.played_ms is not None
    assert sound.duration == pytest.approx(head.played_ms / 1000, abs=0.15)
    assert "<del>" in text


def test_without_audio_there_is_no_trace_of_it(tmp_path: Path) -> None:
    text = page("two_turns", tmp_path, "audio")

    assert "<audio" not in text
    assert "data:audio" not in text
    assert "<path" not in text
    assert "Withheld from this report: sound." in text


@pytest.mark.parametrize("name", LIBRARY)
def test_withheld_words_and_ids_are_nowhere(name: str, tmp_path: Path) -> None:
    text = page(name, tmp_path, "text", "ids")

    for secret in ("What time", "twelve", "London", "lighthouse", "item_user_", "item_assistant"):
        assert secret not in text


def test_hostile_words_are_words(tmp_path: Path) -> None:
    text = page("hostile", tmp_path, "audio")

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script" not in text


def test_damages_are_told() -> None:
    pieces = export_report(told(()), Redaction(), ["The last line was torn."])

    assert "The last line was torn." in "".join(pieces)


def test_of_many_turns_the_slowest_are_shown() -> None:
    talk = Talk().connect()
    for number in range(50):
        talk.user_speaks(f"Question {number}.")
        talk.reply("Yes.")

    text = "".join(export_report(told(talk.envelopes), Redaction(["audio"])))

    assert "The 40 slowest turns" in text
    assert text.count('<article class="turn"') == 50
