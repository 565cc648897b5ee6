from __future__ import annotations

import pytest

from studio.query.parsing import parse_expression
from studio.query.writing import written


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  a   and b ", "a b"),
        ("(a) or ((b c))", "a or b c"),
        ("(a or b) and c", "(a or b) c"),
        ("not (a b)", "-(a b)"),
        ('"simple" "two words" "-x"', 'simple "two words" "-x"'),
        ('type:"a b" item:"or"', 'type:"a b" item:or'),
        ("from:out is:ERROR", "from:client is:error"),
        ("size>1kb gap<1:00", "size > 1kB gap < 60s"),
        ('.a="b" .a="1" .a=1', '.a = b .a = "1" .a = 1'),
        ('."a"[*].*', ".a[*][*]"),
        (".* = 1", ".* = 1"),
        ("type~x/y", r"type:/x\/y/"),
    ],
)
def test_a_filter_in_its_own_words(text: str, canonical: str) -> None:
    expression = parse_expression(text)
    assert expression is not None
    assert written(expression) == canonical
    assert parse_expression(canonical) == expression
