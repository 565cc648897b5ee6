"""The conversation's items, in whatever order they are told of."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from studio.protocol.events import (
    ConversationItemAdded,
    ConversationItemCreate,
    ConversationItemCreated,
    ConversationItemDeleted,
    ConversationItemDone,
    ConversationItemInputAudioTranscriptionCompleted,
    ConversationItemInputAudioTranscriptionDelta,
    ConversationItemRetrieved,
    InputAudioBufferCommitted,
    ResponseContentPartDone,
    ResponseCreated,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputAudioTranscriptDone,
    ResponseOutputItemAdded,
    ResponseOutputTextDelta,
)
from studio.protocol.values import ContentPart, Item, Response
from tests.builders import Script
from tests.conversations import LIBRARY, QUESTION, Talk

XAI_WORDS = "conversation.item.input_audio_transcription.updated"


def message(item_id: str, role: str = "user", text: str = "") -> Item:
    part = ContentPart(type="input_text", text=text)
    return Item(id=item_id, type="message", role=role, status="completed", content=(part,))


def added(item_id: str, previous: str | None) -> ConversationItemAdded:
    return ConversationItemAdded(item=message(item_id), previous_item_id=previous)


@pytest.mark.parametrize("order", permutations([("a", None), ("b", "a"), ("c", "b")]))
def test_items_stand_after_their_predecessors_whichever_comes_first(
    order: tuple[tuple[str, str | None], ...],
) -> None:
    script = Script()
    for item_id, previous in order:
        script.server(added(item_id, previous))

    assert script.state.items.order == ("a", "b", "c")


def test_an_item_may_be_put_between_others_and_first() -> None:
    script = Script()
    script.server(added("a", None)).server(added("c", "a")).server(added("b", "a"))
    script.client(ConversationItemCreate(item=message(""), previous_item_id="root"))
    script.server(added("first", None))

    assert script.state.items.order == ("first", "a", "b", "c")
    assert script.state.items.root_wanted == 0


def test_an_item_without_a_stated_predecessor_comes_last() -> None:
    script = Script()
    script.server(added("a", None)).server(added("call", None))

    assert script.state.items.order == ("a", "call")


def test_the_final_telling_of_an_item_does_not_move_it() -> None:
    script = Script()
    script.server(added("a", None)).server(added("b", "a")).server(added("c", "b"))
    script.server(ConversationItemDone(item=message("b", text="x"), previous_item_id=None))

    assert script.state.items.order == ("a", "b", "c")
    assert script.state.items.by_id["b"].text == "x"


def test_what_we_ask_for_is_there_once_it_is_acknowledged() -> None:
    script = Script().client(ConversationItemCreate(item=message("mine")))
    assert not script.state.items.by_id

    script.server(ConversationItemCreated(item=message("mine")))
    assert script.state.items.order == ("mine",)


def test_words_may_come_before_their_item() -> None:
    script = Script().server(added("a", None)).server(added("reply", "spoken"))
    for piece in ("What ", "time"):
        script.server(ConversationItemInputAudioTranscriptionDelta(item_id="spoken", delta=piece))
    item = script.state.items.by_id["spoken"]
    assert (item.role, item.text, item.transcription) == ("user", "What time", "streaming")

    script.server(InputAudioBufferCommitted(item_id="spoken", previous_item_id="a"))
    audio = ContentPart(type="input_audio", transcript=None)
    committed = Item(id="spoken", type="message", role="user", content=(audio,))
    script.server(ConversationItemAdded(item=committed, previous_item_id="a"))

    state = script.state
    assert state.items.order == ("a", "spoken", "reply")
    assert state.items.by_id["spoken"].text == "What time"


def test_spoken_items_wait_for_their_words_where_transcription_is_on() -> None:
    talk = Talk().connect().user_speaks(QUESTION, transcribed=False)
    assert talk.script.state.items.by_id["item_user_1"].transcription == "pending"

    talk.words(QUESTION)
    item = talk.script.state.items.by_id["item_user_1"]
    assert (item.transcription, item.text) == ("completed", QUESTION)


def test_cumulative_and_repeated_transcripts_replace_each_other() -> None:
    script = Script()
    for words in ("What", "What time is"):
        script.server_raw(json.dumps({"type": XAI_WORDS, "item_id": "u", "transcript": words}))
    assert script.state.items.by_id["u"].text == "What time is"
    for words, status in (("What time is it", "in_progress"), (QUESTION, "completed")):
        completed = {
            "type": "conversation.item.input_audio_transcription.completed",
            "item_id": "u",
            "content_index": 0,
            "transcript": words,
            "status": status,
        }
        script.server_raw(json.dumps(completed))

    item = script.state.items.by_id["u"]
    assert (item.text, item.transcription) == (QUESTION, "completed")
    script.server_raw(json.dumps({"type": XAI_WORDS, "item_id": "u", "transcript": "late"}))
    assert script.state.items.by_id["u"].text == QUESTION


def test_a_late_delta_does_not_spoil_a_complete_transcript() -> None:
    script = Script()
    script.server(
        ConversationItemInputAudioTranscriptionCompleted(item_id="u", transcript=QUESTION)
    )
    script.server(ConversationItemInputAudioTranscriptionDelta(item_id="u", delta="again"))

    assert script.state.items.by_id["u"].text == QUESTION


def test_an_ending_without_words_takes_none_away() -> None:
    place = {"item_id": "i", "response_id": "r"}
    script = Script()
    script.server(ResponseOutputAudioTranscriptDelta(**place, delta="Hello"))
    script.server(ResponseOutputAudioTranscriptDone(**place, transcript="Hello there"))
    script.server(ResponseContentPartDone(**place, part=ContentPart(type="text", text="")))
    script.server(ResponseOutputAudioTranscriptDelta(**place, delta="late"))
    empty = Item(id="i", type="message", role="assistant", status="completed")
    script.server(ConversationItemDone(item=empty))

    item = script.state.items.by_id["i"]
    assert item.text == "Hello there"
    assert item.parts[0].done


@pytest.mark.parametrize("index", [-1, 64, 10**9])
def test_a_part_where_none_can_be_is_ignored(index: int) -> None:
    script = Script().server(
        ResponseOutputTextDelta(item_id="i", response_id="r", delta="x", content_index=index)
    )

    assert script.state.items.by_id["i"].parts == ()


def test_a_deleted_item_keeps_its_place_and_is_marked() -> None:
    script = Script().server(added("a", None)).server(ConversationItemDeleted(item_id="a"))

    assert script.state.items.by_id["a"].deleted


def test_a_retrieved_item_brings_its_words() -> None:
    script = Script().server(added("a", None))
    script.server(ConversationItemRetrieved(item=message("a", text="found")))
    script.server(ConversationItemRetrieved(item=message("stranger", text="x")))

    assert script.state.items.by_id["a"].text == "found"
    assert "stranger" not in script.state.items.by_id


def test_items_of_an_out_of_band_response_are_outside_the_conversation() -> None:
    script = Script()
    side = Response(id="side", status="in_progress", conversation_id=None)
    script.server(ResponseCreated(response=side))
    script.server(
        ResponseOutputItemAdded(response_id="side", item=message("note", role="assistant"))
    )

    assert script.state.items.order == ()
    assert "note" in script.state.items.by_id


def test_a_truncation_is_kept_with_its_item() -> None:
    state = Script(envelopes=list(LIBRARY["barge_in"]())).state

    assert state.items.by_id["item_assistant_1"].truncated_ms == 1_090
    assert state.items.by_id["item_assistant_1"].status == "incomplete"
