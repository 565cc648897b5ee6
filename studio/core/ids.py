"""Identifiers as the Realtime API writes them, from a source that is passed in."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from typing import Protocol

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_LENGTHS = {"call": 16}
_DEFAULT_LENGTH = 21


class IdSource(Protocol):
    """Makes identifiers such as `item_E4AmeR6T4h9LkwrfSTCJu`."""

    def new(self, prefix: str) -> str:
        """A fresh identifier `<prefix>_<letters and digits>`."""
        ...


class RandomIds:
    """Identifiers that nobody can guess: 21 base62 characters (16 for calls), as OpenAI's are."""

    def new(self, prefix: str) -> str:
        """A fresh random identifier."""
        length = _LENGTHS.get(prefix, _DEFAULT_LENGTH)
        number = secrets.randbelow(62**length)  # at once: the system is asked for each draw
        characters: list[str] = []
        for _ in range(length):
            number, digit = divmod(number, 62)
            characters.append(_BASE62[digit])
        return f"{prefix}_{''.join(characters)}"


@dataclass(slots=True)
class SequentialIds:
    """Identifiers `<prefix>_1`, `<prefix>_2`, … for tests and for readable traces."""

    counts: dict[str, int] = field(default_factory=dict)

    def new(self, prefix: str) -> str:
        """The next identifier with this prefix."""
        self.counts[prefix] = self.counts.get(prefix, 0) + 1
        return f"{prefix}_{self.counts[prefix]}"
