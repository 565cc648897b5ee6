from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.lab.whatif import AtHand, at_hand, labelled
from studio.vad.segmenter import Rules, SegmenterSettings
from studio.vad.whole import Pauses, segments


def found(values: list[float], at_ms: float, *silences_ms: int) -> AtHand | None:
    rules = Rules.of(SegmenterSettings())
    return at_hand(Pauses(np.array(values), rules), rules, at_ms, silences_ms)


HESITATION = [0.0] * 10 + [0.9] * 20 + [0.0] * 10 + [0.9] * 20 + [0.0] * 20


def test_a_short_silence_cuts_in_where_the_person_pauses() -> None:
    turn = found(HESITATION, 1_500, 200, 500, 1_000)
    assert turn is not None
    short, usual, long = turn.endings
    assert turn.begin_ms == 320
    assert turn.said_ms == 1_952
    assert (short.end_ms, short.cuts, short.paused_ms) == (992 + 224, 1, 288)
    assert (usual.end_ms, usual.cuts) == (1_952 + 512, 0)
    assert (long.end_ms, long.left_ms) == (None, 1_952 + 1_024 - len(HESITATION) * 32)


def test_the_least_silence_that_keeps_a_turn_whole_is_said() -> None:
    turn, steady = found(HESITATION, 1_500, 200, 500), found([0.9] * 20 + [0.0] * 30, 0, 500)
    assert turn is not None
    assert steady is not None
    assert (turn.whole_from_ms, steady.whole_from_ms) == (290, 0)


@given(st.lists(st.sampled_from([0.0, 0.4, 0.9]), min_size=1, max_size=80), st.integers(0, 3_000))
def test_it_cuts_nowhere_and_a_step_less_does(values: list[float], at_ms: int) -> None:
    turn = found(values, at_ms, 500)
    if turn is None or not turn.whole_from_ms:
        return
    least = turn.whole_from_ms
    tried = found(values, at_ms, least, least - 10, 500)
    assert tried is not None
    assert [each.cuts > 0 for each in tried.endings[:2]] == [False, True]


def test_of_a_labelled_turn_only_its_own_pauses_count() -> None:
    rules = Rules.of(SegmenterSettings())
    pauses = Pauses(np.array(HESITATION), rules)
    first = labelled(pauses, rules, 320, 960, (200, 500))
    both = labelled(pauses, rules, 320, 1_920, (200, 500))
    assert first is not None
    assert both is not None
    assert (first.whole_from_ms, both.whole_from_ms) == (0, 290)
    assert [(each.cuts, each.takes_more) for each in first.endings] == [(0, False), (0, True)]
    assert [(each.cuts, each.takes_more) for each in both.endings] == [(1, False), (0, False)]
    assert labelled(pauses, rules, 2_400, 2_500, (200,)) is None


@given(
    st.lists(st.sampled_from([0.0, 0.4, 0.9]), min_size=1, max_size=80),
    st.integers(0, 1_000),
    st.integers(1, 2_000),
)
def test_a_label_anywhere_is_answered(values: list[float], begin_ms: int, long_ms: int) -> None:
    rules = Rules.of(SegmenterSettings())
    pauses = Pauses(np.array(values), rules)
    turn = labelled(pauses, rules, begin_ms, begin_ms + long_ms, (64, 200, 1_000))
    if turn is None:
        return
    for each in turn.endings:
        assert (each.cuts > 0) == (each.silence_ms < turn.whole_from_ms)


def test_while_one_speaks_nothing_is_left_to_wait_for() -> None:
    turn = found([0.0] * 5 + [0.9] * 10, 1e9, 500)
    assert turn is not None
    assert turn.is_open
    assert (turn.endings[0].end_ms, turn.endings[0].left_ms) == (None, None)


def test_before_anything_is_said_there_is_no_turn() -> None:
    assert found([0.0] * 20, 300, 500) is None
    assert found(HESITATION, 100, 500) is None


@given(
    st.lists(st.sampled_from([0.0, 0.4, 0.9]), min_size=1, max_size=80),
    st.sampled_from([64, 200, 320, 500]),
    st.integers(0, 3_000),
)
def test_the_first_end_is_the_one_that_the_rules_give(
    values: list[float], silence_ms: int, at_ms: int
) -> None:
    turn = found(values, at_ms, silence_ms, 500)
    known = segments(values, SegmenterSettings(silence_duration_ms=silence_ms))
    if turn is None:
        return
    own = next(each for each in known if each.speech_start_ms >= turn.begin_ms)
    assert own.speech_start_ms == turn.begin_ms
    assert turn.endings[0].end_ms == own.audio_end_ms
