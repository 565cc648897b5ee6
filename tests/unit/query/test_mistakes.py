from __future__ import annotations

import pytest

from studio.query.errors import FilterError
from studio.query.parsing import parse_expression


@pytest.mark.parametrize(
    ("text", "underlined", "reason", "hint"),
    [
        ('a "b c', '"b c', "quote is not closed", 'Write "'),
        ("a /b c", "/b c", "regular expression is not closed", "Write /"),
        (".x ~ /b", "/b", "regular expression is not closed", "Write /"),
        ("a (b or (c)", "(", "bracket is not closed", "Write )"),
        ("a b)", ")", "closes none", "Write ("),
        ("a () b", "()", "Nothing stands in the brackets", "term"),
        ("a (", "(", "Nothing stands in the brackets", "term"),
        ("a or", "or", "Nothing follows this or", "quotes"),
        ("a and )", "and", "Nothing follows this and", "quotes"),
        ("not", "not", "Nothing follows this not", "quotes"),
        ("a -", "-", "Nothing follows this -", "term"),
        ("or a", "or", "on the left of this or", "term"),
        ("a and or b", "and", "Nothing follows this and", "term"),
        ("size >", ">", "on the right of this >", "size > 10kB"),
        ("type: )", ":", "on the right of this :", "type:response.*"),
        (".a = (b)", "=", "on the right of this =", "quotes"),
        ("> 5", ">", "on the left of this >", "size > 10kB"),
        ("a . b", ".", "dot and a key", ".error.code"),
    ],
)
def test_syntax_errors_in_words(text: str, underlined: str, reason: str, hint: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_expression(text)
    mistake = caught.value
    assert text[mistake.start : mistake.end] == underlined
    assert reason in mistake.message
    assert hint in mistake.hint
