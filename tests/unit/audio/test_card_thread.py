from __future__ import annotations

from threading import Event

import pytest

from studio.audio.card_thread import CardThread
from studio.core.errors import StudioError


def test_calls_are_answered_in_order() -> None:
    done: list[str] = []
    thread = CardThread(lambda: done.append("prepared"))
    thread.begin(lambda: done.append("begun"))
    assert thread.answer(lambda: [*done, "answered"]) == ["prepared", "begun", "answered"]


def test_what_a_call_raises_is_raised_to_who_waits_for_it() -> None:
    thread = CardThread()
    with pytest.raises(ZeroDivisionError):
        thread.answer(lambda: 1 // 0)
    assert thread.answer(lambda: 1) == 1


def test_a_call_that_never_returns_is_given_up_and_so_are_those_behind_it() -> None:
    thread, gate = CardThread(), Event()
    with pytest.raises(StudioError, match="does not answer"):
        thread.answer(gate.wait, patience_s=0.01)
    assert thread.is_stuck
    with pytest.raises(StudioError, match="does not answer"):
        thread.answer(lambda: 1)


def test_once_it_returns_calls_are_answered_again() -> None:
    thread, gate, freed = CardThread(), Event(), Event()
    with pytest.raises(StudioError):
        thread.answer(gate.wait, patience_s=0.01)
    thread.begin(freed.set)
    gate.set()
    assert freed.wait(5)
    assert not thread.is_stuck
    assert thread.answer(lambda: 1) == 1
