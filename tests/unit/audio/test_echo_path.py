from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.echo_path import IS_ECHO, SCORED_S, EchoPath
from studio.audio.echo_score import NO_ECHO, EchoScore

BLOCK_S = 0.02
ECHO = EchoScore(0.9, 60.0)
LOUD, SOFT, QUIET = 3_000.0, 300.0, 20.0


def pass_time(
    path: EchoPath,
    seconds: float,
    found: EchoScore = NO_ECHO,
    *,
    rms: float = QUIET,
    is_sounding: bool = True,
    removed_db: float | None = 30.0,
) -> list[float]:
    """Blocks of a room that scores like this; returns when it was scored."""
    scored_s = []
    for index in range(round(seconds / BLOCK_S)):
        path.passed(BLOCK_S, is_sounding=is_sounding, removed_db=removed_db)
        if path.wants_score:
            scored_s.append((index + 1) * BLOCK_S)
            path.judge(found, rms)
    return scored_s


def in_state(state: str) -> EchoPath:
    path = EchoPath()
    pass_time(path, 2, ECHO if state == "present" else NO_ECHO, rms=LOUD)
    assert known(path) == state
    return path


def known(path: EchoPath) -> str:
    return path.state


def test_before_the_speaker_sounds_nothing_is_held_back_and_nothing_is_scored() -> None:
    path = EchoPath()
    assert pass_time(path, 5, is_sounding=False, removed_db=None) == []
    assert (path.state, path.must_be_silent) == ("learning", False)


@pytest.mark.parametrize("rms", [QUIET, LOUD])
def test_no_echo_is_known_within_a_second_whoever_talks(rms: float) -> None:
    path = EchoPath()
    pass_time(path, 0.5, EchoScore(0.3, 60), rms=rms)
    assert path.must_be_silent
    pass_time(path, 0.5, EchoScore(0.3, 60), rms=rms)
    assert (path.state, path.must_be_silent) == ("absent", False)


def test_echo_is_held_back_until_the_canceller_works() -> None:
    path = EchoPath()
    pass_time(path, 1.4, ECHO, rms=LOUD, removed_db=30)
    assert path.must_be_silent
    pass_time(path, 0.2, ECHO, rms=LOUD, removed_db=5)
    assert path.must_be_silent
    pass_time(path, 0.02, ECHO, rms=LOUD, removed_db=30)
    assert (path.state, path.must_be_silent) == ("present", False)


def test_what_cannot_be_told_is_left_to_the_canceller_after_three_seconds() -> None:
    path = EchoPath()
    pass_time(path, 2.9, EchoScore(0.45, 60), rms=LOUD, removed_db=None)
    assert path.must_be_silent
    pass_time(path, 0.2, EchoScore(0.45, 60), rms=LOUD, removed_db=None)
    assert known(path) == "present"


def test_the_room_sounds_on_and_then_the_person_is_heard() -> None:
    path = EchoPath()
    pass_time(path, 0.3)
    pass_time(path, 0.4, is_sounding=False)
    assert path.must_be_silent
    pass_time(path, 0.3, is_sounding=False)
    assert not path.must_be_silent


def test_short_answers_add_up() -> None:
    path = EchoPath()
    for _ in range(3):
        pass_time(path, 0.6, ECHO, rms=LOUD)
        pass_time(path, 2, is_sounding=False)
    assert known(path) == "present"


def test_echo_that_comes_is_learnt_and_chance_is_not() -> None:
    path = in_state("absent")
    for lag_ms in (60.0, 200.0, 10.0, 400.0):
        path.judge(EchoScore(IS_ECHO, lag_ms), LOUD)
    assert known(path) == "absent"
    pass_time(path, 0.7, ECHO, rms=LOUD)
    assert (path.state, path.must_be_silent) == ("learning", True)
    pass_time(path, 1.5, ECHO, rms=LOUD)
    assert known(path) == "present"


def test_echo_that_goes_is_noticed_but_a_person_over_it_is_not_taken_for_that() -> None:
    path = in_state("present")
    pass_time(path, 10, EchoScore(0.1, 60), rms=LOUD)
    assert known(path) == "present"
    pass_time(path, 3, EchoScore(0.1, 60), rms=SOFT)
    assert known(path) == "absent"


def test_no_echo_is_still_known_after_a_pause() -> None:
    path = in_state("absent")
    pass_time(path, 60, is_sounding=False)
    pass_time(path, 0.2)
    assert (path.state, path.must_be_silent) == ("absent", False)


@pytest.mark.parametrize(
    ("found", "removed_db", "silent_s"),
    [(ECHO, 30.0, 0.5), (ECHO, 5.0, 1.5), (EchoScore(0.3, 60), 5.0, 0.7)],
    ids=["it works", "it does not", "a person talks"],
)
def test_in_every_answer_the_canceller_shows_first_that_it_works(
    found: EchoScore, removed_db: float, silent_s: float
) -> None:
    path = in_state("present")
    pass_time(path, 60, is_sounding=False)
    pass_time(path, silent_s - 0.1, found, rms=LOUD, removed_db=removed_db)
    assert path.must_be_silent
    pass_time(path, 0.2, found, rms=LOUD, removed_db=removed_db)
    assert (path.state, path.must_be_silent) == ("present", False)


def test_scores_are_rare() -> None:
    assert len(pass_time(in_state("absent"), 10)) <= 34
    assert len(pass_time(in_state("present"), 10, ECHO, rms=LOUD)) <= 20
    assert pass_time(EchoPath(), 1)[0] <= SCORED_S


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.floats(0, 1),
            st.floats(-50, 600),
            st.floats(0, 32_768),
            st.one_of(st.none(), st.floats(-20, 60)),
        ),
        max_size=200,
    )
)
def test_nobody_is_silenced_for_long(
    blocks: list[tuple[bool, float, float, float, float | None]],
) -> None:
    """Whatever is measured: of the speaker's sound, three seconds are held back at most."""
    path = EchoPath()
    for is_sounding, score, lag_ms, rms, removed_db in blocks:
        pass_time(path, 0.1, EchoScore(score, lag_ms), rms=rms, is_sounding=is_sounding,
                  removed_db=removed_db)  # fmt: skip
    pass_time(path, 3.02, EchoScore(0.9, 60.0), rms=LOUD, removed_db=None)
    pass_time(path, 3.02, EchoScore(0.9, 60.0), rms=LOUD, removed_db=None)
    assert not path.must_be_silent
