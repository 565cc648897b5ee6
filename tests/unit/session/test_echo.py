"""Telling the assistant's own voice from the user's, and what to do about it."""

from __future__ import annotations

import pytest

from studio.audio.cleaning import Cleaning, Echo
from studio.protocol.settings import DEFAULTS, SessionSettings, apply
from studio.session.echo import TITLE, verdict
from studio.session.local import EchoScored, SoundWanted
from studio.session.reduce import fold
from tests.builders import Script
from tests.conversations import LIBRARY, Talk


def scored(
    score: float = 0.91, *, echo: Echo = "cancel", detection: dict[str, object] | None = None
) -> Script:
    settings = apply(DEFAULTS, SessionSettings.model_validate({"turn_detection": detection or {}}))
    script = Talk().connect(settings).script.local(SoundWanted(cleaning=Cleaning(echo=echo)))
    return script.local(
        EchoScored(item_id="item_user_1", audio_start_ms=8_200, score=score, lag_ms=42.4)
    )


def advice(script: Script) -> str:
    seen = verdict(script.state, "item_user_1")
    assert seen is not None
    return " ".join(seen.advice)


def test_the_assistants_own_voice_is_told_with_its_figures() -> None:
    seen = verdict(scored().state, "item_user_1")

    assert seen is not None
    assert (seen.likely, seen.score, seen.lag_ms, seen.cut_off) == (True, 0.91, 42.4, False)
    assert seen.title == TITLE
    assert "42 ms" in seen.evidence
    assert "91%" in seen.evidence
    assert "8,200 ms" in seen.evidence


def test_the_user_needs_no_advice() -> None:
    script = scored(0.05)
    seen = verdict(script.state, "item_user_1")

    assert seen is not None
    assert not seen.likely
    assert seen.advice == ()
    assert "5%" in seen.evidence
    assert script.state.problems == ()


def test_what_was_not_scored_has_no_verdict() -> None:
    assert verdict(scored().state, "item_user_9") is None


@pytest.mark.parametrize(
    ("echo", "offered", "not_offered"),
    [
        ("off", ("headset", "Turn echo cancelling on", "half-duplex"), ()),
        ("cancel", ("headset", "speaker down", "half-duplex"), ("Turn echo cancelling on",)),
        ("half-duplex", ("headset", "Turn echo cancelling on"), ("Choose half-duplex",)),
    ],
)
def test_what_is_offered_depends_on_what_is_on(
    echo: Echo, offered: tuple[str, ...], not_offered: tuple[str, ...]
) -> None:
    words = advice(scored(echo=echo))

    assert all(each in words for each in offered)
    assert not any(each in words for each in not_offered)


@pytest.mark.parametrize(
    ("detection", "threshold"),
    [
        ({"threshold": 0.5}, "0.7"),
        ({"threshold": 0.85}, "0.9"),
        ({"threshold": 0.9}, None),
        ({"type": "semantic_vad"}, None),
    ],
)
def test_a_higher_threshold_is_named_where_there_is_one(
    detection: dict[str, object], threshold: str | None
) -> None:
    words = advice(scored(detection=detection))

    assert ("threshold" in words) == (threshold is not None)
    assert threshold is None or f"threshold to {threshold}:" in words


def test_a_self_interruption_is_a_warning_with_advice() -> None:
    state = fold(LIBRARY["self_interruption"]())

    (problem,) = state.problems
    assert (problem.title, problem.severity, problem.code) == (TITLE, "warning", "echo")
    assert "headset" in problem.hint
    seen = verdict(state, "item_user_2")
    assert seen is not None
    assert seen.cut_off


def test_a_burst_of_echoes_is_told_once() -> None:
    script = scored()
    for at, item_id in ((5.0, "a"), (24.0, "b"), (43.0, "c"), (70.0, "d")):
        script.at(at).local(EchoScored(item_id=item_id, audio_start_ms=0, score=0.8, lag_ms=20.0))

    told = [problem for problem in script.state.problems if problem.code == "echo"]
    assert [problem.at for problem in told] == [told[0].at, 70.0]
    assert {problem.severity for problem in told} == {"info"}
