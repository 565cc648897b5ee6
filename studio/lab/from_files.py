"""Takes from sound files, one after the other; what cannot be used is named and passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.sound_file import files_in, read_wire_sound
from studio.lab.take import Take
from studio.lab.take_store import TakeFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from studio.audio.formats import AudioFormat


def take_of_file(path: Path, name: str = "") -> Take:
    """A sound file as a take whose truth nobody has told.

    Raises:
        StudioError: it cannot be used as sound.
    """
    sound = read_wire_sound(path)
    origin = f"file {one_line(path.name, 120)}"
    if sound.converted_from:
        origin += f" ({sound.converted_from})"
    return Take(name or path.stem, sound.audio, sound.audio_format, origin=origin)


def takes_of_files(places: Iterable[Path]) -> Iterator[Take | TakeFault]:
    """The takes in files and folders; no more than one is in memory at a time."""
    for path in files_in(places):
        try:
            yield take_of_file(path)
        except StudioError as error:
            yield TakeFault(one_line(str(path), 200), error.message)


def take_of_recording(audio: bytes, audio_format: AudioFormat, name: str = "recording") -> Take:
    """What was recorded in the lab, as the bytes that a server would have got."""
    return Take(name, audio, audio_format, origin="recorded in the lab")
