from __future__ import annotations

from dataclasses import dataclass, field, replace

from studio.audio.playout import Playing
from studio.core.persistent import Register
from studio.runtime.caller import Caller, Line, Look, is_heard_out, read_script
from studio.session.state import Head, Playback, Response, Responses, SessionState


def test_a_script_is_lines_between_slashes_with_cues_in_milliseconds() -> None:
    assert read_script(" Hello. // @4000 Stop, please //  // @ home") == (
        Line("Hello."),
        Line("Stop, please", 4000.0),
        Line("@ home"),
    )


def answered(
    created_at: float, status: str = "completed", played_ms: float | None = 900.0
) -> SessionState:
    response = Response("r1", status=status, created_at=created_at)
    head = Head("a1", 0, "r1", received_bytes=100, played_ms=played_ms)
    active = "r1" if status == "in_progress" else ""
    return SessionState(
        responses=Responses(Register({"r1": response}), active=active),
        playback=Playback(Register({head.part: head})),
    )


def test_heard_out_means_answered_after_the_words_wholly_and_by_ear() -> None:
    assert is_heard_out(answered(2.0), since=1.0)
    assert not is_heard_out(answered(2.0), since=3.0)
    assert not is_heard_out(answered(2.0, "in_progress"), since=1.0)
    assert not is_heard_out(answered(2.0, "cancelled"), since=1.0)
    assert not is_heard_out(answered(2.0, played_ms=None), since=1.0)
    assert not is_heard_out(SessionState(), since=0.0)


@dataclass
class Evening:
    """A caller asked every 20 ms, from one moment to the next."""

    caller: Caller
    look: Look = field(default_factory=lambda: Look(0.0, SessionState(), False, None))
    said: list[tuple[float, str]] = field(default_factory=list)

    def until(
        self,
        seconds: float,
        state: SessionState | None = None,
        *,
        speaking: bool = False,
        playing: Playing | None = None,
    ) -> None:
        self.look = replace(
            self.look,
            state=self.look.state if state is None else state,
            is_speaking=speaking,
            playing=playing,
        )
        while self.look.now < seconds:
            self.look = replace(self.look, now=round(self.look.now + 0.02, 3))
            line = self.caller.due(self.look)
            if line is not None:
                self.said.append((self.look.now, line.text))


def test_a_line_follows_once_the_answer_was_heard_and_a_breath_was_taken() -> None:
    evening = Evening(Caller([Line("One"), Line("Two")]))
    evening.until(0.6)
    evening.until(2.0, speaking=True)
    evening.until(3.0, answered(2.5, "in_progress", None))
    evening.until(5.0, answered(2.5, "completed", None))
    evening.until(7.0, answered(2.5))
    assert evening.said == [(0.52, "One"), (5.62, "Two")]
    assert evening.caller.is_over


def test_a_breaking_in_line_waits_until_enough_of_the_answer_was_heard() -> None:
    evening = Evening(Caller([Line("A story, please"), Line("Stop", 4000.0)]))
    evening.until(1.0)
    evening.until(2.0, answered(1.5, "in_progress", None), playing=Playing("a1", 0, 3900, 9000))
    assert len(evening.said) == 1
    evening.until(2.1, playing=Playing("a1", 0, 4010, 9000))
    assert evening.said[1][1] == "Stop"


def test_an_answer_too_short_to_break_into_is_heard_out() -> None:
    evening = Evening(Caller([Line("A story, please"), Line("Stop", 4000.0)]))
    evening.until(1.0)
    evening.until(4.0, answered(1.5))
    assert [words for _, words in evening.said] == ["A story, please", "Stop"]


def test_an_answer_that_never_comes_is_waited_for_with_patience() -> None:
    evening = Evening(Caller([Line("One"), Line("Two")]))
    evening.until(30.0)
    assert [words for _, words in evening.said] == ["One", "Two"]
    assert 15 < evening.said[1][0] < 17
