"""A cache folder that stays small: what was not used for longest goes when there is too much.

It is a cache: a file that cannot be read is made again, and one that cannot be written is not
missed. A file's time says when it was last used, so that several processes and studios can share a
folder without talking to each other.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from studio.config.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_BLOCK_BYTES = 4096
"""What the smallest file takes on a disk."""
_LEAVES = 0.9
"""How much of the limit is left filled, so that not every new file has others go."""
_LOOKS_AFTER = 0.02
"""How much of the limit is written before the folder is looked at again."""


class _Kept(NamedTuple):
    used_at: float
    n_bytes: int
    file: Path


class BoundedFolder:
    """Files by key, in folders of their keys' first two letters.

    Args:
        folder: where they are; made when the first one is kept.
        ending: of their names, with its dot.
        most_bytes: what they may take together.
    """

    def __init__(self, folder: Path, ending: str, most_bytes: int) -> None:
        self._folder, self._ending = folder, ending
        self._most_bytes = most_bytes
        self._written_bytes: int | None = None

    def get(self, key: str) -> bytes | None:
        """What was kept, from now on the last used; None where there is nothing to be read."""
        file = self._file(key)
        try:
            content = file.read_bytes()
        except (OSError, MemoryError):
            return None
        with suppress(OSError):
            os.utime(file)
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keep something, where the disk lets us, and have old files go where it is too much."""
        file = self._file(key)
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(file, content)
        written = self._written_bytes
        self._written_bytes = (written or 0) + _on_disk(len(content))
        if written is None or self._written_bytes > self._most_bytes * _LOOKS_AFTER:
            self._written_bytes = 0
            self._prune(file)

    def _prune(self, newest: Path) -> None:
        kept = sorted(self._files())
        total = sum(each.n_bytes for each in kept)
        if total <= self._most_bytes:
            return
        for each in kept:
            if total <= self._most_bytes * _LEAVES:
                break
            if each.file != newest:
                with suppress(OSError):
                    each.file.unlink(missing_ok=True)
                total -= each.n_bytes

    def _files(self) -> Iterator[_Kept]:
        """All that is there; what another process takes away meanwhile is passed over."""
        with suppress(OSError):
            for file in self._folder.glob(f"*/*{self._ending}"):
                with suppress(OSError):
                    status = file.stat()
                    yield _Kept(status.st_mtime, _on_disk(status.st_size), file)

    def _file(self, key: str) -> Path:
        name = _NOT_IN_NAMES.sub("-", key).lstrip(".") or "-"
        return self._folder / name[:2] / f"{name}{self._ending}"


def _on_disk(n_bytes: int) -> int:
    return -(-max(n_bytes, 1) // _BLOCK_BYTES) * _BLOCK_BYTES
