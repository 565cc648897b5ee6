from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.runtime.link import Message
from studio.runtime.messages import Fault, SessionBegan, WorkerGone
from studio.session.envelope import Envelope
from studio.session.local import ConnectionClosed, DeviceFailed
from studio.session.reduce import fold
from studio.session.state import Problem
from studio.ui.live import SETTLE_S, Live
from studio.ui.present.transcript import Ending
from studio.ui.views import ending, flags
from tests import conversations
from tests.builders import Script
from tests.fakes.feed import BEGAN, PLAN, log_lines


def live_after(envelopes: tuple[Envelope, ...], clock: ManualClock | None = None) -> Live:
    live = Live(PLAN, {}, clock or ManualClock())
    play(live, BEGAN, envelopes)
    return live


def play(live: Live, began: SessionBegan, envelopes: tuple[Envelope, ...]) -> list[Problem]:
    """Play a session; the problems that were worth a toast."""
    messages: list[Message] = [began, *log_lines(envelopes)]
    problems = [live.take(message) for message in messages]
    return [problem for problem in problems if problem is not None]


@pytest.mark.parametrize("name", list(conversations.LIBRARY))
def test_the_screen_knows_what_the_fold_knows(name: str) -> None:
    envelopes = conversations.LIBRARY[name]()
    live = Live(PLAN, {}, ManualClock())
    dialect = "beta" if name == "beta_turn" else "ga"
    play(live, SessionBegan({"dialect": dialect}, "path"), envelopes)
    assert live.state == fold(envelopes)
    assert len(live.store) == len(envelopes)


def test_changed_settings_are_due_once_when_the_hand_rests() -> None:
    clock = ManualClock()
    live = live_after(conversations.connected(), clock)
    live.edit("turn_detection.threshold", 0.6)
    clock.advance(SETTLE_S / 2)
    live.edit("turn_detection.threshold", 0.7)
    clock.advance(SETTLE_S * 0.9)
    assert live.wish_due() is None
    clock.advance(SETTLE_S * 0.2)
    wish = live.wish_due()
    assert wish is not None
    assert wish.settings.turn_detection is not None
    assert wish.settings.turn_detection.threshold == 0.7
    assert live.wish_due() is None


def test_without_a_session_nothing_is_sent_and_the_draft_is_kept() -> None:
    clock = ManualClock()
    live = Live(PLAN, {}, clock)
    live.edit("voice", "cedar")
    clock.advance(1)
    assert live.wish_due() is None
    assert live.draft.settings.voice == "cedar"


def test_undo_takes_back_one_change_after_the_other() -> None:
    live = Live(PLAN, {}, ManualClock())
    live.edit("voice", "cedar")
    live.edit("speed", 1.2)
    live.undo()
    assert (live.draft.settings.voice, live.draft.settings.speed) == ("cedar", 1.0)
    live.undo()
    live.undo()
    assert live.draft.plan == PLAN


def test_a_wrong_value_changes_nothing() -> None:
    live = Live(PLAN, {}, ManualClock())
    with pytest.raises(StudioError, match="speed"):
        live.edit("speed", 9)
    assert live.draft.plan is PLAN


def test_refused_settings_go_back_to_what_the_server_has() -> None:
    live = Live(PLAN, {}, ManualClock())
    live.edit("voice", "cedar")
    live.edit("speed", 1.5)
    problems = play(live, BEGAN, conversations.refused_setting())
    assert (live.draft.settings.voice, live.draft.settings.speed) == ("marin", 1.0)
    assert problems


def test_another_provider_brings_its_peer_and_keeps_the_settings() -> None:
    other = PLAN.model_copy(
        update={"provider": "openai", "url": "wss://x", "model": "gpt-realtime"}
    )
    live = Live(PLAN, {"local": PLAN, "openai": other}, ManualClock())
    live.edit("voice", "cedar")
    live.edit("provider", "openai")
    plan = live.draft.plan
    assert (plan.provider, plan.url, plan.model) == ("openai", "wss://x", "gpt-realtime")
    assert plan.settings.voice == "cedar"


def test_a_new_session_begins_with_nothing_of_the_last() -> None:
    live = live_after(conversations.two_turns())
    live.take(SessionBegan(header={}, path="second"))
    assert len(live.store) == 0
    assert live.state.items.order == ()
    assert live.sessions == 2


def test_the_end_of_the_worker_is_told_in_words() -> None:
    live = live_after(conversations.connected())
    assert live.is_connected
    live.take(WorkerGone(-9, Path("worker.log")))
    notice = live.notice("r", "e")
    assert notice is not None
    assert "signal 9" in notice.words
    assert "r starts it again" in notice.words
    live.restarted()
    assert (live.notice("r", "e"), live.is_connected) == (None, False)


def test_a_fault_of_the_worker_is_a_problem() -> None:
    live = Live(PLAN, {}, ManualClock())
    problem = live.take(Fault("No sound", "there is no card", "plug one in"))
    assert problem is not None
    assert live.problems == (problem,)


def test_flags_belong_to_a_session_that_goes_on() -> None:
    live = live_after(conversations.connected())
    live.state = replace(live.state, speech=replace(live.state.speech, muted=True))
    assert flags(live) == ["muted", "virtual mic"]
    live.gone = WorkerGone(-9, Path("worker.log"))
    assert flags(live) == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("dropped_connection", "Connect again"),
        ("unreachable", "Start the local server"),
        ("spoken_turn", ""),
    ],
)
def test_the_end_of_a_session_has_the_next_step_of_its_cause(name: str, hint: str) -> None:
    told = ending(live_after(conversations.LIBRARY[name]()))
    assert told is not None
    assert told.hint.startswith(hint)
    assert bool(told.hint) == bool(hint)


def test_a_session_that_goes_on_has_no_ending() -> None:
    assert ending(live_after(conversations.connected())) is None


def test_an_end_in_good_order_has_nothing_to_do_with_an_earlier_problem() -> None:
    script = Script()
    script.local(DeviceFailed(direction="output", name="default", message="gone", hint="Plug in."))
    script.local(ConnectionClosed(code=1000, expected=True))
    live = live_after(tuple(script.envelopes))
    assert [problem.hint for problem in live.state.problems] == ["Plug in."]
    assert ending(live) == Ending(live.state.connection)
