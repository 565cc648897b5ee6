"""Every microphone and speaker that a session has open, so that no card outlives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any


class Closable(Protocol):
    """A microphone or a speaker."""

    def close(self) -> None:
        """Give the card back; once more does no harm."""
        ...


Sound = TypeVar("Sound", bound=Closable)


class OpenSounds:
    """Opens and gives back without holding up the loop, and forgets nothing when it is cancelled.

    Args:
        off_loop: calls what blocks.
    """

    def __init__(self, off_loop: Callable[[Callable[[], Any]], Awaitable[Any]]) -> None:
        self._off_loop = off_loop
        self._open: list[Closable] = []
        self._is_over = False

    def keep(self, sound: Sound) -> Sound:
        """Remember one that is open; where all is over already, it is given back."""
        self._open.append(sound)
        if self._is_over:
            sound.close()
        return sound

    async def open(self, make: Callable[[], Sound]) -> Sound:
        """Make one.

        Raises:
            StudioError: as `make` does.
        """
        made: Sound = await self._off_loop(lambda: self.keep(make()))
        return made

    async def give_back(self, sound: Closable) -> None:
        """Close one."""
        await self._off_loop(sound.close)
        self._open.remove(sound)

    def close(self) -> None:
        """Give everything back, also what is opened from now on."""
        self._is_over = True
        for sound in self._open:
            sound.close()
