"""Events in a list, as a filter reads them; columns are made anew whenever they are asked for."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.query.table import ORIGINS


class Entry(NamedTuple):
    """An event: when, by whom, and its frame as the log keeps it."""

    at: float
    origin: str
    raw: str


class Columns(NamedTuple):
    at: NDArray[np.float64]
    origin: NDArray[np.uint8]
    type: NDArray[np.uint32]
    item: NDArray[np.uint32]
    response: NDArray[np.uint32]
    call: NDArray[np.uint32]
    size: NDArray[np.uint32]
    audio: NDArray[np.uint32]
    before: NDArray[np.uint32]


class ListTable:
    """A table of entries; `searches` are the texts that were looked for in all of it."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.searches: list[str] = []
        self.decoded = 0
        self._words = [""]

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def columns(self) -> Columns:
        payloads = [_json(entry.raw) for entry in self.entries]
        return Columns(
            np.array([entry.at for entry in self.entries], np.float64),
            np.array([ORIGINS.index(entry.origin) for entry in self.entries], np.uint8),
            self._codes([_text(each, "type") for each in payloads]),
            self._codes([id_of(each, "item") for each in payloads]),
            self._codes([id_of(each, "response") for each in payloads]),
            self._codes([_call_of(each) for each in payloads]),
            np.array([len(entry.raw.encode()) for entry in self.entries], np.uint32),
            np.array([_audio(each) for each in payloads], np.uint32),
            np.array([max(0, at - 1) for at in range(len(self))], np.uint32),  # without runs
        )

    def _codes(self, words: list[str]) -> NDArray[np.uint32]:
        for word in words:
            if word not in self._words:
                self._words.append(word)
        return np.array([self._words.index(word) for word in words], np.uint32)

    def word(self, code: int) -> str:
        return self._words[code]

    def code(self, word: str) -> int | None:
        return self._words.index(word) if word in self._words else None

    def payload(self, index: int) -> object:
        self.decoded += 1
        try:
            found: object = json.loads(self.entries[index].raw)
        except ValueError:
            return None
        return found

    def raw(self, index: int) -> str:
        return self.entries[index].raw

    @property
    def may_hold_escapes(self) -> bool:
        return any("\\u" in entry.raw for entry in self.entries)

    def find(
        self, text: str, *, ignore_case: bool = True, start: int = 0, stop: int | None = None
    ) -> NDArray[np.uint32]:
        self.searches.append(text)
        places = range(len(self))[start:stop]
        return np.array([at for at in places if self._holds(at, text, ignore_case)], np.uint32)

    def _holds(self, index: int, text: str, ignore_case: bool) -> bool:
        frame = self.entries[index].raw
        if not ignore_case:
            return text in frame
        if not text.isascii():
            return text.lower() in frame.lower()
        return text.lower().encode() in frame.encode("utf-8", "surrogatepass").lower()


class ListFacts(NamedTuple):
    turn: NDArray[np.uint32]
    problem: NDArray[np.bool_]
    anchor_s: NDArray[np.float64]


def _json(raw: str) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(payload: dict[str, Any], key: str) -> str:
    return payload[key] if isinstance(payload.get(key), str) else ""


def id_of(payload: dict[str, Any], kind: str) -> str:
    whole = payload.get(kind)
    return _text(payload, f"{kind}_id") or (_text(whole, "id") if isinstance(whole, dict) else "")


def _call_of(payload: dict[str, Any]) -> str:
    item = payload.get("item")
    return _text(payload, "call_id") or (_text(item, "call_id") if isinstance(item, dict) else "")


def _audio(payload: dict[str, Any]) -> int:
    span = payload.get("audio")
    return int(span["$audio"]["bytes"]) if isinstance(span, dict) and "$audio" in span else 0
