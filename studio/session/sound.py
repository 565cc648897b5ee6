"""The sound slice: which microphone, speaker and cleaning were chosen, and what the path measures.

What flows at the moment is told by `DeviceOpened`, in the slices of speech and playback.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from studio.session.echo import is_likely_echo
from studio.session.effects import CleanMicrophone, Effect, OpenSound
from studio.session.folding import Handler, Reaction
from studio.session.local import ConnectWanted, EchoScored, LinkMeasured, SoundWanted
from studio.session.state import Echo, SessionState, Sound


def _connecting(state: SessionState, event: ConnectWanted) -> Sound:
    return _chosen(state.sound, event)


def _wanted(state: SessionState, event: SoundWanted) -> Sound:
    return _chosen(state.sound, event)


def _chosen(known: Sound, event: ConnectWanted | SoundWanted) -> Sound:
    sound = replace(
        known,
        microphone=known.microphone if event.microphone is None else event.microphone,
        speaker=known.speaker if event.speaker is None else event.speaker,
        cleaning=event.cleaning or known.cleaning,
    )
    return known if sound == known else sound


def scored(state: SessionState, event: EchoScored) -> Sound:
    """The sound with one more score."""
    echo = Echo(
        event.item_id,
        event.audio_start_ms,
        event.score,
        event.lag_ms,
        state.last_at,
        state.last_seq,
    )
    known = state.sound
    echoes, likely_at = known.echoes.put(event.item_id, echo), known.likely_echo_at
    if is_likely_echo(known.echoes.get(event.item_id)):
        likely_at = max((e.at for e in echoes.values() if is_likely_echo(e)), default=None)
    elif is_likely_echo(echo):
        likely_at = echo.at if likely_at is None else max(likely_at, echo.at)
    return replace(known, echoes=echoes, likely_echo_at=likely_at)


def _measured(state: SessionState, event: LinkMeasured) -> Sound:
    if event.rtt_ms == state.sound.rtt_ms:
        return state.sound
    return replace(state.sound, rtt_ms=event.rtt_ms)


def _change(before: SessionState, _after: SessionState, event: SoundWanted) -> tuple[Effect, ...]:
    """A device that is named is opened, also one that is open: its card may have come back."""
    effects: tuple[Effect, ...] = ()
    if event.microphone is not None or event.speaker is not None:
        effects += (OpenSound(event.microphone, event.speaker),)
    if event.cleaning is not None and event.cleaning != before.sound.cleaning:
        effects += (CleanMicrophone(event.cleaning),)
    return effects


HANDLERS: Mapping[type, Handler[Sound]] = {
    ConnectWanted: _connecting,
    SoundWanted: _wanted,
    EchoScored: scored,
    LinkMeasured: _measured,
}
"""What changes the sound, by type of event."""

REACTIONS: Mapping[type, Reaction] = {SoundWanted: _change}
"""What is done to the sound, by type of event."""
