"""The speaker's sound in the microphone: does the assistant take its own voice for the user's?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from tests.device.card import VirtualCard
from tests.device.conversing import conversing, spoken, words

pytestmark = [pytest.mark.device, pytest.mark.speech, pytest.mark.timeout(240)]

Tell = Callable[[str], None]
PATIENCE_S = 12
PAUSE_S = 0.6


def talk_in_a_room(
    card: VirtualCard, out: Path, turns: int, patience_s: float, *options: str
) -> dict[str, Any]:
    """So many questions where the microphone hears the speaker as loud as the user."""
    question = spoken("What time is it?", "marin")
    with card.echo_loop(gain_db=0), conversing(card, out, *options) as talk:
        for turn in range(turns):
            talk.say(question)
            talk.waits_for("local.playback.finished", turn + 1, patience_s)
            sleep(PAUSE_S)
        return talk.ended()


def interruptions(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [cut for turn in told["turns"] for cut in turn["interruptions"]]


def scores(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The echo score of every turn that has one."""
    return [turn["echo"] for turn in told["turns"] if turn["echo"] is not None]


def test_as_a_new_user_has_it_the_assistant_does_not_interrupt_itself_in_ten_turns(
    card: VirtualCard, tmp_path: Path, figure: Tell
) -> None:
    told = talk_in_a_room(card, tmp_path, 10, PATIENCE_S)
    asked = [words(turn["user"])[:2] for turn in told["turns"]]
    highest = max((each["score"] for each in scores(told)), default=0.0)
    figure(f"{len(asked)} turns, {len(interruptions(told))} interruptions, score ≤ {highest:.2f}")
    assert asked == [["what", "time"]] * 10
    assert [words(turn["assistant"])[:2] for turn in told["turns"]] == [["it", "is"]] * 10
    assert interruptions(told) == []
    assert not any(each["likely"] for each in scores(told))


def test_without_echo_cancelling_it_does_and_the_score_says_so(
    card: VirtualCard, tmp_path: Path, figure: Tell
) -> None:
    told = talk_in_a_room(card, tmp_path, 4, 6, "--echo", "off")
    cut = [turn for turn in told["turns"] if turn["echo"] is not None and turn["echo"]["likely"]]
    assert len(cut) >= 3
    found = sorted(turn["echo"]["score"] for turn in cut)
    lags_ms = sorted(turn["echo"]["lag_ms"] for turn in cut)
    figure(
        f"{len(interruptions(told))} interruptions in 4 questions; {len(cut)} told as echo, with "
        f"scores {found[0]:.2f} to {found[-1]:.2f}, lags {lags_ms[0]:.0f} to {lags_ms[-1]:.0f} ms"
    )
    assert len(interruptions(told)) >= 3
    assert any("own voice" in problem["title"] for problem in told["problems"])
