from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typing_extensions import override

from studio.protocol.connecting import ConnectRequest
from studio.runtime.live import LiveSession
from studio.runtime.sending import LARGEST_BACKLOG_BYTES
from studio.session.local import AudioDropped
from studio.storage.reader import read_session
from studio.transport.scripted import Expect, Hang, ScriptedConnection, ScriptedPeer, Step
from tests.fakes import frames
from tests.fakes.world import Lived, SimulatedWorld, lived, plan_for

APPEND = "input_audio_buffer.append"
GREETED: list[Step] = [frames.created(), Expect("session.update"), frames.updated()]


@dataclass(slots=True)
class Stuck(ScriptedConnection):
    """A line that takes no more after some frames, for as many looks at its backlog."""

    after_frames: int = 0
    for_looks: int = 0

    @property
    @override
    def unsent_bytes(self) -> int:
        if len(self.received) < self.after_frames or not self.for_looks:
            return 0
        self.for_looks -= 1
        return LARGEST_BACKLOG_BYTES + 1


class StuckPeer(ScriptedPeer):
    """Stuck after ten frames."""

    def __init__(self, steps: list[Step], for_looks: int) -> None:
        super().__init__(steps)
        self._script, self._for_looks = tuple(steps), for_looks

    @asynccontextmanager
    @override
    async def connect(self, request: ConnectRequest) -> AsyncIterator[ScriptedConnection]:
        del request
        yield Stuck(self._script, self.received, after_frames=10, for_looks=self._for_looks)


def dropped(result: Lived) -> list[AudioDropped]:
    events = [each.event for each in read_session(result.path).envelopes()]
    return [each for each in events if isinstance(each, AudioDropped)]


async def test_what_a_stuck_connection_could_not_take_is_told_when_it_goes_on(
    tmp_path: Path,
) -> None:
    world = SimulatedWorld(StuckPeer([*GREETED, Expect(APPEND, 20)], for_looks=50))
    result = await lived(plan_for(tmp_path), world)
    assert [each.lost_ms for each in dropped(result)] == [1000]
    assert any("not sent" in each.title for each in result.state.problems)
    assert result.cells[-1].dropped == 50


async def test_what_was_lost_is_told_at_the_end_where_the_connection_never_goes_on(
    tmp_path: Path,
) -> None:
    def look(live: LiveSession) -> None:
        if live.now > 2:
            live.leave()

    world = SimulatedWorld(StuckPeer([*GREETED, Hang()], for_looks=10_000))
    result = await lived(plan_for(tmp_path), world, look)
    (told,) = dropped(result)
    assert told.lost_ms == pytest.approx(1_800, abs=60)
    assert result.state.ended
