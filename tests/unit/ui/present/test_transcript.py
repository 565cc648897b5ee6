from __future__ import annotations

import pytest
from rich.style import Style

from studio.audio.formats import AudioFormat
from studio.session.reduce import fold
from studio.session.state import Connection
from studio.session.turns import turns
from studio.ui.present.palette import Palette
from studio.ui.present.transcript import Ending, TurnView, ending_lines, turn_lines
from tests import conversations

PALETTE = Palette(foreground="white", muted="grey50", warning="yellow", user="cyan")


def lines(name: str, width: int = 70, script: str = "") -> list[str]:
    state = fold(conversations.LIBRARY[name]())
    return [
        line.plain.rstrip()
        for turn in turns(state)
        for line in turn_lines(TurnView(turn, AudioFormat.PCM16, script=script), width, PALETTE)
    ]


def test_a_turn_reads_from_question_to_answer_with_its_latency() -> None:
    user, assistant, air = lines("spoken_turn")
    assert user.startswith(f" you       {conversations.QUESTION}")
    assert assistant.startswith(f" assistant {conversations.ANSWER}")
    assert assistant.endswith(" s")
    assert air == ""


def test_what_was_never_heard_is_struck_out() -> None:
    state = fold(conversations.late_barge_in())
    drawn = turn_lines(TurnView(turns(state)[0], AudioFormat.PCM16), 200, PALETTE)
    (said,) = [line for line in drawn if "Once upon" in line.plain]
    struck = [
        said.plain[span.start : span.end]
        for span in said.spans
        if isinstance(span.style, str) and Style.parse(span.style).strike
    ]
    assert struck
    assert "room for." in struck[0]
    assert any("stopped after 1.59 s: you spoke" in line.plain for line in drawn)


def test_a_call_stands_between_question_and_answer() -> None:
    words = "\n".join(lines("tool_round"))
    places = [words.index(each) for each in ("weather in", "get_weather", "→ {", "foggy and")]
    assert places == sorted(places)


def test_a_call_without_an_answer_waits() -> None:
    assert "           → waiting for its output: a answers" in lines("waiting_for_a_tool")


def test_the_script_stands_by_when_other_words_were_recognised() -> None:
    assert lines("spoken_turn", script="what time IS it") == lines("spoken_turn")
    assert "           script: What dime is it?" in lines("spoken_turn", script="What dime is it?")


@pytest.mark.parametrize("name", list(conversations.LIBRARY))
@pytest.mark.parametrize("width", [34, 78, 180])
def test_every_turn_fits_and_is_printable(name: str, width: int) -> None:
    for line in lines(name, width):
        assert len(line) <= width
        assert line.isprintable()


def test_a_failed_response_says_why() -> None:
    assert any("failed" in line for line in lines("failed_response"))


def test_an_end_says_why_and_what_to_do() -> None:
    failed = Connection(phase="failed", close_reason="Nobody listens at ws://127.0.0.1:9.")
    told = [line.plain for line in ending_lines(Ending(failed, "Start the server."), 40, PALETTE)]
    assert told[0].startswith(" failed    Nobody listens at")
    assert "".join(told).count("ws://127.0.0.1:9.") == 1
    assert any("→ Start the server." in line for line in told)
    assert told[-1].strip() == "c tries again"
    closed = [line.plain for line in ending_lines(Ending(Connection(phase="closed")), 60, PALETTE)]
    assert closed[0].startswith(" ended     in good order")
    assert closed[-1].strip() == "c begins a new session"


def test_a_lost_connection_is_not_an_end_in_good_order() -> None:
    lost = Ending(Connection(phase="closed", close_code=1006))
    (first, *_) = [line.plain for line in ending_lines(lost, 80, PALETTE)]
    assert "the connection was lost (close code 1006)" in first
