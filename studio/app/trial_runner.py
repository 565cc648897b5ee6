"""Holds a trial's sessions with the live worker, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.audio.wav import WavTrackWriter
from studio.core.errors import StudioError
from studio.lab.pace import TooMuchError
from studio.lab.trials import Held
from studio.runtime.talk import talk
from studio.session.busy import busy
from studio.storage.shelf import Notes, read_notes, write_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from studio.app.prices import PriceList
    from studio.lab.take import Take
    from studio.lab.trials import Arm
    from studio.runtime.plan import ConnectPlan
    from studio.runtime.world import World
    from studio.session.state import SessionState

TAG = "trial"
"""What the sessions are tagged with in the library."""

_PATIENCE_S = 20.0
_ANSWERS_S = 60.0


@dataclass(frozen=True, slots=True)
class LiveRunner:
    """Holds one session after the other, or several at once.

    Attributes:
        plan: of every session, but for settings and microphone.
        answers: whether the model answers, and is heard out.
        sounds: where the takes' sound files are made for the time being.
        wants_end: whether all of it was given up.
    """

    plan: ConnectPlan
    world: World
    prices: PriceList
    sounds: Path
    answers: bool = False
    wants_end: Callable[[], bool] = lambda: False

    async def hold(self, take: Take, arm: Arm) -> Held:
        """Send a take to a fresh session with these settings, and silence after it.

        Raises:
            TooMuchError: the service said so, before or in the session.
            StudioError: there was no session, or it ended before all was sent.
        """
        silence = take.audio_format.silence(arm.silence_after_ms)
        settings = arm.settings.model_copy(update={"input_format": take.audio_format.value})
        microphone = self._file(take, arm.name, silence)
        plan = self.plan.model_copy(
            update={"settings": settings, "microphone": str(microphone), "speaker": "silent"}
        )
        sent_ms = take.duration_ms + arm.silence_after_ms
        longest_s = sent_ms / 1000 + _PATIENCE_S + (_ANSWERS_S if self.answers else 0)
        result = await talk(plan, self.world, longest_s=longest_s, wants_end=self.wants_end)
        self._tag(result.path, take, arm)
        if not self.wants_end() and (told := busy(result.state)) is not None:
            raise TooMuchError(told.words, told.wait_s)
        if result.state.speech.sent_bytes < len(take.audio) + len(silence):
            raise self._unfinished(result.state)
        problems = [
            f"{each.title}: {each.message}"
            for each in result.state.problems
            if each.severity == "error" and not each.benign
        ]
        problems += [f"{each.title}: {each.message}" for each in result.faults]
        cost = self.prices.session_cost(result.state, {}).money
        return Held(result.path, cost, tuple(problems))

    def _file(self, take: Take, name: str, silence: bytes) -> Path:
        """The take as a sound file, in the wire's own bytes."""
        file = self.sounds / f"{take.digest[:16]}-{name.lstrip('#')}.wav"
        if not file.exists():
            with WavTrackWriter(file, take.audio_format) as writer:
                writer.append(take.audio + silence)
        return file

    def _tag(self, folder: Path, take: Take, arm: Arm) -> None:
        known = read_notes(folder)
        title = f"{take.name} · {arm.name}: {arm.words}"
        write_notes(folder, Notes(title, known.note, (*known.tags, TAG), known.archived))

    def _unfinished(self, state: SessionState) -> StudioError:
        if self.wants_end():
            return StudioError("not all was sent", title="Given up")
        problem = next((each for each in reversed(state.problems) if not each.benign), None)
        if problem is None:
            return StudioError("It ended before all was sent.", title="The session ended")
        return StudioError(problem.message, title=problem.title, hint=problem.hint)
