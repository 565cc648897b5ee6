"""How much faster than real time the lab hears a take, beside silero-vad's own pipeline.

Run `python -m bench.lab_pass [SECONDS]`. Both hear the same 24 kHz recording, made of the shipped
takes one after the other, from samples at 24 kHz to a probability for each 32 ms, on one thread;
the figure is CPU time, best and median of seven. The peers have their own environment:

    python -m venv build/peers
    build/peers/bin/pip install torch silero-vad soundfile

A peer that is not there is said. `get_speech_timestamps` is one setting's turns as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
os.environ.update(ONE_THREAD)  # before numpy is loaded

from bench.stage.figures import machine  # noqa: E402
from studio.audio.formats import AudioFormat  # noqa: E402
from studio.audio.wav import WavTrackWriter  # noqa: E402
from studio.lab.hearing import listener  # noqa: E402
from studio.lab.pass_shelf import PassShelf  # noqa: E402
from studio.lab.shipped import shipped_takes  # noqa: E402
from studio.lab.take import Take  # noqa: E402
from studio.lab.twin import Twin  # noqa: E402
from studio.vad.detector import SileroDetector  # noqa: E402

DEFAULT_S = 240
RUNS = 7
GOAL = 200
PEERS = Path(__file__).parents[1] / "build" / "peers" / "bin" / "python"
PEER = Path(__file__).parent / "stage" / "silero_pipeline.py"


def recording(seconds: int) -> Take:
    """The shipped takes, one after the other, as often as they fit."""
    audio = b"".join(each.load().audio for each in shipped_takes())
    wanted = AudioFormat.PCM16.ms_to_bytes(seconds * 1000)
    return Take("recording", (audio * (wanted // len(audio) + 1))[:wanted])


def cpu_s(work: Callable[[], object]) -> list[float]:
    """CPU seconds of each run, the first one unseen."""
    work()
    taken = []
    for _ in range(RUNS):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return taken


def row(name: str, seconds: float, taken: list[float]) -> None:
    best, middle = seconds / min(taken), seconds / median(taken)
    print(f"{name:44} {best:8,.0f} × {middle:8,.0f} ×")


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_S
    take = recording(seconds)
    print(f"Hearing {seconds} s of speech; {machine()}")
    print(f"{'times real time, one thread, CPU time':44} {'best':>10} {'median':>10}")
    detector = SileroDetector()
    twin = Twin(lambda: detector, "")
    row(f"studio: Twin.hear (goal {GOAL} ×)", seconds, cpu_s(lambda: twin.hear(take)))
    with TemporaryDirectory() as folder:
        kept = listener(Path(folder))
        kept.hear(take)
        assert isinstance(kept._shelf, PassShelf)  # noqa: SLF001
        row("studio: from the cache", seconds, cpu_s(lambda: kept.hear(take)))
        file = Path(folder) / "recording.wav"
        with WavTrackWriter(file, AudioFormat.PCM16) as track:
            track.append(take.audio)
        beside(file, seconds)


def beside(file: Path, seconds: int) -> None:
    """The same by the peers, in their own environment."""
    if not PEERS.exists():
        print("silero-vad is not installed in build/peers: see the head of this bench")
        return
    done = subprocess.run(
        [str(PEERS), str(PEER), str(file), str(RUNS)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | ONE_THREAD,
    )
    if done.returncode:
        print(f"silero-vad did not run: {done.stderr.strip().splitlines()[-1]}")
        return
    for line in done.stdout.splitlines():
        name, taken = json.loads(line)
        row(name, seconds, taken)


if __name__ == "__main__":
    main()
