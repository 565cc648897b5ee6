"""Takes from a stored session: what was sent, as a whole or turn by turn.

The bytes are those of `input.wav`, so that the whole of a session gives the edges that its server
reported. A detector that hears one turn begins anew there, and may differ in its first frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studio.audio.wav import track_data
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.export.told import tell
from studio.lab.labels import Label, Truth, usable
from studio.lab.sounding import Levels
from studio.lab.take import Take
from studio.storage.folders import TRACK_NAMES

if TYPE_CHECKING:
    from studio.audio.formats import AudioFormat
    from studio.session.turns import Turn
    from studio.storage.reader import StoredSession

BEFORE_MS = 1_000
"""How much of what was sent before a turn goes with it."""


class _Heard(NamedTuple):
    """A turn as the server heard it, in ms of what was sent."""

    number: int
    start_ms: int
    end_ms: int
    answered_ms: float
    words: str


def whole_session(stored: StoredSession, *, labelled: bool = False) -> Take:
    """All that a session sent, as one take.

    Args:
        stored: the session.
        labelled: take the turns that its server saw for the true ones.

    Raises:
        StudioError: it sent no sound, or its log or track cannot be read.
    """
    audio, audio_format = _sent(stored)
    name = stored.path.name
    take = Take(name, audio, audio_format, origin=f"session {one_line(name, 120)}")
    if not labelled:
        return take
    return _labelled(take, _heard(stored), 0)


def session_turns(stored: StoredSession, *, labelled: bool = False) -> list[Take]:
    """A take for each spoken turn: from a second before it until it is answered.

    Raises:
        StudioError: it sent no sound or has no spoken turn, or cannot be read.
    """
    audio, audio_format = _sent(stored)
    heard = _heard(stored)
    if not heard:
        raise _nothing(stored, "its server reported no speech")
    name, takes = stored.path.name, []
    for at, turn in enumerate(heard):
        begin_ms = max(0, turn.start_ms - BEFORE_MS)
        end_ms = max(turn.answered_ms, turn.end_ms)
        if at + 1 < len(heard):
            end_ms = min(end_ms, max(turn.end_ms, heard[at + 1].start_ms))
        piece = audio[audio_format.ms_to_bytes(begin_ms) : audio_format.ms_to_bytes(end_ms)]
        if not piece:
            continue
        take = Take(
            f"{name}-turn-{turn.number}",
            piece,
            audio_format,
            origin=f"turn {turn.number} of session {one_line(name, 120)}",
        )
        takes.append(_labelled(take, [turn], begin_ms) if labelled else take)
    return takes


def _sent(stored: StoredSession) -> tuple[bytes, AudioFormat]:
    track = stored.path / TRACK_NAMES["input"]
    size = track_data(track).data_bytes if track.is_file() else 0
    audio = stored.read_track("input", 0, size)
    if not audio:
        raise _nothing(stored, "it sent no sound")
    return audio, stored.format_of("input")


def _heard(stored: StoredSession) -> list[_Heard]:
    told = tell(stored.path.name, stored.header, stored.envelopes(), stored.read_track)
    return [each for each in map(_of_turn, told.turns) if each is not None]


def _of_turn(turn: Turn) -> _Heard | None:
    span = turn.server_span
    if span is None or span.end_ms is None or span.timed_out or span.end_ms <= span.start_ms:
        return None
    answers = [said.head.heard_at for said in turn.said if said.head is not None]
    waited_s = 0.0
    if span.stopped_at is not None:
        waited_s = min((at - span.stopped_at for at in answers if at is not None), default=0.0)
    answered_ms = span.end_ms + max(0.0, waited_s) * 1000
    return _Heard(turn.index, span.start_ms, span.end_ms, answered_ms, turn.user_text)


def _labelled(take: Take, turns: list[_Heard], shift_ms: int) -> Take:
    levels = Levels.of(take)
    labels = []
    for turn in turns:
        sound = levels.within(turn.start_ms - shift_ms, turn.end_ms - shift_ms)
        if sound is not None:
            labels.append(Label(*sound, "turn", turn.words))
    truth, _ = usable(labels, take.duration_ms)
    origin = f"{take.origin}; turns as its server saw them"
    return Take(take.name, take.audio, take.audio_format, Truth(truth.labels), origin)


def _nothing(stored: StoredSession, why: str) -> StudioError:
    return StudioError(
        f"{one_line(stored.path.name, 120)}: {why}.",
        title="No take in this session",
        hint="Choose a session in which somebody spoke.",
    )
