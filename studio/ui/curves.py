"""The curves of the session on the screen: what its tracks hold, on its own clock.

The desk reads the tracks; where their audio lies in time, the events tell: when each block of the
microphone was sent, and when each voice was heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import numpy as np

from studio.session.curves import Blocks, Curves, TrackCurves, Voice, placed
from studio.session.speech import input_format, output_format

if TYPE_CHECKING:
    from studio.session.state import SessionState
    from studio.storage.store import EventStore
    from studio.ui.desk import Desk
    from studio.ui.shown import Shown

_SENT = "input_audio_buffer.append"
_RECEIVED = ("response.output_audio.delta", "response.audio.delta")
_LOOK_EVERY_S = 0.5


async def follow_curves(desk: Desk, shown: Shown) -> AsyncIterator[Curves]:
    """The curves of a session, each time that more of them is known; it goes on with the session.

    It ends with a recording that is read to its end and that nobody writes any more.
    """
    before: tuple[object, ...] = ()
    while True:
        path = shown.path
        tracks = await desk.curves(path) if path else TrackCurves()
        if path != shown.path:
            continue
        state = shown.whole
        sources = (tracks, state.playback.heads, len(shown.store))
        if sources != before:
            before = sources
            yield on_the_clock(tracks, state, shown.store)
        if not tracks.is_whole:
            continue
        replay = shown.recording
        if replay is not None and replay.ready >= 1 and not replay.is_written:
            return
        await asyncio.sleep(_LOOK_EVERY_S)


def on_the_clock(tracks: TrackCurves, state: SessionState, store: EventStore) -> Curves:
    """The curves of the tracks as events place them."""
    return placed(tracks, blocks_of(state, store), _voices(state, store))


def blocks_of(state: SessionState, store: EventStore) -> Blocks:
    """When each block of the microphone was sent, and what place it has in the track."""
    columns = store.columns
    sent = columns.type == _code(store, _SENT)
    end_bytes = np.cumsum(columns.audio[sent], dtype=np.float64)
    return Blocks(end_bytes / input_format(state).bytes_per_ms, np.array(columns.at[sent]))


def _voices(state: SessionState, store: EventStore) -> Iterator[Voice]:
    """Every voice that was heard, with the place of its item's first piece in the track."""
    columns, per_ms = store.columns, output_format(state).bytes_per_ms
    came = np.isin(columns.type, [_code(store, word) for word in _RECEIVED])
    audio = columns.audio[came].astype(np.float64)
    begins = np.cumsum(audio) - audio
    items, first = np.unique(columns.item[came], return_index=True)
    places = dict(zip(items.tolist(), (begins[first] / per_ms).tolist(), strict=True))
    for head in state.playback.heads:
        place = places.get(store.code(head.item_id) or 0)
        if place is None or head.heard_at is None:
            continue
        played_ms = head.played_ms
        if played_ms is None:
            played_ms = min((state.last_at - head.heard_at) * 1000, head.received_bytes / per_ms)
        yield Voice(head.heard_at, place, played_ms)


def _code(store: EventStore, word: str) -> int:
    """The code of a type; that of no event where there is none."""
    code = store.code(word)
    return -1 if code is None else code
