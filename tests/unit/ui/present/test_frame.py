from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from studio.protocol.catalog import Kind, catalog
from studio.protocol.dialect import Dialect
from studio.protocol.lint import Finding
from studio.ui.present.changes import Change
from studio.ui.present.frame import (
    change_line,
    copied,
    escaped,
    foot_lines,
    found_words,
    raw_lines,
    short_type,
    tree_line,
)
from studio.ui.present.palette import Palette
from studio.ui.present.payload import payload_of
from studio.ui.present.tree import Row, Tree
from tests import conversations

PALETTE = Palette()
WARNING = Finding(("a",), "unknown field", "warning", "No field `a` is known here.")


def line(
    row: Row, width: int = 80, *, is_open: bool = False, finding: Finding | None = None
) -> str:
    return tree_line(
        row, width, PALETTE, is_open=is_open, finding=finding, bytes_per_ms=48.0
    ).plain  # fmt: skip


@pytest.mark.parametrize("name", list(conversations.LIBRARY))
def test_every_payload_is_drawn_without_a_control_code(name: str) -> None:
    for envelope in conversations.LIBRARY[name]():
        payload = payload_of(envelope)
        if isinstance(payload, dict):
            tree = Tree(payload, catalog().found(str(payload.get("type")), "server", Dialect.GA))
            for row in tree.rows:
                text = line(row, 60, is_open=tree.is_open(row))
                assert text.isprintable()
                assert cell_len(text) <= 60
        assert all(each.isprintable() for each in escaped(envelope.raw).split("\n"))


def test_a_row_says_name_value_and_type() -> None:
    row = Row(("threshold",), "threshold", 0.5, Kind("number"))
    assert line(row, 60).split() == ["threshold:", "0.5", "number"]
    assert line(row, 40).split() == ["threshold:", "0.5"]


def test_audio_is_its_length_and_size() -> None:
    kept = {"$audio": {"track": "input", "offset": 0, "bytes": 4800}}
    assert "‹100 ms · 4.8 kB›" in line(Row(("audio",), "audio", kept))


def test_what_is_closed_counts_its_members() -> None:
    row = Row(("tools",), "tools", [1, 2, 3])
    assert line(row).strip() == "▸ tools: [3]"
    assert line(row, is_open=True).strip() == "▾ tools:"


def test_a_long_text_says_how_long_it_is() -> None:
    text = line(Row(("text",), "text", "x" * 5000), 60)
    assert text.rstrip().endswith("… 5,000")


def test_what_is_odd_is_marked() -> None:
    assert line(Row(("a",), "a", 1), finding=WARNING).startswith("! ")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind("string"), "string"),
        (Kind("values", ("a",)), "fixed"),
        (Kind("values", ("a", "b")), "one of 2"),
        (Kind("union", of=(Kind("integer"), Kind("values", ("inf",)))), "integer/word"),
        (Kind("union", of=(Kind("string"), Kind("integer"), Kind("boolean"))), "string…"),
        (Kind("map", of=(Kind("any"),)), "object"),
        (Kind("union", of=(Kind("object", shape="A"),) * 3), "object"),
    ],
)
def test_types_are_short(kind: Kind, words: str) -> None:
    assert short_type(kind) == words


def test_hidden_characters_are_written_out() -> None:
    assert escaped("a\x1b[31m\u202eb\x00\ud800") == "a\\x1b[31m\\u202eb\\x00\\ud800"


@given(text=st.text(max_size=300), width=st.integers(1, 50))
def test_the_raw_frame_is_whole_and_fits(text: str, width: int) -> None:
    shown = escaped(text)
    lines = raw_lines(shown, width)
    assert "".join(lines) == shown.replace("\n", "")
    assert all(cell_len(each) <= max(8, width) for each in lines)


def test_ten_megabytes_are_cut_at_once() -> None:
    assert len(raw_lines(escaped("x" * 10_000_000), 100)) == 100_000


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("~", ("session", "voice"), "ash", "sage"), '~ session.voice  "ash" → "sage"'),
        (Change("+", ("a", 0), after=None), "+ a[0]  null"),
        (Change("−", ("a",), before=[]), "− a  []"),
    ],
)
def test_changes_say_what_was_and_what_is(change: Change, words: str) -> None:
    assert change_line(change, PALETTE).plain == words


def test_the_foot_says_path_type_words_and_findings() -> None:
    row = Row(("session", "speed"), "speed", 1.0, Kind("number"))
    lines = [each.plain for each in foot_lines(row, "How fast.", (WARNING,), PALETTE)]
    assert lines == [
        "session.speed  number, may be missing", "How fast.", "! No field `a` is known here.",
    ]  # fmt: skip
    (unknown,) = foot_lines(Row(("x",), "x", 1), "", (), PALETTE)
    assert unknown.plain == "x  not in the catalogue"


def test_findings_are_counted_by_kind() -> None:
    note = Finding((), "order", "info", "")
    assert found_words((WARNING, note, note)) == "1 warning, 2 notes"
    assert found_words(()) == ""


def test_a_text_is_copied_as_it_is() -> None:
    assert copied('say "hi"') == 'say "hi"'
    assert json.loads(copied({"a": [1]})) == {"a": [1]}
