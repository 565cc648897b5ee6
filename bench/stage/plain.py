"""The plain way, to compare with: card callbacks, socket and Textual in one process.

`python -m bench.stage.plain URL`. Written as such programs usually are: callbacks that copy to and
from buffers, one event loop for socket and screen, a list of all events that grows by a line for
each, meters at the studio's own pace, and a barge-in that empties the play buffer. Its notes are
those of `bench.stage.stopwatches`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import sys
from pathlib import Path
from threading import Lock
from typing import Any
from zlib import crc32

import numpy as np
import sounddevice
from sounddevice import CallbackFlags
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Footer, Header, RichLog, Static
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from studio.runtime.clock import SystemClock
from studio.ui.app import LOOKS_PER_SECOND

RATE_HZ = 24_000


class Plain(App[None]):
    """A voice client on one screen."""

    CSS = "RichLog { width: 1fr; } #words { width: 1fr; } Static { height: auto; }"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.notes: dict[str, Any] = {"blocks": [], "queued": [], "underflows": 0, "overflows": 0}
        self._url = url
        self._clock = SystemClock()
        self._lock = Lock()
        self._to_play = bytearray()
        self._to_send: asyncio.Queue[bytes] = asyncio.Queue()
        self._events: list[dict[str, Any]] = []
        self._words = ""
        self._level = 0.0

    def compose(self) -> ComposeResult:
        yield Header()
        yield Static(id="meter")
        yield Static(id="counts")
        with Horizontal():
            yield Static(id="words")
            yield RichLog(max_lines=2_000)
        yield Footer()

    def on_mount(self) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.exit)
        self.set_interval(1 / LOOKS_PER_SECOND, self.look)
        self.run_worker(self.talk())

    def look(self) -> None:
        self.query_one("#meter", Static).update("█" * int(self._level / 300))
        counts = f"{len(self._events)} events, {len(self._to_play) // 48} ms to play"
        self.query_one("#counts", Static).update(counts)
        self.query_one("#words", Static).update(self._words[-2_000:])

    async def talk(self) -> None:
        loop = asyncio.get_running_loop()

        def record(indata: memoryview, _n: int, _time: object, status: CallbackFlags) -> None:
            block = bytes(indata)
            self.notes["blocks"].append((crc32(block), self._clock.monotonic()))
            self.notes["overflows"] += bool(status.input_overflow)
            loop.call_soon_threadsafe(self._to_send.put_nowait, block)

        def play(outdata: memoryview, _n: int, _time: object, status: CallbackFlags) -> None:
            self.notes["underflows"] += bool(status.output_underflow)
            with self._lock:
                sound = bytes(self._to_play[: len(outdata)])
                del self._to_play[: len(outdata)]
            outdata[:] = sound.ljust(len(outdata), b"\0")

        form = {"samplerate": RATE_HZ, "channels": 1, "dtype": "int16", "latency": "low"}
        async with connect(self._url, max_size=None, compression=None) as peer:
            recorder = sounddevice.RawInputStream(callback=record, blocksize=480, **form)
            player = sounddevice.RawOutputStream(callback=play, blocksize=240, **form)
            recorder.start()
            player.start()
            try:
                await asyncio.gather(self._send(peer), self._receive(peer))
            except ConnectionClosed:
                pass
            finally:
                recorder.abort()
                player.abort()

    async def _send(self, peer: ClientConnection) -> None:
        while True:
            block = await self._to_send.get()
            self._level = float(np.abs(np.frombuffer(block, np.int16)).mean())
            audio = base64.b64encode(block).decode()
            await peer.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))

    async def _receive(self, peer: ClientConnection) -> None:
        log = self.query_one(RichLog)
        async for frame in peer:
            event = json.loads(frame)
            kind = event["type"]
            if kind == "response.output_audio.delta":
                sound = base64.b64decode(event.pop("delta"))
                with self._lock:
                    self._to_play += sound
                self.notes["queued"].append((crc32(sound), self._clock.monotonic()))
            elif kind == "response.output_audio_transcript.delta":
                self._words += event["delta"]
            elif kind == "input_audio_buffer.speech_started":
                with self._lock:
                    self._to_play.clear()
            self._events.append(event)
            log.write(f"{len(self._events):6} {kind} {str(event)[:60]}")


if __name__ == "__main__":
    app = Plain(sys.argv[1])
    try:
        app.run()
    finally:
        Path(os.environ["BENCH_NOTES"]).write_text(json.dumps(app.notes))
