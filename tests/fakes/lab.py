"""Takes in memory, whose passes are known beforehand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError
from studio.lab.labels import Label, Truth
from studio.lab.semantic import SemanticTwin, Worded
from studio.lab.take import Take
from studio.lab.twin import Pass
from studio.ui.desk import Progress
from studio.ui.take_recording import RecordingStep
from studio.ui.takes import TakeEntry
from studio.vad.whole import Probabilities
from tests.fakes.speech import ToneSpeech

FRAME_MS = 32
_RATE_HZ = 24_000


def take_of(
    name: str, runs: Sequence[tuple[float, int]], labels: Sequence[Label] | None = None
) -> tuple[Take, Probabilities]:
    """A take of tones, as loud as they are like speech, and its pass: (probability, frames)."""
    probabilities = np.array([value for value, count in runs for _ in range(count)], np.float64)
    samples = np.repeat(probabilities, _RATE_HZ * FRAME_MS // 1000)
    tone = np.sin(np.arange(samples.size) * 2 * np.pi * 220 / _RATE_HZ)
    audio = (samples * tone * 20_000).astype("<i2").tobytes()
    truth = None if labels is None else Truth(tuple(labels))
    return Take(name, audio, AudioFormat.PCM16, truth, "made for a test"), probabilities


def hesitation() -> tuple[Take, Probabilities]:
    """Speech from 320 to 960 and 1,280 to 1,920 ms, a pause of 320 ms between; then a cough."""
    runs = [(0.02, 10), (0.9, 20), (0.05, 10), (0.9, 20), (0.03, 60), (0.6, 6), (0.02, 40)]
    labels = [Label(320, 1920, words="so um I would like"), Label(3840, 4032, "noise", "cough")]
    return take_of("hesitation", runs, labels)


def unlabelled() -> tuple[Take, Probabilities]:
    """Two short answers; nobody has said what is true of it."""
    return take_of("answers", [(0.01, 20), (0.8, 12), (0.01, 60), (0.7, 10), (0.01, 40)])


@dataclass
class FakeRecording:
    """A recording whose steps a test puts in; None ends them.

    Attributes:
        told: what it was asked to do.
        closed: how often its steps ended.
    """

    coming: asyncio.Queue[RecordingStep | StudioError | None] = field(default_factory=asyncio.Queue)
    told: list[str] = field(default_factory=list)
    closed: int = 0

    async def steps(self) -> AsyncGenerator[RecordingStep, None]:
        try:
            while (step := await self.coming.get()) is not None:
                if isinstance(step, StudioError):
                    raise step
                yield step
        finally:
            self.closed += 1

    def begin(self) -> None:
        self.told.append("begin")

    def end(self) -> None:
        self.told.append("end")


@dataclass
class FakeTakes:
    """`Takes` in memory.

    Attributes:
        known: take and pass by name.
        shipped: names of those that cannot be changed.
        labelled: what `label` was asked for.
        added: what takes were made of.
        gone: takes that were put away, last one last.
        slices: into how many pieces a pass comes.
        speech: hears the words, one pause after the other.
        recording: the one recording there is.
    """

    known: dict[str, tuple[Take, Probabilities]] = field(default_factory=dict)
    shipped: set[str] = field(default_factory=set)
    labelled: list[tuple[str, Truth | None]] = field(default_factory=list)
    added: list[tuple[str, str]] = field(default_factory=list)
    gone: list[tuple[Take, Probabilities]] = field(default_factory=list)
    slices: int = 1
    speech: ToneSpeech = field(default_factory=ToneSpeech)
    recording: FakeRecording = field(default_factory=FakeRecording)

    @classmethod
    def of(cls, *takes: tuple[Take, Probabilities]) -> FakeTakes:
        """These takes."""
        return cls({each[0].name: each for each in takes})

    async def entries(self) -> Sequence[TakeEntry]:
        return [
            TakeEntry(
                take.name,
                take.duration_ms,
                None if take.truth is None else len(take.truth.turns),
                0 if take.truth is None else len(take.truth.noises),
                take.origin,
                is_shipped=take.name in self.shipped,
            )
            for take, _ in self.known.values()
        ]

    async def load(self, name: str) -> Take:
        if name not in self.known:
            raise StudioError(f"There is no take {name}.", title="No such take")
        return self.known[name][0]

    async def hear(self, take: Take) -> AsyncIterator[Pass]:
        found = self.known[take.name][1]
        for at in range(1, self.slices + 1):
            yield Pass(found[: found.size * at // self.slices], at / self.slices)

    async def words(
        self, take: Take, probabilities: Probabilities, eagerness: str
    ) -> AsyncIterator[Worded]:
        if self.speech.missing:
            await self.speech.recognise(b"", take.audio_format)
        twin = SemanticTwin(lambda _audio, _form: self.speech.next_words(), "fake")
        for worded in twin.listen(take, probabilities, eagerness):
            yield worded

    def file_of(self, name: str) -> str:
        if name not in self.known:
            raise StudioError(f"There is no take {name}.", title="No such take")
        return f"/takes/{name}/audio.wav"

    async def label(self, name: str, truth: Truth | None) -> None:
        if name in self.shipped:
            raise StudioError(f"{name} came with the studio.", title="Cannot be changed")
        take, found = await self.load(name), self.known[name][1]
        self.known[name] = replace(take, truth=truth), found
        self.labelled.append((name, truth))

    async def proposal(self, take: Take) -> Truth:
        return Truth((Label(100, int(take.duration_ms) - 100, words="guessed"),))

    async def import_labels(self, name: str, path: str) -> Truth:
        if not path.endswith(".txt"):
            raise StudioError(f"{path} holds no labels.", title="No labels")
        return Truth((Label(200, 400, words=name),))

    async def add_session(self, path: str, *, by_turn: bool) -> Sequence[str]:
        return [self._add("turns" if by_turn else "session", path)]

    async def add_file(self, path: str, progress: Progress) -> Sequence[str]:
        progress(1.0, "1 of 1")
        return [self._add("file", path)]

    async def add_spoken(self, text: str) -> Sequence[str]:
        return [self._add("words", text)]

    def record(self, microphone: str) -> FakeRecording:
        self.added.append(("record", microphone))
        return self.recording

    def _add(self, source: str, what: str) -> str:
        self.added.append((source, what))
        take, found = take_of(f"new-{len(self.added)}", [(0.0, 20), (0.9, 20), (0.0, 40)])
        self.known[take.name] = take, found
        return take.name

    def delete(self, name: str) -> None:
        if name in self.shipped:
            raise StudioError(f"{name} came with the studio.", title="Cannot be deleted")
        self.gone.append(self.known.pop(name))

    def undelete(self) -> str:
        if not self.gone:
            return ""
        take, found = self.gone.pop()
        self.known[take.name] = take, found
        return take.name
