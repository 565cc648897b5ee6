"""When a response is asked for, and when that waits."""

from __future__ import annotations

from studio.protocol.events import (
    ClientEvent,
    ConversationItemCreate,
    Error,
    ResponseCreate,
    ResponseCreated,
)
from studio.protocol.values import ErrorDetail, Item, Response
from studio.session.effects import SendEvent, SendRaw
from studio.session.local import SendWanted, TextWanted, ToolAnswered
from tests.builders import Script
from tests.conversations import ANSWER, LIBRARY, Talk

TOO_EARLY = "conversation_already_has_active_response"


def sent(script: Script) -> list[ClientEvent]:
    return [each.event for each in script.last_step.effects if isinstance(each, SendEvent)]


def asks(script: Script) -> bool:
    return any(isinstance(each, ResponseCreate) for each in sent(script))


def test_typed_text_is_put_into_the_conversation_and_answered() -> None:
    script = Talk().connect().script
    script.local(TextWanted(text="hi"))

    item, create = sent(script)
    assert isinstance(item, ConversationItemCreate)
    assert item.item.role == "user"
    assert item.item.content[0].text == "hi"
    assert isinstance(create, ResponseCreate)


def test_text_typed_during_a_response_waits_for_its_end() -> None:
    talk = Talk().connect().user_types("hi").reply_begins().says(ANSWER)
    talk.script.local(TextWanted(text="and then?"))
    assert not asks(talk.script)
    assert talk.script.state.responses.create_queued

    talk.voice_ends(ANSWER)
    envelopes = talk.script.envelopes
    done = next(at for at, each in enumerate(envelopes) if each.event.type == "response.done")
    assert asks(Script(envelopes=envelopes[: done + 1]))
    assert not talk.script.state.responses.create_queued


def test_text_typed_before_the_response_has_begun_waits_too() -> None:
    script = Talk().connect().script
    script.local(TextWanted(text="one")).client(ResponseCreate(event_id="event_one"))
    script.local(TextWanted(text="two"))

    assert not asks(script)
    assert script.state.responses.create_queued


def test_a_response_that_begins_by_itself_makes_a_queued_one_needless() -> None:
    talk = Talk().connect().user_types("hi").reply_begins().says(ANSWER)
    talk.script.local(TextWanted(text="and then?"))
    talk.script.server(ResponseCreated(response=Response(id="resp_2", conversation_id="conv_1")))

    assert not talk.script.state.responses.create_queued


def test_an_out_of_band_response_blocks_nothing() -> None:
    script = Talk().connect().script
    script.server(
        ResponseCreated(response=Response(id="resp_side", conversation_id=None, status="x"))
    )
    assert script.state.responses.active == ""
    assert not script.state.responses.by_id["resp_side"].in_conversation

    script.local(TextWanted(text="hi"))
    assert asks(script)


def test_a_refused_request_is_asked_again_when_it_can_be() -> None:
    talk = Talk().connect()
    talk.script.local(TextWanted(text="hi")).client(ResponseCreate(event_id="event_mine"))
    detail = ErrorDetail(code=TOO_EARLY, message="active", event_id="event_mine")
    talk.script.server(Error(error=detail))
    state = talk.script.state
    assert state.responses.create_queued
    assert state.responses.awaited_since is None
    assert state.problems[0].benign

    talk.replies = 0
    talk.reply_begins()
    assert not talk.script.state.responses.create_queued


def test_a_request_that_was_refused_for_good_blocks_nothing() -> None:
    script = Talk().connect().script
    script.local(TextWanted(text="hi")).client(ResponseCreate(event_id="event_mine"))
    script.server(Error(error=ErrorDetail(code="x", message="no", event_id="event_mine")))
    script.local(TextWanted(text="hi again"))

    assert asks(script)


def test_the_error_of_another_event_leaves_the_request_awaited() -> None:
    script = Talk().connect().script
    script.local(TextWanted(text="hi")).client(ResponseCreate(event_id="event_mine"))
    script.server(Error(error=ErrorDetail(code="x", message="no", event_id="event_other")))

    assert script.state.responses.awaited_since is not None


def test_an_answered_call_lets_the_model_go_on() -> None:
    script = Script(envelopes=list(LIBRARY["waiting_for_a_tool"]()))
    script.local(ToolAnswered(call_id="call_1", output="fog"))

    answer, create = sent(script)
    assert isinstance(answer, ConversationItemCreate)
    assert answer.item.type == "function_call_output"
    assert answer.item.output == "fog"
    assert isinstance(create, ResponseCreate)


def test_of_several_calls_the_last_answer_lets_the_model_go_on() -> None:
    script = Script(envelopes=list(LIBRARY["waiting_for_a_tool"]()))
    done = next(each for each in script.envelopes if each.event.type == "response.output_item.done")
    second = done.event.model_copy(
        update={
            "item": Item(
                id="item_second",
                type="function_call",
                status="completed",
                name="get_weather",
                call_id="call_2",
                arguments="{}",
            )
        }
    )
    script.server(second)  # type: ignore[arg-type]
    script.local(ToolAnswered(call_id="call_1", output="fog"))
    assert not asks(script)

    script.local(ToolAnswered(call_id="call_2", output="sun"))
    assert asks(script)


def test_an_answer_before_the_end_of_the_response_is_sent_at_once_and_the_request_waits() -> None:
    envelopes = LIBRARY["waiting_for_a_tool"]()
    called = next(
        at for at, each in enumerate(envelopes) if each.event.type == "response.output_item.done"
    )
    script = Script(envelopes=list(envelopes[: called + 1]))
    script.local(ToolAnswered(call_id="call_1", output="fog"))
    assert [type(each) for each in sent(script)] == [ConversationItemCreate]

    script.envelopes.append(envelopes[called + 1])
    assert envelopes[called + 1].event.type == "response.done"
    assert asks(script)


def test_an_event_written_by_hand_is_sent_as_it_is() -> None:
    script = Talk().connect().script
    script.local(SendWanted(payload={"type": "x.y", "n": [1, None], "words": "漢字"}))

    assert script.last_step.effects == (
        SendRaw('{"type": "x.y", "n": [1, null], "words": "漢字"}'),
    )


def test_a_text_written_by_hand_is_sent_as_it_is_valid_or_not() -> None:
    script = Talk().connect().script
    script.local(SendWanted(payload='{"type": '))
    assert script.last_step.effects == (SendRaw('{"type": '),)
