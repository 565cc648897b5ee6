from __future__ import annotations

from studio.core.clock import ManualClock
from studio.runtime.messages import PlayRecording, RecordingHeard
from studio.ui.replay_sound import ReplaySound
from studio.ui.replayed import Replayed
from tests import conversations
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN, FakeFeed, log_lines

PATH = "sessions/one"
TALK = conversations.long_talk(6)
HALF = len(TALK) // 2


class Listening:
    """Half of a session that is being written, played with its sound."""

    def __init__(self) -> None:
        self.clock, self.feed = ManualClock(), FakeFeed()
        self.recorded = FakeDesk().lay(PATH, TALK[:HALF])
        self.recorded.written = []
        self.shown = Replayed(self.recorded, PLAN, self.clock)
        self.shown.work()
        self.sound = ReplaySound(self.feed)
        self.shown.seek(0.0)
        self.shown.play()
        self.look()

    def look(self, seconds: float = 0.0) -> None:
        self.clock.advance(seconds)
        self.shown.work()
        self.sound.follow(self.shown, "silent")

    @property
    def told(self) -> list[PlayRecording]:
        return [each for each in self.feed.played if each is not None]

    def hear(self, at: float) -> None:
        self.sound.heard(RecordingHeard(self.told[-1].number, at), self.shown)
        self.look()


def test_what_is_written_while_one_listens_sounds_when_one_comes_to_it() -> None:
    held = Listening()
    end = TALK[HALF - 1].at
    held.recorded.written = [each.line for each in log_lines(TALK)][HALF:]
    held.look(0.5)
    held.hear(end / 2)
    assert len(held.told) == 1
    held.hear(end - 0.1)
    first, more = held.told
    assert more.from_s == end - 0.1
    assert len(more.output) > len(first.output)
    held.hear(end + 1)
    assert len(held.told) == 2


def test_at_the_end_of_what_is_written_nothing_is_told_again_and_again() -> None:
    held = Listening()
    held.hear(TALK[HALF - 1].at - 0.1)
    held.look(0.5)
    held.look(5.0)
    assert len(held.told) == 1


def test_what_sounds_goes_on_while_a_little_more_is_read() -> None:
    held = Listening()
    held.recorded.written = [each.line for each in log_lines(TALK)][HALF:]
    held.recorded.refresh()
    assert not held.shown.is_ready
    held.sound.follow(held.shown, "silent")
    assert held.feed.played == held.told
    assert len(held.told) == 1
