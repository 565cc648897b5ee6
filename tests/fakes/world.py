"""A whole world for a session: a scripted peer, made-up sound, and time that does not take any."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from typing_extensions import override

from studio.audio.devices import SoundCards
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.core.ids import SequentialIds
from studio.protocol.settings import DEFAULTS, SessionSettings
from studio.runtime.cells import Cells
from studio.runtime.live import LiveSession
from studio.runtime.messages import Fault, FromWorker, LogLine, SessionBegan
from studio.runtime.plan import ConnectPlan
from studio.runtime.sound import SoundSource
from studio.runtime.world import World
from studio.session.state import SessionState
from studio.transport.peer import Peer
from tests.fakes.sound import FakeSoundLibrary, FakeVoice, LoudnessDetector

_PASSES_UNTIL_IDLE = 40
_LONGEST_S = 60.0


@dataclass
class SimulatedTime:
    """A manual clock that jumps to the next sleeper's moment whenever nothing else can run."""

    clock: ManualClock = field(default_factory=ManualClock)
    _sleepers: list[tuple[float, int, asyncio.Future[None]]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.clock.now_s + seconds, next(self._order), future))
        await future

    async def flow(self) -> None:
        """Let time pass for ever."""
        while True:
            for _ in range(_PASSES_UNTIL_IDLE):
                await asyncio.sleep(0)
            if self._sleepers:
                moment, _, future = heapq.heappop(self._sleepers)
                self.clock.now_s = max(self.clock.now_s, moment)
                if not future.done():
                    future.set_result(None)


Answer = TypeVar("Answer")


async def at_once(job: Callable[[], Answer]) -> Answer:
    """Call what blocks here and now, where nothing does."""
    return job()


class HereAndNow(ThreadPoolExecutor):
    """Calls what blocks on the loop itself, so that no simulated time passes meanwhile."""

    @override
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        try:
            answer.set_result(fn(*args, **kwargs))
        except StudioError as failure:
            answer.set_exception(failure)
        return answer


def no_cards() -> SoundCards:
    """A machine without PortAudio."""
    raise StudioError("PortAudio is not installed.", title="No real sound", hint="Install it.")


@dataclass
class SimulatedWorld:
    """The world, and everything a test wants to look at in it."""

    peer: Peer
    library: FakeSoundLibrary | None = None
    time: SimulatedTime = field(default_factory=SimulatedTime)
    voice: FakeVoice = field(default_factory=FakeVoice)
    environment: dict[str, str] = field(default_factory=dict)
    _loaded: SoundCards | None = None

    @property
    def world(self) -> World:
        return World(
            clock=self.time.clock,
            ids=SequentialIds(),
            peer=self.peer,
            sound=SoundSource(self.time.clock, self._cards, self.time.sleep, at_once),
            make_voice=lambda: self.voice,
            make_detector=LoudnessDetector,
            environment=self.environment,
        )

    def _cards(self) -> SoundCards:
        if self.library is None:
            return no_cards()
        self._loaded = self._loaded or SoundCards(self.library)
        return self._loaded


def plan_for(
    tmp_path: Path, settings: SessionSettings = DEFAULTS, **changes: object
) -> ConnectPlan:
    """A plan with virtual sound."""
    fields = {
        "provider": "local",
        "url": "ws://127.0.0.1:1/v1/realtime",
        "model": "studio-host",
        "settings": settings,
        "microphone": "silence",
        "speaker": "silent",
        "sessions_dir": tmp_path,
    }
    return ConnectPlan.model_validate({**fields, **changes})


@dataclass
class Lived:
    """What came of a session."""

    state: SessionState
    path: Path
    messages: Sequence[FromWorker]

    @property
    def lines(self) -> list[str]:
        return [each.line for each in self.messages if isinstance(each, LogLine)]

    @property
    def cells(self) -> list[Cells]:
        return [each for each in self.messages if isinstance(each, Cells)]

    @property
    def faults(self) -> list[Fault]:
        return [each for each in self.messages if isinstance(each, Fault)]

    @property
    def began(self) -> list[SessionBegan]:
        return [each for each in self.messages if isinstance(each, SessionBegan)]


async def lived(
    plan: ConnectPlan,
    simulated: SimulatedWorld,
    look: Callable[[LiveSession], None] = lambda _session: None,
) -> Lived:
    """Live a session to its end in simulated time, or fail after a minute of it."""
    messages: list[FromWorker] = []
    session = await LiveSession.open(plan, simulated.world, messages.append)

    def watched(live: LiveSession) -> None:
        assert live.now < _LONGEST_S, "the session did not end"
        look(live)

    async with asyncio.TaskGroup() as tasks:
        flow = tasks.create_task(simulated.time.flow())
        await session.run(watched)
        flow.cancel()
    return Lived(session.state, session.path, messages)
