"""Append-only columns of numbers and the words they stand for: what a store keeps of an event.

62 bytes an event, beside the words, which are kept once each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

DTYPES: Mapping[str, np.dtype[Any]] = {
    name: np.dtype(code)
    for name, code in {
        "at": "<f8",
        "seq": "<u8",
        "start": "<u8",
        "length": "<u4",
        "type": "<u4",
        "item": "<u4",
        "response": "<u4",
        "call": "<u4",
        "size": "<u4",
        "audio": "<u4",
        "run": "<u4",
        "before": "<u4",
        "origin": "u1",
        "body": "u1",
    }.items()
}
"""Every column and its numbers; `start` counts from the end of the log's header."""

_FIRST_ROOM = 1024


class Columns(NamedTuple):
    """Read-only views of a store's columns, valid until it grows; ids and types are word codes.

    Attributes:
        at: session seconds.
        seq: the envelope's number.
        origin: 0 server, 1 client, 2 local.
        type: the wire's word.
        item: what the event speaks of, 0 for none; `response` and `call` alike.
        size: bytes on the wire.
        audio: bytes of audio, decoded.
        run: the position of the first event of its run; its own where it stands alone.
        before: the position of the event that its gap counts from; its own for the first of all.
    """

    at: NDArray[np.float64]
    seq: NDArray[np.uint64]
    origin: NDArray[np.uint8]
    type: NDArray[np.uint32]
    item: NDArray[np.uint32]
    response: NDArray[np.uint32]
    call: NDArray[np.uint32]
    size: NDArray[np.uint32]
    audio: NDArray[np.uint32]
    run: NDArray[np.uint32]
    before: NDArray[np.uint32]


class Words(dict[str, int]):
    """Words by their code; looking a word up gives it one. The code of the empty word is 0."""

    def __init__(self, words: Sequence[str] = ("",)) -> None:
        super().__init__(zip(words, range(len(words)), strict=True))
        self.spelled = list(words)

    def __missing__(self, word: str) -> int:
        code = self[word] = len(self.spelled)
        self.spelled.append(word)
        return code


class Table:
    """Columns that grow together.

    Args:
        arrays: columns to begin with, all full; they are only read, and copied when rows come.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]] | None = None) -> None:
        self._arrays: dict[str, NDArray[Any]] = (
            dict(arrays)
            if arrays is not None
            else {name: np.empty(_FIRST_ROOM, dtype) for name, dtype in DTYPES.items()}
        )
        self._rows = len(self._arrays["at"]) if arrays is not None else 0

    def __len__(self) -> int:
        return self._rows

    def column(self, name: str) -> NDArray[Any]:
        """A read-only view of a column, valid until the table grows."""
        view = self._arrays[name][: self._rows]
        view.flags.writeable = False
        return view

    def cell(self, name: str, row: int) -> Any:  # noqa: ANN401
        """One number, as Python has it."""
        return self._arrays[name].item(row)

    def extend(self, rows: int, columns: Mapping[str, Sequence[float] | NDArray[Any]]) -> None:
        """Add rows, given as one sequence of numbers for every column."""
        if not rows:
            return
        end = self._rows + rows
        if end > len(self._arrays["at"]):
            self._make_room(end)
        if rows == 1:
            for name, values in columns.items():
                self._arrays[name][self._rows] = values[0]
        else:
            for name, values in columns.items():
                self._arrays[name][self._rows : end] = values
        self._rows = end

    def _make_room(self, rows: int) -> None:
        room = max(rows, len(self._arrays["at"]) * 3 // 2, _FIRST_ROOM)
        for name, array in self._arrays.items():
            larger = np.empty(room, array.dtype)
            larger[: self._rows] = array[: self._rows]
            self._arrays[name] = larger
