"""What a live microphone costs: the processor time of the worker, with echo cancelling and without.

Promised: at most 15 % of one core with microphone, speaker and echo cancelling. The speaker is
wired into the microphone of a virtual card, so that there is echo to take out all the time.

`python -m bench.echo_cpu [SECONDS]`, on a quiet machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.stage.figures import machine
from bench.stage.talks import far_end
from studio.audio.cleaning import Cleaning
from studio.protocol.settings import DEFAULTS
from studio.runtime.link import WORKER_COMMAND, LogLine, WorkerLink
from studio.runtime.plan import ConnectPlan
from tests.device.card import VirtualCard, what_is_missing

GOAL_PERCENT = 15.0
STARTING_S = 4.0
CLEANINGS = {
    "nothing": Cleaning(echo="off"),
    "echo cancelling": Cleaning(echo="cancel"),
    "that, noise and gain": Cleaning(echo="cancel", noise_suppression=True, gain_control=True),
}


@asynccontextmanager
async def working(card: VirtualCard, plan: ConnectPlan) -> AsyncIterator[WorkerLink]:
    """The product's worker in a session on this card, and somebody who reads what it says."""
    surroundings = [f"{name}={value}" for name, value in card.environment.items()]
    worker = WorkerLink(plan.sessions_dir / "worker.log", ("env", *surroundings, *WORKER_COMMAND))
    await worker.open()
    lines = 0

    async def read() -> None:
        nonlocal lines
        async for message in worker.messages():
            lines += isinstance(message, LogLine)

    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read())
        worker.start(plan)
        await asyncio.sleep(STARTING_S)
        assert lines > 100, (plan.sessions_dir / "worker.log").read_text()
        yield worker
        await worker.close()
        reading.cancel()


async def percent_of_a_core(card: VirtualCard, cleaning: Cleaning, seconds: float) -> float:
    with TemporaryDirectory() as folder, far_end("story", seconds + 2 * STARTING_S, 0) as peer:
        assert peer.stdout is not None
        plan = ConnectPlan(
            provider="local",
            url=f"ws://127.0.0.1:{int(peer.stdout.readline())}/v1/realtime",
            model="m",
            settings=DEFAULTS,
            microphone="device",
            speaker="device",
            cleaning=cleaning,
            sessions_dir=Path(folder),
        )
        with card.echo_loop():
            async with working(card, plan) as worker:
                assert worker.pid is not None
                before_s = used_s(worker.pid)
                await asyncio.sleep(seconds)
                used = used_s(worker.pid) - before_s
        heard = json.loads(peer.stdout.readline())["blocks"]
        assert len(heard) > 45 * seconds, f"only {len(heard)} blocks came"
    return used / seconds * 100


def used_s(pid: int) -> float:
    """The processor seconds that all threads of a process used so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def main(seconds: float = 30.0) -> None:
    print(f"The worker with microphone and speaker, % of one core (goal: {GOAL_PERCENT:.0f})")
    if missing := what_is_missing():
        print(f"not measured: {missing}")
        return
    print(f"{machine()}; {seconds:.0f} s each")
    card = VirtualCard()
    try:
        card.start()
        for name, cleaning in CLEANINGS.items():
            percent = await percent_of_a_core(card, cleaning, seconds)
            verdict = "ok" if percent <= GOAL_PERCENT else "missed"
            print(f"taken out: {name:24}{percent:>8.1f} %  {verdict}")
    finally:
        card.close()


if __name__ == "__main__":
    asyncio.run(main(*map(float, sys.argv[1:2])))
