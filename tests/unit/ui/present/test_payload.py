from __future__ import annotations

import pytest

from studio.protocol.codec import decode_client
from studio.session.envelope import Envelope, Origin
from studio.ui.present.payload import (
    audio_bytes,
    audio_place,
    payload_of,
    picture_place,
    value_at,
)
from tests import conversations


def envelope(raw: str) -> Envelope:
    return Envelope(1, 0.0, Origin.CLIENT, decode_client(raw), raw)


@pytest.mark.parametrize("name", list(conversations.LIBRARY))
def test_every_payload_can_be_read(name: str) -> None:
    for each in conversations.LIBRARY[name]():
        payload = payload_of(each)
        assert isinstance(payload, str | dict | list)
        if isinstance(payload, str):
            assert payload == each.raw


@pytest.mark.parametrize("raw", ["{", "[" * 10_000, "\x00"])
def test_what_cannot_be_read_stays_text(raw: str) -> None:
    assert payload_of(envelope(raw)) == raw


def test_audio_is_found_where_it_is() -> None:
    kept = {"$audio": {"track": "output", "offset": 0, "bytes": 4800}}
    assert audio_place({"type": "a", "delta": kept}) == ("delta",)
    assert audio_place({"item": {"content": [{}, {"audio": "A" * 400}]}}) == (
        "item", "content", 1, "audio",
    )  # fmt: skip
    assert audio_place({"delta": "a word", "audio": {"input": {}}}) is None
    assert audio_bytes("delta", "A" * 398 + "==") == 298
    assert audio_bytes("text", "A" * 400) is None
    assert audio_bytes("delta", {"$audio": {"bytes": "many"}}) == 0


def test_a_picture_is_found_where_it_is() -> None:
    payload = {"item": {"content": [{"text": "x"}, {"image_url": "data:image/png;base64,AA"}]}}
    place = picture_place(payload)
    assert place == ("item", "content", 1, "image_url")
    assert value_at(payload, place) == "data:image/png;base64,AA"


def test_looking_ends_somewhere() -> None:
    assert audio_place({"many": [{"n": n} for n in range(100_000)]}) is None
