"""Plays and records at once with our speaker and microphone, as a talk does: `echoing FILE INTO`.

`FILE` is raw PCM16 at 24 kHz. Prints `ready` with the first block recorded, then plays. When all of
it was heard it writes `INTO` (npz): `raw` and `cleaned`, the same seconds before and after the echo
canceller, and `began`, the clock's reading at their first sample; and prints what it measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING, Any

import numpy as np

from studio.audio.cleaning import Cleaning
from studio.audio.echo import MicrophoneCleaner
from studio.audio.echo_score import EchoScore, echo_of
from studio.audio.formats import AudioFormat
from studio.audio.microphones import DeviceMicrophone
from studio.audio.playout import Finished
from studio.audio.speakers import DeviceSpeaker
from studio.runtime.clock import SystemClock
from tests.device.programs.cards import cards_taking

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIRE = AudioFormat.PCM16
SCORED_BLOCKS = 45
SCORED_EACH = 60
TAIL_BLOCKS = 25


class Listening:
    """A cleaner that keeps what went in and what came out."""

    def __init__(self, speaker: DeviceSpeaker) -> None:
        self.raw: list[NDArray[np.int16]] = []
        self.cleaned: list[NDArray[np.int16]] = []
        self.begins: list[float] = []
        self.scores: list[EchoScore] = []
        self.spent_s = 0.0
        self.removed_db: float | None = None
        self._speaker = speaker
        self._cleaner = MicrophoneCleaner(WIRE.rate_hz)
        self._cleaner.set(Cleaning(echo="cancel"))
        self._cleaner.listen_to(speaker.played)

    def clean(self, samples: NDArray[np.int16], begin: float) -> NDArray[np.int16]:
        began = thread_time()
        cleaned = self._cleaner.clean(samples, begin)
        self.spent_s += thread_time() - began
        self.removed_db = self._cleaner.removed_db or self.removed_db
        self.raw.append(samples.copy())
        self.cleaned.append(cleaned)
        self.begins.append(begin)
        return cleaned

    def score(self) -> None:
        sent = np.concatenate(self.raw[-SCORED_BLOCKS:])
        begin = self.begins[-SCORED_BLOCKS:][0]
        self.scores.append(echo_of(self._speaker.played, sent, WIRE.rate_hz, begin))


async def heard(sound: bytes) -> Listening:
    clock = SystemClock()
    cards = cards_taking(0)
    speaker = DeviceSpeaker(cards, cards.find("output"), WIRE, clock)
    listening = Listening(speaker)
    microphone = DeviceMicrophone(cards, cards.find("input"), WIRE, clock, listening.clean)
    left = TAIL_BLOCKS
    async for _ in microphone.blocks():
        if len(listening.raw) == 1:
            print("ready", flush=True)  # noqa: T201
            speaker.play("item", 0, sound)
            speaker.end("item", 0)
        elif len(listening.raw) % SCORED_EACH == 0:
            listening.score()
        if left < TAIL_BLOCKS or any(isinstance(each, Finished) for each in speaker.poll()):
            left -= 1
        if not left:
            break
    microphone.close()
    speaker.close()
    return listening


def main(sound: Path, into: Path) -> None:
    listening = asyncio.run(heard(sound.read_bytes()))
    raw, cleaned = np.concatenate(listening.raw), np.concatenate(listening.cleaned)
    np.savez(into, raw=raw, cleaned=cleaned, began=listening.begins[0])
    told: dict[str, Any] = {
        "scores": listening.scores,
        "removed_db": listening.removed_db,
        "ms_a_block": listening.spent_s * 1000 / len(listening.raw),
    }
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
