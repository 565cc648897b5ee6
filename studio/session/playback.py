"""The playback slice: what arrived of each audio part, and what of it reached the ear.

The position of the play-head is no part of it: only its start, its end and its cut are events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from studio.protocol.events import ResponseOutputAudioDelta, ResponseOutputAudioDone
from studio.protocol.values import payload_bytes
from studio.session.folding import Handler
from studio.session.local import (
    DeviceOpened,
    PlaybackFinished,
    PlaybackFlushed,
    PlaybackStarted,
)
from studio.session.state import Head, Playback, SessionState


def head_of(playback: Playback, item_id: str, content_index: int) -> Head | None:
    """The head of one audio part, the latest first."""
    return next(
        (
            head
            for head in reversed(playback.heads)
            if head.item_id == item_id and head.content_index == content_index
        ),
        None,
    )


def sounding(playback: Playback) -> tuple[Head, ...]:
    """Parts of which something arrived that has not been heard to its end: sounding or queued."""
    return tuple(head for head in playback.heads if head.ended_at is None and head.received_bytes)


def _with(playback: Playback, head: Head) -> Playback:
    heads = playback.heads
    for at in range(len(heads) - 1, -1, -1):
        known = heads[at]
        if known.item_id == head.item_id and known.content_index == head.content_index:
            if known == head:
                return playback
            return replace(playback, heads=(*heads[:at], head, *heads[at + 1 :]))
    return replace(playback, heads=(*heads, head))


def _received(state: SessionState, event: ResponseOutputAudioDelta) -> Playback:
    head = head_of(state.playback, event.item_id, event.content_index)
    if head is None:
        head = Head(event.item_id, event.content_index, event.response_id)
    received = head.received_bytes + payload_bytes(event.delta)
    return _with(state.playback, replace(head, received_bytes=received))


def _all_received(state: SessionState, event: ResponseOutputAudioDone) -> Playback:
    head = head_of(state.playback, event.item_id, event.content_index)
    if head is None:
        return state.playback
    return _with(state.playback, replace(head, all_received=True))


def _started(state: SessionState, event: PlaybackStarted) -> Playback:
    head = head_of(state.playback, event.item_id, event.content_index)
    if head is None or head.heard_at is not None:
        return state.playback
    return _with(state.playback, replace(head, heard_at=event.heard_at))


def _finished(state: SessionState, event: PlaybackFinished) -> Playback:
    head = head_of(state.playback, event.item_id, event.content_index)
    if head is None or head.ended_at is not None:
        return state.playback
    return _with(state.playback, replace(head, ended_at=state.last_at, played_ms=event.played_ms))


def _flushed(state: SessionState, event: PlaybackFlushed) -> Playback:
    head = head_of(state.playback, event.item_id, event.content_index)
    if head is None or head.ended_at is not None:
        return state.playback
    return _with(
        state.playback,
        replace(head, ended_at=state.last_at, played_ms=event.played_ms, cut=event.reason),
    )


def _device(state: SessionState, event: DeviceOpened) -> Playback:
    if event.direction != "output":
        return state.playback
    return replace(state.playback, output_device=event.name, output_is_virtual=event.virtual)


HANDLERS: Mapping[type, Handler[Playback]] = {
    ResponseOutputAudioDelta: _received,
    ResponseOutputAudioDone: _all_received,
    PlaybackStarted: _started,
    PlaybackFinished: _finished,
    PlaybackFlushed: _flushed,
    DeviceOpened: _device,
}
"""What changes playback, by type of event."""
