"""What the lab's screen asks of the takes: which there are, their sound, passes, and labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from studio.lab.labels import Truth
    from studio.lab.semantic import Worded
    from studio.lab.take import Take
    from studio.lab.twin import Pass
    from studio.ui.desk import Progress
    from studio.ui.take_recording import TakeRecording
    from studio.vad.whole import Probabilities


@dataclass(frozen=True, slots=True)
class TakeEntry:
    """A take in the list.

    Attributes:
        name: by which it is asked for.
        turns: how many its truth has; None where nobody has said what is true of it.
        is_shipped: whether it came with the studio and cannot be changed.
        fault: why it cannot be used; empty where it can.
    """

    name: str
    duration_ms: float = 0.0
    turns: int | None = None
    noises: int = 0
    origin: str = ""
    tags: tuple[str, ...] = ()
    is_shipped: bool = False
    fault: str = ""


class Takes(Protocol):
    """The takes of a person, and those that come with the studio."""

    async def entries(self) -> Sequence[TakeEntry]:
        """All there are, own ones first."""
        ...

    async def load(self, name: str) -> Take:
        """A take with its sound and its truth.

        Raises:
            StudioError: it is gone, or cannot be read.
        """
        ...

    def hear(self, take: Take) -> AsyncIterator[Pass]:
        """The pass of a take, piece by piece; at once where it was heard before."""
        ...

    def words(
        self, take: Take, probabilities: Probabilities, eagerness: str
    ) -> AsyncIterator[Worded]:
        """What `semantic_vad` makes of a take, word by word; quickly where words are known.

        Raises:
            StudioError: no speech recognition is installed.
        """
        ...

    def file_of(self, name: str) -> str:
        """The WAV file that holds a take's wire audio."""
        ...

    async def label(self, name: str, truth: Truth | None) -> None:
        """Keep what is true of a take.

        Raises:
            StudioError: the labels do not fit it, or it cannot be changed.
        """
        ...

    async def proposal(self, take: Take) -> Truth:
        """What is likely true of a take."""
        ...

    async def import_labels(self, name: str, path: str) -> Truth:
        """The labels of a file of another program, as the truth of a take; nothing is kept.

        Raises:
            StudioError: the file cannot be read, or does not fit the take.
        """
        ...

    async def add_session(self, path: str, *, by_turn: bool) -> Sequence[str]:
        """A session's microphone as one take, or a take for each of its turns; their names.

        Raises:
            StudioError: the session cannot be read, or nothing was said in it.
        """
        ...

    async def add_file(self, path: str, progress: Progress) -> Sequence[str]:
        """Takes of a sound file or a folder of them; their names.

        Raises:
            StudioError: there is none that can be read.
        """
        ...

    async def add_spoken(self, text: str) -> Sequence[str]:
        """A take of words that a local voice speaks, pauses in brackets (`lab.script`); its name.

        Raises:
            StudioError: no voice is installed, or nothing is to be said.
        """
        ...

    def record(self, microphone: str) -> TakeRecording:
        """A recording that begins when its steps are asked for.

        Args:
            microphone: as `ConnectPlan.microphone` names it; what is no card stands for the
                system's own.
        """
        ...

    def delete(self, name: str) -> None:
        """Put a take away; `undelete` brings it back.

        Raises:
            StudioError: it came with the studio.
        """
        ...

    def undelete(self) -> str:
        """Bring the take back that was put away last; its name, empty where there is none."""
        ...
