"""The filters a person wrote: the one in force, those before it, and the named ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.query.expressions import Or
from studio.query.filter import Filter, parse

if TYPE_CHECKING:
    from studio.ui.desk import Desk

_KEPT = "inspector.filters"
_MOST_BEFORE = 50


class Filters:
    """Texts of filters that could be read.

    Attributes:
        wanted: the filter in force; None for everything.
        text: as it was written, empty for everything.
        named: texts of the filters that were kept, by name.
    """

    def __init__(self, desk: Desk | None) -> None:
        self.wanted: Filter | None = None
        self.text = ""
        self._before: list[str] = []
        self._desk = desk
        kept = desk.kept(_KEPT) if desk else None
        self.named: dict[str, str] = {}
        if isinstance(kept, Mapping):
            self.named = {name: text for name, text in kept.items() if isinstance(text, str)}

    def settle(self) -> None:
        """The filter in force was meant: `undo` comes back to it."""
        if self.text and (not self._before or self._before[-1] != self.text):
            self._before = [*self._before[-_MOST_BEFORE:], self.text]

    def put(self, text: str) -> Filter | None:
        """Put a filter in force.

        Raises:
            FilterError: it cannot be read; the one in force stays.
        """
        found = parse(text)
        self.wanted = found if found.expression is not None else None
        self.text = text if self.wanted is not None else ""
        return self.wanted

    def before(self) -> str | None:
        """The text of the filter before this one, which is then the last; None for none."""
        while self._before:
            text = self._before.pop()
            if text != self.text:
                return text
        return None

    def with_term(self, term: str) -> str:
        """The text of the filter in force with one more term that has to hold."""
        if self.wanted is None:
            return term
        is_loose = isinstance(self.wanted.expression, Or)
        return f"({self.text}) {term}" if is_loose else f"{self.text} {term}"

    def keep(self, name: str, text: str) -> None:
        """Keep a filter under a name."""
        self.named = {**self.named, name: text}
        self._write()

    def forget(self, name: str) -> None:
        """Keep a filter no more."""
        self.named = {each: text for each, text in self.named.items() if each != name}
        self._write()

    def _write(self) -> None:
        if self._desk is not None:
            self._desk.keep(_KEPT, dict(self.named))
