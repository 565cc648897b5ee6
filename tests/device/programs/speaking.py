"""Plays with `DeviceSpeaker`: `speaking SCENARIO FILE RATE_HZ`.

`FILE` is raw PCM16 at 24 kHz; the card takes no other rate than `RATE_HZ`, or any where that is 0.
Scenarios: `whole` plays it to its end and notes the play-head all the time; `cut` plays it `CUTS`
times and flushes each in its middle. Moments are the clock's readings.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import sleep
from typing import Any

from studio.audio.formats import AudioFormat
from studio.audio.playout import Finished, PlayoutEvent, Silenced
from studio.audio.speakers import DeviceSpeaker
from studio.runtime.clock import SystemClock
from tests.device.programs.cards import cards_taking

CUTS = 12

_DELTA_BYTES = 9_600
_LONGEST_S = 30.0


def whole(speaker: DeviceSpeaker, sound: bytes, clock: SystemClock) -> dict[str, Any]:
    """Every position that the head had, and the events."""
    _play(speaker, sound, "a")
    speaker.end("a", 0)
    heads: list[tuple[float, float]] = []
    events: list[PlayoutEvent] = []
    until = clock.monotonic() + _LONGEST_S
    while not any(isinstance(each, Finished) for each in events):
        assert clock.monotonic() < until
        sleep(0.007)
        events += speaker.poll()
        before, head, after = clock.monotonic(), speaker.head(), clock.monotonic()
        if head is not None:
            heads.append(((before + after) / 2, head.played_ms))
    sleep(0.1)
    return {"heads": heads, "events": events}


def cut(speaker: DeviceSpeaker, sound: bytes, clock: SystemClock) -> dict[str, Any]:
    """For each flush when it was asked for, how long the call took, what was said to be heard.

    And when the card was said to be silent.
    """
    cuts: list[tuple[float, float, float, float]] = []
    for turn in range(CUTS):
        _play(speaker, sound, f"item {turn}")
        until = clock.monotonic() + _LONGEST_S
        while (head := speaker.head()) is None or head.played_ms < 150 + 13 * turn:
            assert clock.monotonic() < until
            speaker.poll()
            sleep(0.003)
        speaker.poll()
        asked_at = clock.monotonic()
        (heard,) = speaker.flush()
        call_ms = (clock.monotonic() - asked_at) * 1000
        told: list[PlayoutEvent] = []
        for _ in range(15):
            sleep(0.01)
            told += speaker.poll()
        (silenced,) = (each for each in told if isinstance(each, Silenced))
        cuts.append((asked_at, call_ms, heard.played_ms, silenced.at))
    return {"cuts": cuts}


def _play(speaker: DeviceSpeaker, sound: bytes, item_id: str) -> None:
    for at in range(0, len(sound), _DELTA_BYTES):
        speaker.play(item_id, 0, sound[at : at + _DELTA_BYTES])


def main(scenario: str, path: Path, rate_hz: int) -> None:
    clock = SystemClock()
    cards = cards_taking(rate_hz)
    speaker = DeviceSpeaker(cards, cards.find("output"), AudioFormat.PCM16, clock)
    print("ready", flush=True)  # noqa: T201
    told = {"whole": whole, "cut": cut}[scenario](speaker, path.read_bytes(), clock)
    told |= {
        "rate_hz": speaker.rate_hz,
        "latency_ms": speaker.latency_ms,
        "underruns": speaker.underruns,
    }
    speaker.close()
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
