"""The latest values of everything that changes at block rate: levels, play-head, queues, lateness.

They bypass the fold and the log: a screen samples them, and a value that nobody read is lost.
What changes meaning is an envelope instead.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from studio.audio.level import FLOOR_DB
from studio.audio.playout import Playing

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBABILITY_WINDOW_FRAMES = 64
"""How many local VAD frames stand in `Cells.probabilities`: two seconds of sent audio."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One look at the worker's sound and timing; a fresh value replaces it 20 times a second.

    Attributes:
        at: session seconds of the look.
        input_db: RMS of the last block sent, dBFS; `FLOOR_DB` for silence.
        input_peak_db: peak of the last block sent, held and falling slowly.
        output_db: RMS of what is played, dBFS.
        output_peak_db: peak of what is played, held and falling slowly.
        input_clipping: whether the last second sent touched full scale.
        probabilities: the latest local VAD frames `(frame index, probability)`, to four digits,
            oldest first: a window of 64, so looks overlap and a frame already seen is known by its
            index. Frame `n` covers the sent audio from `32 n` to `32 (n + 1)` ms.
        playing: the audio part that is heard now, and how far.
        queued_ms: audio received that was not heard yet.
        sent_ms: microphone audio sent so far.
        late_ms: how late the last microphone block was for its 20 ms grid.
        underruns: how often playback ran dry within a part.
        overruns: how often the microphone's own buffer overflowed.
        dropped: microphone blocks that were not sent because the socket was stuck.
        start_buffer_ms: how much of a part must arrive before it is begun, as the link's jitter is.
        late_audio_ms: silence that was heard within parts because their next piece came late.
        rtt_ms: a WebSocket ping's way there and back, as of lately; None before the first.
        echo_removed_db: how much the canceller took out while the speaker played; None where it is
            off or has nothing to take out.
        echo_path: whether the microphone hears the speaker: `learning`, `present` or `absent`; None
            where no echo is cancelled.
        echo_delay_ms: how much later the speaker's sound is in the microphone than at the ear, by
            the last correlation that was sure; None before one.
        loop_lag_ms: how late the worker's event loop woke for this look.
    """

    at: float = 0.0
    input_db: float = FLOOR_DB
    input_peak_db: float = FLOOR_DB
    output_db: float = FLOOR_DB
    output_peak_db: float = FLOOR_DB
    input_clipping: bool = False
    probabilities: tuple[tuple[int, float], ...] = ()
    playing: Playing | None = None
    queued_ms: float = 0.0
    sent_ms: float = 0.0
    late_ms: float = 0.0
    underruns: int = 0
    overruns: int = 0
    dropped: int = 0
    start_buffer_ms: float = 0.0
    late_audio_ms: float = 0.0
    rtt_ms: float | None = None
    echo_removed_db: float | None = None
    echo_path: str | None = None
    echo_delay_ms: float | None = None
    loop_lag_ms: float = 0.0


_NAMES = tuple(each.name for each in fields(Cells))


def cells_to_json(cells: Cells) -> dict[str, Any]:
    """Plain values for a JSON line."""
    return {name: getattr(cells, name) for name in _NAMES}


def cells_from_json(values: Mapping[str, Any]) -> Cells:
    """The look that `cells_to_json` wrote."""
    playing = values["playing"]
    frames = tuple((int(index), float(p)) for index, p in values["probabilities"])
    return Cells(
        **{
            **values,
            "probabilities": frames,
            "playing": None if playing is None else Playing(*playing),
        }
    )
