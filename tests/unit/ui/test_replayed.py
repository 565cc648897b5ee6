from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.clock import ManualClock
from studio.runtime.link import Message
from studio.runtime.messages import RecordingHeard
from studio.session.envelope import Envelope
from studio.session.local import CallerSaid
from studio.session.reduce import fold, reduce
from studio.session.state import SessionState
from studio.session.turns import turns
from studio.ui.live import Live
from studio.ui.recording import PATIENCE_S, SPEEDS
from studio.ui.replayed import Replayed, recorded_plan
from tests import conversations
from tests.fakes.desk import FakeDesk, FakeRecorded
from tests.fakes.feed import BEGAN, PLAN, log_lines

PATH = "sessions/one"


@cache
def talk() -> tuple[Envelope, ...]:
    return conversations.long_talk(6)


@cache
def prefixes() -> list[SessionState]:
    states = [SessionState()]
    for envelope in talk():
        states.append(reduce(states[-1], envelope).state)
    return states


class Held:
    """A recording under a clock that the test moves."""

    def __init__(self, recorded: FakeRecorded) -> None:
        self.clock = ManualClock()
        self.recorded = recorded
        self.shown = Replayed(recorded, PLAN, self.clock)
        self.shown.work()

    def passes(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.shown.work()


def recording(envelopes: tuple[Envelope, ...] | None = None) -> Held:
    return Held(FakeDesk().lay(PATH, talk() if envelopes is None else envelopes))


def test_it_opens_at_the_end_as_the_live_screen_was() -> None:
    live = Live(PLAN, {}, ManualClock())
    messages: list[Message] = [BEGAN, *log_lines(talk())]
    for message in messages:
        live.take(message)
    shown = recording().shown
    assert shown.is_ready
    assert shown.is_recording
    assert shown.position == len(talk())
    assert shown.state == live.state == prefixes()[-1]
    assert shown.problems == live.problems
    assert list(shown.scripts) == list(live.scripts)


@given(data=st.data())
@settings(max_examples=30)
def test_wherever_one_goes_the_state_is_the_fold_of_what_was_before(data: st.DataObject) -> None:
    held = recording()
    shown = held.shown
    moves = st.one_of(
        st.tuples(st.just("go"), st.integers(-3, len(talk()) + 3)),
        st.tuples(st.just("step"), st.integers(-3, 3)),
        st.tuples(st.just("turn"), st.sampled_from([-1, 1])),
        st.tuples(st.just("seek"), st.integers(-2, 40)),
        st.tuples(st.just("play"), st.integers(0, 6)),
    )
    for move, amount in data.draw(st.lists(moves, min_size=1, max_size=10)):
        match move:
            case "go":
                shown.go(amount)
            case "step":
                shown.step(amount)
            case "turn":
                shown.step_turns(amount)
            case "seek":
                shown.seek(float(amount))
            case _:
                shown.play()
                held.passes(float(amount))
        assert 0 <= shown.position <= len(talk())
        assert shown.state == prefixes()[shown.position]
        assert len(shown.store) == len(talk())


def test_time_passes_at_the_speed_that_was_chosen() -> None:
    held = recording()
    shown = held.shown
    shown.seek(0.0)
    shown.play()
    held.passes(2.0)
    assert shown.now == pytest.approx(2.0)
    assert shown.position == sum(each.at <= 2.0 for each in talk())
    shown.hasten(1)
    assert shown.head.speed == 1.25
    held.passes(2.0)
    assert shown.now == pytest.approx(4.5)
    shown.play()
    held.passes(60.0)
    assert shown.now == pytest.approx(4.5)


def test_speeds_end_where_they_end() -> None:
    shown = recording().shown
    shown.hasten(-100)
    assert shown.head.speed == SPEEDS[0] == 0.25
    shown.hasten(100)
    assert shown.head.speed == SPEEDS[-1] == 50.0


def test_it_stops_at_the_end_and_plays_from_the_beginning_again() -> None:
    held = recording()
    shown = held.shown
    shown.play()
    assert shown.position < len(talk())
    held.passes(1_000.0)
    assert shown.recording is not None
    assert not shown.recording.is_playing
    assert shown.now == shown.end == talk()[-1].at
    assert shown.position == len(talk())


def test_events_and_turns_are_steps() -> None:
    shown = recording().shown
    starts = [sum(e.at <= turn.started_at for e in talk()) for turn in turns(prefixes()[-1])]
    shown.go(0)
    visited = []
    for _ in starts:
        shown.step_turns(1)
        visited.append(shown.position)
    assert visited == starts
    shown.step_turns(1)
    assert shown.position == len(talk())
    shown.step_turns(-1)
    assert shown.position == starts[-1]
    shown.step(1)
    assert shown.position == starts[-1] + 1
    shown.step(-1)
    assert shown.position == starts[-1]


def test_it_is_read_while_one_looks() -> None:
    desk = FakeDesk()
    recorded = desk.lay(PATH, talk())
    recorded.slice = 100
    held = Held(recorded)
    shown = held.shown
    assert len(shown.store) == 100
    assert shown.recording is not None
    assert shown.recording.ready < 1
    while not shown.is_ready:
        held.passes(1.0)
    assert shown.position == len(talk())
    assert shown.state == prefixes()[-1]


def test_a_session_that_is_written_is_followed_until_one_goes_elsewhere() -> None:
    lines = [each.line for each in log_lines(talk())]
    recorded = FakeDesk().lay(PATH, talk()[:100])
    recorded.written = []
    held = Held(recorded)
    shown = held.shown
    held.passes(1.0)
    assert shown.recording is not None
    assert shown.recording.is_written
    recorded.written = lines[100:150]
    held.passes(1.0)
    assert shown.position == 150
    assert shown.state == prefixes()[150]
    shown.step(-10)
    recorded.written = lines[150:]
    held.passes(1.0)
    assert shown.position == 140
    assert len(shown.store) == len(talk())
    shown.go_to_end()
    recorded.written = None
    held.passes(1.0)
    assert shown.position == len(talk())
    assert not shown.recording.is_written


def test_playing_what_is_written_goes_on_with_it() -> None:
    lines = [each.line for each in log_lines(talk())]
    recorded = FakeDesk().lay(PATH, talk()[:100])
    recorded.written = []
    held = Held(recorded)
    held.shown.seek(0.0)
    held.shown.play()
    held.passes(talk()[99].at + 1)
    assert held.shown.position == 100
    leaps = held.shown.head.leaps
    held.passes(0.2)
    held.passes(0.2)
    assert held.shown.head.leaps == leaps
    recorded.written = lines[100:200]
    held.passes(1.0)
    assert len(held.shown.store) == 200
    assert held.shown.position > 100


def test_the_ear_leads_the_play_head() -> None:
    held = recording()
    shown = held.shown
    shown.seek(0.0)
    shown.play()
    shown.head.wait()
    held.passes(0.5)
    assert shown.now == 0.0
    shown.heard(RecordingHeard(1, 0.1))
    held.passes(1.0)
    assert shown.now == pytest.approx(1.1)
    shown.heard(RecordingHeard(1, 1.08))
    assert shown.now == pytest.approx(1.08)
    shown.heard(RecordingHeard(1, 0.0, is_over=True))
    assert shown.now == pytest.approx(1.08)


def test_a_speaker_that_never_sounds_is_not_waited_for() -> None:
    held = recording()
    held.shown.seek(0.0)
    held.shown.play()
    held.shown.head.wait()
    held.passes(PATIENCE_S + 1.0)
    assert held.shown.now == pytest.approx(1.0)


def test_the_config_pane_shows_the_settings_of_the_moment() -> None:
    shown = recording().shown
    plan = shown.draft.plan
    assert plan == recorded_plan(PLAN, prefixes()[-1])
    assert plan.settings == prefixes()[-1].settings.asked
    live = Live(PLAN, {}, ManualClock())
    live.adopt(plan)
    assert live.draft.plan.settings == plan.settings
    live.undo()
    assert live.draft.plan == PLAN


def test_before_anything_was_told_the_header_says_whom_it_talked_to() -> None:
    recorded = FakeDesk().lay(PATH, ())
    recorded.header = {**recorded.header, "provider": "openai", "model": "gpt-realtime"}
    shown = Held(recorded).shown
    assert shown.draft.plan.provider == "openai"
    assert shown.draft.plan.model == "gpt-realtime"
    assert "provider" not in shown.session_plan()


def test_what_is_wrong_with_it_is_said() -> None:
    recorded = FakeDesk().lay(PATH, talk())
    recorded.problems = ("Line 7 is damaged and passed over.",)
    shown = Held(recorded).shown
    notice = shown.notice("r", "e")
    assert notice is not None
    assert "Line 7" in notice.words
    assert [each.message for each in shown.problems] == ["Line 7 is damaged and passed over."]


def test_the_script_is_that_of_the_moment() -> None:
    said = [at for at, each in enumerate(talk()) if isinstance(each.event, CallerSaid)]
    shown = recording().shown
    assert len(shown.scripts) == len(said)
    shown.go(0)
    assert not shown.scripts


def test_an_empty_recording_is_one() -> None:
    held = recording(())
    held.shown.play()
    held.passes(1.0)
    held.shown.step_turns(1)
    held.shown.seek(3.0)
    assert held.shown.state == fold(())
    assert held.shown.position == 0
