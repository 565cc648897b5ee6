"""A card that goes away, and comes back: to our streams, and to a screen through the worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from studio.protocol.dialect import Dialect
from studio.protocol.events import InputAudioBufferAppend
from studio.protocol.settings import DEFAULTS
from studio.runtime.clock import SystemClock
from studio.runtime.link import WORKER_COMMAND, Fault, LogLine, WorkerGone, WorkerLink
from studio.runtime.plan import ConnectPlan
from studio.session.local import DeviceFailed, DeviceOpened, PlaybackStarted
from studio.storage.lines import read_line
from tests.device.card import VirtualCard
from tests.fakes import frames

pytestmark = pytest.mark.device

Tell = Callable[[str], None]
APPEND = "input_audio_buffer.append"
NOTICED_WITHIN_S = 1.0
BACK_WITHIN_S = 2.0


async def converse(peer: ServerConnection) -> None:
    """A server that agrees, and answers the first sound with half a minute of its own."""
    has_answered = False
    await peer.send(frames.as_text(frames.created()))
    with suppress(ConnectionClosed):
        async for frame in peer:
            if '"session.update"' in str(frame):
                await peer.send(frames.as_text(frames.updated()))
            elif APPEND in str(frame) and not has_answered:
                has_answered = True
                for each in frames.response_begins("r1", "a1", 30_000):
                    await peer.send(frames.as_text(each))


@dataclass
class Talk:
    """A session in a worker that has a card, as it is told line by line."""

    worker: WorkerLink
    plan: ConnectPlan
    log_path: Path
    clock: SystemClock = field(default_factory=SystemClock)

    async def until(self, *wanted: Callable[[object], bool]) -> list[Any]:
        """Wait until something of each kind was told; returns the first of each."""
        found: dict[int, object] = {}
        async with asyncio.timeout(15):
            async for message in self.worker.messages():
                assert not isinstance(message, Fault | WorkerGone), message
                if isinstance(message, LogLine):
                    event = read_line(message.line, Dialect.GA).event
                    for index, kind in enumerate(wanted):
                        if index not in found and kind(event):
                            found[index] = event
                if len(found) == len(wanted):
                    break
        return [found[index] for index in range(len(wanted))]

    async def sends_on(self, blocks: int = 40) -> None:
        """Wait for so many more microphone blocks."""
        left = iter(range(blocks - 1))
        await self.until(lambda event: is_append(event) and next(left, None) is None)


def is_append(event: object) -> bool:
    return isinstance(event, InputAudioBufferAppend)


def opened(direction: str, *, virtual: bool) -> Callable[[object], bool]:
    return lambda event: (
        isinstance(event, DeviceOpened) and (event.direction, event.virtual) == (direction, virtual)
    )


def failed(direction: str) -> Callable[[object], bool]:
    return lambda event: isinstance(event, DeviceFailed) and event.direction == direction


BOTH_REAL = (opened("input", virtual=False), opened("output", virtual=False))
BOTH_FAILED = (failed("input"), failed("output"))
BOTH_VIRTUAL = (opened("input", virtual=True), opened("output", virtual=True))


@asynccontextmanager
async def talking(card: VirtualCard, tmp_path: Path) -> AsyncIterator[Talk]:
    """A session on this card that sounds both ways."""
    surroundings = [f"{name}={value}" for name, value in card.environment.items()]
    log_path = tmp_path / "worker.log"
    worker = WorkerLink(log_path, ("env", *surroundings, *WORKER_COMMAND))
    async with serve(converse, "127.0.0.1", 0) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        plan = ConnectPlan(
            provider="local",
            url=f"ws://127.0.0.1:{port}/v1/realtime",
            model="m",
            settings=DEFAULTS,
            microphone="device",
            speaker="device",
            sessions_dir=tmp_path / "sessions",
        )
        await worker.open()
        try:
            talk = Talk(worker, plan, log_path)
            worker.start(plan)
            await talk.until(*BOTH_REAL, lambda event: isinstance(event, PlaybackStarted))
            await talk.sends_on()
            yield talk
        finally:
            await worker.close()


@pytest.mark.parametrize("what", ["unplug", "kill", "freeze"])
async def test_a_card_that_goes_away_is_noticed_in_a_second_and_the_session_goes_on(
    own_card: VirtualCard, tmp_path: Path, figure: Tell, what: str
) -> None:
    async with talking(own_card, tmp_path) as talk:
        began = talk.clock.monotonic()
        getattr(own_card, what)()
        microphone, speaker, *_ = await talk.until(*BOTH_FAILED, *BOTH_VIRTUAL)
        noticed_s = talk.clock.monotonic() - began
        assert microphone.message == "default stopped recording."
        assert speaker.message == "default stopped playing."
        await talk.sends_on()
        began = talk.clock.monotonic()
        await talk.worker.close()
        closed_s = talk.clock.monotonic() - began
    figure(f"both ways noticed after {noticed_s * 1000:.0f} ms; closing took {closed_s:.1f} s")
    assert noticed_s < NOTICED_WITHIN_S
    assert closed_s < 3


async def test_a_card_that_comes_back_serves_the_next_session(
    own_card: VirtualCard, tmp_path: Path
) -> None:
    async with talking(own_card, tmp_path) as talk:
        own_card.kill()
        await talk.until(*BOTH_FAILED, *BOTH_VIRTUAL)
        own_card.start()
        talk.worker.start(talk.plan)
        await talk.until(*BOTH_REAL, lambda event: isinstance(event, PlaybackStarted))
        await talk.sends_on()


async def test_what_sound_libraries_print_goes_to_the_workers_log(
    own_card: VirtualCard, tmp_path: Path
) -> None:
    async with talking(own_card, tmp_path) as talk:
        descriptors = Path(f"/proc/{talk.worker.pid}/fd")
        assert {(descriptors / each).readlink() for each in "12"} == {talk.log_path}
        own_card.kill()
        await talk.until(*BOTH_FAILED)
    assert "Traceback" not in talk.log_path.read_text()


@pytest.mark.parametrize(
    ("mode", "take_away", "bring_back"),
    [("known", "unplug", "plug_in"), ("afresh", "unplug", "plug_in"), ("afresh", "kill", "start")],
)
def test_a_card_that_comes_back_can_be_opened_again(
    own_card: VirtualCard, figure: Tell, mode: str, take_away: str, bring_back: str
) -> None:
    clock = SystemClock()
    with own_card.running("recovering", mode) as program:
        assert program.stdout is not None
        began = clock.monotonic()
        getattr(own_card, take_away)()
        words = [program.stdout.readline().strip() for _ in range(2)]
        noticed_s = clock.monotonic() - began
        sleep(1)  # it is tried in vain meanwhile
        getattr(own_card, bring_back)()
        began = clock.monotonic()
        told = json.loads(program.stdout.readline())
        back_s = clock.monotonic() - began
    refusals = set(told["refusals"])
    figure(f"noticed after {noticed_s * 1000:.0f} ms, sounds {back_s * 1000:.0f} ms after return")
    figure(f"in between: {'; '.join(sorted(refusals))}")
    assert words == ["default stopped recording.", "default stopped playing."]
    assert refusals
    assert not any("cannot be opened" in refusal for refusal in refusals)
    assert noticed_s < NOTICED_WITHIN_S
    assert back_s < BACK_WITHIN_S
