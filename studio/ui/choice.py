"""An entry of a list to choose from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a list: its value, its words, and a quiet word beside.

    Attributes:
        value: what choosing it gives back.
        label: its words.
        aside: a quiet word beside them.
        is_note: whether it only tells something and cannot be chosen.
        stays: whether choosing it leaves the list open.
    """

    value: str
    label: str
    aside: str = ""
    is_note: bool = False
    stays: bool = False
