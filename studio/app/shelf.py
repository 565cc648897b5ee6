"""The shelf of stored sessions: found in their folder, read once each, and kept in a cache.

Reading a session means folding all of it. That is done in slices, so that a screen in the same
thread stays fluid, and the digest is kept beside the studio's other caches, under the size and the
time of the log that it was made from: another log, another studio or a torn file makes it anew.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from studio import __version__
from studio.app.comparing import compared, folded
from studio.app.prices import Billed, PriceList
from studio.config.files import replace_file
from studio.core.errors import StudioError
from studio.session.compare import Side
from studio.session.digest import Digest, digest_of
from studio.session.state import SessionState
from studio.storage import lock
from studio.storage.folders import LOG_NAME, SessionSummary, list_sessions, log_of, summary_of
from studio.storage.shelf import (
    Notes,
    delete_session,
    read_notes,
    restore_session,
    write_notes,
)
from studio.ui.shelf import Entry, searched_words

if TYPE_CHECKING:
    from studio.core.clock import Clock
    from studio.session.compare import Comparison
    from studio.session.cost import Cost
    from studio.session.turns import Turn
    from studio.storage.reader import StoredSession

SLICE_S = 0.006
"""How long the shelf works before others get their turn: a fraction of a frame."""
PAUSE_S = 0.004
_LARGE_BYTES = 20_000_000
"""Logs from this size on are read after all others."""
_PUBLISHED_AT_ONCE = 64
_EDITION = f"{__version__}/3"
"""Of digests in the cache; its number goes up with what a digest holds or how it is judged."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A digest in the cache, and the log that it was made from."""

    edition: str
    size_bytes: int
    mtime_ns: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class _Signature:
    """What tells a log from its former self."""

    size_bytes: int
    mtime_ns: int


class FolderShelf:
    """The sessions of one folder, as a `Shelf`.

    Args:
        sessions_dir: where the sessions are.
        cache_dir: where digests are kept; None keeps none.
        prices: what models cost.
        clock: tells how long a slice has been.
        faults: what is wrong with the shelf itself.
    """

    def __init__(
        self,
        sessions_dir: Path,
        cache_dir: Path | None,
        prices: PriceList,
        clock: Clock,
        faults: Sequence[str] = (),
    ) -> None:
        self._sessions_dir = sessions_dir
        place = hashlib.sha256(str(sessions_dir.absolute()).encode()).hexdigest()[:16]
        self._cache_dir = None if cache_dir is None else cache_dir / "digests" / place
        self._prices = prices
        self._clock = clock
        self.faults = tuple(faults)
        self._by_path: dict[str, Entry] = {}
        self._entries: tuple[Entry, ...] = ()
        self._signatures: dict[str, _Signature] = {}
        self._due: list[str] = []
        self._deeds: list[tuple[str, Callable[[], None]]] = []

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All sessions, newest first."""
        return self._entries

    async def look(self) -> None:
        """Find what is there now."""
        found = await asyncio.to_thread(list_sessions, self._sessions_dir)
        if any(each.header is not None and each.header.provider != "local" for each in found):
            await asyncio.to_thread(self._prices.load)
        await self._in_slices(self._take_in(found))

    async def read_next(self) -> bool:
        """Read one session of which too little is known."""
        if not self._due:
            return False
        path = self._due.pop(0)
        if path in self._by_path:
            await self._in_slices(self._read(path))
        return True

    def look_now(self, told: Callable[[Entry], None] = lambda _entry: None) -> None:
        """Find what is there, and read all of it, at once; `told` what is read before it is."""
        for _ in self._take_in(list_sessions(self._sessions_dir)):
            pass
        for path in self._due:
            told(self._by_path[path])
            for _ in self._read(path):
                pass
        self._due = []

    def entry_now(self, folder: Path) -> Entry:
        """One session, read at once."""
        entry, is_known = self._entry(summary_of(folder), None)
        self._publish({entry.path: entry})
        for _ in self._read(entry.path) if not is_known else ():
            pass
        return self._by_path[entry.path]

    async def _in_slices(self, work: Iterator[None]) -> None:
        while True:
            until = self._clock.monotonic() + SLICE_S
            for _ in work:
                if self._clock.monotonic() >= until:
                    break
            else:
                return
            await asyncio.sleep(PAUSE_S)

    # What is there

    def _take_in(self, found: Sequence[SessionSummary]) -> Iterator[None]:
        before, is_first = self._by_path, not self._by_path
        after: dict[str, Entry] = {}
        due: list[tuple[bool, str]] = []
        for at, summary in enumerate(found, 1):
            path = str(summary.path)
            after[path], is_known = self._entry(summary, before.get(path))
            if not is_known:
                due.append((summary.log_bytes >= _LARGE_BYTES, path))
            if is_first and at % _PUBLISHED_AT_ONCE == 0:
                self._publish(after)
            yield
        self._due = [path for _, path in sorted(due, key=lambda each: each[0])]
        self._publish(after)
        self._prune(after)

    def _entry(self, summary: SessionSummary, before: Entry | None) -> tuple[Entry, bool]:
        """What stands in a row, and whether its digest is that of the log as it is now."""
        path, header = str(summary.path), summary.header
        notes = read_notes(summary.path)
        signature = _signature(summary.path)
        is_same = signature is not None and self._signatures.get(path) == signature
        digest = before.digest if before is not None else None
        if not is_same:
            kept = self._kept(summary.path, signature)
            is_same, digest = kept is not None, kept or digest
            if kept is not None and signature is not None:
                self._signatures[path] = signature
        entry = Entry(
            path=path,
            name=summary.name,
            started_at=header.started_at if header else None,
            provider=header.provider if header else "",
            model=header.model if header else "",
            size_bytes=summary.log_bytes + summary.input_bytes + summary.output_bytes,
            notes=notes,
            is_written=lock.is_taken(summary.path / LOG_NAME),
            words=searched_words(summary.name, notes, digest),
        )
        if digest is not None:
            entry = self._with_digest(entry, digest, header.url if header else "")
        same = before is not None and entry == before
        return (before if same and before is not None else entry), is_same

    def _with_digest(self, entry: Entry, digest: Digest, url: str) -> Entry:
        model = digest.model or entry.model
        billed = Billed(entry.provider, model, url, entry.started_at)
        return replace(
            entry,
            model=model,
            digest=digest,
            cost=self._prices.cost(digest.usages, billed),
            words=searched_words(entry.name, entry.notes, digest),
        )

    def _publish(self, by_path: dict[str, Entry]) -> None:
        self._by_path = by_path
        self._entries = tuple(by_path.values())

    def _put(self, entry: Entry) -> None:
        self._publish({**self._by_path, entry.path: entry})

    # What was said

    def _read(self, path: str) -> Iterator[None]:
        from studio.storage.reader import open_session

        signature = _signature(Path(path))
        states: list[SessionState] = []
        try:
            stored = open_session(Path(path))
            yield from folded(stored, states)
        except StudioError as failure:
            self._put(replace(self._by_path[path], fault=failure.message))
            return
        except OSError as failure:
            self._put(replace(self._by_path[path], fault=failure.strerror or str(failure)))
            return
        entry = self._by_path.get(path)
        if entry is None:
            return
        header, digest = stored.header, digest_of(states[0])
        entry = replace(
            entry, started_at=header.started_at, provider=header.provider, model=header.model
        )
        self._put(self._with_digest(entry, digest, header.url))
        if signature is not None:
            self._signatures[path] = signature
            self._keep(Path(path), signature, digest)

    def _kept(self, folder: Path, signature: _Signature | None) -> Digest | None:
        if self._cache_dir is None or signature is None:
            return None
        try:
            content = (self._cache_dir / f"{folder.name}.json").read_bytes()
            kept = msgspec.json.decode(content, type=_Kept)
        except (OSError, ValueError, RecursionError):
            return None
        is_of_it = (kept.edition, kept.size_bytes, kept.mtime_ns) == (
            _EDITION, signature.size_bytes, signature.mtime_ns,
        )  # fmt: skip
        return kept.digest if is_of_it else None

    def _keep(self, folder: Path, signature: _Signature, digest: Digest) -> None:
        """Without a cache the digest is made anew the next time, so that failing is no fault."""
        if self._cache_dir is None:
            return
        kept = _Kept(_EDITION, signature.size_bytes, signature.mtime_ns, digest)
        with suppress(OSError):
            self._cache_dir.mkdir(parents=True, exist_ok=True)
            replace_file(self._cache_dir / f"{folder.name}.json", msgspec.json.encode(kept))

    def _prune(self, by_path: dict[str, Entry]) -> None:
        """Forget the digests of sessions that are gone."""
        if self._cache_dir is None:
            return
        names = {f"{entry.name}.json" for entry in by_path.values()}
        with suppress(OSError):
            for file in self._cache_dir.iterdir():
                if file.name not in names:
                    file.unlink()

    # What a person does

    def note(self, path: str, notes: Notes) -> None:
        """Keep other notes about a session."""
        entry = self._by_path[path]
        before = entry.notes
        if notes == before:
            return
        self._write_notes(path, notes)
        self._deeds.append((_deed(before, notes), lambda: self._write_notes(path, before)))

    def _write_notes(self, path: str, notes: Notes) -> None:
        write_notes(Path(path), notes)
        if (entry := self._by_path.get(path)) is not None:
            words = searched_words(entry.name, notes, entry.digest)
            self._put(replace(entry, notes=notes, words=words))

    def delete(self, paths: Sequence[str]) -> None:
        """Move sessions to the trash, one after the other; those before a failure stay there."""
        gone: list[tuple[Path, Entry]] = []
        try:
            gone.extend((delete_session(Path(path)), self._by_path[path]) for path in paths)
        finally:
            if gone:
                names = {entry.path for _, entry in gone}
                left = {path: each for path, each in self._by_path.items() if path not in names}
                self._publish(left)
                sessions = "a session" if len(gone) == 1 else f"{len(gone)} sessions"
                self._deeds.append((f"deleting {sessions}", lambda: self._restore(gone)))

    def _restore(self, gone: Sequence[tuple[Path, Entry]]) -> None:
        for trashed, _ in gone:
            restore_session(trashed)
        entries = (*self._by_path.values(), *(entry for _, entry in gone))
        newest_first = sorted(entries, key=lambda entry: entry.name, reverse=True)
        self._publish({entry.path: entry for entry in newest_first})
        self._due += [entry.path for _, entry in gone if entry.digest is None]

    def undo(self) -> str:
        """Take back the last deed; says in words which, empty where there is none."""
        if not self._deeds:
            return ""
        words, take_back = self._deeds.pop()
        take_back()
        return words

    def repair(self, path: str) -> Sequence[str]:
        """Mend a session whose writer was killed."""
        from studio.storage.repair import repair_session

        mended = repair_session(Path(path))
        self._signatures.pop(path, None)
        if path in self._by_path:
            self._put(replace(self._by_path[path], fault=""))
            self._due.insert(0, path)
        return mended

    async def cost(self, state: SessionState, header: Mapping[str, Any]) -> Cost:
        """What a session cost so far."""
        return await asyncio.to_thread(self._prices.session_cost, state, header)

    async def turn_cost(self, state: SessionState, turn: Turn, header: Mapping[str, Any]) -> Cost:
        """What a turn cost so far."""
        return await asyncio.to_thread(self._prices.turn_cost, state, turn, header)

    async def compare(self, one: str, other: str) -> Comparison:
        """Two sessions beside each other."""
        here, there = await self._side(one), await self._side(other)
        return await asyncio.to_thread(compared, here[0], there[0], (here[1], there[1]))

    async def _side(self, path: str) -> tuple[Side, StoredSession]:
        from studio.storage.reader import open_session

        stored = await asyncio.to_thread(open_session, Path(path))
        states: list[SessionState] = []
        await self._in_slices(folded(stored, states))
        return side_of(stored, states[0], self._prices), stored


def side_of(stored: StoredSession, state: SessionState, prices: PriceList) -> Side:
    """A stored session as one of two that are compared."""
    header = stored.header
    digest = digest_of(state)
    model = digest.model or header.model
    billed = Billed(header.provider, model, header.url, header.started_at)
    return Side(
        name=stored.path.name,
        state=state,
        cost=prices.cost(digest.usages, billed),
        title=read_notes(stored.path).title,
        started_at=header.started_at,
        provider=header.provider,
        model=model,
        tags=digest.tags,
    )


def _signature(folder: Path) -> _Signature | None:
    log = log_of(folder)
    try:
        status = None if log is None else log.stat()
    except OSError:
        status = None
    if status is None:
        return None
    return _Signature(status.st_size, status.st_mtime_ns)


def _deed(before: Notes, after: Notes) -> str:
    if before.archived != after.archived:
        return "archiving" if after.archived else "taking out of the archive"
    if before.title != after.title:
        return "renaming"
    return "tagging" if before.tags != after.tags else "noting"
