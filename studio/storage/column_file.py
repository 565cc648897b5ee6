"""Files of columns: a line that tells what they are of, numbers as they lie in memory, some bytes.

Columns are mapped, not read. A file that is torn, damaged or of another format is none.
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_ALIGNED = 64
"""Columns begin at a multiple of so many bytes: they are read where they lie in the file."""
_MOST_TOLD_BYTES = 16 * 1024**2


class Held(NamedTuple):
    """What a file holds: what it tells of itself, its columns by name, and the bytes behind."""

    told: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    tail: bytes


def save_columns(
    path: Path,
    magic: bytes,
    told: Mapping[str, Any],
    arrays: Sequence[NDArray[Any]],
    tail: bytes = b"",
) -> None:
    """Write columns of one length, whole or not at all; nothing where that is not possible.

    Args:
        path: the file; a folder that is not there is made.
        magic: the format, with a newline.
        told: what they are of, as JSON values.
        arrays: the columns.
        tail: what stands behind them.
    """
    facts = {
        "rows": len(arrays[0]),
        "tail_bytes": len(tail),
        "checksum": _checksum(arrays, tail),
        **told,
    }
    neighbour = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with neighbour.open("wb") as file:
            file.write(_head(magic, facts))
            for array in arrays:
                file.write(array.data)
            file.write(tail)
        neighbour.replace(path)
    except OSError:
        with suppress(OSError):
            neighbour.unlink(missing_ok=True)


def load_columns(
    path: Path,
    magic: bytes,
    dtypes: Mapping[str, np.dtype[Any]],
    fits: Callable[[dict[str, Any]], bool],
) -> Held | None:
    """The columns of a file; None where there is none that fits.

    Args:
        path: the file.
        magic: its format.
        dtypes: its columns and their numbers, in order.
        fits: looks at what it tells of itself; may fail by what is no such thing.
    """
    try:
        with path.open("rb") as file:
            if file.readline(len(magic)) != magic:
                return None
            told = json.loads(file.readline(_MOST_TOLD_BYTES))
            if not fits(told):
                return None
            # Nobody cuts such a file short while it is mapped: it is replaced whole, or unlinked.
            held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            start, rows, arrays = file.tell(), int(told["rows"]), dict[str, NDArray[Any]]()
        for name, dtype in dtypes.items():
            arrays[name] = np.frombuffer(held, dtype, rows, start)
            start += arrays[name].nbytes
        tail = held[start:]
        is_whole = len(tail) == told["tail_bytes"]
        if not is_whole or told["checksum"] != _checksum(arrays.values(), tail):
            return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError, MemoryError):
        return None
    return Held(told, arrays, tail)


def _head(magic: bytes, facts: Mapping[str, Any]) -> bytes:
    """What stands before the columns, filled up with blanks."""
    told = magic + json.dumps(facts).encode()
    return told + b" " * (-(len(told) + 1) % _ALIGNED) + b"\n"


def _checksum(arrays: Iterable[NDArray[Any]], tail: bytes) -> int:
    checksum = zlib.crc32(tail)
    for array in arrays:
        checksum = zlib.crc32(array.data, checksum)
    return checksum
