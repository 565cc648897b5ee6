from __future__ import annotations

from dataclasses import dataclass

import pytest
from typing_extensions import override

from studio.audio.formats import AudioFormat
from studio.runtime.link_watch import LinkWatch
from studio.session.local import LinkMeasured, ProblemSeen
from studio.transport.scripted import ScriptedConnection


@dataclass(slots=True)
class Line(ScriptedConnection):
    """A connection with these figures."""

    rtt: float | None = None
    backlog: int = 0

    @property
    @override
    def rtt_ms(self) -> float | None:
        return self.rtt

    @property
    @override
    def unsent_bytes(self) -> int:
        return self.backlog


def told_ms(watch: LinkWatch, *measured: tuple[float, float | None]) -> list[float]:
    """Which round trips are told, of `(session second, ms)`."""
    events = [event for now, rtt in measured for event in watch.look(Line((), [], rtt=rtt), now)]
    assert all(isinstance(each, LinkMeasured) for each in events)
    return [each.rtt_ms for each in events if isinstance(each, LinkMeasured)]


def test_a_round_trip_is_told_first_then_when_it_changed_notably() -> None:
    watch = LinkWatch(AudioFormat.PCM16)
    assert told_ms(watch, (0, None), (1, 40.0), (2, 40.0), (3, 44.0), (4, 60.0)) == [40.0, 60.0]


def test_small_changes_are_told_every_ten_seconds() -> None:
    watch = LinkWatch(AudioFormat.PCM16)
    measured = [(float(second), 40.0 + second / 10) for second in range(1, 32)]
    assert told_ms(watch, *measured) == [40.1, 41.1, 42.1, 43.1]


def test_a_peer_without_pings_tells_nothing() -> None:
    assert told_ms(LinkWatch(AudioFormat.PCM16), (0, None), (20, None)) == []


@pytest.mark.parametrize(("is_local", "cause"), [(False, "network"), (True, "machine")])
def test_what_may_have_made_it_stuck_is_told(is_local: bool, cause: str) -> None:
    watch = LinkWatch(AudioFormat.PCM16, is_local=is_local)
    (problem,) = watch.look(Line((), [], backlog=100_000), 0.0)
    assert isinstance(problem, ProblemSeen)
    assert [each for each in ("network", "machine") if each in problem.hint] == [cause]


def test_a_stuck_connection_is_told_once_for_each_time_it_gets_stuck() -> None:
    for audio_format, second in ((AudioFormat.PCM16, 64_000), (AudioFormat.PCMU, 10_700)):
        watch = LinkWatch(audio_format)
        backlog = [second // 2, second - 100, second + 100, 3 * second, second - 100, second + 100]
        problems = [watch.look(Line((), [], backlog=each), 0.0) for each in backlog]
        assert [len(each) for each in problems] == [0, 0, 1, 0, 0, 0]
        (problem,) = problems[2]
        assert isinstance(problem, ProblemSeen)
        assert problem.title == "The connection is stuck"
        assert watch.look(Line((), [], backlog=0), 0.0) == []
        assert len(watch.look(Line((), [], backlog=2 * second), 0.0)) == 1
