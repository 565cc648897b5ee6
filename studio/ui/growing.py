"""An array of numbers that grows at its end: what stands in it moves only when its room doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Number = TypeVar("_Number", bound=np.generic)
_LEAST = 64


class Growing(Generic[_Number]):
    """Numbers of one kind; room that was never written to holds `fill`."""

    def __init__(self, dtype: type[_Number], fill: int = 0) -> None:
        self._fill: Any = fill
        self._room: NDArray[_Number] = np.full(_LEAST, self._fill, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> NDArray[_Number]:
        """What stands there now, to read and to write; not the same array after it grew."""
        return self._room[: self._length]

    def grow(self, length: int) -> NDArray[_Number]:
        """Make it at least so long; all of it."""
        if length > len(self._room):
            room = np.full(max(length, 2 * len(self._room)), self._fill, self._room.dtype)
            room[: self._length] = self.values
            self._room = room
        self._length = max(self._length, length)
        return self.values

    def add(self, numbers: NDArray[Any]) -> None:
        """Put numbers at the end."""
        start = self._length
        self.grow(start + len(numbers))[start:] = numbers
