"""Sweeps for the screen: done beside it, on a thread that hands long work to other processes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from studio.app import sweeping
from studio.config.files import replace_file
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.augment import variants_of
from studio.lab.by_words import eagernesses_of
from studio.lab.grid import grid_of
from studio.lab.hearing import listener, word_listener
from studio.lab.library import TakeLibrary
from studio.lab.search import Reach
from studio.lab.shipped import PREFIX
from studio.lab.sweep import Plan
from studio.lab.sweep_page import sweep_page
from studio.lab.sweep_told import document, table
from studio.lab.take_store import TakeStore
from studio.lab.verdicts import lost
from studio.ui.sweeps import TakeSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.app.sweeping import Chosen
    from studio.config.paths import Paths
    from studio.lab.sweep import Swept
    from studio.lab.take_files import StoredTake
    from studio.lab.verdicts import Found, Lost
    from studio.ui.desk import Progress
    from studio.ui.sweeps import SweepFile, SweepWish
    from studio.vad.segmenter import SegmenterSettings

_MOST_LOST = 40


class LabSweeps:
    """One sweep at a time, and the last one's findings."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._stop = Event()
        self._last: tuple[Chosen, Plan, Found] | None = None

    async def sets(self) -> Sequence[TakeSet]:
        """A person's own takes, those shipped, all, and each tag."""
        return await asyncio.to_thread(self._sets)

    def _sets(self) -> Sequence[TakeSet]:
        takes = TakeLibrary(TakeStore(self._paths.takes_dir)).listing().takes
        own = [each for each in takes if not each.name.startswith(PREFIX)]
        shipped = [each for each in takes if each.name.startswith(PREFIX)]
        found = []
        if own:
            found.append(TakeSet((), "yours", _aside(own)))
        if shipped:
            found.append(TakeSet((f"{PREFIX}*",) if own else (), "shipped", _aside(shipped)))
        if own and shipped:
            found.append(TakeSet(("*",), "all", _aside(takes)))
        for tag in sorted({tag for each in takes for tag in each.tags}):
            tagged = [each for each in takes if tag in each.tags]
            found.append(TakeSet((f"tag:{tag}",), f"tag {one_line(tag, 40)}", _aside(tagged)))
        return found

    async def run(self, wish: SweepWish, progress: Progress) -> Found | None:
        """Sweep; None where it was stopped.

        Raises:
            StudioError: the wish cannot be read, or there is nothing to judge by.
        """
        self._stop.clear()
        return await asyncio.to_thread(self._run, wish, progress)

    def _run(self, wish: SweepWish, progress: Progress) -> Found | None:
        variants = variants_of(wish.changes)
        grid = grid_of(wish.threshold, wish.silence, wish.prefix)
        plan = Plan(grid, variants)
        chosen = sweeping.choose_takes(wish.takes, self._paths.takes_dir)

        def go_on(swept: Swept) -> bool:
            words = f"{swept.takes} of {len(chosen.refs)} takes"
            progress(swept.done / max(1, swept.parts), words)
            return not self._stop.is_set()

        def go_on_with_words(takes: int) -> bool:
            progress(takes / max(1, len(chosen.refs)), f"words of {takes} of {len(chosen.refs)}")
            return not self._stop.is_set()

        eagernesses, by_words = eagernesses_of(wish.eagerness), None
        if eagernesses:
            words = word_listener(self._paths.cache_dir)
            by_words = sweeping.ByWordsWish(words, eagernesses, go_on_with_words)
        place = sweeping.place_of("", 0, chosen.audio_ms * len(variants))
        reach = Reach.around(
            grid, has_thresholds=bool(wish.threshold), has_silences=bool(wish.silence)
        )
        aim = sweeping.Aim(wish.budget, reach if wish.searches else None, by_words)
        found = sweeping.run(chosen, plan, self._paths, place, go_on, aim=aim)
        if found is not None:
            self._last = chosen, plan, found
        return found

    def stop(self) -> None:
        """Have the sweep stopped that runs."""
        self._stop.set()

    async def lost(self, settings: SegmenterSettings) -> Sequence[Lost]:
        """The first turns that a setting of the last sweep loses, and its ghosts."""
        if self._last is None:
            return ()
        chosen, plan, _ = self._last
        twin = listener(self._paths.cache_dir)
        return await asyncio.to_thread(lost, chosen.refs, plan, twin, settings, _MOST_LOST)

    async def write(self, to: SweepFile, file: str) -> str:
        """Write the last sweep to a file; says in words what was written.

        Raises:
            StudioError: it cannot be written.
        """
        if self._last is None:
            raise StudioError("There is no sweep to write yet.", title="Not written")
        found = self._last[2]
        return await asyncio.to_thread(_written, to, file, found)


def _written(to: SweepFile, file: str, found: Found) -> str:
    path = Path(file).expanduser()
    try:
        replace_file(path, _content(to, found).encode())
    except OSError as failure:
        raise StudioError(
            f"{one_line(str(path), 200)} cannot be written ({failure.strerror}).",
            title="Not written",
            hint="Name a file in a folder that you may write to.",
        ) from failure
    return f"Written: {one_line(str(path.resolve()), 200)}"


def _content(to: SweepFile, found: Found) -> str:
    match to:
        case "html":
            return "".join(sweep_page(found.weighed, found.doubts, found.by_words))
        case "csv":
            return "".join(table(found.weighed, found.by_words))
        case "json":
            whole = document(found.weighed, found.doubts, by_words=found.by_words)
            return json.dumps(whole, ensure_ascii=False, indent=1)


def _aside(takes: Sequence[StoredTake]) -> str:
    labelled = sum(each.truth is not None for each in takes)
    return f"{len(takes)} takes" + (f", {labelled} labelled" if labelled < len(takes) else "")
