"""What is to be auditioned, as it is typed; and what that means."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.audition import Order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.ui.desk import Json

ALL = "all"
APART = "//"
"""What stands between lines, and between ways of reading."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form, as texts.

    Attributes:
        lines: what is read; several apart by `//`.
        voices: names apart by commas or blanks; `all` or nothing for the provider's.
        speeds: numbers apart by commas or blanks; nothing for 1.
        directions: how to read; several apart by `//`, nothing for no word of it.
        takes: how often everything is read.
        provider: who is asked; empty for the present one.
    """

    lines: str = "Your table is booked for half past seven. // Is there anything else I can do?"
    voices: str = ALL
    speeds: str = ""
    directions: str = ""
    takes: str = ""
    provider: str = ""

    @classmethod
    def kept(cls, value: Json) -> Typed:
        """What was kept of the last time; what is none of it is as at first."""
        if not isinstance(value, dict):
            return cls()
        known = {each.name for each in fields(cls)}
        return cls(**{k: v for k, v in value.items() if k in known and isinstance(v, str)})

    def as_json(self) -> dict[str, Json]:
        """To be kept."""
        return {**asdict(self)}

    def order(self, voices: Sequence[str]) -> Order:
        """What it means.

        Args:
            voices: those that the provider is known to have.

        Raises:
            StudioError: it cannot be carried out.
        """
        return Order.of(
            self.lines.split(APART),
            self._voices(voices),
            [_number(each, "speed") for each in _listed(self.speeds)],
            [each.strip() for each in self.directions.split(APART)],
            round(_number(self.takes.strip() or "1", "number of takes")),
        )

    def _voices(self, known: Sequence[str]) -> list[str]:
        names = _listed(self.voices) or [ALL]
        if ALL in names and not known:
            raise StudioError(
                "It is not known which voices this provider has.",
                title="No list of voices",
                hint="Name them.",
            )
        return [voice for name in names for voice in (known if name == ALL else (name,))]


def _listed(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _number(text: str, what: str) -> float:
    try:
        number = float(text.rstrip("x×"))
    except ValueError:
        number = 0.0
    if not 0 < number < 100:
        raise StudioError(f"{one_line(text, 20)!r} is no {what}.", title="Cannot read that")
    return number
