"""The `studio` command, whole, with its screen under watch: arguments are the command's own.

The inspector is gone to. What is seen is written as one object to the file that `BENCH_NOTES` names
when the studio is left: `looks` and `paints`, the moments of each; `memory`, once a second how many
events the store held and what the process had of its own in bytes; `cells`, once a look what the
worker said of its sound; and `stored`, how many events of the server each session's store held.
"""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from studio.cli.main import main
from studio.runtime.clock import SystemClock
from studio.storage.digest import ORIGINS
from studio.storage.store import EventStore
from studio.ui.app import StudioApp

_CLOCK = SystemClock()
_GAUGES = ("late_ms", "loop_lag_ms", "late_audio_ms", "underruns", "overruns", "dropped")


_NOTES: dict[str, Any] = {"looks": [], "paints": [], "memory": [], "cells": [], "gauges": _GAUGES}
_STORES: dict[str, EventStore] = {}


def note_look(app: StudioApp) -> None:
    """Note what there is to see at a look."""
    live, opening, now = app.live, app._opening, _CLOCK.monotonic()  # noqa: SLF001
    if live is None or opening is None or not len(live.store):
        return
    if not _NOTES["looks"]:
        app.action_go("inspector")
    _NOTES["looks"].append(now)
    _NOTES["cells"].append([getattr(opening.feed.cells, name) for name in _GAUGES])
    _STORES[live.path] = live.store
    if not _NOTES["memory"] or now - _NOTES["memory"][-1][0] >= 1:
        _NOTES["memory"].append((now, len(live.store), own_bytes()))


def note_paint(_app: StudioApp) -> None:
    """Note when it was painted."""
    _NOTES["paints"].append(_CLOCK.monotonic())


def followed(act: Callable[..., None], note: Callable[[StudioApp], None]) -> Callable[..., None]:
    """A method of the screen with a note behind it."""

    def acted(app: StudioApp, *arguments: object) -> None:
        act(app, *arguments)
        note(app)

    return acted


def keep() -> None:
    """Write what was seen."""
    server = ORIGINS.index("server")
    stored = {
        path: int(np.count_nonzero(store.columns.origin == server))
        for path, store in _STORES.items()
    }
    Path(os.environ["BENCH_NOTES"]).write_text(json.dumps({**_NOTES, "stored": stored}))


def own_bytes() -> int:
    """Memory that is this process's alone (Linux), else 0."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024


if __name__ == "__main__":
    StudioApp.look = followed(StudioApp.look, note_look)  # type: ignore[method-assign]
    StudioApp._display = followed(StudioApp._display, note_paint)  # type: ignore[method-assign]  # noqa: SLF001
    atexit.register(keep)
    main()
