from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typing_extensions import override

from studio.core.clock import ManualClock
from studio.protocol.connecting import ConnectRequest
from studio.runtime.live import LiveSession
from studio.runtime.sending import LARGEST_BACKLOG_BYTES
from studio.session.local import AudioDropped
from studio.storage.reader import read_session
from studio.transport.scripted import Expect, Hang, ScriptedConnection, ScriptedPeer, Step
from tests.fakes import frames
from tests.fakes.world import Lived, SimulatedTime, SimulatedWorld, lived, plan_for

APPEND = "input_audio_buffer.append"
GREETED: list[Step] = [frames.created(), Expect("session.update"), frames.updated()]


@dataclass(slots=True)
class Stuck(ScriptedConnection):
    """A line that takes no more for some seconds, after some frames."""

    clock: ManualClock = field(default_factory=ManualClock)
    after_frames: int = 0
    for_s: float = 0.0
    _stuck_at: float | None = None

    @property
    @override
    def unsent_bytes(self) -> int:
        if len(self.received) < self.after_frames:
            return 0
        if self._stuck_at is None:
            self._stuck_at = self.clock.now_s
        is_stuck = self.clock.now_s - self._stuck_at < self.for_s
        return LARGEST_BACKLOG_BYTES + 1 if is_stuck else 0


class StuckPeer(ScriptedPeer):
    """Stuck after ten frames."""

    def __init__(self, steps: list[Step], time: SimulatedTime, for_s: float) -> None:
        super().__init__(steps)
        self._script, self._clock, self._for_s = tuple(steps), time.clock, for_s

    @asynccontextmanager
    @override
    async def connect(self, request: ConnectRequest) -> AsyncIterator[ScriptedConnection]:
        del request
        yield Stuck(
            self._script, self.received, clock=self._clock, after_frames=10, for_s=self._for_s
        )


def stuck(for_s: float, last: Step) -> SimulatedWorld:
    time = SimulatedTime()
    return SimulatedWorld(StuckPeer([*GREETED, last], time, for_s), time=time)


def dropped(result: Lived) -> list[AudioDropped]:
    events = [each.event for each in read_session(result.path).envelopes()]
    return [each for each in events if isinstance(each, AudioDropped)]


async def test_what_a_stuck_connection_could_not_take_is_told_when_it_goes_on(
    tmp_path: Path,
) -> None:
    result = await lived(plan_for(tmp_path), stuck(1.0, Expect(APPEND, 20)))
    (told,) = dropped(result)
    assert told.lost_ms == pytest.approx(1_000, abs=40)
    titles = [each.title for each in result.state.problems]
    assert any("not sent" in each for each in titles)
    assert titles.count("The connection is stuck") == 1
    assert result.cells[-1].dropped * 20 == told.lost_ms


async def test_what_was_lost_is_told_at_the_end_where_the_connection_never_goes_on(
    tmp_path: Path,
) -> None:
    def look(live: LiveSession) -> None:
        if live.now > 2:
            live.leave()

    result = await lived(plan_for(tmp_path), stuck(100, Hang()), look)
    (told,) = dropped(result)
    assert told.lost_ms == pytest.approx(1_800, abs=60)
    assert result.state.ended
