"""Plays a stored session through a worker, as the screen does: `replaying FOLDER PLAN`.

`PLAN` is JSON: `from_s`, and for `input` and `output` how many bytes of the track begin at which
session second. Prints at its end where the play-head was at which readings of the clock.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from studio.export.placed import Placed
from studio.runtime.clock import SystemClock
from studio.runtime.link import WorkerLink
from studio.runtime.messages import PlayRecording, RecordingHeard
from studio.ui.recording import PlayHead

LOOK_S = 0.007


async def main(folder: str, plan: dict[str, Any]) -> None:
    clock = SystemClock()
    head, link = PlayHead(clock), WorkerLink(Path(folder) / "worker.log")
    looks: list[tuple[float, float]] = []

    async def look() -> None:
        while True:
            before, at, after = clock.monotonic(), head.at, clock.monotonic()
            looks.append(((before + after) / 2, at))
            await asyncio.sleep(LOOK_S)

    user, assistant = ((Placed(0, *plan[name]),) for name in ("input", "output"))
    head.go(plan["from_s"])
    await link.open()
    print("ready", flush=True)  # noqa: T201
    link.play_recording(
        PlayRecording(1, folder, user, assistant, from_s=plan["from_s"], speaker="device")
    )
    head.play()
    head.wait()
    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(look())
        async for message in link.messages():
            assert isinstance(message, RecordingHeard), message
            assert not message.is_virtual
            if message.is_over:
                break
            head.follow(message.at)
        looking.cancel()
    await link.close()
    print(json.dumps({"looks": looks}))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
