from __future__ import annotations

from collections.abc import Sequence

import pytest

from studio.session.envelope import Envelope
from studio.ui.links import links, said_at
from tests import conversations
from tests.fakes.inspected import inspected


def named(events: Sequence[Envelope], at: int) -> list[tuple[str, str]]:
    held = inspected(events)
    return [(held.store.row(each.position).type, each.what) for each in links(held.store, at)]


def place(events: Sequence[Envelope], kind: str, which: int = 0) -> int:
    places = [at for at, each in enumerate(events) if each.event.type == kind]
    return places[which]


@pytest.mark.parametrize(
    ("name", "request_type", "answer_type"),
    [
        ("spoken_turn", "session.update", "session.updated"),
        ("typed_turn", "conversation.item.create", "conversation.item.added"),
        ("typed_turn", "response.create", "response.created"),
        ("barge_in", "conversation.item.truncate", "conversation.item.truncated"),
    ],
)
def test_a_request_and_its_answer_lead_to_each_other(
    name: str, request_type: str, answer_type: str
) -> None:
    events = conversations.LIBRARY[name]()
    request, answer = place(events, request_type), place(events, answer_type)
    held = inspected(events)
    found = links(held.store, request)
    assert [held.store.row(each.position).type for each in found] == [answer_type]
    back = links(held.store, found[0].position)
    assert [each.position for each in back] == [request]
    assert answer <= found[0].position


def test_a_response_that_the_server_began_has_no_request() -> None:
    events = conversations.spoken_turn()
    assert named(events, place(events, "response.created")) == []


def test_a_call_and_its_output_lead_to_each_other() -> None:
    events = conversations.tool_round()
    called = place(events, "response.function_call_arguments.done")
    assert named(events, called) == [("conversation.item.create", "its output")]
    output = place(events, "conversation.item.create")
    assert named(events, output)[0] == ("response.function_call_arguments.done", "the call")


def test_an_error_leads_to_what_was_refused_and_back() -> None:
    events = conversations.LIBRARY["refused_setting"]()
    error = place(events, "error")
    assert named(events, error) == [("session.update", "what was refused")]
    (refused,) = links(inspected(events).store, error)
    assert named(events, refused.position) == [("error", "the refusal")]


def test_words_lead_to_the_delta_that_brought_them() -> None:
    held = inspected(conversations.spoken_turn())
    store = held.store
    text = conversations.ANSWER
    for character in (0, len(text) // 2, len(text) - 1):
        at = said_at(store, "item_assistant_1", character)
        assert at is not None
        delta = store.payload(at)["delta"]  # type: ignore[index]
        before = [
            store.payload(each)["delta"]  # type: ignore[index]
            for each in range(at)
            if store.row(each).type == store.row(at).type
        ]
        start = sum(map(len, before))
        assert start <= character < start + len(delta)


def test_words_that_came_whole_lead_to_their_event() -> None:
    held = inspected(conversations.typed_turn())
    at = said_at(held.store, "item_user_1", 3)
    assert at is not None
    assert held.store.row(at).type.startswith("conversation.item.")
    assert said_at(held.store, "item_unheard_of", 0) is None
