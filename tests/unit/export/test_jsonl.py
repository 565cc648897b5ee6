"""The frames of a session, byte for byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from studio.export.jsonl import export_jsonl, export_wire
from studio.export.sharing import Redaction
from studio.session.envelope import Origin
from studio.storage.header import Header
from studio.storage.reader import Frame, read_session
from studio.storage.writer import SessionWriter
from tests.conversations import LIBRARY


class Frames:
    """A recording in memory."""

    def __init__(self, *frames: Frame) -> None:
        self._frames = frames

    def frames(self) -> tuple[Frame, ...]:
        return self._frames


@pytest.mark.parametrize("name", ["spoken_turn", "barge_in", "hostile"])
def test_every_frame_is_there_to_the_byte(name: str, tmp_path: Path) -> None:
    envelopes = LIBRARY[name]()
    writer = SessionWriter(tmp_path, Header(started_at=datetime(2026, 1, 1, tzinfo=UTC)))
    for envelope in envelopes:
        writer.append(envelope)
    writer.close()

    lines = list(export_jsonl(read_session(tmp_path), Redaction()))

    sent = [each for each in envelopes if each.origin is not Origin.LOCAL]
    assert len(lines) == len(sent)
    for line, envelope in zip(lines, sent, strict=True):
        frame = json.loads(line)
        assert frame["at"] == envelope.at
        assert frame["dir"] == ("send" if envelope.origin is Origin.CLIENT else "recv")
        if "text" in frame:
            assert frame["text"] == envelope.raw
        else:
            assert line.endswith(f'"event": {envelope.raw}}}')


def test_a_frame_that_is_not_json_on_one_line_is_a_string() -> None:
    frames = Frames(Frame(1.5, Origin.SERVER, '{"a":\n1}'), Frame(2.0, Origin.CLIENT, "{nope"))

    lines = list(export_jsonl(frames, Redaction()))

    assert [json.loads(line)["text"] for line in lines] == ['{"a":\n1}', "{nope"]
    assert all("\n" not in line for line in lines)


def test_lost_audio_is_marked() -> None:
    (line,) = export_jsonl(
        Frames(Frame(1.0, Origin.SERVER, '{"type":"x"}', whole=False)), Redaction()
    )

    assert json.loads(line)["audio"] == "lost"


def test_the_wire_is_a_string_whatever_the_frame_was() -> None:
    texts = ['{"a":\n1}', "{nope", '{"type": "x" }', "\ud800"]
    frames = Frames(*(Frame(0.5, Origin.SERVER, text) for text in texts))

    lines = [json.loads(line) for line in export_wire(frames, Redaction())]

    assert [line["frame"] for line in lines] == texts
    assert lines[0] == {"dir": "recv", "at": 0.5, "frame": texts[0]}


def test_sound_is_withheld_from_frames() -> None:
    frame = Frame(1.0, Origin.CLIENT, '{"type":"input_audio_buffer.append","audio":"AAAA"}')

    (line,) = export_jsonl(Frames(frame), Redaction(["audio"]))

    assert json.loads(line)["event"]["audio"] == "[3 bytes of audio]"
