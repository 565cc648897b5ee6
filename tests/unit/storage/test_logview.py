"""A log through a memory map, while it grows, shrinks, or is packed."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from studio.storage.logview import LogView


def test_a_log_that_grows_is_seen(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"")
    view = LogView(log)
    assert view.read(0, 9) == b""

    log.write_bytes(b"one\n")
    assert view.read(0, 9) == b"one\n"
    with log.open("ab") as file:
        file.write(b"two\n" * 10_000)

    assert view.read(4, 8) == b"two\n"
    assert view.read(40_000, 50_000) == b"two\n"
    assert len(list(view.lines())) == 10_001


def test_a_log_that_is_cut_short_ends_earlier(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * 100_000)
    view = LogView(log)
    assert len(view.read(0, 100_000)) == 100_000

    os.truncate(log, 10)

    assert view.read(0, 100_000) == b"x" * 10
    assert view.read(90_000, 100_000) == b""
    view.forget(0, 100_000)


def test_lines_longer_than_a_slice_come_whole(tmp_path: Path) -> None:
    log = tmp_path / "log"
    lines = [b"a", b"b" * 3_000_000, b"", b"c"]
    log.write_bytes(b"\n".join(lines) + b"\n")

    view = LogView(log)

    assert list(view.lines()) == lines
    assert view.whole_lines(2, 12).startswith(lines[1] + b"\n")


@pytest.mark.parametrize(
    ("rest", "torn", "last", "read"),
    [
        (b"", b"", b'{"a":1}', [b'{"a":1}']),
        (b'{"b":2}', b"", b'{"b":2}', [b'{"a":1}', b'{"b":2}']),
        (b'{"b":', b'{"b":', b'{"a":1}', [b'{"a":1}']),
        (b"{" * 20_000, b"{" * 20_000, b'{"a":1}', [b'{"a":1}']),
    ],
)
def test_the_end_of_a_log_is_whole_or_torn(
    tmp_path: Path, rest: bytes, torn: bytes, last: bytes, read: list[bytes]
) -> None:
    log = tmp_path / "log"
    log.write_bytes(b'{"a":1}\n' + rest)

    view = LogView(log)

    assert view.first_line() == b'{"a":1}\n'
    assert view.torn() == torn
    assert view.last_line() == last
    assert list(view.lines()) == read


@pytest.mark.parametrize("cut_bytes", [0, 1, 9, 200])
def test_gzip_is_read_as_far_as_it_goes(tmp_path: Path, cut_bytes: int) -> None:
    lines = b"".join(b"line %d\n" % number for number in range(5_000))
    packed = gzip.compress(lines[:20_000]) + gzip.compress(lines[20_000:])
    log = tmp_path / "log"
    log.write_bytes(packed[: len(packed) - cut_bytes])

    view = LogView(log)

    assert view.is_packed
    assert view.is_cut == bool(cut_bytes)
    held = view.read(0, len(lines))
    assert lines.startswith(held)
    assert len(held) >= 20_000


def test_what_only_begins_like_gzip_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"\x1f\x8bnonsense")

    view = LogView(tmp_path / "log")

    assert view.is_cut
    assert view.size == 0
