"""Logs of ours that another tool wrote anew open as what they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from studio.session.envelope import Envelope, Origin
from studio.session.reduce import fold
from studio.storage.reader import open_session, read_session
from studio.storage.store import open_store
from tests.conversations import LIBRARY
from tests.unit.storage.disk import write

_SPACED = json.dumps
_COMPACT = partial(json.dumps, separators=(",", ":"))
_SORTED = partial(json.dumps, sort_keys=True, ensure_ascii=False)


def _backwards(value: object) -> str:
    def turned(inner: object) -> object:
        if isinstance(inner, dict):
            return {key: turned(inner[key]) for key in reversed(inner)}
        return [turned(each) for each in inner] if isinstance(inner, list) else inner

    return json.dumps(turned(value))


def respelled(log: Path, spell: Callable[[object], str], mark: bytes, end: str) -> None:
    lines = log.read_text("utf-8").splitlines()
    text = "".join(f"{spell(json.loads(line))}{end}" for line in lines)
    log.write_bytes(mark + text.encode())


@pytest.mark.parametrize("spell", [_SPACED, _COMPACT, _SORTED, _backwards])
@pytest.mark.parametrize(("mark", "end"), [(b"", "\n"), (b"\xef\xbb\xbf", "\r\n")])
@pytest.mark.parametrize("name", ["spoken_turn", "hostile"])
def test_a_log_written_anew_says_the_same(
    name: str, spell: Callable[[object], str], mark: bytes, end: str, tmp_path: Path
) -> None:
    write(tmp_path, LIBRARY[name]())
    before = read_session(tmp_path)
    meant, frames, store = told(before.envelopes()), list(before.frames()), open_store(before)
    respelled(tmp_path / "session.jsonl", spell, mark, end)

    session = read_session(tmp_path)

    assert session.problems == ()
    assert not session.is_foreign
    assert session.header == before.header
    assert told(session.envelopes()) == meant
    assert fold(session.envelopes()).items == fold(before.envelopes()).items
    for frame, other in zip(session.frames(), frames, strict=True):
        assert (frame.at, frame.origin, frame.whole) == (other.at, other.origin, other.whole)
        assert values(frame.text) == values(other.text)
    columns, usual = open_store(open_session(tmp_path)).columns, store.columns
    for column in ("at", "seq", "origin", "audio", "run", "before"):
        assert getattr(columns, column).tolist() == getattr(usual, column).tolist()


def told(envelopes: object) -> list[tuple[float, Origin, object]]:
    assert isinstance(envelopes, object)
    found: list[tuple[float, Origin, object]] = []
    for each in envelopes:  # type: ignore[attr-defined]
        assert isinstance(each, Envelope)
        frame = each.event.model_dump_json() if each.origin is Origin.LOCAL else each.raw
        found.append((each.at, each.origin, values(frame)))
    return found


def values(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def test_text_is_found_in_a_log_written_anew(tmp_path: Path) -> None:
    write(tmp_path, LIBRARY["spoken_turn"]())
    usual = open_store(open_session(tmp_path)).find("response.done").tolist()
    respelled(tmp_path / "session.jsonl", _SPACED, b"", "\n")
    assert usual
    assert open_store(open_session(tmp_path)).find("response.done").tolist() == usual
