"""What the lab's screen sees of a recording of a take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from studio.audio.level import SILENT, Level

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from studio.ui.shown import Shown


@dataclass(frozen=True, slots=True)
class RecordingStep:
    """How far a recording is.

    Attributes:
        card: what is recorded from; empty until it is open.
        level: of the last tenth of a second, its peak held.
        check: what the level of the last two seconds comes to, in words; empty before that.
        is_fine: whether `check` asks for nothing.
        is_recording: whether what is heard is kept.
        recorded_ms: how much is kept so far.
        kept: the name of the take, of the last step where something was recorded.
        remarks: what is to be known of the take.
    """

    card: str = ""
    level: Level = SILENT
    check: str = ""
    is_fine: bool = False
    is_recording: bool = False
    recorded_ms: float = 0.0
    kept: str = ""
    remarks: tuple[str, ...] = ()


class TakeRecording(Protocol):
    """A microphone that is listened to, and recorded from a moment on."""

    def steps(self) -> AsyncGenerator[RecordingStep, None]:
        """Ten a second, until it is ended; closed early, what was recorded is kept.

        Raises:
            StudioError: the microphone cannot be opened, or the take cannot be kept.
        """
        ...

    def begin(self) -> None:
        """Record from now on."""
        ...

    def end(self) -> None:
        """Keep what was recorded; `steps` end with it."""
        ...


def held_microphone(live: Shown) -> str:
    """That a session has the microphone open, in words; empty where it is free."""
    speech = live.state.speech
    if live.is_recording or not live.is_connected or speech.input_is_virtual:
        return ""
    return "the session has the microphone open: end it first"
