"""What a session says of its events, kept in the cache beside the index of its log.

It is of one log and of one version of the studio, which may say something else than the next one.
What a log says of its first events can change with its last: a file of a log that has grown is made
again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.storage.column_file import load_columns, save_columns
from studio.storage.index import SUFFIX, identity, index_path, is_of, prune
from studio.storage.reader import StoredSession

_MAGIC = b"realtime-studio facts 1\n"
_DTYPES: Mapping[str, np.dtype[Any]] = {
    name: np.dtype(code)
    for name, code in {"anchor_s": "<f8", "turn": "<u4", "problem": "?"}.items()
}
_LEAST_EVENTS = 4096
"""Fewer are folded as fast as they are read."""


def load_facts(
    session: StoredSession, cache_dir: Path, version: str, events: int
) -> Mapping[str, NDArray[Any]] | None:
    """The columns `turn`, `problem` and `anchor_s` of a log; None where none are kept of it.

    Args:
        session: of which they are.
        cache_dir: where they are kept.
        version: of the studio.
        events: how many there are.
    """

    def fits(told: dict[str, Any]) -> bool:
        is_ours = (told["version"], told["rows"]) == (version, events)
        return is_ours and is_of(told, session.view, session.view.size)

    held = load_columns(_path(session, cache_dir), _MAGIC, _DTYPES, fits)
    return None if held is None else held.arrays


def save_facts(
    session: StoredSession, cache_dir: Path, version: str, columns: Mapping[str, NDArray[Any]]
) -> None:
    """Keep those columns of all events, if it is worth it, and possible."""
    is_settled = not session.is_being_written and not session.view.is_packed
    if not is_settled or len(columns["turn"]) < _LEAST_EVENTS:
        return
    path, view = _path(session, cache_dir), session.view
    told = identity(view, view.size) | {"version": version}
    save_columns(path, _MAGIC, told, [columns[name] for name in _DTYPES])
    prune(path)


def _path(session: StoredSession, cache_dir: Path) -> Path:
    return index_path(cache_dir, session.log).with_suffix(f".facts{SUFFIX}")
