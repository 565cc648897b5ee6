"""The sound path, from card to socket and back, and how soon a barge-in is silence.

Promised at p99, idle and also while the screen repaints as fast as it can and 1,000 events a second
arrive: a microphone block at the socket's other end in 10 ms, a delta in the play queue in 5 ms,
and the card silent 30 ms after `speech_started`. Beside it, in the same run, the plain way:
callbacks, socket and Textual in one process. A virtual card (PulseAudio) is started for it; silence
is measured on a recording of what that card really plays.

`python -m bench.sound [RUNS [SECONDS]]`, on a quiet machine: medians of runs in turns.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from itertools import product

from bench.stage.figures import machine, p50_p99
from bench.stage.talks import OURS, PLAIN, Talk, talk
from tests.device.card import VirtualCard, what_is_missing

EVENTS_PER_S = 1_000
LOADS = {"idle": 0, "repainting, 1,000 events/s": EVENTS_PER_S}

FIGURES: Sequence[tuple[str, Callable[[Talk], list[float]], float]] = (
    ("microphone block -> socket", lambda each: each.block_lags_ms, 10.0),
    ("delta -> play queue", lambda each: each.delta_lags_ms, 5.0),
    ("speech_started -> silence at the card", lambda each: each.silence_lags_ms, 30.0),
)

Cell = tuple[str, str]


def table(talks: dict[Cell, list[Talk]]) -> None:
    for name, values, goal_ms in FIGURES:
        print(f"\n{name}, ms (goal: {goal_ms:.0f} at p99)")
        print(f"{'':28}{'studio p50':>12}{'p99':>8}{'plain p50':>12}{'p99':>8}{'p99 ratio':>11}")
        for load in LOADS:
            ours, plain = (spread(talks[load, who], values) for who in (OURS, PLAIN))
            row = f"{load:28}{ours[0]:>12.1f}{ours[1]:>8.1f}{plain[0]:>12.1f}{plain[1]:>8.1f}"
            print(f"{row}{plain[1] / ours[1]:>11.1f}  {verdict(ours[1], goal_ms)}")
    print("\nthe same silence as the studio's own log tells it, ms")
    for load in LOADS:
        p50, p99 = spread(talks[load, OURS], lambda each: each.said_ms)
        print(f"{load:28}{p50:>12.1f}{p99:>8.1f}")
    print("\nof each run, in the middle: figures counted, card flags, and what was painted")
    for load, who in product(LOADS, (OURS, PLAIN)):
        print(f"{load:28}{who:>12}  {counted(talks[load, who])}")


def counted(talks: list[Talk]) -> str:
    """What the figures rest on."""

    def middle(value: Callable[[Talk], float]) -> str:
        return f"{statistics.median(map(value, talks)):,.0f}"

    return (
        f"{middle(lambda each: len(each.block_lags_ms))} blocks, "
        f"{middle(lambda each: len(each.delta_lags_ms))} deltas, "
        f"{middle(lambda each: len(each.silence_lags_ms))} barge-ins, "
        f"{middle(lambda each: each.near['underflows'])} underflows, "
        f"{middle(lambda each: each.painted_kb_per_s)} kB/s painted"
    )


def spread(talks: list[Talk], values: Callable[[Talk], list[float]]) -> tuple[float, float]:
    """The medians over the runs of their p50 and p99."""
    each = [p50_p99(values(one)) for one in talks]
    return statistics.median(p50 for p50, _ in each), statistics.median(p99 for _, p99 in each)


def verdict(p99_ms: float, goal_ms: float) -> str:
    return "ok" if p99_ms <= goal_ms else "missed"


def main(runs: int = 3, seconds: float = 20.0) -> None:
    print("Sound path")
    if missing := what_is_missing():
        print(f"not measured: {missing}")
        return
    print(f"{machine()}; {runs} runs of {seconds:.0f} s")
    talks: dict[Cell, list[Talk]] = {}
    card = VirtualCard()
    try:
        card.start()
        for _, load, who in product(range(runs), LOADS, (OURS, PLAIN)):
            options = ("--echo", "off")  # so that a block can be told by its samples
            found = talk(card, who, "cuts", seconds, LOADS[load], *options)
            talks.setdefault((load, who), []).append(found)
    finally:
        card.close()
    table(talks)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(*map(int, arguments[:1]), *map(float, arguments[1:2]))
