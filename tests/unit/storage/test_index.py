"""Index files are used for the log that they were made of, and for no other."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.stage.big_session import make_session
from studio.storage.index import MAGIC, index_path
from studio.storage.reader import open_session
from studio.storage.store import EventStore, begin_store, open_store

EVENTS = 4_000


def at_once(folder: Path, cache: Path) -> EventStore:
    """What an index gives, without reading on; a few rows where none is used."""
    return begin_store(open_session(folder), cache)


@pytest.fixture
def indexed(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A session's folder, a cache directory, and the index of the session in it."""
    folder, cache = tmp_path / "session", tmp_path / "cache" / "index"
    make_session(folder, events=EVENTS)
    open_store(open_session(folder), cache)
    (index,) = cache.iterdir()
    return folder, cache, index


def test_an_index_gives_all_rows_at_once(indexed: tuple[Path, Path, Path]) -> None:
    folder, cache, index = indexed

    assert index == index_path(cache, folder / "session.jsonl")
    assert len(at_once(folder, cache)) == EVENTS
    assert index.stat().st_size < 100 * EVENTS


def damage(place: int) -> Callable[[bytes], bytes]:
    return lambda held: held[:place] + bytes([held[place] ^ 1]) + held[place + 1 :]


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda _: b"",
        lambda held: held[:-1],
        lambda held: held[: len(held) // 2],
        lambda held: held + b" ",
        lambda held: held.replace(MAGIC, b"realtime-studio index 0\n"),
        lambda held: MAGIC + b"{}\n" + held,
        lambda _: MAGIC + b"[" * 100_000 + b"\n",
        lambda held: held.replace(b'"rows": 4000', b'"rows": 9999999999999999'),
        lambda held: held.replace(b'"rows": 4000', b'"rows": -4'),
        lambda _: b"\x00" * 10_000,
        damage(5_000),
        damage(-2),
    ],
)
def test_a_torn_or_foreign_index_is_made_again(
    indexed: tuple[Path, Path, Path], spoilt: Callable[[bytes], bytes]
) -> None:
    folder, cache, index = indexed
    whole = index.read_bytes()
    index.write_bytes(spoilt(whole))

    assert len(at_once(folder, cache)) < EVENTS
    store = open_store(open_session(folder), cache)

    assert len(store) == EVENTS
    assert index.read_bytes() == whole


def test_an_index_of_a_log_that_grew_is_carried_on(indexed: tuple[Path, Path, Path]) -> None:
    folder, cache, _ = indexed
    with (folder / "session.jsonl").open("ab") as log:
        log.write(b'{"seq":9,"at":9.5,"origin":"local","event":{"type":"local.end"}}\n')

    assert len(at_once(folder, cache)) == EVENTS
    store = open_store(open_session(folder), cache)
    assert len(store) == EVENTS + 1
    assert store.row(EVENTS).seq == 9


def test_an_index_of_a_log_that_grew_by_no_events_is_as_good(
    indexed: tuple[Path, Path, Path],
) -> None:
    folder, cache, _ = indexed
    with (folder / "session.jsonl").open("ab") as log:
        log.write(b"no entry\n")

    store = open_store(open_session(folder), cache)
    assert len(store) == EVENTS
    assert store.problems


def test_an_index_outlives_its_file(indexed: tuple[Path, Path, Path]) -> None:
    folder, cache, index = indexed
    store = at_once(folder, cache)
    before = store.rows(0, EVENTS)

    (folder / "input.wav").replace(index)

    assert store.rows(0, EVENTS) == before


def test_an_index_of_a_log_that_changed_is_made_again(indexed: tuple[Path, Path, Path]) -> None:
    folder, cache, _ = indexed
    log = folder / "session.jsonl"
    held, status = log.read_bytes(), log.stat()

    log.write_bytes(held.replace(b"2026-01-01", b"2026-01-02"))
    os.utime(log, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert len(at_once(folder, cache)) < EVENTS

    log.write_bytes(held)
    os.utime(log, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert len(at_once(folder, cache)) < EVENTS

    log.write_bytes(held[: held.rfind(b"\n", 0, -1) + 1])
    assert len(at_once(folder, cache)) < EVENTS


def test_a_cache_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    make_session(tmp_path / "session", events=EVENTS)
    (tmp_path / "file").write_bytes(b"")

    store = open_store(open_session(tmp_path / "session"), tmp_path / "file" / "cache")

    assert len(store) == EVENTS


def test_a_small_log_needs_no_index(tmp_path: Path) -> None:
    make_session(tmp_path / "session", events=100)

    open_store(open_session(tmp_path / "session"), tmp_path / "cache")

    assert not (tmp_path / "cache").exists()


def test_reading_with_an_index_touches_nothing_of_the_session(
    indexed: tuple[Path, Path, Path],
) -> None:
    folder, cache, _ = indexed
    before = {each.name: each.stat().st_mtime_ns for each in folder.iterdir()}

    open_store(open_session(folder), cache).refresh()

    assert {each.name: each.stat().st_mtime_ns for each in folder.iterdir()} == before
