"""A log on disk, read through a memory map that grows with it; a packed log is unpacked first.

A map of a file that somebody cuts short kills the process that reads beyond the cut, so every look
asks first how long the file is.
"""

from __future__ import annotations

import json
import mmap
import os
import tempfile
import weakref
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_SLICE_BYTES = 1024 * 1024
_FIRST_BYTES = 64 * 1024
_LONGEST_FIRST_BYTES = 64 * 1024 * 1024
_PACKED = b"\x1f\x8b"
_ANY_GZIP = 31


class LogView:
    """The bytes of a log.

    Args:
        log: the file; one that holds gzip is unpacked into a temporary file.

    Raises:
        OSError: it cannot be opened.
    """

    def __init__(self, log: Path) -> None:
        self.is_packed = False
        """Whether the file holds gzip."""
        self.is_cut = False
        """Whether the gzip in it is damaged or ends early."""
        self._map: mmap.mmap | None = None
        self._mapped = 0
        with log.open("rb") as file:
            if file.read(len(_PACKED)) == _PACKED:
                self.is_packed = True
                with tempfile.TemporaryFile() as plain:
                    self.is_cut = not _unpack(file, plain)
                    self._fd = os.dup(plain.fileno())
            else:
                self._fd = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._fd)

    def stat(self) -> os.stat_result:
        """What the system knows of the file now."""
        return os.fstat(self._fd)

    @property
    def size(self) -> int:
        """Bytes in the file now."""
        return self.stat().st_size

    def read(self, start: int, stop: int) -> bytes:
        """A copy of some bytes; fewer where the file is shorter."""
        mapped = self.mapped(stop)
        return b"" if mapped is None else mapped[start : min(stop, self._mapped)]

    def mapped(self, stop: int) -> mmap.mmap | None:
        """The map, reaching to `stop` where the file does; None for an empty file."""
        size = self.size
        if size < self._mapped or (stop > self._mapped and size > self._mapped):
            self._map = None
            self._mapped = 0
            if size:
                self._map = mmap.mmap(self._fd, size, access=mmap.ACCESS_READ)
                self._mapped = size
        return self._map

    def forget(self, start: int, stop: int) -> None:
        """Let the system take back the memory of pages that were read."""
        if self._map is not None and hasattr(self._map, "madvise"):
            first = start // mmap.PAGESIZE * mmap.PAGESIZE
            whole = (min(stop, self._mapped) - first) // mmap.PAGESIZE * mmap.PAGESIZE
            if whole > 0:
                self._map.madvise(mmap.MADV_DONTNEED, first, whole)

    def whole_lines(self, start: int, stop: int) -> bytes:
        """Whole lines from `start` on, up to about `stop`; at least one where there is one."""
        size = self.size
        while True:
            held = self.read(start, stop)
            end = held.rfind(b"\n") + 1
            if end or stop >= size:
                self.forget(start, stop)
                return held[:end]
            stop += 4 * (stop - start)

    def lines(self, start: int = 0) -> Iterator[bytes]:
        """All lines from `start` on, without their newlines; a torn last one is left out."""
        while held := self.whole_lines(start, start + _SLICE_BYTES):
            start += len(held)
            yield from held[:-1].split(b"\n")
        rest = self.read(start, self.size)
        if rest and is_whole(rest):
            yield rest

    def first_line(self) -> bytes:
        """The first line with its newline, as far as it is there, and no more than 64 MiB of it."""
        held = self.read(0, _FIRST_BYTES)
        if b"\n" not in held:
            held = self.read(0, _LONGEST_FIRST_BYTES)
        return held[: held.find(b"\n") + 1] or held

    def torn(self) -> bytes:
        """What follows the last newline, unless it is a whole line that only lacks its own."""
        rest = self._last(0)
        return b"" if is_whole(rest) else rest

    def last_line(self) -> bytes:
        """The last whole line, without its newline."""
        rest = self._last(0)
        return rest if rest and is_whole(rest) else self._last(len(rest) + 1)

    def _last(self, after: int) -> bytes:
        """What follows the last newline in all but the last `after` bytes."""
        size, back = max(0, self.size - after), 4096
        while True:
            held = self.read(max(0, size - back), size)
            newline = held.rfind(b"\n")
            if newline >= 0 or back >= size:
                return held[newline + 1 :]
            back *= 4


def is_whole(line: bytes) -> bool:
    """Whether a line is JSON; a torn one can look like an entry that ends earlier."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _unpack(packed: BinaryIO, plain: BinaryIO) -> bool:
    """Unpack all gzip members of a file, as far as it goes; whether it went to the end."""
    packed.seek(0)
    unpacker = zlib.decompressobj(_ANY_GZIP)
    has_begun = False
    try:
        while held := packed.read(_SLICE_BYTES):
            while held:
                if unpacker.eof:
                    unpacker, has_begun = zlib.decompressobj(_ANY_GZIP), False
                plain.write(unpacker.decompress(held))
                has_begun = True
                held = unpacker.unused_data
    except (zlib.error, OSError):
        return False
    finally:
        plain.flush()
    return unpacker.eof or not has_begun
