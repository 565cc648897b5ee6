"""A take's folder: the sound in the wire's format, and notes beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from studio.audio.wav import WavTrackWriter, track_data
from studio.config.files import replace_file
from studio.lab.labels import Truth, usable
from studio.lab.sound_file import read_wire_sound
from studio.lab.take import Take
from studio.lab.take_notes import TakeNotes

if TYPE_CHECKING:
    from pathlib import Path

    from studio.audio.formats import AudioFormat
    from studio.lab.labels import Label

AUDIO_NAME = "audio.wav"
NOTES_NAME = "take.json"
_LARGEST_NOTES_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class StoredTake:
    """A take in a list: all but its sound. What a sweep is given (`lab.refs.TakeRef`).

    Attributes:
        name: its folder's name.
        audio_file: where its sound is.
        truth: None where nobody has said what is true of it.
        faults: what of its notes could not be used, a sentence each.
    """

    name: str
    audio_file: Path
    audio_format: AudioFormat
    duration_ms: float
    truth: Truth | None = None
    origin: str = ""
    tags: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Another text where its sound or its labels are others; does not read the sound."""
        try:
            told = self.audio_file.stat()
            sound = f"{told.st_size} {told.st_mtime_ns}"
        except OSError:
            sound = "gone"
        return f"{self.audio_file} {sound} {self.truth}"

    def load(self) -> Take:
        """The take with its sound.

        Raises:
            StudioError: its sound cannot be read.
        """
        audio = read_wire_sound(self.audio_file).audio
        return Take(self.name, audio, self.audio_format, self.truth, self.origin, self.tags)


def stored_take(
    name: str, audio_file: Path, audio_format: AudioFormat, duration_ms: float, notes: TakeNotes
) -> StoredTake:
    """A take in a list, of its notes those that fit its sound."""
    truth: Truth | None = None
    misfits: tuple[str, ...] = ()
    if notes.labels is not None:
        truth, misfits = usable(notes.labels, duration_ms)
    return StoredTake(
        name,
        audio_file,
        audio_format,
        duration_ms,
        truth,
        notes.origin,
        notes.tags,
        notes.faults + misfits,
    )


def look_at(folder: Path) -> StoredTake:
    """The take in a folder.

    Raises:
        StudioError: it has no sound that can be used.
    """
    audio_file = folder / AUDIO_NAME
    data = track_data(audio_file)
    notes, _ = read_notes(folder)
    duration_ms = data.audio_format.bytes_to_ms(data.data_bytes)
    return stored_take(folder.name, audio_file, data.audio_format, duration_ms, notes)


def read_notes(folder: Path) -> tuple[TakeNotes, dict[str, Any]]:
    """The notes, and all fields of the file, so that those of later versions stay."""
    file = folder / NOTES_NAME
    try:
        if not file.is_file():
            return TakeNotes(faults=("Its notes are missing.",)), {}
        with file.open("rb") as opened:
            fields = msgspec.json.decode(opened.read(_LARGEST_NOTES_BYTES))
    except (OSError, ValueError, RecursionError):
        return TakeNotes(faults=("Its notes cannot be read.",)), {}
    return TakeNotes.of(fields), fields if isinstance(fields, dict) else {}


def write_notes(folder: Path, notes: TakeNotes, kept: dict[str, Any] | None = None) -> None:
    """Write the notes, whole or not at all; other fields of `kept` stay.

    Raises:
        OSError: they cannot be written.
    """
    fields = {**(kept or {}), **notes.fields()}
    content = msgspec.json.format(msgspec.json.encode(fields), indent=2) + b"\n"
    replace_file(folder / NOTES_NAME, content)


def write_take(folder: Path, take: Take) -> None:
    """Write a take into a folder that is there.

    Raises:
        OSError: it cannot be written.
        StudioError: its sound cannot be.
    """
    with WavTrackWriter(folder / AUDIO_NAME, take.audio_format) as track:
        track.append(take.audio)
    write_notes(folder, TakeNotes(labels_of(take.truth), take.origin, take.tags))


def labels_of(truth: Truth | None) -> tuple[Label, ...] | None:
    """The labels of a truth; None where nobody has said what is true."""
    return None if truth is None else truth.labels
