from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from studio.query.expressions import Measure, Nature, Origin, Word
from studio.query.filter import parse
from studio.query.terms import FIELDS, NATURE_HELP, ORIGIN_ALIASES, ORIGIN_HELP, TERMS, Term

PAGE = (Path(__file__).parents[3] / "docs" / "filters.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_every_example_is_a_filter_and_stands_in_the_page(term: Term) -> None:
    assert parse(term.example).expression is not None
    row = f"`{term.name}` | `{term.example}` | {term.help}".replace("(started|", r"(started\|")
    assert f"\n| {row} |\n" in PAGE


def test_every_word_and_measure_is_a_term() -> None:
    assert {*get_args(Word), *get_args(Measure), "text", "from", "is"} == set(FIELDS)
    assert set(get_args(Origin)) == set(ORIGIN_HELP) == set(ORIGIN_ALIASES.values())
    assert set(get_args(Nature)) == set(NATURE_HELP)
    for name in (*NATURE_HELP, *ORIGIN_ALIASES):
        assert f"`{name}`" in PAGE
