"""What screen and worker say to each other: JSON lines over a socket pair, and their values."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, assert_never

from pydantic_core import to_json

from studio.export.placed import Placed
from studio.runtime.cells import Cells, cells_from_json, cells_to_json
from studio.runtime.plan import ConnectPlan
from studio.session.local import LocalEvent, local_of

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

_TRACKS = ("input", "output")


@dataclass(frozen=True, slots=True)
class SessionBegan:
    """A session's log exists; fold its lines into a fresh state.

    Attributes:
        header: the first line of the log as an object.
        path: the session's folder.
    """

    header: dict[str, Any]
    path: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """The next line of the session's log, for `storage.lines.read_line`."""

    line: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The worker could not do something, in words; it goes on living."""

    title: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class WorkerGone:
    """The worker's process ended.

    Attributes:
        status: its exit status, or the negative number of the signal that killed it.
        log_path: where it wrote its last words.
    """

    status: int
    log_path: Path


@dataclass(frozen=True, slots=True)
class CardsSeen:
    """The sound cards of this machine, as `--input-device` and `--output-device` take them.

    Attributes:
        inputs: names of those that record, in PortAudio's order.
        outputs: names of those that play.
        default_input: the system's choice; empty for none.
        default_output: the system's choice; empty for none.
        problem: why there are none, in words.
    """

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    default_input: str = ""
    default_output: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RecordingHeard:
    """Where the ear is in a recording that is played.

    Attributes:
        number: of the `PlayRecording` that it answers.
        at: session seconds of the recording.
        is_virtual: whether nobody can hear it, since there is no card.
        is_over: whether nothing more will sound.
    """

    number: int
    at: float
    is_virtual: bool = False
    is_over: bool = False


FromWorker = SessionBegan | LogLine | Fault | Cells | CardsSeen | RecordingHeard
"""What the worker says; `WorkerGone` is what the link says of it."""


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a session; one that runs is ended first."""

    plan: ConnectPlan


@dataclass(frozen=True, slots=True)
class Tell:
    """Put a local event into the running session."""

    event: LocalEvent


@dataclass(frozen=True, slots=True)
class Stop:
    """End the running session."""


@dataclass(frozen=True, slots=True)
class Quit:
    """End the running session and the process."""


@dataclass(frozen=True, slots=True)
class LookForCards:
    """Say which sound cards there are; answered with `CardsSeen`."""


@dataclass(frozen=True, slots=True)
class PlayRecording:
    """Play a stored session's sound, or a sound file, from a second on; another that plays ends.

    Attributes:
        number: by which `RecordingHeard` tells this one from others.
        path: the session's folder, or the file.
        input: where the microphone's track lies on the time line.
        output: where the assistant's track lies.
        from_s: session seconds at which to begin.
        speed: session seconds that pass in one.
        speaker: as in `ConnectPlan`.
        is_centred: whether both tracks sound on both sides; otherwise the user is on the left.
        is_file: whether `path` is a sound file. It is played as an assistant's track of 24 kHz
            PCM16, all of it where `output` is empty.
        gain_db: how much louder than it is.
    """

    number: int
    path: str
    input: tuple[Placed, ...] = ()
    output: tuple[Placed, ...] = ()
    from_s: float = 0.0
    speed: float = 1.0
    speaker: str = "auto"
    is_centred: bool = False
    is_file: bool = False
    gain_db: float = 0.0


@dataclass(frozen=True, slots=True)
class StopRecording:
    """Be silent where a recording plays."""


ToWorker = Start | Tell | Stop | Quit | LookForCards | PlayRecording | StopRecording


def from_worker_line(message: FromWorker) -> bytes:
    """A worker's message as a line."""
    match message:
        case SessionBegan():
            return _line({"is": "session", **asdict(message)})
        case LogLine():
            return _line({"is": "line", "line": message.line})
        case Fault():
            return _line({"is": "fault", **asdict(message)})
        case CardsSeen():
            return _line({"is": "cards", **asdict(message)})
        case RecordingHeard():
            return _line({"is": "heard", **asdict(message)})
        case Cells():
            return _line({"is": "cells", **cells_to_json(message)})
        case _:
            assert_never(message)


def read_from_worker(line: bytes) -> FromWorker:
    """The message that `from_worker_line` wrote."""
    values = json.loads(line)
    match values.pop("is"):
        case "session":
            return SessionBegan(**values)
        case "line":
            return LogLine(**values)
        case "fault":
            return Fault(**values)
        case "cards":
            return CardsSeen(
                inputs=tuple(values.pop("inputs")), outputs=tuple(values.pop("outputs")), **values
            )
        case "heard":
            return RecordingHeard(**values)
        case _:
            return cells_from_json(values)


def to_worker_line(message: ToWorker) -> bytes:
    """A screen's message as a line."""
    match message:
        case Start(plan):
            return _line({"do": "start", "plan": _stated(plan)})
        case Tell(event):
            return _line({"do": "event", "event": {"type": event.type, **_stated(event)}})
        case Stop():
            return _line({"do": "stop"})
        case LookForCards():
            return _line({"do": "cards"})
        case PlayRecording():
            return _line({"do": "play", **asdict(message)})
        case StopRecording():
            return _line({"do": "silence"})
        case Quit():
            return _line({"do": "quit"})
        case _:
            assert_never(message)


def read_to_worker(line: bytes) -> ToWorker:
    """The message that `to_worker_line` wrote."""
    values = json.loads(line)
    match values["do"]:
        case "start":
            return Start(ConnectPlan.model_validate(values["plan"]))
        case "event":
            return Tell(local_of(values["event"]))
        case "stop":
            return Stop()
        case "cards":
            return LookForCards()
        case "play":
            del values["do"]
            placed = {name: tuple(Placed(*each) for each in values[name]) for name in _TRACKS}
            return PlayRecording(**{**values, **placed})
        case "silence":
            return StopRecording()
        case _:
            return Quit()


def _stated(model: BaseModel) -> dict[str, Any]:
    """Only the fields that were set: in settings, what is not stated is not the same as null."""
    return model.model_dump(mode="json", exclude_unset=True)


def _line(values: dict[str, Any]) -> bytes:
    return to_json(values, inf_nan_mode="constants") + b"\n"
