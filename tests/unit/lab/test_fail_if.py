from __future__ import annotations

import math

import pytest

from studio.core.errors import StudioError
from studio.lab.fail_if import parse_condition
from studio.lab.figures import RATES


@pytest.mark.parametrize(
    ("text", "value", "fails"),
    [
        ("cutoff_rate>0.02", 0.03, True),
        ("cutoff_rate>0.02", 0.02, False),
        ("cutoff_rate>=2%", 0.02, True),
        (" delay_p95_ms > 900 ", math.inf, True),
        ("delay_p50_ms<100.", 99.0, True),
        ("ghosts_per_hour<=.5", 0.5, True),
        ("ghost_rate>1.5", 1.6, True),
    ],
)
def test_a_condition_holds_or_not(text: str, value: float, fails: bool) -> None:
    condition = parse_condition(text)
    assert condition.holds(dict.fromkeys(RATES, value)) is fails
    assert condition.text == text.strip()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a name"),
        ("cutoff_rate", "not a name"),
        ("cutoff_rate=0.02", "not a name"),
        ("cutoff_rate>-1", "not a name"),
        ("cutoff_rate>0.02 and missed_rate>0", "not a name"),
        ("cutof_rate>0.02", "did you mean cutoff_rate"),
        ("zzz>1", "no figure zzz"),
        ("cutoff_rate>2", "from 0 to 1"),
        ("delay_p50_ms>5%", "no percent"),
        ("cutoff_rate>1e9", "not a name"),
    ],
)
def test_mistakes_are_told_with_an_example(text: str, words: str) -> None:
    with pytest.raises(StudioError, match=words) as caught:
        parse_condition(text)
    assert "cutoff_rate>0.02" in caught.value.hint
