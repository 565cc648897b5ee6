"""Index files: the columns of a log, kept in a cache so that it opens at once the next time.

An index names the log it was made of by size, time of change, and a digest of samples of its bytes.
One that is torn, of another format, or of another log is not used; one of a log that has only
grown since is used for what it covers. Losing an index file loses time and nothing else.
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from studio.storage.columns import DTYPES, Table, Words
from studio.storage.logview import LogView

MAGIC = b"realtime-studio index 3\n"
"""The format; it changes whenever columns mean something else."""
_ALIGNED = 64
"""Columns begin at a multiple of so many bytes: they are read where they lie in the file."""
_SAMPLES = 16
_SAMPLE_BYTES = 4096
_MOST_BYTES = 1024**3
_MOST_FACTS_BYTES = 16 * 1024**2
_SUFFIX = ".index"


@dataclass(frozen=True, slots=True)
class Covered:
    """How far a log has been read, and what there was beside its events.

    Attributes:
        end: where the next line begins in the log.
        lines: how many lines were read, the header apart.
        damaged: how many of them are no entries.
        first_damaged: the number of the first of those.
        begun: the runs that are open, as `Streams.begun` tells them.
        newest: where the row began that began last.
    """

    end: int
    lines: int = 0
    damaged: int = 0
    first_damaged: int = 0
    begun: tuple[tuple[int, int, int, int], ...] = ()
    newest: int = 0


@dataclass(frozen=True, slots=True)
class Index:
    """What an index file holds."""

    table: Table
    words: Words
    covered: Covered


def index_path(cache_dir: Path, log: Path) -> Path:
    """Where the index of a log is kept."""
    name = blake2b(os.fsencode(log.resolve()), digest_size=16).hexdigest()
    return cache_dir / f"{name}{_SUFFIX}"


def save_index(path: Path, index: Index, view: LogView) -> None:
    """Keep an index, if that is possible; others are thrown away where they become too many."""
    arrays = [index.table.column(name) for name in DTYPES]
    words = json.dumps(index.words.spelled).encode()
    status = view.stat()
    covered = index.covered
    facts = {
        "rows": len(index.table),
        "words_bytes": len(words),
        "checksum": _checksum(arrays, words),
        "size": status.st_size,
        "changed_ns": status.st_mtime_ns,
        "samples": _samples(view, covered.end),
        "covered": [
            covered.end,
            covered.lines,
            covered.damaged,
            covered.first_damaged,
            covered.begun,
            covered.newest,
        ],
    }
    neighbour = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with neighbour.open("wb") as file:
            file.write(_head(facts))
            for array in arrays:
                file.write(array.data)
            file.write(words)
        neighbour.replace(path)
        _prune(path)
    except OSError:
        with suppress(OSError):
            neighbour.unlink(missing_ok=True)


def load_index(path: Path, view: LogView) -> Index | None:
    """The index of a log; None where there is none that fits."""
    try:
        with path.open("rb") as file:
            if file.readline(len(MAGIC)) != MAGIC:
                return None
            facts = json.loads(file.readline(_MOST_FACTS_BYTES))
            covered = Covered(*facts["covered"])
            if not _fits(facts, covered, view):
                return None
            # Nobody cuts an index short while it is mapped: it is replaced as a whole, or unlinked.
            held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            start, rows, arrays = file.tell(), int(facts["rows"]), {}
        for name, dtype in DTYPES.items():
            arrays[name] = np.frombuffer(held, dtype, rows, start)
            start += arrays[name].nbytes
        words = held[start:]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, MemoryError):
        return None
    if len(words) != facts["words_bytes"] or facts["checksum"] != _checksum(arrays.values(), words):
        return None
    return Index(Table(arrays), Words(json.loads(words)), covered)


def _head(facts: dict[str, Any]) -> bytes:
    """What stands before the columns, filled up with blanks."""
    told = MAGIC + json.dumps(facts).encode()
    return told + b" " * (-(len(told) + 1) % _ALIGNED) + b"\n"


def _fits(facts: dict[str, Any], covered: Covered, view: LogView) -> bool:
    status = view.stat()
    is_same = (status.st_size, status.st_mtime_ns) == (facts["size"], facts["changed_ns"])
    has_grown = status.st_size > facts["size"]
    return (is_same or has_grown) and bool(facts["samples"] == _samples(view, covered.end))


def _samples(view: LogView, end: int) -> str:
    """A digest of the begin, the end and some places between of what an index covers."""
    digest = blake2b(digest_size=16)
    for number in range(_SAMPLES):
        start = (end - _SAMPLE_BYTES) * number // (_SAMPLES - 1) if end > _SAMPLE_BYTES else 0
        digest.update(view.read(start, min(end, start + _SAMPLE_BYTES)))
    return digest.hexdigest()


def _checksum(arrays: Any, words: bytes) -> int:  # noqa: ANN401
    checksum = zlib.crc32(words)
    for array in arrays:
        checksum = zlib.crc32(array.data, checksum)
    return checksum


def _prune(kept: Path) -> None:
    """Throw the oldest index files away where all of them take more than a gigabyte."""
    found = []
    for path in kept.parent.glob(f"*{_SUFFIX}"):
        with suppress(OSError):
            status = path.stat()
            found.append((status.st_mtime_ns, status.st_size, path))
    total = 0
    for _, size, path in sorted(found, reverse=True):
        total += size
        if total > _MOST_BYTES and path != kept:
            with suppress(OSError):
                path.unlink()
