"""Log lines: every frame comes back to the byte, whatever it is."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.protocol.codec import decode_client, decode_server
from studio.protocol.dialect import Dialect
from studio.protocol.events import InputAudioBufferAppend, ResponseOutputAudioDelta
from studio.protocol.settings import SessionSettings
from studio.protocol.values import StoredAudio
from studio.session.envelope import Envelope, Origin
from studio.session.local import SettingsAsked
from studio.storage.lines import Track, audio_of, raw_frame, read_line, split_line, write_line
from tests.conversations import LIBRARY

RECORDINGS = Path(__file__).parents[2] / "recordings"


class Tracks:
    """Tracks in memory."""

    def __init__(self) -> None:
        self.data: dict[Track, bytearray] = {"input": bytearray(), "output": bytearray()}

    def read(self, track: Track, offset: int, length: int) -> bytes:
        return bytes(self.data[track][offset : offset + length])

    def store(self, envelope: Envelope) -> str:
        audio = audio_of(envelope)
        if audio is None:
            return write_line(envelope)
        offset = len(self.data[audio.track])
        self.data[audio.track] += audio.data
        return write_line(envelope, audio, offset)


def arrived(raw: str, origin: Origin = Origin.SERVER, dialect: Dialect = Dialect.GA) -> Envelope:
    decode = decode_server if origin is Origin.SERVER else decode_client
    return Envelope(7, 1.25, origin, decode(raw, dialect), raw)


def delta(payload: str, **more: object) -> str:
    fields = {"item_id": "i", "response_id": "r", "delta": payload}
    return json.dumps({"type": "response.output_audio.delta"} | fields | more)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_audio_is_cut_out_and_put_back() -> None:
    tracks = Tracks()
    tracks.store(arrived(delta(b64(b"before"))))
    raw = delta(b64(bytes(range(256))))

    line = tracks.store(arrived(raw))

    assert b64(bytes(range(256))) not in line
    assert json.loads(line)["event"]["delta"] == {
        "$audio": {"track": "output", "offset": 6, "bytes": 256}
    }
    assert raw_frame(line, tracks.read) == raw


def test_the_audio_of_a_read_line_is_its_place_in_the_track() -> None:
    line = Tracks().store(arrived(delta(b64(b"abc"))))

    envelope = read_line(line, Dialect.GA)

    assert isinstance(envelope.event, ResponseOutputAudioDelta)
    assert isinstance(envelope.event.delta, StoredAudio)
    assert envelope.event.delta.span.bytes == 3
    assert (envelope.seq, envelope.at, envelope.origin) == (7, 1.25, Origin.SERVER)


def test_audio_that_stands_twice_in_a_frame_is_left_where_it_is() -> None:
    tracks = Tracks()
    raw = (
        '{"more":{"delta":"AAAA"},"type":"response.output_audio.delta","item_id":"i",'
        '"response_id":"r","delta":"AAAA"}'
    )

    line = tracks.store(arrived(raw))

    assert line.endswith(f'"event":{raw}}}')
    assert tracks.data["output"] == b"\0\0\0"


def test_beta_frames_and_our_own_are_cut_too() -> None:
    tracks = Tracks()
    beta = json.dumps(
        {
            "type": "response.audio.delta",
            "item_id": "i",
            "response_id": "r",
            "delta": b64(b"voice"),
        }
    )
    line = tracks.store(arrived(beta, dialect=Dialect.BETA))
    assert tracks.data["output"] == b"voice"
    assert raw_frame(line, tracks.read) == beta

    append = json.dumps({"type": "input_audio_buffer.append", "audio": b64(b"mine")})
    line = tracks.store(arrived(append, Origin.CLIENT))
    assert tracks.data["input"] == b"mine"
    assert raw_frame(line, tracks.read) == append
    event = read_line(line, Dialect.GA).event
    assert isinstance(event, InputAudioBufferAppend)


@pytest.mark.parametrize(
    "raw",
    [
        '  {"type" : "ping" ,\t"n": 1.50e3}  ',
        '{"type":"ping"}\n',
        '{\n"type": "ping"\r\n}',
        '{"type": "ping", "words": "\\u00e9\\ud83d\\ude00 漢字 \\/ \u2028"}',
        '{"type": "ping", "words": "\\ud800"}',
        '{"type": "ping", "n": {"$audio": {"track": "input", "offset": 0, "bytes": 3}}}',
        '{"type":"ping","n":{"$audio":{"track":"output","offset":0,"bytes":0}}}',
        '{"type": "ping", "n": "$audio"}',
        '{"type": "ping", "n": {"\\u0024audio": {"track": "input", "offset": 0, "bytes": 3}}}',
        "not json",
        "",
        "{",
        '{"type": 5}',
        "[1, 2]",
        "\x00\x1b[31m",
        '{"type": "ping"} trailing',
        delta("AAA"),
        delta("AAB="),
        delta("AAAA\n"),
        delta("A A A A"),
        delta("====", note="="),
        delta(""),
        delta("AAAA", note="AAAA"),
        delta("type"),
        delta(b64(b"\xff\xff\xff")).replace("/", "\\/"),
        '{"type":"response.output_audio.delta","item_id":"i","response_id":"r","delta":"AAAA",'
        '"delta":"BBBB"}',
        '{"type":"response.output_audio.delta","item_id":"i","response_id":"r",'
        '"delta" \t:  "AAAA"}',
        '{"delta": "AAAA", "type":"response.output_audio.delta","item_id":"i","response_id":"r"}',
    ],
)
def test_a_strange_frame_comes_back_to_the_byte(raw: str) -> None:
    tracks = Tracks()
    envelope = arrived(raw)

    line = tracks.store(envelope)

    assert "\n" not in line
    assert "\r" not in line
    assert raw_frame(line, tracks.read) == raw
    assert type(read_line(line, Dialect.GA).event) is type(envelope.event)


PIECES = st.sampled_from(
    [
        *'"{}:, \\\n\r\u2028\ud800é1',
        *("\\u0024audio", "$audio", '{"$audio":', "AAAA", '"delta"', '"type"', "null"),
        '"response.output_audio.delta"',
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40))
def test_any_text_comes_back_to_the_byte(raw: str) -> None:
    tracks = Tracks()

    line = tracks.store(arrived(raw))

    assert "\n" not in line
    assert raw_frame(line, tracks.read) == raw


@given(
    st.binary(max_size=200),
    st.dictionaries(st.text(max_size=6), st.text(max_size=12), max_size=3),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_any_audio_delta_comes_back_to_the_byte(
    data: bytes, more: dict[str, str], indent: int | None, ascii_only: bool
) -> None:
    tracks = Tracks()
    fields: dict[str, Any] = more | {
        "type": "response.output_audio.delta",
        "item_id": "i",
        "response_id": "r",
        "delta": b64(data),
    }
    raw = json.dumps(fields, indent=indent, ensure_ascii=ascii_only)
    envelope = arrived(raw)

    line = tracks.store(envelope)

    assert raw_frame(line, tracks.read) == raw
    assert tracks.data["output"] == data


@pytest.mark.parametrize("name", LIBRARY)
def test_a_conversation_comes_back_as_it_was(name: str) -> None:
    tracks = Tracks()
    dialect = Dialect.BETA if name == "beta_turn" else Dialect.GA
    for envelope in LIBRARY[name]()[:400]:
        line = tracks.store(envelope)
        again = read_line(line, dialect)
        assert (again.seq, again.at, again.origin) == (envelope.seq, envelope.at, envelope.origin)
        if envelope.origin is Origin.LOCAL:
            assert again.event == envelope.event
        else:
            assert raw_frame(line, tracks.read) == envelope.raw
            if audio_of(envelope) is None:
                assert again.event == envelope.event


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_recording_comes_back_to_the_byte(path: Path) -> None:
    tracks = Tracks()
    for text in path.read_text().splitlines():
        frame = json.loads(text)
        raw = json.dumps(frame["event"], ensure_ascii=False)
        origin = Origin.SERVER if frame["dir"] == "recv" else Origin.CLIENT
        dialect = Dialect.BETA if "beta" in path.stem else Dialect.GA
        line = tracks.store(arrived(raw, origin, dialect))
        assert raw_frame(line, tracks.read) == raw
    assert tracks.data["output"] or "tool-call" in path.stem or "seeding" in path.stem


def test_what_a_local_event_states_stays_apart_from_what_it_does_not() -> None:
    event = SettingsAsked(settings=SessionSettings(turn_detection=None, voice="ash"))
    line = write_line(Envelope(1, 0.0, Origin.LOCAL, event))

    again = read_line(line, Dialect.GA).event

    assert isinstance(again, SettingsAsked)
    assert again.settings.model_fields_set == {"turn_detection", "voice"}


def test_moments_come_back_exactly() -> None:
    for at in (0.0, 1e-07, 0.1 + 0.2, 3599.9999999999995):
        envelope = arrived('{"type": "ping"}')
        line = write_line(Envelope(1, at, envelope.origin, envelope.event, envelope.raw))
        assert read_line(line, Dialect.GA).at == at


def test_audio_that_is_gone_is_said_to_be_gone() -> None:
    line = Tracks().store(arrived(delta(b64(b"abcdef"))))

    with pytest.raises(StudioError, match="6 bytes of output audio"):
        raw_frame(line, Tracks().read)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        "junk",
        '{"seq":1,"at":0.5,"origin":"server","event":{"type"',
        '{"seq":1,"at":0.5,"origin":"moon","event":{}}',
        '{"seq":1,"at":1-1,"origin":"server","event":{}}',
        '{"seq":1,"at":0.5,"origin":"server","raw":5}',
        '{"seq":1,"at":0.5,"origin":"server","raw":"}',
        "\x00" * 40,
    ],
)
def test_what_is_no_line_is_refused(line: str) -> None:
    with pytest.raises(StudioError):
        split_line(line)


def test_a_local_event_of_another_version_is_refused() -> None:
    with pytest.raises(StudioError):
        read_line('{"seq":1,"at":0.5,"origin":"local","event":{"type":"local.later"}}', Dialect.GA)


@pytest.mark.parametrize("at", ["1e400", "-1e400", "1e32"])
def test_a_moment_beyond_all_measure_is_no_entry(at: str) -> None:
    with pytest.raises(StudioError):
        split_line(f'{{"seq":1,"at":{at},"origin":"server","event":{{"type":"x"}}}}')


def test_a_raw_frame_nested_without_end_is_no_line() -> None:
    with pytest.raises(StudioError):
        split_line('{"seq":1,"at":0.0,"origin":"server","raw":' + "[" * 100_000 + "}")
