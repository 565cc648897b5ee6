from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.protocol.written import MOST_TOKENS, Hand, on_one_line, read

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def hand(text: str) -> Hand | None:
    """What is written at the bar."""
    return read(text.replace("|", "", 1), text.index("|")).hand


@given(value=JSON, indent=st.sampled_from([None, 2]))
def test_whole_json_is_read_as_json_reads_it(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    written = read(text)
    assert written.value == value
    assert written.fault is None


@given(value=JSON)
def test_every_value_stands_where_it_is_said_to(value: object) -> None:
    text = json.dumps(value)
    for path, (start, end) in read(text).spans.items():
        inner: object = value
        for step in path:
            inner = inner[step]  # type: ignore[index]
        assert json.loads(text[start:end]) == inner


@given(text=st.text(alphabet='{}[]:,"\\ab1 \n'), cursor=st.integers(-1, 30))
def test_no_text_makes_it_fail(text: str, cursor: int) -> None:
    written = read(text, min(cursor, len(text)))
    for start, end, _ in written.tokens:
        assert 0 <= start < end <= len(text)


def test_a_broken_text_is_read_as_far_as_it_goes() -> None:
    written = read('{"type": "session.update", "session": {"voice": "ma')
    assert written.value == {"type": "session.update", "session": {"voice": "ma"}}
    assert written.fault is not None
    assert written.fault[1] == "a text is not closed"


@pytest.mark.parametrize(
    ("text", "path", "is_key", "typed"),
    [
        ('{"|', (), True, ""),
        ('{"ty|pe": "x"}', (), True, "ty"),
        ('{"a": "x|"}', ("a",), False, "x"),
        ('{"a": |}', ("a",), False, ""),
        ('{"a": {"b": [1, "x|"]}}', ("a", "b", 1), False, "x"),
        ('{"a": 1, | }', (), True, ""),
        ('{"a": tr|', ("a",), False, "tr"),
        ('{"a": {|}}', ("a",), True, ""),
    ],
)
def test_the_hand_is_found(text: str, path: tuple[object, ...], is_key: bool, typed: str) -> None:
    found = hand(text)
    assert found is not None
    assert (found.path, found.is_key, found.typed) == (path, is_key, typed)


@pytest.mark.parametrize("text", ['{"a" | }', '{"a": 1 |}', '{"a": 1}|', "|"])
def test_where_a_mark_must_come_nothing_is_written(text: str) -> None:
    assert hand(text) is None


def test_the_object_around_the_hand_has_what_comes_after_it() -> None:
    found = hand('{"a": {"x": 1, "|", "type": "late"}}')
    assert found is not None
    assert found.holder == {"x": 1, "type": "late"}


def test_a_name_with_a_colon_keeps_it() -> None:
    found = hand('{"a|" : 1}')
    assert found is not None
    assert found.has_colon


def test_a_path_that_is_missing_points_at_the_object_around_it() -> None:
    written = read('{"item": {"role": "user"}}')
    assert written.place_of(("item", "role")) == (10, 16)
    assert written.place_of(("item", "content")) == (1, 2)
    assert read("").place_of(("x",)) == (0, 1)


def test_ten_thousand_levels_do_no_harm() -> None:
    written = read("[" * 10_000)
    assert written.fault is not None


def test_a_very_long_text_is_told_its_value_alone() -> None:
    text = json.dumps({"many": list(range(MOST_TOKENS))})
    written = read(text, 5)
    assert written.value == json.loads(text)
    assert (written.tokens, written.spans, written.hand) == ([], {}, None)
    assert read(text[:-2]).fault is not None


@given(value=JSON)
def test_one_line_says_the_same(value: object) -> None:
    line = on_one_line(json.dumps(value, indent=2))
    assert json.loads(line) == value
    assert "\n" not in line


def test_one_line_keeps_what_json_readers_would_lose() -> None:
    assert on_one_line('{\n  "a": 1e3,\n  "a": "\\u00e9  x"\n}') == '{"a": 1e3,"a": "\\u00e9  x"}'
    assert on_one_line("{\n") == "{\n"
