"""Opens both ways of a card again after it went away: `recovering afresh|known`.

`afresh` looks for the card again, `known` opens the one that was found at first. Prints `ready`
when both ways sound, the words of each failure as a line when both have failed, and an object when
both sound again.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from studio.audio.card_thread import CardThread
from studio.audio.devices import SoundCards
from studio.audio.formats import AudioFormat
from studio.audio.microphones import DeviceMicrophone
from studio.audio.playout import Started
from studio.audio.speakers import DeviceSpeaker
from studio.core.errors import StudioError
from studio.runtime.clock import SystemClock
from studio.runtime.priority import prefer_this_thread

if TYPE_CHECKING:
    from studio.audio.devices import Device

_SOUND = b"\0\x10" * 24_000 * 30
_RETRY_S = 0.25
_CLOCK = SystemClock()


class Way:
    """One direction of the card: opened, flowing, failed."""

    def __init__(self) -> None:
        self.flows = asyncio.Event()
        self.failure: StudioError | None = None


async def listen(microphone: DeviceMicrophone, way: Way) -> None:
    try:
        async for _ in microphone.blocks():
            way.flows.set()
    except StudioError as failure:
        way.failure = failure
    microphone.close()


async def play(speaker: DeviceSpeaker, way: Way) -> None:
    speaker.play("a", 0, _SOUND)
    try:
        while True:
            if any(isinstance(event, Started) for event in speaker.poll()):
                way.flows.set()
            await asyncio.sleep(0.01)
    except StudioError as failure:
        way.failure = failure
    speaker.close()


async def both_ways(cards: SoundCards, devices: tuple[Device, Device], told: str) -> list[str]:
    """Let both sound until both have failed; `told` is printed in between."""
    microphone = DeviceMicrophone(cards, devices[0], AudioFormat.PCM16, _CLOCK)
    try:
        speaker = DeviceSpeaker(cards, devices[1], AudioFormat.PCM16, _CLOCK)
    except StudioError:
        microphone.close()
        raise
    ways = Way(), Way()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listen(microphone, ways[0]))
        tasks.create_task(play(speaker, ways[1]))
        for way in ways:
            await way.flows.wait()
        print(told, flush=True)  # noqa: T201
    return [str(way.failure) for way in ways]


def found(cards: SoundCards) -> tuple[Device, Device]:
    return cards.find("input"), cards.find("output")


async def main(mode: str) -> None:
    cards = SoundCards.load(CardThread(prefer_this_thread))
    devices = found(cards)
    for words in await both_ways(cards, devices, "ready"):
        print(words, flush=True)  # noqa: T201
    refusals: list[str] = []
    while True:
        await asyncio.sleep(_RETRY_S)
        try:
            if mode == "afresh":
                devices = found(cards)
            await both_ways(cards, devices, json.dumps({"refusals": refusals}))
        except StudioError as refusal:
            refusals.append(f"{refusal.title}: {refusal.message}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
