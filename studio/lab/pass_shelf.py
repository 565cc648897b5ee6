"""Probability passes on disk, by the digest of what was heard and the name of who heard it."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from studio.config.files import replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from studio.vad.whole import Probabilities

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


class PassShelf:
    """A `Shelf` for `Twin` in a folder: a numpy file each, 0.9 MB an hour.

    It is a cache: a file that cannot be read is made again, and one that cannot be written is not
    missed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Probabilities | None:
        """The pass that was kept; None where there is none, or none that can be used."""
        try:
            with self._file(key).open("rb") as file:
                found = np.load(file, allow_pickle=False)
        except (OSError, ValueError, EOFError, MemoryError, SyntaxError):
            return None
        if not isinstance(found, np.ndarray) or found.dtype != np.float64 or found.ndim != 1:
            return None
        return found if bool(np.all((found >= 0) & (found <= 1))) else None

    def put(self, key: str, found: Probabilities) -> None:
        """Keep a pass, where the disk lets us."""
        packed = io.BytesIO()
        np.save(packed, found, allow_pickle=False)
        file = self._file(key)
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(file, packed.getvalue())

    def _file(self, key: str) -> Path:
        name = _NOT_IN_NAMES.sub("-", key)
        return self._folder / name[:2] / f"{name}.npy"
