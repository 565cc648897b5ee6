"""A stretch of sound as a drawing of a few lines, with its length and level in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from studio.ui.present.words import decibel, span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.audio.formats import AudioFormat
    from studio.ui.present.palette import Palette

ROWS = 4
_DOTS = 4 * ROWS
_LEFT_DOTS = np.array([0x01, 0x02, 0x04, 0x40], np.uint32)
_RIGHT_DOTS = np.array([0x08, 0x10, 0x20, 0x80], np.uint32)
_BLANK = 0x2800
_FULL_SCALE = 32768.0


def shape_lines(
    audio: bytes, audio_format: AudioFormat, width: int, palette: Palette
) -> tuple[Text, ...]:
    """The sound drawn around its middle, `ROWS` lines of `width` cells.

    Half as loud is drawn at seven tenths of the height, so that quiet speech is seen too.
    """
    from studio.audio.samples import decode

    heights = _heights(decode(_whole_samples(audio, audio_format), audio_format), 2 * width)
    rows = np.arange(_DOTS)[:, None]
    middle = (_DOTS - 1) / 2
    lit = np.abs(rows - middle) <= np.maximum(heights[None, :], 0.5)
    cells = lit.reshape(ROWS, 4, width, 2)
    codes = _BLANK + (cells[..., 0] * _LEFT_DOTS[:, None]).sum(1)
    codes += (cells[..., 1] * _RIGHT_DOTS[:, None]).sum(1)
    return tuple(Text("".join(map(chr, row)), palette.accent, no_wrap=True) for row in codes)


def sound_words(audio: bytes, audio_format: AudioFormat) -> str:
    """Length and level: `200 ms · peak −6.2 dBFS · mean −21.0 dBFS`."""
    from studio.audio.level import measure
    from studio.audio.samples import decode

    level = measure(decode(_whole_samples(audio, audio_format), audio_format))
    peak, mean = decibel(level.peak_db).strip(), decibel(level.rms_db).strip()
    return f"{span(audio_format.bytes_to_ms(len(audio)))} · peak {peak} dBFS · mean {mean} dBFS"


def _whole_samples(audio: bytes, audio_format: AudioFormat) -> bytes:
    return audio[: len(audio) // audio_format.bytes_per_sample * audio_format.bytes_per_sample]


def _heights(samples: NDArray[np.int16], columns: int) -> NDArray[np.float64]:
    """The peak of each column in dots from the middle."""
    if not samples.size:
        return np.zeros(columns)
    loud = np.abs(samples.astype(np.int32))
    starts = np.arange(columns) * loud.size // columns
    peaks = np.maximum.reduceat(loud, starts)
    heights: NDArray[np.float64] = np.sqrt(peaks / _FULL_SCALE) * (_DOTS / 2)
    return heights
