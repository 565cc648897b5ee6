from __future__ import annotations

import pytest

from studio.query.errors import FilterError
from studio.query.expressions import (
    And,
    Between,
    Compared,
    Expression,
    From,
    Is,
    Matching,
    Measured,
    Named,
    Not,
    Or,
    PathMatching,
    Text,
    There,
)
from studio.query.json_paths import Path
from studio.query.parsing import parse_expression
from studio.query.patterns import Exact, Glob, Regex
from studio.query.quantities import Quantity

A, B, C = Text("a"), Text("b"), Text("c")


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("a", A),
        ("a b", And((A, B))),
        ("a and b && c", And((A, B, C))),
        ("a or b | c", Or((A, B, C))),
        ("a b or c", Or((And((A, B)), C))),
        ("a AND (b OR c)", And((A, Or((B, C))))),
        ("not a -b !c", And((Not(A), Not(B), Not(C)))),
        ("-(a b)", Not(And((A, B)))),
        ("not(a)", Not(A)),
        ("--a", Not(Not(A))),
        ("order nothing android", And((Text("order"), Text("nothing"), Text("android")))),
        ('"and"', Text("and")),
        (r'text:"say \"hi\"\n"', Text('say "hi"\n')),
        ("barge-in", Text("barge-in")),
        ("12:30", Text("12:30")),
        ("size", Text("size")),
        ("/a|b/i", Matching(Regex("a|b", ignore_case=True))),
        (r"/a\/b c/", Matching(Regex(r"a\/b c"))),
        ("text:/x/", Matching(Regex("x"))),
        ("text ~ a/b", Matching(Regex(r"a\/b"))),
        ("type:response.*", Named("type", Glob("response.*"))),
        ("TYPE:error", Named("type", Glob("error"))),
        ("type=error", Named("type", Exact("error"))),
        ('item=""', Named("item", Exact(""))),
        ("item != x", Not(Named("item", Exact("x")))),
        ("call:/x$/", Named("call", Regex("x$"))),
        ("response ~ x", Named("response", Regex("x"))),
        ("from:in", From("server")),
        ("from:Client", From("client")),
        ("from != here", Not(From("local"))),
        ("is:delta", Is("delta")),
        ("size>10KB", Measured("size", ">", Quantity(10, "kB"))),
        ("gap >= .5s", Measured("gap", ">=", Quantity(0.5, "s"))),
        ("at < 1:30", Measured("at", "<", Quantity(90, "s"))),
        ("at:1:00-1:02:03.5", Between("at", Quantity(60, "s"), Quantity(3723.5, "s"))),
        ("turn:3", Measured("turn", "=", Quantity(3))),
        ("turn == 3", Measured("turn", "=", Quantity(3))),
        ("turn:3-5", Between("turn", Quantity(3), Quantity(5))),
        (".delta", There(Path(("delta",)))),
        ('."odd key"[0][-1].*[*]', There(Path(("odd key", 0, -1, None, None)))),
        (".a.b > 1.5e2", Compared(Path(("a", "b")), ">", 150.0)),
        (".a = true", Compared(Path(("a",)), "=", True)),
        ('.a = "true"', Compared(Path(("a",)), "=", "true")),
        (".a = 007", Compared(Path(("a",)), "=", "007")),
        (".a != -1", Compared(Path(("a",)), "!=", -1)),
        (".a = null", Compared(Path(("a",)), "=", None)),
        (".a ~ /x y/", PathMatching(Path(("a",)), Regex("x y"))),
        ('.a ~ "x y"', PathMatching(Path(("a",)), Regex("x y"))),
        (".a -b", And((There(Path(("a",))), Not(B)))),
    ],
)
def test_what_is_written_means(text: str, expression: Expression) -> None:
    assert parse_expression(text) == expression


@pytest.mark.parametrize(
    ("text", "underlined", "reason", "hint"),
    [
        ("a foo:bar", "foo", "no term foo", '"foo:bar"'),
        ("typ:x", "typ", "no term typ", "Did you mean type?"),
        ("wss://host", "wss", "no term wss", '"wss://host"'),
        ("type > 3", ">", "no order", "type:response.*"),
        ("is:erorr", "erorr", "no nature", "Did you mean error?"),
        ("from:me", "me", "no origin", "server, client, local"),
        ("size > 10xB", "xB", "no unit xB", "64KiB"),
        ("size > big", "big", "no size", "64KiB"),
        ("gap > 500", "500", "500 of what?", "500ms or 500s"),
        ("at = 1:30", "=", "hardly ever equal", "at > 1:30"),
        ("turn:2.5", "2.5", "no whole number", "3"),
        ("turn:5-3", "5-3", "ends before it begins", "3-5"),
        ("size:3-", "", "number is missing", "size > 10kB"),
        ("size ~ 3", "3", "a number, and no text", "size > 10kB"),
        ("/a(b/", "(", "unclosed group", "backslash"),
        ('type ~ "x("', "(", "unclosed group", "backslash"),
        ("/(?=x)/", "(", "look-around", "combine two terms"),
        (r"/(x)\1/", "\\", "backreferences", "combine two terms"),
        ("/x/gi", "gi", "no flag", "i"),
        ("//", "//", "empty", "/what to match/"),
        ('""', '""', "nothing to look for", "word"),
        ('item:""', '""', "something to match", 'item=""'),
        (r'"\q"', r"\q", "escape", r"\\"),
        (".a > 1kB", "1kB", "no number", "no units"),
        (".a > b", "b", "no number", ".a = b"),
        (".a:b", ":", "compared", ".a = b"),
        (".a = /x/", "=", "matched by ~", ".a ~ /x/"),
        (".a[x", "[x", "no path", ".response.output[0].type"),
        ("(" * 99 + "a" + ")" * 99, "(" * 99 + "a" + ")" * 99, "nested too deeply", ""),
    ],
)
def test_a_mistake_is_underlined_with_its_reason_and_a_way_out(
    text: str, underlined: str, reason: str, hint: str
) -> None:
    with pytest.raises(FilterError) as caught:
        parse_expression(text)
    mistake = caught.value
    assert text[mistake.start : mistake.end] == underlined
    assert reason in mistake.message
    assert hint in mistake.hint
