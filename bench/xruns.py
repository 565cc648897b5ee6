"""Breaks in the sound of a long talk: microphone and speaker live, screen at full rate.

Promised: none in ten minutes, while the studio repaints and 1,000 events a second arrive. Counted
are the flags that the card sets (they tell about half) and the gaps that are heard: runs of zeros
in a recording of what the virtual card plays, of sound that has no zero. The plain way (callbacks,
socket and Textual in one process) runs beside it for a shorter time; its figures are per minute.

`python -m bench.xruns [--minutes 10]`, on a quiet machine.
"""

from __future__ import annotations

import argparse

from bench.stage.figures import machine
from bench.stage.talks import OURS, PLAIN, RATE_HZ, Talk, gaps, talk
from tests.device.card import VirtualCard, what_is_missing

EVENTS_PER_S = 1_000
PLAIN_MINUTES = 1.0
ON_THE_WAY = 10
"""Blocks that the card recorded before the session began, or after its end."""


def row(name: str, found: Talk) -> str:
    minutes = found.seconds / 60
    breaks = gaps(found.heard)
    silent_ms = sum(breaks) * 1000 / RATE_HZ
    sent, came = ({block for block, _ in side["blocks"]} for side in (found.near, found.far))
    n_lost = max(0, len(sent - came) - ON_THE_WAY)
    flags = found.near["underflows"], found.near["overflows"]
    cells = (minutes, *flags, len(breaks), silent_ms, len(breaks) / minutes, n_lost)
    return name.ljust(8) + "{:>9.1f}{:>12}{:>11}{:>7}{:>11.0f}{:>14.1f}{:>13}".format(*cells)


def main(minutes: float) -> None:
    print("Breaks in the sound, 1,000 events/s (goal: none)")
    if missing := what_is_missing():
        print(f"not measured: {missing}")
        return
    print(machine())
    card = VirtualCard()
    try:
        card.start()
        ours = talk(card, OURS, "story", minutes * 60, EVENTS_PER_S, "--echo", "off")
        plain = talk(card, PLAIN, "story", min(minutes, PLAIN_MINUTES) * 60, EVENTS_PER_S)
    finally:
        card.close()
    heads = ("minutes", "underflows", "overflows", "gaps", "ms silent", "gaps a min", "lost blocks")
    print(" " * 8 + "{:>9}{:>12}{:>11}{:>7}{:>11}{:>14}{:>13}".format(*heads))
    print(row("studio", ours))
    print(row("plain", plain))


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=10.0)
    main(options.parse_args().minutes)
