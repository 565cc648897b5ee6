from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.lab.semantic import SemanticTwin
from studio.protocol.knobs import TurnDetection
from studio.ui.tuning import (
    DETECTION,
    EAGERNESS,
    SLIDERS,
    Detection,
    Pair,
    PutAway,
    Subject,
    Tuning,
    differences,
    settings_of,
    settings_words,
)
from tests.fakes.lab import hesitation


def tuned() -> Tuning:
    take, found = hesitation()
    tuning = Tuning()
    tuning.subject = Subject("hesitation", take.duration_ms, None, found, 1.0, take.truth, take)
    return tuning


def test_a_reading_is_made_anew_where_a_setting_is_another() -> None:
    tuning = tuned()
    first = tuning.reading()
    assert tuning.reading() is first
    tuning.step(1)
    assert tuning.reading() is not first
    assert tuning.reading("b") is None


@given(st.lists(st.sampled_from(["step", "compare", "swap", "single", "slide", "move", "switch"])))
def test_everything_that_was_done_to_the_sliders_can_be_taken_back(deeds: list[str]) -> None:
    tuning = Tuning()
    before = tuning.pair
    for at, deed in enumerate(deeds):
        match deed:
            case "step":
                tuning.step(1 + at % 3)
            case "move":
                tuning.move(1)
            case "slide":
                tuning.slide(SLIDERS[at % 3].path, (at % 7) / 7)
            case _:
                getattr(tuning, deed)()
    while tuning.undo() is not None:
        pass
    assert tuning.pair == before


def test_a_drag_is_one_change() -> None:
    tuning = Tuning()
    path = SLIDERS[1].path
    tuning.slide(path, 0.5)
    for share in (0.6, 0.7, 0.8):
        tuning.slide(path, share, is_drag=True)
    assert tuning.pair.a.silence_duration_ms == 1600
    tuning.undo()
    assert tuning.pair.a.silence_duration_ms == 500


@pytest.mark.parametrize("text", ["", "fast", "nan", "-0.1", "1.5", "inf"])
def test_what_is_no_threshold_is_refused(text: str) -> None:
    tuning = Tuning()
    with pytest.raises(StudioError):
        tuning.type(text)
    assert tuning.pair == Pair(Detection())


def test_a_value_beyond_the_slider_may_be_typed() -> None:
    tuning = Tuning()
    tuning.move(1)
    tuning.type("3200 ms")
    assert tuning.pair.a.silence_duration_ms == 3200


def test_what_is_edited_is_b_once_there_is_one() -> None:
    tuning = Tuning()
    tuning.compare()
    tuning.step(10)
    assert (tuning.pair.a.threshold, tuning.pair.edited.threshold) == (0.5, 0.6)
    assert differences(tuning.pair.a, tuning.pair.edited) == {"turn_detection.threshold": 0.6}
    tuning.single()
    assert tuning.pair == Pair(Detection(0.6))


def test_deeds_come_back_in_their_order() -> None:
    tuning = Tuning()
    tuning.step(1)
    tuning.note(PutAway("one"))
    assert tuning.undo() == PutAway("one")
    assert isinstance(tuning.undo(), Pair)
    assert tuning.undo() is None


def test_a_session_says_how_it_is_set() -> None:
    assert settings_of(None) == Detection()
    assert settings_of(TurnDetection(type="semantic_vad")) == Detection(type="semantic_vad")
    eager = settings_of(TurnDetection(type="semantic_vad", eagerness="high"))
    assert settings_words(eager) == "semantic_vad, eagerness high"
    assert eager.wire == TurnDetection(type="semantic_vad", eagerness="high")
    asked = TurnDetection(threshold=0.7, silence_duration_ms=250)
    assert settings_of(asked) == Detection(0.7, 300, 250)
    words = settings_words(settings_of(asked))
    assert words == "threshold 0.70, silence 250 ms, prefix 300 ms"


def test_a_take_is_counted_once_for_each_setting() -> None:
    tuning = tuned()
    take, found = hesitation()
    assert take.truth is not None
    counts = tuning.counts(found, take.truth)
    assert tuning.counts(found, take.truth) is counts
    tuning.step(1)
    assert tuning.counts(found, take.truth) is not counts


def test_the_other_type_keeps_what_it_was_set_to() -> None:
    tuning = Tuning(Detection(0.7))
    tuning.switch()
    assert tuning.slider == EAGERNESS.path
    tuning.step(5)
    tuning.cycle()
    assert tuning.pair.a == Detection(0.7, type="semantic_vad", eagerness="low")
    tuning.move(-1)
    tuning.cycle()
    assert tuning.pair.a == Detection(0.7, eagerness="low")
    tuning.slide(DETECTION.path, 0.9)
    assert tuning.pair.a.by_words


def test_nothing_is_told_by_words_before_all_are_known() -> None:
    tuning = tuned()
    assert tuning.wanting() == ""
    tuning.switch()
    assert tuning.wanting() == "medium"
    assert tuning.reading() is None
    take, subject = hesitation()[0], tuning.subject
    assert subject is not None
    words = iter(["so um", "So um, I would like tea.", "", "", ""])
    twin = SemanticTwin(lambda _audio, _form: next(words), "fake")
    first, *_, last = twin.listen(take, subject.probabilities, "medium")
    tuning.know(subject.probabilities, "medium", first)
    assert (tuning.wanting(), tuning.reading()) == ("medium", None)
    tuning.know(subject.probabilities, "medium", last)
    reading = tuning.reading()
    assert reading is not None
    assert reading.score is not None
    assert reading.score.turns[0].verdict == "ok"
    reason = reading.score.turns[0].reason
    assert reason.startswith("A pause of 0.29 s after “so um” was waited out.")
    assert tuning.reading() is reading
    assert tuning.wanting() == ""


def test_words_that_are_known_are_told_of_a_silence_too() -> None:
    tuning = tuned()
    subject = tuning.subject
    assert subject is not None
    assert subject.take is not None
    tuning.pair = Pair(Detection(silence_duration_ms=200))

    def reason() -> str:
        reading = tuning.reading()
        assert reading is not None
        assert reading.score is not None
        return reading.score.turns[0].reason

    assert reason() == "A pause of 0.29 s is longer than the 200 ms to wait."
    twin = SemanticTwin(lambda _audio, _form: "So, um...", "fake")
    *_, last = twin.listen(subject.take, subject.probabilities, "low")
    tuning.know(subject.probabilities, "low", last)
    assert reason() == "A pause of 0.29 s after “um” is longer than the 200 ms to wait."
