"""The events of a session as they come: appended live, or read from a log that may still grow.

A session that is live is given every line by `append`, which keeps the line's text only until the
log on disk is seen to hold it. A stored one is read in slices, beginning where an index file of it
ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.storage.columns import Columns
from studio.storage.digest import NO_BODY, Digest, digest
from studio.storage.events import Events, Row
from studio.storage.index import Covered, Index, index_path, load_index, save_index
from studio.storage.lines import line_text, split_line
from studio.storage.lock import is_taken
from studio.storage.logview import LogView, is_whole
from studio.storage.reader import Damage, StoredSession
from studio.storage.streams import Streams

__all__ = ["Columns", "EventStore", "Row", "begin_store", "open_store"]

SLICE_BYTES = 512 * 1024
"""What `load` reads of a log at a time: some 1,800 events, 5 ms of work."""
INDEX_BYTES = 1024 * 1024
"""A log that is smaller is read as fast as an index of it."""
Numbers = Sequence[int] | NDArray[np.uint64]
_SETTLE_EVERY_BYTES = 64 * 1024
_SETTLE_AT_ONCE_BYTES = 1024 * 1024
_NEWLINE = np.uint64(1)
_LATE_NEWLINES = frozenset(bytes([last]) + b"\n" for last in range(256)) - {b"\n\n"}
"""The end of a line that was read before its newline was written."""
_FIRST_BYTES = 256 * 1024


class EventStore(Events):
    """All lines of one session, by position from 0.

    Args:
        dialect: how the wire's words are read.
        log: where the lines that are appended are being written, too. Without it all stay in
            memory.
        header_bytes: the length of the log's first line with its newline; 0 asks the log.
    """

    def __init__(self, dialect: Dialect, log: Path | None = None, header_bytes: int = 0) -> None:
        super().__init__(dialect)
        self._log = log
        self._header_bytes = header_bytes
        self._streams = Streams(self._words)
        self._end = 0
        self._waiting_bytes = 0
        self._settle_at = _SETTLE_EVERY_BYTES

    def append(self, line: str) -> Row:
        """Take a line of the log, without its newline.

        Raises:
            StudioError: it is not a line of a session log.
        """
        encoded = line.encode("utf-8", "surrogatepass")
        digested = digest([encoded])
        if digested.damaged:
            split_line(line)
        self._take([self._end], [len(encoded)], digested)
        self._end += len(encoded) + 1
        self._waiting.append(encoded)
        self._waiting_bytes += len(encoded) + 1
        if self._log is not None and self._waiting_bytes >= self._settle_at:
            self._settle(self._log)
        return self.row(len(self) - 1)

    @property
    def problems(self) -> tuple[str, ...]:
        """What was passed over in the lines read so far, in sentences."""
        return ()

    @property
    def is_being_written(self) -> bool:
        """Whether somebody is writing the log."""
        return self._log is not None and is_taken(self._log)

    def load(self, slice_bytes: int = SLICE_BYTES) -> bool:  # noqa: ARG002
        """Read one slice more of a stored log; whether all of it has been read."""
        return True

    def refresh(self) -> int:
        """Take in what was appended to a stored log since; returns how many events that were."""
        before = len(self)
        while not self.load():
            pass
        return len(self) - before

    def _take(self, starts: Numbers, lengths: Numbers, digested: Digest) -> None:
        words = self._words
        codes = {name: [words[word] for word in each] for name, each in digested.words.items()}
        placed = self._streams.place(len(self), codes["type"], codes["item"])
        self._table.extend(
            len(digested.lines),
            {
                **digested.columns,
                **codes,
                "run": placed.runs,
                "before": placed.before,
                "start": starts,
                "length": lengths,
            },
        )

    def _settle(self, log: Path) -> None:
        """Let go of the lines that the log holds where they belong."""
        try:
            self._view = self._view or LogView(log)
        except OSError:
            self._settle_at = 2 * self._waiting_bytes
            return
        view = self._view
        if not self._header_bytes:
            self._header_bytes = view.read(0, _SETTLE_AT_ONCE_BYTES).find(b"\n") + 1
        start = self._header_bytes + self._end - self._waiting_bytes
        at_once = max(_SETTLE_AT_ONCE_BYTES, len(self._waiting[0]) + 1)
        held = view.read(start, start + at_once) if self._header_bytes else b""
        view.forget(start, start + at_once)
        place = lines = 0
        for encoded in self._waiting:
            end = place + len(encoded)
            if held[end : end + 1] != b"\n" or held[place:end] != encoded:
                break
            place = end + 1
            lines += 1
        del self._waiting[:lines]
        self._waiting_bytes -= place
        self._settle_at = self._waiting_bytes + (_SETTLE_EVERY_BYTES if lines else self._settle_at)


class _OpenedStore(EventStore):
    """The store of a stored session."""

    def __init__(self, session: StoredSession, cache_dir: Path | None, index_bytes: int) -> None:
        super().__init__(session.header.dialect, session.log, session.header_bytes)
        self._session = session
        self._view = session.view
        self._damage = Damage()
        self._lines = 0
        self._indexed = 0
        self._index_bytes = index_bytes
        self._index: Path | None = None
        if cache_dir is not None and session.is_as_written and not session.view.is_packed:
            self._index = index_path(cache_dir, session.log)
            index = load_index(self._index, session.view)
            if index is not None:
                self._resume(index)

    @property
    @override
    def problems(self) -> tuple[str, ...]:
        return self._damage.words()

    @override
    def load(self, slice_bytes: int = SLICE_BYTES) -> bool:
        view = self._session.view
        start = self._header_bytes + self._end
        if self._end and view.read(start - 1, start + 1) in _LATE_NEWLINES:
            self._end += 1
            start += 1
        if held := view.whole_lines(start, start + slice_bytes):
            self._read(held[:-1].split(b"\n"))
            self._end += len(held)
            return False
        rest = view.read(start, view.size)
        if rest and not self.is_being_written and is_whole(rest) and self._is_entry(rest):
            self._read([rest])
            self._end += len(rest)
        self._keep_index()
        return True

    @override
    def _current(self, line: str, seq: int) -> str:
        return self._session.current(line, seq)

    def _resume(self, index: Index) -> None:
        """Begin with what an index holds."""
        covered = index.covered
        self._table, self._words = index.table, index.words
        self._streams = Streams(index.words, covered.begun, covered.newest)
        self._end = self._indexed = covered.end - self._header_bytes
        self._lines = covered.lines
        self._damage = Damage(covered.damaged, covered.first_damaged)

    def _keep_index(self) -> None:
        """Keep an index, unless that of before covers most of the log."""
        grown = self._end - self._indexed
        if self._index is None or not grown or grown < self._index_bytes + self._indexed // 8:
            return
        covered = Covered(
            self._header_bytes + self._end,
            self._lines,
            self._damage.lines,
            self._damage.first,
            tuple(self._streams.begun()),
            self._streams.newest,
        )
        save_index(self._index, Index(self._table, self._words, covered), self._session.view)
        self._indexed = self._end

    def _read(self, lines: list[bytes]) -> None:
        """Take in lines of the log, and note those that are no entries."""
        lengths = np.fromiter(map(len, lines), np.uint64, len(lines))
        starts = np.uint64(self._end) + np.cumsum(lengths + _NEWLINE) - lengths - _NEWLINE
        digested = digest(lines if self._session.is_as_written else self._converted(lines))
        if not self._session.is_as_written:
            digested.columns["body"] = [NO_BODY] * len(digested.lines)
        if digested.damaged:
            for place in digested.damaged:
                if lines[place].strip():
                    self._damage.note(self._session.first_line + self._lines + place)
            starts, lengths = (
                np.delete(starts, digested.damaged),
                np.delete(lengths, digested.damaged),
            )
        self._lines += len(lines)
        self._take(starts, lengths, digested)

    def _is_entry(self, line: bytes) -> bool:
        """Whether a line is one of the log, of whichever version or origin."""
        lines = [line] if self._session.is_as_written else self._converted([line])
        return not digest(lines).damaged

    def _converted(self, lines: list[bytes]) -> list[bytes]:
        """Lines of a log of another version or origin as those of the current one."""
        seq = len(self)
        converted = []
        for line in lines:
            try:
                current = self._session.current(line_text(line), seq + 1)
                split_line(current)
            except StudioError:
                converted.append(b"")
            else:
                seq += 1
                converted.append(current.encode("utf-8", "surrogatepass"))
        return converted


def begin_store(
    session: StoredSession, cache_dir: Path | None = None, index_bytes: int = INDEX_BYTES
) -> EventStore:
    """The store of a stored session with its first rows, or with all that an index file holds.

    `load` reads on. The session itself is left untouched.

    Args:
        session: what `open_session` or `read_session` gave.
        cache_dir: where index files are kept; None, or one that cannot be written, keeps none.
        index_bytes: how much of a log, at least, is worth an index file.
    """
    store = _OpenedStore(session, cache_dir, index_bytes)
    if not len(store):
        store.load(_FIRST_BYTES)
    return store


def open_store(session: StoredSession, cache_dir: Path | None = None) -> EventStore:
    """The store of a stored session, complete; the session itself is left untouched.

    Args:
        session: what `open_session` or `read_session` gave.
        cache_dir: where index files are kept; None, or one that cannot be written, keeps none.
    """
    store = begin_store(session, cache_dir)
    while not store.load():
        pass
    return store
