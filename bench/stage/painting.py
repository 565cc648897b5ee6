"""A Textual app whose keys are timed: from each key to the bytes that a terminal would get."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from textual.app import App
from textual.events import Key
from typing_extensions import override

from bench.stage.figures import p50_p99

_LONGEST_S = 20.0


class Painting(App[None]):
    """An app that says when it has painted."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.painted = asyncio.Event()

    @override
    def _display(self, screen: object, renderable: object) -> None:
        """Encode as for a terminal: headless, Textual would leave that out."""
        encode: Callable[[object], str] | None = getattr(renderable, "render_segments", None)
        if encode is not None:
            encode(self.console)
        self.painted.set()


async def paints(
    app: Painting, keys: Sequence[str], per_s: float
) -> tuple[list[float], list[float]]:
    """Milliseconds of work for each key, and from each key to its paint; keys come at a pace."""
    work, latency = [], []
    due = time.perf_counter()
    for key in keys:
        due += 1 / per_s
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        app.painted.clear()
        began, used = time.perf_counter(), time.process_time()
        app.post_message(Key(key, None))
        await asyncio.wait_for(app.painted.wait(), _LONGEST_S)
        work.append((time.process_time() - used) * 1000)
        latency.append((time.perf_counter() - began) * 1000)
    return work, latency


def head() -> None:
    """What the columns of `told` are."""
    print(f"{'milliseconds':<44}{'p50':>9}{'p99':>9}{'max':>9}{'limit':>9}")


def told(what: str, values: Sequence[float], limit: str = "") -> None:
    """A line of a table: the spread of what was measured."""
    p50, p99 = p50_p99(values)
    print(f"{what:<44}{p50:>9.1f}{p99:>9.1f}{max(values):>9.1f}{limit:>9}")
