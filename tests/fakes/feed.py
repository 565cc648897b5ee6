"""A feed that plays envelopes to the screen and keeps what the screen asks of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from studio.protocol.settings import DEFAULTS
from studio.runtime.cells import Cells
from studio.runtime.link import Message
from studio.runtime.messages import LogLine, PlayRecording, SessionBegan
from studio.runtime.plan import ConnectPlan
from studio.session.envelope import Envelope
from studio.session.local import LocalEvent
from studio.storage.lines import audio_of, write_line

PLAN = ConnectPlan(
    provider="local",
    url="ws://127.0.0.1:8765/v1/realtime",
    model="studio-host",
    settings=DEFAULTS,
    microphone="demo",
    speaker="silent",
    sessions_dir=Path("sessions"),
)

BEGAN = SessionBegan(
    header={"provider": "local", "model": "studio-host", "dialect": "ga"},
    path="sessions/2026-01-01T12-00-00_local_8f3a",
)


def log_lines(envelopes: Iterable[Envelope]) -> list[LogLine]:
    """Envelopes as the lines that a worker would have written, audio in its tracks."""
    offsets = {"input": 0, "output": 0}
    lines = []
    for envelope in envelopes:
        audio = audio_of(envelope)
        if audio is None:
            lines.append(LogLine(write_line(envelope)))
            continue
        lines.append(LogLine(write_line(envelope, audio, offsets[audio.track])))
        offsets[audio.track] += len(audio.data)
    return lines


@dataclass
class FakeFeed:
    """A `Feed` in memory.

    Attributes:
        started: the plans of `start`, in order.
        sent: the events of `send`, in order.
        stopped: how often `stop` was called.
        looked: how often the cards were asked for.
        played: what of recordings was to be played; None for silence.
    """

    cells: Cells = field(default_factory=Cells)
    started: list[ConnectPlan] = field(default_factory=list)
    sent: list[LocalEvent] = field(default_factory=list)
    stopped: int = 0
    looked: int = 0
    played: list[PlayRecording | None] = field(default_factory=list)
    _queue: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)

    def start(self, plan: ConnectPlan) -> None:
        self.started.append(plan)

    def send(self, event: LocalEvent) -> None:
        self.sent.append(event)

    def stop(self) -> None:
        self.stopped += 1

    def look_for_cards(self) -> None:
        self.looked += 1

    def play_recording(self, wanted: PlayRecording) -> None:
        self.played.append(wanted)

    def stop_recording(self) -> None:
        self.played.append(None)

    async def messages(self) -> AsyncIterator[Message]:
        while True:
            yield await self._queue.get()

    def say(self, *messages: Message) -> None:
        """The worker says this."""
        for message in messages:
            self._queue.put_nowait(message)

    def play(self, envelopes: Iterable[Envelope]) -> None:
        """A session begins and goes as these envelopes say."""
        self.say(BEGAN, *log_lines(envelopes))
