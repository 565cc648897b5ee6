from __future__ import annotations

import math

import pytest

from studio.protocol.dialect import Dialect
from studio.session.envelope import Envelope
from studio.session.facts import anchor_of, facts_of
from studio.session.reduce import fold
from studio.session.turns import turns
from studio.storage.lines import write_line
from studio.storage.store import EventStore
from tests.conversations import LIBRARY, Talk


def stored(envelopes: tuple[Envelope, ...]) -> EventStore:
    store = EventStore(Dialect.GA)
    for envelope in envelopes:
        store.append(write_line(envelope))
    return store


def two_turns() -> Talk:
    talk = Talk().connect().user_speaks("One?").reply("First answer.")
    return talk.user_speaks("Two?").reply("Second answer.")


def test_events_belong_to_the_turn_of_their_item_response_or_time() -> None:
    envelopes = two_turns().envelopes
    store = stored(envelopes)
    facts = facts_of(fold(envelopes), store)
    second = turns(fold(envelopes))[1]
    of_item = {"item_user_1": 1, "item_assistant_1": 1, "item_user_2": 2, "item_assistant_2": 2}
    of_response = {"resp_1": 1, "resp_2": 2}
    for position in range(len(store)):
        row, turn = store.row(position), facts.turn[position]
        if row.item_id:
            assert turn == of_item[row.item_id], row
        elif row.response_id:
            assert turn == of_response[row.response_id], row
        elif row.at < second.started_at:
            assert turn == (1 if row.at >= turns(fold(envelopes))[0].started_at else 0), row
        else:
            assert turn == 2, row
    assert facts.turn[0] == 0


def test_a_call_and_its_output_belong_to_the_turn_that_asked() -> None:
    envelopes = LIBRARY["tool_round"]()
    store = stored(envelopes)
    facts = facts_of(fold(envelopes), store)
    (asking,) = (turn for turn in turns(fold(envelopes)) if turn.calls)
    (call_id,) = (call.call_id for call in asking.calls)
    of_call = [at for at in range(len(store)) if store.row(at).call_id == call_id]
    assert of_call
    assert {int(facts.turn[at]) for at in of_call} == {asking.index}


def test_the_anchor_is_the_end_of_the_speech_else_the_decision() -> None:
    envelopes = two_turns().envelopes
    state = fold(envelopes)
    facts = facts_of(state, stored(envelopes))
    spoken = turns(state)
    assert [anchor_of(turn) for turn in spoken] == [turn.latency.user_stopped_at for turn in spoken]
    for position, turn in enumerate(facts.turn):
        anchor_s = facts.anchor_s[position]
        if turn:
            assert anchor_s == anchor_of(spoken[turn - 1])
        else:
            assert math.isnan(anchor_s)
    typed = turns(fold(Talk().connect().user_types("Hi").reply_begins().envelopes))[0]
    assert anchor_of(typed) == typed.latency.decided_at is not None


def test_problems_are_marked_where_they_were_told() -> None:
    envelopes = LIBRARY["refused_key"]()
    state = fold(envelopes)
    facts = facts_of(state, stored(envelopes))
    assert facts.problem.any()
    assert [
        envelope.seq for envelope, problem in zip(envelopes, facts.problem, strict=True) if problem
    ] == sorted({problem.seq for problem in state.problems})


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_the_facts_of_the_newest_are_the_end_of_the_facts_of_all(name: str) -> None:
    envelopes = LIBRARY[name]()
    state, store = fold(envelopes), stored(envelopes)
    whole = facts_of(state, store)
    assert len(whole.turn) == len(whole.problem) == len(whole.anchor_s) == len(store)
    start = len(store) // 2
    part = facts_of(state, store, start)
    assert part.turn.tolist() == whole.turn[start:].tolist()
    assert part.problem.tolist() == whole.problem[start:].tolist()
    assert str(part.anchor_s.tolist()) == str(whole.anchor_s[start:].tolist())
