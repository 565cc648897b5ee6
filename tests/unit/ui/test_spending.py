from __future__ import annotations

from decimal import Decimal

from studio.core.clock import ManualClock
from studio.ui.live import Live
from studio.ui.spending import Spending
from tests import conversations
from tests.fakes.feed import PLAN, log_lines
from tests.fakes.shelf import FakeShelf


def used() -> Live:
    """A session that was answered twice."""
    live = Live(PLAN, None, ManualClock())
    for line in log_lines(conversations.two_turns()):
        live.take(line)
    return live


async def test_what_was_spent_is_asked_for_once_there_is_something() -> None:
    live, spending = Live(PLAN, None, ManualClock()), Spending()
    assert not spending.is_due(live)
    assert spending.words(live) == ""
    for line in log_lines(conversations.two_turns()):
        live.take(line)
    assert spending.is_due(live)
    assert spending.words(live) == ""
    await spending.ask(FakeShelf(price=Decimal("0.01")), live)
    assert not spending.is_due(live)
    assert spending.words(live) == "$1.20"


async def test_another_session_is_asked_about_anew() -> None:
    live, other, spending = used(), used(), Spending()
    await spending.ask(FakeShelf(price=Decimal("0.01")), live)
    assert spending.is_due(other)
    assert spending.words(other) == ""
    await spending.ask(FakeShelf(price=Decimal("0.02")), other)
    assert spending.words(other) == "$2.40"


async def test_nothing_is_said_where_nothing_is_billed() -> None:
    live, spending = used(), Spending()
    await spending.ask(FakeShelf(), live)
    assert spending.words(live) == ""
