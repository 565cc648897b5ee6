from __future__ import annotations

from decimal import Decimal

from studio.core.clock import ManualClock
from studio.ui.live import Live
from studio.ui.spending import Spending
from tests import conversations
from tests.fakes.feed import PLAN, log_lines
from tests.fakes.shelf import FakeShelf


def test_what_was_spent_is_told_once_there_is_something() -> None:
    live, spending = Live(PLAN, None, ManualClock()), Spending()
    shelf = FakeShelf(price=Decimal("0.01"))
    assert spending.words(lambda: shelf, live) == ""
    for line in log_lines(conversations.two_turns()):
        live.take(line)
    assert spending.words(lambda: shelf, live) == "$1.20"
    assert spending.words(lambda: shelf, live) == "$1.20"


def test_nothing_is_said_where_nothing_is_billed() -> None:
    live = Live(PLAN, None, ManualClock())
    for line in log_lines(conversations.two_turns()):
        live.take(line)
    assert Spending().words(FakeShelf, live) == ""
