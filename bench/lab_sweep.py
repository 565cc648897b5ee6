"""How fast very many settings are tried on an hour of speech, and what memory a sweep takes.

Promised: 1,000 settings × 1 h of audio after the pass in at most 1 s; at least 1,000 times as fast
as `get_speech_timestamps` of the silero-vad package, once for each setting, as people do it by
hand; memory that stays flat as takes are added.

silero-vad has its own environment, which other benches use, too; where it is not there, it is said:

    python -m venv build/peers
    build/peers/bin/pip install torch silero-vad soundfile

It judges `SLICE_S` seconds with one setting; an hour and a thousand settings are extrapolated from
that. Its time has the network in it, which it runs for every setting: that is what it costs to try
one. Figures are processor seconds, medians.

`python -m bench.lab_sweep [HOURS…]`
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from bench.stage.figures import machine
from studio.audio.resample import resample_offline
from studio.audio.samples import decode
from studio.core.units import VAD_SAMPLE_RATE_HZ
from studio.lab.batch import Batch, Heard
from studio.lab.grid import Grid
from studio.lab.hearing import listener
from studio.lab.refs import Held
from studio.lab.shipped import shipped_takes
from studio.lab.sweep import Plan, labelled, sweep
from studio.lab.tally import UNITS, Tally
from studio.vad.profile import OPENAI

GOAL_S, GOAL_TIMES = 1.0, 1_000
GRID = Grid(tuple(at / 100 for at in range(30, 80, 5)), tuple(range(100, 2100, 20)), (300,))
HOUR_MS = 3_600_000
REPEATS = 3
SLICE_S = 60
HOURS = (1.0, 4.0, 16.0)
PEERS = Path(__file__).parents[1] / "build" / "peers" / "bin" / "python"
PEER = Path(__file__).parent / "stage" / "silero_setting.py"


def an_hour(hours: float = 1.0) -> list[Heard]:
    """The passes of the shipped takes, over and over, with their truth."""
    twin = listener()
    heard = []
    for ref in shipped_takes():
        take = ref.load()
        heard.append((twin.hear(take), labelled(take)))
    found: list[Heard] = []
    length_ms = 0.0
    while length_ms < hours * HOUR_MS:
        probabilities, truth = heard[len(found) % len(heard)]
        unit = len(found) % UNITS
        found.append(Heard(probabilities, truth, [unit] * len(truth.turns), unit))
        length_ms += probabilities.size * 32
    return found


def ours_s() -> tuple[float, int, int]:
    takes = an_hour()
    batch = Batch(takes, GRID.silences_ms[-1])
    took = []
    for _ in range(REPEATS):
        began = time.process_time()
        Tally.none(GRID).count(batch, GRID, OPENAI)
        took.append(time.process_time() - began)
    return median(took), len(takes), batch.turn_units.size


def theirs_s() -> float | None:
    """Seconds for one setting on `SLICE_S` of sound; None where it is not installed."""
    if not PEERS.exists():
        return None
    samples: list[np.ndarray[tuple[int], np.dtype[np.int16]]] = []
    while sum(each.size for each in samples) < SLICE_S * VAD_SAMPLE_RATE_HZ:
        for ref in shipped_takes():
            take = ref.load()
            sound = decode(take.audio, take.audio_format)
            rate = take.audio_format.rate_hz
            samples.append(resample_offline(sound, rate, VAD_SAMPLE_RATE_HZ))
    slice_ = np.concatenate(samples)[: SLICE_S * VAD_SAMPLE_RATE_HZ]
    with TemporaryDirectory() as folder:
        track = Path(folder) / "slice.raw"
        track.write_bytes(slice_.astype("<i2").tobytes())
        done = subprocess.run(
            [str(PEERS), str(PEER), str(track)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        print(f"silero-vad did not run: {done.stderr.strip().splitlines()[-1]}")
        return None
    return float(median(json.loads(done.stdout)))


def peak_mb(hours: float) -> float:
    """The most memory that a process of its own took to sweep so many hours, MB."""
    code = f"from bench.lab_sweep import sweep_hours; sweep_hours({hours})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def sweep_hours(hours: float) -> None:
    """Sweep the shipped takes until so many hours are counted; prints the peak in MB."""
    with TemporaryDirectory() as folder:
        twin = listener(Path(folder))
        takes = [Held(ref.load()) for ref in shipped_takes()]
        length_ms = sum(each.take.duration_ms for each in takes)
        refs = takes * max(1, round(hours * HOUR_MS / length_ms))
        for _ in sweep(refs, Plan(), twin):
            pass
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main(hours: tuple[float, ...] = HOURS) -> None:
    print(f"A sweep: {GRID.size:,} settings × 1 h after the pass (goal: {GOAL_S:.0f} s)")
    print(machine())
    took_s, takes, turns = ours_s()
    verdict = "ok" if took_s <= GOAL_S else "missed"
    print(f"studio lab sweep   {took_s:>12.2f} s  {verdict}   ({takes} takes, {turns:,} turns)")
    one_s = theirs_s()
    if one_s is None:
        print("silero-vad         not measured: see the head of this bench")
    else:
        theirs = one_s * 3600 / SLICE_S * GRID.size
        times = theirs / took_s
        verdict = "ok" if times >= GOAL_TIMES else "missed"
        print(
            f"silero-vad         {theirs:>12,.0f} s  extrapolated from {one_s:.2f} s for "
            f"{SLICE_S} s of sound and one setting\n"
            f"so many times as long {times:>10,.0f}    {verdict} (goal: {GOAL_TIMES:,})"
        )
    print("\nMemory of a whole sweep, the usual grid: hours of takes, peak in MB, beside the first")
    first = 0.0
    for each in hours:
        peak = peak_mb(each)
        first = first or peak
        print(f"{each:>6g} h  {peak:>8.0f} MB  {peak / first:>5.2f} ×")


if __name__ == "__main__":
    main(tuple(map(float, sys.argv[1:])) or HOURS)
