"""A session with the local server's engine, kept as the lab reads it: no socket, no clock."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from studio.audio.formats import AudioFormat
from studio.lab.logged import Logged, read_events
from studio.lab.twin import Twin
from studio.server.engine.engine import EngineConfig
from studio.storage.header import Header
from studio.storage.writer import SessionWriter
from tests.builders import Script
from tests.fakes.engine_shell import Talk
from tests.fakes.voice_activity import LoudnessDetector

if TYPE_CHECKING:
    from pathlib import Path

    from studio.vad.profile import Profile

TWIN = Twin(LoudnessDetector, "loudness")
"""Hears as the engine of these sessions does."""


@dataclass
class Recorded:
    """Everything that crosses the wire is written down in the order in which it does."""

    profile: Profile
    script: Script = field(default_factory=Script)

    def __post_init__(self) -> None:
        self.talk = Talk(EngineConfig(profile=self.profile))
        self.format = AudioFormat.PCM16
        self.audio = b""
        for text in self.talk.texts:
            self.script.server_raw(text)

    def update(self, turn_detection: dict[str, Any] | None) -> None:
        """Ask for another turn detection; nobody answers what is heard."""
        if turn_detection is not None:
            turn_detection = {"create_response": False, **turn_detection}
        self.send("session.update", session=self._session(turn_detection=turn_detection))

    def use(self, audio_format: AudioFormat) -> None:
        """Send another encoding from here on."""
        wire = {"pcm16": "audio/pcm", "pcmu": "audio/pcmu", "pcma": "audio/pcma"}[audio_format]
        self.send("session.update", session=self._session(format={"type": wire}))
        self.format = audio_format

    def hear(self, sound: bytes, piece_ms: float = 20) -> None:
        """Append sound in pieces."""
        size = max(1, self.format.ms_to_bytes(piece_ms))
        for at in range(0, len(sound), size):
            piece = sound[at : at + size]
            self.audio += piece
            self.send("input_audio_buffer.append", audio=base64.b64encode(piece).decode())
            self.script.wait(self.format.bytes_to_ms(len(piece)))

    def send(self, kind: str, **fields: object) -> None:
        """Send any client event."""
        text = json.dumps({"type": kind, **fields})
        self.script.client_raw(text)
        before = len(self.talk.texts)
        self.talk.send_text(text)
        for answer in self.talk.texts[before:]:
            self.script.server_raw(answer)

    def logged(self, name: str = "recorded") -> Logged:
        """The session as the lab reads it."""
        log = read_events(self.script.envelopes)
        return Logged(
            name,
            "local",
            "engine",
            log.audio_format,
            self.audio,
            tuple(log.happenings),
            tuple(log.edges),
            tuple(log.left_out),
        )

    def keep(self, folder: Path) -> Path:
        """Write the session into a folder, as the worker does."""
        folder.mkdir(parents=True)
        header = Header(
            started_at=datetime(2026, 11, 30, tzinfo=UTC),
            provider="local",
            model="engine",
            input_format=self.format.value,
        )
        writer = SessionWriter(folder, header)
        for envelope in self.script.envelopes:
            writer.append(envelope)
        writer.close("over")
        return folder

    def _session(self, **of_input: object) -> dict[str, Any]:
        return {"type": "realtime", "audio": {"input": of_input}}
