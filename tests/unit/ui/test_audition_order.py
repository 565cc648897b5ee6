from __future__ import annotations

import pytest

from studio.core.errors import StudioError
from studio.ui.audition_order import Typed


def test_fields_mean_lines_voices_speeds_and_ways() -> None:
    typed = Typed(
        lines="One. // Two.", voices="marin, cedar ash", speeds="1, 1.2x", directions="// Whisper.",
        takes="2",
    )  # fmt: skip
    order = typed.order(("alloy",))
    assert order.lines == ("One.", "Two.")
    assert order.voices == ("marin", "cedar", "ash")
    assert order.speeds == (1.0, 1.2)
    assert order.directions == ("", "Whisper.")
    assert order.takes == 2


def test_all_stands_for_the_providers_voices_among_others() -> None:
    assert Typed(voices="all, mine").order(("a", "b")).voices == ("a", "b", "mine")
    assert Typed(voices=" ").order(("a",)).voices == ("a",)
    with pytest.raises(StudioError):
        Typed(voices="all").order(())


@pytest.mark.parametrize("value", [None, 3, [], {"lines": 3, "unknown": "x"}, {"voices": None}])
def test_what_was_kept_and_is_none_of_it_is_as_at_first(value: object) -> None:
    assert Typed.kept(value) == Typed()  # type: ignore[arg-type]


def test_what_was_kept_comes_back() -> None:
    typed = Typed(lines="Hello.", voices="marin", takes="3")
    assert Typed.kept(typed.as_json()) == typed
