from __future__ import annotations

from dataclasses import dataclass

import pytest

from studio.core.errors import StudioError
from studio.runtime.open_sounds import OpenSounds
from tests.fakes.world import at_once


@dataclass
class Card:
    """Something that is open."""

    closed: int = 0

    def close(self) -> None:
        self.closed += 1


async def test_what_was_not_given_back_is_at_the_end_and_what_was_is_not_again() -> None:
    sounds = OpenSounds(at_once)
    kept, opened = sounds.keep(Card()), await sounds.open(Card)
    returned = sounds.keep(Card())
    await sounds.give_back(returned)
    sounds.close()
    assert [each.closed for each in (kept, opened, returned)] == [1, 1, 1]


async def test_what_is_opened_after_the_end_is_given_back_at_once() -> None:
    sounds = OpenSounds(at_once)
    sounds.close()
    card = await sounds.open(Card)
    assert card.closed == 1


async def test_what_cannot_be_opened_is_nobodys() -> None:
    def refuse() -> Card:
        raise StudioError("No.", title="No")

    sounds = OpenSounds(at_once)
    with pytest.raises(StudioError):
        await sounds.open(refuse)
    sounds.close()
