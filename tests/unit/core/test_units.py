from __future__ import annotations

import pytest

from studio.core.units import clock


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0:00"), (42.9, "0:42"), (727, "12:07"), (3723, "1:02:03")],
)
def test_session_time_in_words(seconds: float, words: str) -> None:
    assert clock(seconds) == words
