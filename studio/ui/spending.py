"""What the session on the screen cost so far, in a word; asked anew only when it used more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.session.state import Totals
    from studio.ui.shelf import Shelf
    from studio.ui.shown import Shown


class Spending:
    """Remembers the words for the totals that they were made from."""

    def __init__(self) -> None:
        self._totals: Totals | None = None
        self._words = ""

    def words(self, shelf: Callable[[], Shelf], shown: Shown) -> str:
        """`$0.0123` or `≥ $0.0123`; empty where nothing was spent, or nobody knows."""
        totals = shown.state.totals
        if not (totals.responses or totals.transcription_seconds or totals.transcription_tokens):
            return ""
        if totals is not self._totals:
            cost = shelf().cost(shown.state, shown.header)
            self._totals = totals
            self._words = cost.short if cost.money else ""
        return self._words
