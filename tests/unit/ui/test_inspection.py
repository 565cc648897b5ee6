from __future__ import annotations

import numpy as np
import pytest

from studio.query.filter import parse
from studio.session.facts import facts_of
from studio.ui.facts import KnownFacts
from studio.ui.inspection import Inspection
from studio.ui.recording import Recording
from tests import conversations
from tests.fakes.inspected import Folded, inspected, listed, through


def types(positions: list[int], held: Inspection) -> list[str]:
    return [held.store.row(at).type for at in positions]


@pytest.mark.parametrize("name", list(conversations.LIBRARY))
def test_every_event_is_listed_once(name: str) -> None:
    events = conversations.LIBRARY[name]()
    held = inspected(events)
    assert sorted(listed(held)) == list(range(len(events)))


def test_runs_go_on_where_others_interleave() -> None:
    held = inspected(conversations.spoken_turn())
    rows = [held.listing.rows[at] for at in range(len(held.listing.rows))]
    deltas = [row for row in rows if held.store.row(row.first).type.endswith("audio.delta")]
    assert [row.events for row in deltas] == [4]


@pytest.mark.parametrize("text", ["type:response.*", "-is:delta", "turn:1", "is:problem"])
def test_a_filter_lists_what_it_means_and_goes_on_with_what_comes(text: str) -> None:
    events = conversations.two_turns()
    shown = Folded(events[:40])
    held = Inspection(shown)
    held.take(needs_facts=False)
    held.select(parse(text))
    through(held)
    for start in range(40, len(events), 7):
        shown.more(events[start : start + 7])
        held.take(needs_facts=False)
        through(held)
    meant = parse(text).select(shown.store, facts_of(shown.state, shown.store))
    assert sorted(listed(held)) == np.flatnonzero(meant).tolist()


def test_no_filter_lists_everything_again_and_the_cursor_stays() -> None:
    held = inspected(conversations.two_turns())
    held.listing.go(20)
    before = held.listing.cursor
    held.select(parse("type:session.created"))
    through(held)
    assert types(listed(held), held) == ["session.created"]
    held.listing.reveal(listed(held)[0])
    held.listing.cursor = before
    held.select(None)
    assert held.counts == (len(held.store), len(held.store))
    assert held.listing.cursor == before


def test_a_pause_holds_the_list_also_under_a_filter() -> None:
    events = conversations.spoken_turn()
    shown = Folded(events[:20])
    held = Inspection(shown)
    held.take(needs_facts=False)
    held.hold(still=True)
    shown.more(events[20:])
    held.take(needs_facts=False)
    assert held.waiting == len(events) - 20
    held.select(parse("from:client"))
    through(held)
    assert max(listed(held)) < 20
    held.hold(still=False)
    held.take(needs_facts=False)
    through(held)
    store = shown.store
    ours = [at for at in range(len(store)) if store.row(at).origin == "client"]
    assert sorted(listed(held)) == ours


def test_facts_that_grow_are_those_of_the_whole() -> None:
    events = conversations.LIBRARY["tool_round"]()
    shown = Folded(())
    held = Inspection(shown)
    for start in range(0, len(events), 9):
        shown.more(events[start : start + 9])
        held.facts.take(shown, at_once=True)
    whole = facts_of(shown.state, shown.store)
    assert held.facts.turn.tolist() == whole.turn.tolist()
    assert held.facts.problem.tolist() == whole.problem.tolist()
    assert np.array_equal(held.facts.anchor_s, whole.anchor_s, equal_nan=True)


def test_facts_that_wait_are_asked_for_until_they_are_whole() -> None:
    events = conversations.LIBRARY["two_turns"]()
    shown, facts = Folded(events[:-9]), KnownFacts(looks_turns=1)
    facts.take(shown)
    shown.more(events[-9:])
    facts.take(shown)
    assert facts.is_behind
    assert len(facts.turn) < len(shown.store)
    for _ in range(5):
        if facts.is_behind:
            facts.take(shown)
    whole = facts_of(shown.state, shown.store)
    assert facts.turn.tolist() == whole.turn.tolist()
    assert facts.turn[-1] == 2


def test_a_search_finds_letters_that_stand_as_escapes() -> None:
    talk = conversations.Talk().connect()
    for text in ("Caf\\u00e9 \\u5929\\u6c17", "CAF\\u00C9", "café 天気", "tea"):
        talk.script.server_raw(f'{{"type":"future.event","text":"{text}"}}')
    held = inspected(talk.envelopes)
    last = len(held.store)
    for words, found in (("café", [4, 3, 2]), ("天気", [4, 2]), ("tea", [1])):
        held.find(words)
        assert held.finding is not None
        assert held.finding.positions.tolist() == [last - each for each in found]


def test_a_search_goes_round_what_is_listed() -> None:
    held = inspected(conversations.two_turns())
    held.find("speech_st")
    assert held.finding is not None
    places = held.finding.positions.tolist()
    assert len(places) > 2
    held.listing.reveal(places[-1])
    assert held.found(1) == places[0]
    assert held.found(-1) == places[-2]
    held.select(parse("type:*.speech_stopped"))
    through(held)
    stopped = [at for at in places if held.store.row(at).type.endswith("stopped")]
    assert held.finding.listed(held.listing.rows).tolist() == stopped


def test_a_search_finds_what_comes_later() -> None:
    events = conversations.two_turns()
    shown = Folded(events[:10])
    held = Inspection(shown)
    held.take(needs_facts=False)
    held.find("kettle")
    shown.more(events[10:])
    held.take(needs_facts=False)
    assert held.finding is not None
    assert held.finding.positions.tolist() == shown.store.find("kettle").tolist()
    assert len(held.finding.positions)


def test_marks_go_round_what_is_listed() -> None:
    held = inspected(conversations.spoken_turn())
    for line in (2, 5):
        held.listing.go(line)
        assert held.mark()
    first, second = held.marks
    assert held.next_mark() == first
    held.listing.reveal(first)
    assert held.next_mark() == second
    assert not held.mark()
    assert held.marks == [second]


def test_a_recording_is_followed_to_where_it_is() -> None:
    held = inspected(conversations.spoken_turn())
    shown = held.shown
    assert isinstance(shown, Folded)
    assert held.line_to_follow() == len(held.listing) - 1
    shown.at = 4
    assert not held.is_complete
    assert held.line_to_follow() == 3


def test_a_recording_that_stays_at_its_end_shows_its_last_row_before_that_is_folded() -> None:
    held = inspected(conversations.spoken_turn())
    shown = held.shown
    assert isinstance(shown, Folded)
    shown.at = 4
    shown.recording = Recording(follows=True)
    assert held.is_at_its_end
    assert held.line_to_follow() == len(held.listing) - 1
    shown.recording = Recording(is_playing=True)
    assert held.is_played
    assert held.line_to_follow() == 3
