from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np

from studio.core.errors import StudioError
from studio.speech.service import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class Counter:
    """Speaks one piece for each word: as many samples as the word has letters."""

    def synthesize(self, text: str, voice: str, speed: float = 1.0) -> Iterator[NDArray[np.int16]]:
        if voice == "nobody":
            raise StudioError("no such voice", title="Unknown voice", hint="choose another")
        for word in text.split():
            yield np.arange(len(word), dtype=np.int16)


def answers(*requests: object) -> list[tuple[dict[str, object], bytes]]:
    replies = io.BytesIO()
    lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in requests]
    serve(lines, replies, Counter())
    replies.seek(0)
    found = []
    while line := replies.readline():
        header = json.loads(line)
        found.append((header, replies.read(header.get("bytes", 0))))
    return found


def test_each_piece_is_a_header_and_its_bytes() -> None:
    assert answers({"id": "a", "text": "hi you", "voice": "marin"}) == [
        ({"id": "a", "bytes": 4, "last": False}, b"\x00\x00\x01\x00"),
        ({"id": "a", "bytes": 6, "last": False}, b"\x00\x00\x01\x00\x02\x00"),
        ({"id": "a", "bytes": 0, "last": True}, b""),
    ]


def test_a_refused_request_does_not_end_the_service() -> None:
    first, second, *rest = answers(
        {"id": "a", "text": "hi", "voice": "nobody"},
        b"not json",
        {"id": "c", "text": "", "voice": "marin"},
    )
    assert first[0] == {
        "id": "a",
        "error": "no such voice",
        "title": "Unknown voice",
        "hint": "choose another",
    }
    assert second[0]["id"] is None
    assert rest == [({"id": "c", "bytes": 0, "last": True}, b"")]
