from __future__ import annotations

import pytest

from studio.query.errors import FilterError
from studio.query.json_paths import Path, parse_path

FRAME = {"a": {"b": [1, {"c": None}, [2, 3]]}, "odd key": "x", "$audio": 5}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (".a.b[0]", [1]),
        (".a.b[-1][*]", [2, 3]),
        (".a.b[*].c", [None]),
        (".a.b.c", []),
        (".a.b[7]", []),
        (".a[0]", []),
        ('."odd key"', ["x"]),
        (".$audio", [5]),
        (".*.b[0]", [1]),
        (".nothing.there", []),
    ],
)
def test_a_path_leads_to_values(text: str, values: list[object]) -> None:
    path = parse_path(text, 0)
    assert list(path.values(FRAME)) == values
    assert parse_path(str(path), 0) == path


def test_no_path_leads_into_what_is_no_object() -> None:
    for frame in (None, "a", 3, [FRAME]):
        assert list(Path(("a",)).values(frame)) == []


@pytest.mark.parametrize(
    ("text", "start"), [(".5", 10), (".a..b", 12), (".a[b]", 12), (".a[0", 12), ('."a', 10)]
)
def test_where_a_path_goes_wrong(text: str, start: int) -> None:
    with pytest.raises(FilterError) as caught:
        parse_path(text, 10)
    assert caught.value.start == start
    assert ".response.output[0].type" in caught.value.hint


def test_the_innermost_key() -> None:
    assert Path(("a", "b", 0, None)).last_key == "b"
    assert Path((None, 0)).last_key is None
