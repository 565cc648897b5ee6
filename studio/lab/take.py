"""A take: a recording of a user's side as a provider would get it, with what is true of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from studio.audio.formats import AudioFormat
from studio.lab.labels import Truth

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, eq=False)
class Take:
    """Wire bytes, so that the lab judges exactly what a server would.

    Attributes:
        name: by which it is known; a folder's name.
        audio: samples in `audio_format`'s encoding and rate, mono.
        truth: None where nobody has said what is true of it.
        origin: where it is from, in words: a session's turn, a file, words that a voice spoke.
    """

    name: str
    audio: bytes = field(repr=False)
    audio_format: AudioFormat = AudioFormat.PCM16
    truth: Truth | None = None
    origin: str = ""
    tags: tuple[str, ...] = field(default=())

    @property
    def duration_ms(self) -> float:
        """How long it lasts."""
        return self.audio_format.bytes_to_ms(len(self.audio))

    @cached_property
    def digest(self) -> str:
        """Hexadecimal; equal for equal sound, whatever it is called."""
        return hashlib.sha256(self.audio_format.encode() + b"\0" + self.audio).hexdigest()

    def pieces(self, ms: float) -> Iterable[bytes]:
        """The audio in pieces of so many ms, the last one shorter."""
        size = self.audio_format.ms_to_bytes(ms)
        return (self.audio[at : at + size] for at in range(0, len(self.audio), size))
