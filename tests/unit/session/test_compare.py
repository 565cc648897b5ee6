from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.protocol.events import SessionUpdated
from studio.protocol.settings import DEFAULTS
from studio.session.compare import Count, Edges, Side, TurnPair, aligned, compare
from studio.session.digest import digest_of
from studio.session.state import SpeechSpan
from studio.session.turns import Turn
from tests import conversations
from tests.builders import Script


def side(name: str) -> Side:
    state = Script(envelopes=list(conversations.LIBRARY[name]())).state
    return Side(name, state, tags=digest_of(state).tags)


def turn(index: int, text: str, item: str | None = "u") -> Turn:
    return Turn(index, float(index), user_item_id=item, user_text=text)


def indices(one: list[Turn], other: list[Turn]) -> list[tuple[int | None, int | None]]:
    pairs = aligned(one, other)
    return [(a.index if a else None, b.index if b else None) for a, b in pairs]


def test_turns_answer_to_each_other_by_their_words() -> None:
    one = [turn(1, "Hello there."), turn(2, "What time is it?"), turn(3, "Thank you, goodbye.")]
    other = [turn(1, "hello there"), turn(2, "Thank you. Goodbye!")]
    assert indices(one, other) == [(1, 1), (2, None), (3, 2)]
    assert indices(other, one) == [(1, 1), (None, 2), (2, 3)]


def test_a_turn_that_was_not_understood_keeps_its_place() -> None:
    one = [turn(1, "One thing."), turn(2, "Another matter."), turn(3, "The end.")]
    other = [turn(1, "One thing."), turn(2, ""), turn(3, "The end.")]
    assert indices(one, other) == [(1, 1), (2, 2), (3, 3)]


def test_a_greeting_is_no_turn_of_the_user() -> None:
    assert indices([turn(1, "", None), turn(2, "Hi you.")], [turn(1, "Hi you.")]) == [
        (1, None), (2, 1),
    ]  # fmt: skip


def test_nothing_in_common_stands_alone() -> None:
    assert indices([turn(1, "a b")], [turn(1, "c d")]) == [(1, None), (None, 1)]
    assert indices([], []) == []


def test_very_long_sessions_are_aligned_by_order() -> None:
    one = [turn(at, "x") for at in range(1, 701)]
    other = [turn(at, "y") for at in range(1, 703)]
    found = indices(one, other)
    assert found[:700] == [(at, at) for at in range(1, 701)]
    assert found[700:] == [(None, 701), (None, 702)]


texts = st.lists(st.sampled_from(["yes", "no", "tell me more", "and then what", ""]), max_size=12)


@given(texts, texts)
def test_every_turn_stands_once_and_in_order(one: list[str], other: list[str]) -> None:
    here = [turn(at, text) for at, text in enumerate(one, 1)]
    there = [turn(at, text) for at, text in enumerate(other, 1)]
    found = indices(here, there)
    assert [a for a, _ in found if a is not None] == list(range(1, len(one) + 1))
    assert [b for _, b in found if b is not None] == list(range(1, len(other) + 1))
    assert (None, None) not in found


@given(texts)
def test_a_session_is_aligned_with_itself(texts: list[str]) -> None:
    turns = [turn(at, text) for at, text in enumerate(texts, 1)]
    assert indices(turns, turns) == [(at, at) for at in range(1, len(texts) + 1)]


def test_the_same_session_has_no_differences() -> None:
    compared = compare(side("two_turns"), side("two_turns"), lambda _one, _other: 0.0)
    assert not compared.settings
    assert not compared.tags
    assert not compared.problems
    assert all(pair.p50_change_ms in (0.0, None) for pair in compared.latency)
    assert all(run.same for pair in compared.turns for run in (*pair.user, *pair.assistant))
    assert compared.edges == (Edges(0.0, 0.0),) * 2


def test_settings_that_differ_are_told_in_words() -> None:
    one = Script(envelopes=list(conversations.connected()))
    other = Script(envelopes=list(conversations.connected()))
    changed = DEFAULTS.to_wire(other.dialect)
    changed["audio"]["input"]["turn_detection"]["silence_duration_ms"] = 250
    other.server(SessionUpdated(session=changed | {"instructions": "Be brief."}))
    compared = compare(Side("a", one.state), Side("b", other.state))
    told = {pair.path: (pair.one, pair.other) for pair in compared.settings}
    assert told["turn_detection.silence_duration_ms"] == ("500", "250")
    assert told["instructions"][1] == "Be brief."


def test_a_setting_that_only_one_states() -> None:
    compared = compare(Side("a", Script().state), side("two_turns"))
    told = {pair.path: (pair.one, pair.other) for pair in compared.settings}
    assert told["voice"] == ("not set", "marin")


def test_tags_and_problems_are_counted_where_they_differ() -> None:
    compared = compare(side("spoken_turn"), side("failed_response"))
    assert Count("failed", 0, 1) in compared.tags
    assert [each.other for each in compared.problems] == [1]


def test_edges_leave_out_how_much_later_the_sound_lies() -> None:
    asked: list[tuple[SpeechSpan, SpeechSpan]] = []

    def lag_ms(one: SpeechSpan, other: SpeechSpan) -> float:
        asked.append((one, other))
        return 25.0

    compared = compare(side("spoken_turn"), side("spoken_turn"), lag_ms)
    assert compared.edges == (Edges(-25.0, -25.0),)
    assert len(asked) == 1


def test_without_the_same_sound_there_are_no_edges() -> None:
    assert compare(side("spoken_turn"), side("spoken_turn")).edges == ()
    typed = compare(side("typed_turn"), side("spoken_turn"), lambda _one, _other: 0.0)
    assert typed.edges == ()


def test_an_idle_timeout_is_no_speech() -> None:
    compared = compare(side("idle_timeout"), side("idle_timeout"), lambda _one, _other: 0.0)
    timed_out: list[TurnPair] = [
        pair for pair in compared.turns
        if pair.one and pair.one.server_span and pair.one.server_span.timed_out
    ]  # fmt: skip
    assert timed_out
    assert all(pair.edges is None for pair in timed_out)
