"""Index files: the columns of a log, kept in a cache so that it opens at once the next time.

An index names the log it was made of by size, time of change, and a digest of samples of its bytes.
One that is torn, of another format, or of another log is not used; one of a log that has only
grown since is used for what it covers. Losing an index file loses time and nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from studio.storage.column_file import load_columns, save_columns
from studio.storage.columns import DTYPES, Table, Words
from studio.storage.logview import LogView

MAGIC = b"realtime-studio index 5\n"
"""The format; it changes whenever columns mean something else."""
_SAMPLES = 16
_SAMPLE_BYTES = 4096
_MOST_BYTES = 1024**3
SUFFIX = ".index"


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
    return cache_dir / f"{name}{SUFFIX}"


def save_index(path: Path, index: Index, view: LogView) -> None:
    """Keep an index, if that is possible; others are thrown away where they become too many."""
    covered = index.covered
    told = identity(view, covered.end) | {
        "covered": [
            covered.end,
            covered.lines,
            covered.damaged,
            covered.first_damaged,
            covered.begun,
            covered.newest,
        ],
    }
    arrays = [index.table.column(name) for name in DTYPES]
    save_columns(path, MAGIC, told, arrays, json.dumps(index.words.spelled).encode())
    prune(path)


def load_index(path: Path, view: LogView) -> Index | None:
    """The index of a log; None where there is none that fits."""

    def fits(told: dict[str, Any]) -> bool:
        return is_of(told, view, Covered(*told["covered"]).end, may_grow=True)

    held = load_columns(path, MAGIC, DTYPES, fits)
    if held is None:
        return None
    return Index(Table(held.arrays), Words(json.loads(held.tail)), Covered(*held.told["covered"]))


def identity(view: LogView, end: int) -> dict[str, Any]:
    """What a file says of the log that it was made of, as far as `end`."""
    status = view.stat()
    return {
        "size": status.st_size,
        "changed_ns": status.st_mtime_ns,
        "samples": _samples(view, end),
    }


def is_of(told: Mapping[str, Any], view: LogView, end: int, *, may_grow: bool = False) -> bool:
    """Whether a file was made of this log, or of one that has only grown since."""
    status = view.stat()
    is_same = (status.st_size, status.st_mtime_ns) == (told["size"], told["changed_ns"])
    has_grown = may_grow and status.st_size > told["size"]
    return (is_same or has_grown) and bool(told["samples"] == _samples(view, end))


def _samples(view: LogView, end: int) -> str:
    """A digest of the begin, the end and some places between of what an index covers."""
    digest = blake2b(digest_size=16)
    for number in range(_SAMPLES):
        start = (end - _SAMPLE_BYTES) * number // (_SAMPLES - 1) if end > _SAMPLE_BYTES else 0
        digest.update(view.read(start, min(end, start + _SAMPLE_BYTES)))
    return digest.hexdigest()


def prune(kept: Path) -> None:
    """Throw the oldest index files away where all of them take more than a gigabyte."""
    found = []
    for path in kept.parent.glob(f"*{SUFFIX}"):
        with suppress(OSError):
            status = path.stat()
            found.append((status.st_mtime_ns, status.st_size, path))
    total = 0
    for _, size, path in sorted(found, reverse=True):
        total += size
        if total > _MOST_BYTES and path != kept:
            with suppress(OSError):
                path.unlink()
