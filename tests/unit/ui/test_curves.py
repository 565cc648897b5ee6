from __future__ import annotations

import asyncio

import numpy as np
import pytest

from studio.core.clock import ManualClock
from studio.session.curves import Curves, TrackCurves
from studio.session.reduce import fold
from studio.storage.store import EventStore
from studio.ui.curves import blocks_of, follow_curves, on_the_clock
from studio.ui.live import Live
from studio.ui.recording import Recording
from tests import conversations
from tests.conversations import Talk
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import BEGAN, PLAN, log_lines


def shown(talk: Talk) -> Live:
    live = Live(PLAN, None, ManualClock())
    live.take(BEGAN)
    for line in log_lines(talk.envelopes):
        live.take(line)
    return live


def loud_from(
    ms: int, until_ms: int, length_ms: int
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    values = np.full(length_ms // 32, -60.0, np.float32)
    values[ms // 32 : until_ms // 32] = -10.0
    return values


def test_blocks_have_their_places_and_times() -> None:
    live = shown(Talk().connect().sound(300))
    blocks = blocks_of(live.state, live.store)
    assert blocks.end_ms.tolist() == [100.0, 200.0, 300.0]
    sent = [each.at for each in Talk().connect().sound(300).envelopes
            if each.event.type == "input_audio_buffer.append"]  # fmt: skip
    assert blocks.sent_at.tolist() == pytest.approx(sent)


def test_the_microphone_lies_where_it_was_sent() -> None:
    """The first block ends 130 ms into the session: its sound began 30 ms in."""
    live = shown(Talk().connect().sound(3_000))
    tracks = TrackCurves(input_db=loud_from(1_600, 1_920, 3_000))
    curves = on_the_clock(tracks, live.state, live.store)
    heard = np.flatnonzero(curves.input_db > -20) * curves.step_s
    assert heard[0] == pytest.approx(1.63, abs=0.04)
    assert heard[-1] == pytest.approx(1.95, abs=0.04)


def test_each_voice_lies_where_it_was_heard() -> None:
    talk = Talk().connect().sound(600).user_speaks("One?").reply("Two three.").sound(600)
    talk.user_speaks("Four?").reply("Five six seven.").sound(600)
    live = shown(talk)
    first, second = live.state.playback.heads
    output = np.full(1_500 // 32, -20.0, np.float32)
    output[600 // 32 :] = -5.0
    curves = on_the_clock(TrackCurves(output_db=output), live.state, live.store)
    for head, level in ((first, -20.0), (second, -5.0)):
        assert head.heard_at is not None
        place = int((head.heard_at + 0.3) / curves.step_s)
        assert curves.output_db[place] == level


def test_a_store_without_sound_has_no_curves() -> None:
    state = fold(conversations.refused_key())
    curves = on_the_clock(TrackCurves(), state, EventStore(shown(Talk()).dialect))
    assert curves.input_db.size == curves.output_db.size == 0


async def test_a_recording_is_followed_to_its_end_and_no_further() -> None:
    live, desk = shown(Talk().connect().sound(1_000)), FakeDesk()
    live.recording = Recording()
    desk.curves_of[live.path] = TrackCurves(input_db=loud_from(0, 500, 1_000))
    async with asyncio.timeout(5):
        read = [curves async for curves in follow_curves(desk, live)]
    assert len(read) == 1
    assert np.count_nonzero(read[0].input_db > -20) in (15, 16)


async def test_a_live_session_is_followed_while_it_grows() -> None:
    talk, desk = Talk().connect().sound(500), FakeDesk()
    live = shown(talk)
    desk.curves_of[live.path] = TrackCurves(input_db=loud_from(0, 300, 500), is_whole=False)
    read: list[Curves] = []
    async with asyncio.timeout(5):
        async for curves in follow_curves(desk, live):
            read.append(curves)
            if len(read) == 2:
                break
            desk.curves_of[live.path] = TrackCurves(input_db=loud_from(0, 400, 500))
    assert np.count_nonzero(read[1].input_db > -20) > np.count_nonzero(read[0].input_db > -20)
