from __future__ import annotations

from pathlib import Path

from studio.core.clock import ManualClock
from studio.runtime.messages import WorkerGone
from studio.session.local import DeviceOpened
from studio.ui.live import Live
from studio.ui.take_recording import held_microphone
from tests import conversations
from tests.builders import Script
from tests.fakes.feed import BEGAN, PLAN, log_lines


def hears_through(live: Live, *, virtual: bool) -> None:
    """The session has another microphone from now on."""
    event = DeviceOpened(direction="input", name="USB Mic", virtual=virtual, rate_hz=48_000)
    for line in log_lines(Script().at(9.0).local(event).envelopes):
        live.take(line)


def test_a_session_holds_the_microphone_as_long_as_it_hears_through_a_card() -> None:
    live = Live(PLAN, {}, ManualClock())
    assert held_microphone(live) == ""
    live.take(BEGAN)
    for line in log_lines(conversations.connected()):
        live.take(line)
    hears_through(live, virtual=False)
    assert "the session has the microphone open" in held_microphone(live)
    hears_through(live, virtual=True)
    assert held_microphone(live) == ""
    hears_through(live, virtual=False)
    live.take(WorkerGone(-9, Path("worker.log")))
    assert held_microphone(live) == ""
