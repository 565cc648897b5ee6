"""Probability passes on disk, by the digest of what was heard and the name of who heard it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from studio.lab.bounded_folder import BoundedFolder

if TYPE_CHECKING:
    from pathlib import Path

    from studio.vad.whole import Probabilities

MOST_BYTES = 1_000_000_000
"""About 1,100 hours of sound."""


class PassShelf:
    """A `Shelf` for `Twin` in a folder: a numpy file each, 0.9 MB an hour.

    Args:
        folder: where they are.
        most_bytes: what they may take together; those that were not used for longest go.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._files = BoundedFolder(folder, ".npy", most_bytes)

    def get(self, key: str) -> Probabilities | None:
        """The pass that was kept; None where there is none, or none that can be used."""
        content = self._files.get(key)
        if content is None:
            return None
        try:
            found = np.load(io.BytesIO(content), allow_pickle=False)
        except (OSError, ValueError, EOFError, MemoryError, SyntaxError):
            return None
        if not isinstance(found, np.ndarray) or found.dtype != np.float64 or found.ndim != 1:
            return None
        return found if bool(np.all((found >= 0) & (found <= 1))) else None

    def put(self, key: str, found: Probabilities) -> None:
        """Keep a pass, where the disk lets us."""
        packed = io.BytesIO()
        np.save(packed, found, allow_pickle=False)
        self._files.put(key, packed.getvalue())
