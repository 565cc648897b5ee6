from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.query.patterns import (
    BadRegexError,
    Exact,
    Glob,
    Pattern,
    Regex,
    literal_in,
    regex_of,
    regex_test,
    word_test,
)


@pytest.mark.parametrize(
    ("pattern", "boundary", "meant", "not_meant"),
    [
        (Exact("a.b"), "", ["a.b"], ["a.bc", "", "a"]),
        (Exact(""), "", [""], ["a"]),
        (Glob("item_1"), "", ["item_1", "item_10"], ["item", "", "xitem_1"]),
        (Glob("response"), ".", ["response", "response.done"], ["responses", ""]),
        (Glob("response.d*e"), ".", ["response.done", "response.delete"], ["response.done.x"]),
        (Glob("*"), "", ["a"], [""]),
        (Glob("a?c"), "", ["abc", "a.c", "a\nc"], ["ac", "abbc"]),
        (Glob("[a]*"), "", ["[a]b"], ["a", "ab"]),
        (Regex("^a|b$"), "", ["ax", "xb"], ["xax"]),
    ],
)
def test_words_that_are_meant(
    pattern: Pattern, boundary: str, meant: list[str], not_meant: list[str]
) -> None:
    test = word_test(pattern, boundary=boundary)
    assert [word for word in (*meant, *not_meant) if test(word)] == meant


def test_capitals_count_unless_they_are_ignored() -> None:
    assert not regex_test(Regex("über"))("ÜBER")
    assert regex_test(Regex("über", ignore_case=True))("ÜBER")


def test_half_a_character_is_no_reason_to_miss_the_rest() -> None:
    assert regex_test(Regex("b"))("a\ud800b")


def test_a_slash_is_escaped_once() -> None:
    assert regex_of(r"a/b\/c\\/d") == Regex(r"a\/b\/c\\\/d")


@pytest.mark.parametrize(
    ("source", "at", "reason"),
    [
        ("ab(c", 2, "unclosed group"),
        ("a[b", 1, "unclosed character class"),
        ("*", 0, "missing expression"),
        ("x(?=a)", 1, "look-around"),
        ("a{9999}{9999}", 0, "too large"),
    ],
)
def test_a_bad_pattern_says_where_and_why(source: str, at: int, reason: str) -> None:
    for ignore_case in (False, True):
        with pytest.raises(BadRegexError, match=reason) as caught:
            regex_test(Regex(source, ignore_case))
        assert caught.value.at == at


def test_a_pattern_that_backtracks_elsewhere_takes_no_longer_than_the_text() -> None:
    assert not regex_test(Regex("(a+)+$"))("a" * 100_000 + "b")


@pytest.mark.parametrize(
    ("source", "literal"),
    [
        ("weather", "weather"),
        ("speech_(started|stopped)", "speech_"),
        ("ab?cde", "cde"),
        ("abc*d", "ab"),
        ("abc+d", "abc"),
        ("ab{2}c", "a"),
        ("x[a-z]yz", "yz"),
        (r"\.delta\b", "delta"),
        ("a|bcd", ""),
        (r"\x41bc", ""),
        ("(?:abc)", ""),
        ("[[:alpha:]]bc", ""),
        (r"[\]a]bc", ""),
    ],
)
def test_the_text_that_every_match_holds(source: str, literal: str) -> None:
    assert literal_in(Regex(source)) == literal


def test_letters_that_are_like_others_beyond_ascii_are_passed_over() -> None:
    assert literal_in(Regex("weak spot", ignore_case=True)) == "wea"
    assert regex_test(Regex("weak", ignore_case=True))("wea\u212a")


@given(
    st.text("ab|()[]?*+{12,}\\.^$-xd", min_size=1, max_size=10),
    st.text("ab12-x.A", max_size=8),
    st.booleans(),
)
@settings(max_examples=500)
def test_no_match_is_without_the_text(source: str, text: str, ignore_case: bool) -> None:
    regex = Regex(source, ignore_case)
    try:
        matches = regex_test(regex)(text)
    except BadRegexError:
        return
    if matches:
        literal = literal_in(regex)
        assert literal.lower() in text.lower() if ignore_case else literal in text
