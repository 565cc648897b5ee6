"""The lab's takes for the screen: the store, the passes, and where new takes come from."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from studio.app.lab_adding import SAY, SESSION, Adding, takes_of_source
from studio.app.lab_takes import changeable
from studio.core.errors import StudioError
from studio.lab.library import TakeLibrary
from studio.lab.shipped import PREFIX
from studio.lab.take_store import TakeFault, TakeStore
from studio.ui.takes import TakeEntry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from studio.config.paths import Paths
    from studio.core.clock import Clock
    from studio.lab.labels import Truth
    from studio.lab.semantic import SemanticTwin, Worded
    from studio.lab.take import Take
    from studio.lab.take_files import StoredTake
    from studio.lab.twin import Pass, Twin
    from studio.ui.desk import Progress
    from studio.ui.take_recording import TakeRecording
    from studio.vad.whole import Probabilities


class _Sharing(Protocol):
    """Something that is known so far."""

    @property
    def share(self) -> float: ...


_Piece = TypeVar("_Piece", bound=_Sharing)

_SHOWN_EVERY_S = 0.1
"""How often a pass that is on its way is worth drawing."""


class LabTakes:
    """The takes of one run of the screen.

    Args:
        paths: where the studio keeps things.
        sessions_dir: where sessions are.
        clock: tells how long a piece of a pass took.
    """

    def __init__(self, paths: Paths, sessions_dir: Path, clock: Clock) -> None:
        self._takes = TakeLibrary(TakeStore(paths.takes_dir))
        self._sessions_dir = sessions_dir
        self._paths = paths
        self._clock = clock
        self._twin: Twin | None = None
        self._words: SemanticTwin | None = None
        self._removed: list[str] = []

    async def entries(self) -> Sequence[TakeEntry]:
        """All there are, and what of them cannot be used."""
        listing = await asyncio.to_thread(self._takes.listing)
        faults = [TakeEntry(each.name, fault=each.message) for each in listing.faults]
        return [*map(_entry, listing.takes), *faults]

    async def load(self, name: str) -> Take:
        """A take with its sound and its truth.

        Raises:
            StudioError: it is gone, or cannot be read.
        """
        return await asyncio.to_thread(lambda: self._takes.find(name).load())

    async def hear(self, take: Take) -> AsyncIterator[Pass]:
        """The pass of a take, piece by piece; at once where it was heard before."""
        if self._twin is None:
            from studio.lab.hearing import listener

            self._twin = listener(self._paths.cache_dir)
        async for heard in self._now_and_then(self._twin.listen(take)):
            yield heard

    async def _now_and_then(self, pieces: Iterator[_Piece]) -> AsyncIterator[_Piece]:
        """As many of the pieces as are worth drawing, the last one among them."""
        shown_at = self._clock.monotonic()
        while (heard := await asyncio.to_thread(next, pieces, None)) is not None:
            now = self._clock.monotonic()
            if heard.share >= 1 or now - shown_at >= _SHOWN_EVERY_S:
                shown_at = now
                yield heard

    async def words(
        self, take: Take, probabilities: Probabilities, eagerness: str
    ) -> AsyncIterator[Worded]:
        """What `semantic_vad` makes of a take, pause by pause.

        Raises:
            StudioError: no speech recognition is installed.
        """
        if self._words is None:
            from studio.lab.hearing import word_listener

            self._words = await asyncio.to_thread(word_listener, self._paths.cache_dir)
        pauses = self._words.listen(take, probabilities, eagerness)
        async for heard in self._now_and_then(pauses):
            yield heard

    def file_of(self, name: str) -> str:
        """The WAV file that holds a take's wire audio."""
        return str(self._takes.find(name).audio_file)

    async def label(self, name: str, truth: Truth | None) -> None:
        """Keep what is true of a take.

        Raises:
            StudioError: there is no such take, or it cannot be written.
        """
        await asyncio.to_thread(changeable(self._takes, name).label, name, truth)

    async def proposal(self, take: Take) -> Truth:
        """What a patient detector hears in it."""
        from studio.lab.hearing import listener
        from studio.lab.proposal import propose

        twin = self._twin or listener(self._paths.cache_dir)
        return await asyncio.to_thread(lambda: propose(take, twin.hear(take)))

    async def import_labels(self, name: str, path: str) -> Truth:
        """The labels of a file of another program, as the truth of a take.

        Raises:
            StudioError: the file cannot be read, or does not fit the take.
        """
        from studio.lab.label_files import read_labels

        stored = self._takes.find(name)
        read = partial(read_labels, _path(path), stored.duration_ms)
        return (await asyncio.to_thread(read)).truth

    async def add_session(self, path: str, *, by_turn: bool) -> Sequence[str]:
        """A session's microphone as one take, or a take for each of its turns.

        Raises:
            StudioError: it sent no sound, nothing was said in it, or it cannot be read.
        """
        return await self._added(f"{SESSION}{path}", _ignored, by_turn=by_turn)

    async def add_file(self, path: str, progress: Progress) -> Sequence[str]:
        """Takes of a sound file or a folder of them.

        Raises:
            StudioError: there is none that can be read.
        """
        return await self._added(str(_path(path)), progress)

    async def add_spoken(self, text: str) -> Sequence[str]:
        """A take of words that a local voice speaks.

        Raises:
            StudioError: no voice is installed, or nothing is to be said.
        """
        return await self._added(f"{SAY}{text}", _ignored)

    def record(self, microphone: str) -> TakeRecording:
        """A recording by a child that begins when its steps are asked for."""
        from studio.app.child_recording import ChildRecording
        from studio.app.take_recording import card_wanted

        return ChildRecording(self._paths, card_wanted(microphone))

    async def _added(
        self, source: str, progress: Progress, *, by_turn: bool = False
    ) -> Sequence[str]:
        names: list[str] = []
        faults: list[TakeFault] = []
        made = takes_of_source(source, Adding(by_turn=by_turn), self._sessions_dir)
        while (found := await asyncio.to_thread(next, made, None)) is not None:
            if isinstance(found, TakeFault):
                faults.append(found)
            else:
                kept = await asyncio.to_thread(self._takes.own.keep, found)
                names.append(kept.name)
        if not names:
            why = faults[0].message if faults else "No sound file is there."
            raise StudioError(why, title="No take", hint="Use WAV, FLAC, Ogg or MP3 files.")
        if faults:
            progress(1.0, f"{len(faults)} cannot be used: {faults[0].message}")
        return names

    def delete(self, name: str) -> None:
        """Put a take away.

        Raises:
            StudioError: there is no such take, or it cannot be moved.
        """
        self._removed.append(changeable(self._takes, name).remove(name))

    def undelete(self) -> str:
        """Bring the take back that was put away last; its name, empty where there is none.

        Raises:
            StudioError: it cannot be moved.
        """
        if not self._removed:
            return ""
        return self._takes.own.restore(self._removed.pop()).name


def _path(text: str) -> Path:
    return Path(text.strip().strip("'\"")).expanduser()


def _entry(stored: StoredTake) -> TakeEntry:
    truth = stored.truth
    return TakeEntry(
        stored.name,
        stored.duration_ms,
        None if truth is None else len(truth.turns),
        0 if truth is None else len(truth.noises),
        stored.origin,
        stored.tags,
        is_shipped=stored.name.startswith(PREFIX),
    )


def _ignored(_share: float, _words: str) -> None:
    """Nobody is told."""
