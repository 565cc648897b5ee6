"""A second opinion on what was said: the local recogniser listens to an audition's sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.audio.resample import resample_offline
from studio.audio.wav import read_audio
from studio.core.errors import StudioError
from studio.core.units import VAD_SAMPLE_RATE_HZ
from studio.lab.sheet import sound_of

if TYPE_CHECKING:
    from pathlib import Path

    from studio.audio.wav import Clip
    from studio.lab.sheet import Sheet, Spoken

Hear = Callable[[NDArray[np.float32]], str]
"""The words in samples at 16 kHz."""


def local_ears() -> Hear:
    """The recogniser of the local server.

    Raises:
        StudioError: the extra `local` is missing.
    """
    from studio.speech.ears import Ears

    ears = Ears()
    return lambda samples: ears.transcribe(samples).text


def listened(
    folder: Path,
    sheet: Sheet,
    make_ears: Callable[[], Hear],
    on_heard: Callable[[str], None] = lambda _key: None,
) -> Sheet:
    """The sheet with what is heard in each line's sound, or with a remark why nothing is.

    `on_heard` is told the key of each reading that was listened to.
    """
    try:
        hear = make_ears()
    except StudioError as failure:
        words = f"Only the service itself tells what was said: {failure.message}"
        return sheet.model_copy(update={"remarks": (*sheet.remarks, words)})
    told: dict[str, tuple[str, ...]] = {}
    for key, file in sound_of(folder, sheet.rows).items():
        row = sheet.row(key)
        if row is not None:
            clip = read_audio(file)
            told[key] = tuple(hear(_samples(clip, line)) for line in row.lines)
            on_heard(key)
    return sheet.with_heard(told)


def _samples(clip: Clip, line: Spoken) -> NDArray[np.float32]:
    begin, end = (round(ms * clip.rate_hz / 1000) for ms in (line.begin_ms, line.end_ms))
    return resample_offline(clip.samples[begin:end], clip.rate_hz, VAD_SAMPLE_RATE_HZ)
