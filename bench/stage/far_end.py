"""The provider of the sound benches: `python -m bench.stage.far_end KIND SECONDS EVENTS_PER_S`.

A child of its own, run ahead of everything else where the system grants it, since a real one is
another machine. Prints its port; lives for `SECONDS` from the first microphone block; then prints
one object: `blocks`, `deltas` and `cuts`, with the moments at which blocks came and at which deltas
and `speech_started` left, on the clock that all processes of a machine share, and how many events
were `sent`. Sound is named by its checksum. Kinds: `cuts` tells stories and breaks each off;
`story` tells one without an end; `answers` does so too, and its other words are those of answers.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from contextlib import suppress
from itertools import count
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from studio.runtime.clock import SystemClock
from studio.runtime.priority import prefer_this_process

DELTA_MS = 200
AHEAD_MS = 1_000
"""How much of a story is sent at once; the rest follows as it is heard."""

_CUT_AFTER_S = 0.5
_SILENCE_S = 0.35
_BURSTS_PER_S = 200
_SETTLING_S = 1.0
_ANSWER_WORDS = 150


def unbroken(ms: int, seed: int) -> NDArray[np.int16]:
    """Noise at 24 kHz in which no sample is zero, so that each zero in a recording is a gap."""
    random = np.random.default_rng(seed)
    loudness = random.integers(1_000, 9_000, ms * 24, np.int16)
    return np.where(random.integers(0, 2, loudness.size) == 1, loudness, -loudness).astype(np.int16)


class FarEnd:
    """One connection and what is noted of it."""

    def __init__(self, peer: ServerConnection, events_per_s: int) -> None:
        self.notes: dict[str, list[object]] = {"blocks": [], "deltas": [], "cuts": []}
        self.sent = 0
        self.hears = asyncio.Event()
        self._peer = peer
        self._events_per_s = events_per_s
        self._clock = SystemClock()
        self._ids = count()
        self._item_id = "item_0"

    async def listen(self) -> None:
        """Note what comes."""
        await self._send("session.created", session={"type": "realtime", "id": "s", "model": "m"})
        async for frame in self._peer:
            came_at = self._clock.monotonic()
            event = json.loads(frame)
            if event["type"] == "input_audio_buffer.append":
                self.notes["blocks"].append((crc32(base64.b64decode(event["audio"])), came_at))
                self.hears.set()
            elif event["type"] == "session.update":
                await self._send("session.updated", session={"id": "s", **event["session"]})

    async def tell_stories(self) -> None:
        """Stories of which each is broken off, each a little later than the last."""
        for number in count():
            async with asyncio.TaskGroup() as tasks:
                story = tasks.create_task(self.tell_story(number))
                await asyncio.sleep(_CUT_AFTER_S + 0.013 * (number % 16))
                self.notes["cuts"].append(self._clock.monotonic())
                await self._send(
                    "input_audio_buffer.speech_started", item_id=f"user_{number}", audio_start_ms=1
                )
                story.cancel()
            response = {"id": f"resp_{number}", "status": "cancelled", "output": []}
            await self._send("response.done", response=response)
            await asyncio.sleep(_SILENCE_S)

    async def tell_story(self, number: int = 0) -> None:
        """One without an end."""
        response, item = f"resp_{number}", f"item_{number}"
        self._item_id = item
        await self._begin(response, item)
        began = self._clock.monotonic()
        for index in count():
            due_at = began + (index * DELTA_MS - AHEAD_MS) / 1000
            sound = unbroken(DELTA_MS, 10_000 * number + index).tobytes()
            delta = base64.b64encode(sound).decode()
            await asyncio.sleep(max(0.0, due_at - self._clock.monotonic()))
            self.notes["deltas"].append((crc32(sound), self._clock.monotonic()))
            await self._send(
                "response.output_audio.delta",
                response_id=response,
                **self._place(item),
                delta=delta,
            )

    async def _begin(self, response: str, item: str) -> None:
        """A response and its only item."""
        made: dict[str, object] = {"id": item, "type": "message", "role": "assistant"}
        made |= {"status": "in_progress", "content": []}
        await self._send("response.created", response={"id": response, "status": "in_progress"})
        await self._send(
            "response.output_item.added", response_id=response, output_index=0, item=made
        )
        await self._send("conversation.item.added", previous_item_id=None, item=made)

    async def _answer(self, number: int) -> None:
        """Words from now on are those of another turn's answer, without sound."""
        if number:
            done = {"id": f"resp_answer_{number - 1}", "status": "completed", "output": []}
            await self._send("response.done", response=done)
        said = [{"type": "input_text", "text": f"Question {number}?"}]
        asked = {"id": f"item_asked_{number}", "type": "message", "role": "user", "content": said}
        await self._send("conversation.item.added", previous_item_id=None, item=asked)
        self._item_id = f"item_answer_{number}"
        await self._begin(f"resp_answer_{number}", self._item_id)

    async def flood(self, *, answers: bool = False) -> None:
        """Other events, half of them words, half limits.

        Args:
            answers: whether the words are those of answers of some length, not of the story.
        """
        if not self._events_per_s:
            return
        due_at = self._clock.monotonic()
        limits = [{"name": "tokens", "limit": 1_000, "remaining": 999, "reset_seconds": 1.0}]
        for index in count():
            if index % max(1, self._events_per_s // _BURSTS_PER_S) == 0:
                due_at += 1 / _BURSTS_PER_S
                await asyncio.sleep(max(0.0, due_at - self._clock.monotonic()))
            if answers and index % (2 * _ANSWER_WORDS) == 0:
                await self._answer(index // (2 * _ANSWER_WORDS))
            if index % 2:
                await self._send("rate_limits.updated", rate_limits=limits)
            else:
                await self._send(
                    "response.output_audio_transcript.delta",
                    response_id=self._item_id.replace("item", "resp"),
                    **self._place(self._item_id),
                    delta=f"word{index % 97} ",
                )

    def _place(self, item_id: str) -> dict[str, object]:
        return {"item_id": item_id, "output_index": 0, "content_index": 0}

    async def _send(self, kind: str, **fields: object) -> None:
        await self._peer.send(
            json.dumps({"type": kind, "event_id": f"e{next(self._ids)}", **fields})
        )
        self.sent += 1


async def main(kind: str, seconds: float, events_per_s: int) -> None:
    over = asyncio.Event()

    async def talk(peer: ServerConnection) -> None:
        far_end = FarEnd(peer, events_per_s)

        async def live() -> None:
            await asyncio.sleep(_SETTLING_S)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(far_end.flood(answers=kind == "answers"))
                tells = far_end.tell_stories if kind == "cuts" else far_end.tell_story
                tasks.create_task(tells())

        with suppress(ConnectionClosed, TimeoutError, ExceptionGroup):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(far_end.listen())
                await far_end.hears.wait()
                async with asyncio.timeout(seconds):
                    await live()
        if not over.is_set():
            print(json.dumps({**far_end.notes, "sent": far_end.sent}), flush=True)
        over.set()

    async with serve(talk, "127.0.0.1", 0, compression=None, max_size=None) as running:
        print(next(iter(running.sockets)).getsockname()[1], flush=True)
        await over.wait()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    prefer_this_process()
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
