"""How fast the fold, the log and the event store are: microseconds an event, by kind.

Run `python -m bench.fold [EVENTS]`. The first table folds the sessions of `bench.stage.big_session`
up to so many events and tells the CPU time of one event, on the whole and of the last tenth: a
session's length must not show in it. The second is one hour of synthetic talk: 20 ms blocks of
microphone sound, a spoken turn about every ten seconds. The limits stand beside the figures.
"""

from __future__ import annotations

import base64
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median

from bench.stage.big_session import DEFAULT_EVENTS, make_session
from studio.protocol.codec import decode_client
from studio.protocol.dialect import Dialect
from studio.session.envelope import Envelope, Origin
from studio.session.reduce import reduce
from studio.session.state import SessionState
from studio.session.turns import TurnReader
from studio.storage.header import Header
from studio.storage.reader import read_session
from studio.storage.store import EventStore
from studio.storage.writer import SessionWriter
from tests.conversations import Talk

TURNS = 360
BLOCKS_A_TURN = 500
BLOCK = base64.b64encode(bytes(range(240)) * 4).decode()

LIMITS = {
    "fold, microphone block, us": 15.0,
    "fold, word or audio delta, us": 60.0,
    "fold of the hour, s": 5.0,
    "write_line of a delta, us": 20.0,
    "append to log and tracks, us": 60.0,
    "turns after one delta, us": 3_000.0,
    "store, one line, us": 30.0,
    "replay of the hour from disk, s": 20.0,
}


LENGTHS = (1_000, 10_000, 100_000, 1_000_000)
BATCH = 5_000
"""Envelopes that are decoded before the clock runs: a million of them would not fit in memory."""


def lengths_us(most: int) -> Iterator[tuple[int, float, float, int]]:
    """Of each session: events, CPU microseconds an event, those of the last tenth, and items."""
    for length in (each for each in LENGTHS if each <= most):
        with tempfile.TemporaryDirectory() as folder:
            make_session(Path(folder), length)
            envelopes = iter(read_session(Path(folder)).envelopes())
            state, done, late, spent, late_s = SessionState(), 0, 0, 0.0, 0.0
            size = min(BATCH, length // 10)
            while batch := list(islice(envelopes, size)):
                before = time.process_time()
                for envelope in batch:
                    state = reduce(state, envelope).state
                seconds = time.process_time() - before
                done, spent = done + len(batch), spent + seconds
                if done <= length - length // 10:
                    late, late_s = done, spent
            last_us = (spent - late_s) * 1e6 / (done - late)
            yield done, spent * 1e6 / done, last_us, len(state.items.order)


def an_hour() -> list[Envelope]:
    """Envelopes of 360 turns, with 500 microphone blocks before each."""
    talk = Talk().connect()
    raw = f'{{"type":"input_audio_buffer.append","audio":"{BLOCK}"}}'
    block = Envelope(0, 0.0, Origin.CLIENT, decode_client(raw), raw)
    envelopes = list(talk.envelopes)
    for turn in range(TURNS):
        known = len(talk.script.envelopes)
        talk.user_speaks(f"Question number {turn}, please.", ms=1_200)
        talk.reply(f"This is the answer to your question, which was number {turn}.")
        envelopes += [block] * BLOCKS_A_TURN
        envelopes += talk.script.envelopes[known:]
    return [
        replace(each, seq=seq, at=seq * 3_600 / len(envelopes))
        for seq, each in enumerate(envelopes, start=1)
    ]


def fold_times(envelopes: list[Envelope]) -> tuple[dict[str, list[float]], SessionState, float]:
    """Microseconds of every fold by event type, the last state, and seconds in all."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    state = SessionState()
    clock = time.perf_counter
    begun = clock()
    for envelope in envelopes:
        before = clock()
        state = reduce(state, envelope).state
        times[envelope.event.type].append((clock() - before) * 1e6)
    return times, state, clock() - begun


def each_us(work: Callable[[], Iterable[object]]) -> float:
    """Microseconds a result, of the best of three runs."""
    best = float("inf")
    for _ in range(3):
        before = time.perf_counter()
        results = sum(1 for _ in work())
        best = min(best, (time.perf_counter() - before) * 1e6 / results)
    return best


def main(most: int) -> None:
    print(f"{'events':>10} {'us an event':>12} {'in the last tenth':>18} {'items':>7}")
    for events, us, last_us, items in lengths_us(most):
        print(f"{events:10,} {us:12.1f} {last_us:18.1f} {items:7,}", flush=True)
    print()
    envelopes = an_hour()
    times, state, fold_s = fold_times(envelopes)
    figures = {
        "fold, microphone block, us": median(times["input_audio_buffer.append"]),
        "fold, word or audio delta, us": median(
            [
                us
                for kind in (
                    "response.output_audio_transcript.delta",
                    "response.output_audio.delta",
                )
                for us in times[kind]
            ]
        ),
        "fold of the hour, s": fold_s,
    }
    words = [each for each in envelopes if each.event.type.endswith("transcript.delta")][:2_000]
    from studio.storage.lines import audio_of, write_line

    figures["write_line of a delta, us"] = each_us(
        lambda: (write_line(each, audio_of(each), 0) for each in words)
    )
    reader = TurnReader()
    reader.read(state)
    last = next(each for each in reversed(envelopes) if each.event.type.endswith("audio.delta"))
    changed = [reduce(state, last).state for _ in range(20)]
    figures["turns after one delta, us"] = each_us(lambda: (reader.read(each) for each in changed))
    with tempfile.TemporaryDirectory() as folder:
        writer = SessionWriter(Path(folder), Header(started_at=datetime(2026, 1, 1, tzinfo=UTC)))
        before = time.perf_counter()
        lines = [writer.append(each) for each in envelopes]
        figures["append to log and tracks, us"] = (
            (time.perf_counter() - before) * 1e6 / len(envelopes)
        )
        writer.close()
        before = time.perf_counter()
        replayed = SessionState()
        for envelope in read_session(Path(folder)).envelopes():
            replayed = reduce(replayed, envelope).state
        figures["replay of the hour from disk, s"] = time.perf_counter() - before
        log_bytes = (Path(folder) / "session.jsonl").stat().st_size
    store = EventStore(Dialect.GA)
    before = time.perf_counter()
    for line in lines:
        store.append(line)
    figures["store, one line, us"] = (time.perf_counter() - before) * 1e6 / len(lines)

    print(
        f"{len(envelopes):,} envelopes, {len(state.items.order):,} items, log {log_bytes:,} bytes"
    )
    for name, limit in LIMITS.items():
        verdict = "" if figures[name] <= limit else "  TOO SLOW"
        print(f"{name:34} {figures[name]:10.2f}   limit {limit:9.1f}{verdict}")
    slowest = sorted(times.items(), key=lambda kind: median(kind[1]), reverse=True)[:8]
    for kind, spent in slowest:
        print(f"  {kind:58} median {median(spent):7.1f} us  worst {max(spent):8.1f} us")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_EVENTS)
