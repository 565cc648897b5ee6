from __future__ import annotations

import csv
import io

import pytest

from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError
from studio.lab.bootstrap import most_of_none, trust_of_all
from studio.lab.by_words import (
    CAVEAT,
    EAGERNESSES,
    ByWords,
    count_words,
    eagernesses_of,
    weigh_words,
)
from studio.lab.grid import Grid
from studio.lab.refs import Held
from studio.lab.semantic import SemanticTwin
from studio.lab.sweep import Plan, sweep
from studio.lab.sweep_page import sweep_page
from studio.lab.sweep_told import document, table
from studio.lab.weighing import Weighed, weigh
from tests.fakes.takes import coughing, hesitating, level_twin, toned

UNLABELLED = toned("unlabelled", [(0.9, 9)], None)
REFS = [Held(each) for each in (hesitating("one"), hesitating("two", 14), UNLABELLED)]
PLAN = Plan(Grid((0.5,), (200, 500), (300,)))


def hesitates(audio: bytes, audio_format: AudioFormat) -> str:
    """The first piece of a turn wants more, the whole of it does not."""
    return "so um" if audio_format.bytes_to_ms(len(audio)) < 1_500 else "So um, what time is it?"


def always(words: str) -> SemanticTwin:
    return SemanticTwin(lambda _audio, _form: words, words)


def weighed_by(words: SemanticTwin, refs: list[Held] = REFS) -> tuple[Weighed, ByWords]:
    *_, swept = sweep(refs, PLAN, level_twin())
    weighed = weigh(swept)
    assert weighed is not None
    tally = count_words(refs, PLAN, level_twin(), words, EAGERNESSES, by_turn=swept.by_turn)
    assert tally is not None
    return weighed, weigh_words(weighed, EAGERNESSES, tally)


def test_words_that_tell_a_pause_from_an_end_are_recommended() -> None:
    weighed, found = weighed_by(SemanticTwin(hesitates, "fake"))
    assert found.figures.turns == weighed.figures.turns == 2
    assert found.figures.lost.tolist() == [0, 0, 0]
    assert found.recommended == "high"
    assert found.on_front == (False, False, True)
    assert weighed.chosen in found.beaten
    told = document(weighed, (), by_words=found)
    assert told["recommendation"]["turn_detection"]["eagerness"] == "high"
    assert told["server_vad"]["settings"]["silence_duration_ms"] == 500
    assert told["front"][-1]["settings"] == {"type": "semantic_vad", "eagerness": "high"}
    rows = list(csv.DictReader(io.StringIO("".join(table(weighed, found)))))
    assert [row["eagerness"] for row in rows] == ["", "", "low", "medium", "high"]
    assert [row["recommended"] for row in rows] == ["0", "0", "0", "0", "1"]


def test_words_that_deceive_leave_the_recommendation_to_silence() -> None:
    weighed, found = weighed_by(always("What time is it?"))
    assert found.figures.cut_off.tolist() == [0, 1, 2]
    assert found.recommended == ""
    told = document(weighed, (), by_words=found)
    assert "server_vad" not in told
    assert told["recommendation"]["settings"]["silence_duration_ms"] == 500
    assert len(told["by_words"]) == 3


def test_they_are_drawn_anew_together_with_the_grid() -> None:
    refs = [Held(hesitating(f"take {at}", 5 + at % 9)) for at in range(16)]
    weighed, found = weighed_by(SemanticTwin(hesitates, "fake"), refs)
    grid, words = weighed.trust, found.trust
    assert found.recommended == "high"
    assert words.units == grid.units == 16
    assert len(words.wins) == len(words.lost_rate) == 3
    assert words.wins[2] > 0.9
    assert words.wins[0] < 0.1
    # What beats the grid takes its wins: alone, its best wins nearly always.
    assert grid.wins.max() > 0.9
    assert found.rival[1] < 0.1
    told = document(weighed, (), by_words=found)["recommendation"]
    assert told["wins"] == words.wins[2]
    most = pytest.approx(most_of_none(weighed.figures.turns), abs=1e-4)
    assert told["intervals"]["lost_rate"] == [0, most]
    assert "Drawn anew 400 times from the 16 takes" in told["evidence"][1]
    assert told["doubts"] == [CAVEAT]


def test_a_tally_beside_itself_wins_as_often_as_alone() -> None:
    weighed, _ = weighed_by(always("Yes."))
    counted = (weighed.swept.tally, weighed.grid)
    twice = trust_of_all((counted, counted), weighed.budget)
    assert twice.wins.tolist() == [*weighed.trust.wins.tolist()] * 2
    assert twice.since(weighed.grid.pairs).lost_rate == weighed.trust.lost_rate


def test_a_page_shows_them_beside_the_front() -> None:
    weighed, found = weighed_by(SemanticTwin(hesitates, "fake"))
    page = "".join(sweep_page(weighed, (), found))
    assert "<h1>semantic_vad, eagerness high</h1>" in page
    assert "The best of server_vad: threshold 0.50, silence 500 ms" in page
    assert "semantic_vad, eagerness low (another beats it)" in page
    assert page.count('class="chosen"') == 3  # two maps and a row
    assert "&#34;eagerness&#34;: &#34;high&#34;" in page
    _, deceived = weighed_by(always("What time is it?"))
    page = "".join(sweep_page(weighed, (), deceived))
    assert "<h1>threshold 0.50, silence 500 ms" in page
    assert "By words means" in page
    assert "By words means" not in "".join(sweep_page(weighed, ()))


def test_counting_can_be_stopped() -> None:
    told: list[int] = []

    def goes_on(takes: int) -> bool:
        told.append(takes)
        return takes < 1

    words = always("Yes.")
    counted = count_words(
        REFS, PLAN, level_twin(), words, EAGERNESSES, by_turn=True, goes_on=goes_on
    )
    assert counted is None
    assert told == [0, 1]


def test_a_cough_is_a_ghost_whoever_decides() -> None:
    weighed, found = weighed_by(always("Yes."), [Held(coughing())])
    at = weighed.grid.size - 1
    assert found.figures.noise_ghosts.tolist() == [weighed.figures.noise_ghosts[at]] * 3


def test_an_eagerness_that_there_is_not_is_refused() -> None:
    assert eagernesses_of("") == ()
    assert eagernesses_of("high, low,high") == ("low", "high")
    with pytest.raises(StudioError, match="keen"):
        eagernesses_of("low,keen")
