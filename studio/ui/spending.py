"""What the session on the screen and its turns cost so far; asked anew only where more was used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.session.cost import Cost
    from studio.session.state import Totals
    from studio.session.turns import Turn
    from studio.ui.shelf import Shelf
    from studio.ui.shown import Shown


class Spending:
    """Remembers the words for the totals that they were made from.

    To know the prices takes a while the first time, so they are asked for beside the screen.
    """

    def __init__(self) -> None:
        self._totals: Totals | None = None
        self._shown: Shown | None = None
        self._words = ""

    def is_due(self, shown: Shown) -> bool:
        """Whether more was used, or another session, than was last asked about."""
        return _is_billed(shown) and (shown is not self._shown or self._is_news(shown))

    def _is_news(self, shown: Shown) -> bool:
        return shown.state.totals is not self._totals

    def words(self, shown: Shown) -> str:
        """`$0.0123` or `≥ $0.0123`; empty where nothing was spent, or nobody knows yet."""
        return self._words if _is_billed(shown) and shown is self._shown else ""

    async def ask(self, shelf: Shelf, shown: Shown) -> None:
        """Have the words ready for what this session used by now."""
        if shown is not self._shown:
            self._shown, self._words = shown, ""
        self._totals = shown.state.totals
        cost = await shelf.cost(shown.state, shown.header)
        if shown is self._shown:
            self._words = cost.short if cost.money else ""


class TurnCosts:
    """What turns of a session cost, for those that were looked at."""

    def __init__(self) -> None:
        self._shown: Shown | None = None
        self._known: dict[int, tuple[Turn, Cost]] = {}

    def of(self, shown: Shown, turn: Turn) -> Cost | None:
        """The bill of a turn as it was last asked for; None where it never was."""
        known = self._known.get(turn.index) if shown is self._shown else None
        return None if known is None else known[1]

    def is_due(self, shown: Shown, turn: Turn) -> bool:
        """Whether the turn is another than it was when its bill was asked for."""
        known = self._known.get(turn.index) if shown is self._shown else None
        return known is None or known[0] is not turn

    async def ask(self, shelf: Shelf, shown: Shown, turn: Turn) -> None:
        """Have the bill of a turn ready."""
        cost = await shelf.turn_cost(shown.whole, turn, shown.header)
        if shown is not self._shown:
            self._shown, self._known = shown, {}
        self._known[turn.index] = (turn, cost)


def _is_billed(shown: Shown) -> bool:
    totals = shown.state.totals
    used = totals.responses or totals.transcription_seconds or totals.transcription_tokens
    return bool(used)
