"""What is withheld when a session is shared."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.export.sharing import Redaction, masked
from tests.conversations import LIBRARY


def test_nothing_is_withheld_unasked() -> None:
    frame = '{ "type":"x",  "a": 1 }'

    assert Redaction().frame(frame) is frame
    assert Redaction().text("Hello") == "Hello"
    assert Redaction().id("item_9f") == "item_9f"


def test_only_what_is_known_can_be_withheld() -> None:
    with pytest.raises(StudioError, match="'sound' cannot be left out"):
        Redaction(["sound"])


def test_words_leave_nothing_but_their_number() -> None:
    assert masked("Hello, you two. Ready?") == "███, ███ ███. ███?"
    assert masked("") == ""


@given(st.text())
def test_masked_words_hold_no_letter(text: str) -> None:
    assert not any(char.isalnum() for char in masked(text))


def test_keys_are_cut_out_of_every_text() -> None:
    assert Redaction().text("my key is sk-abcdefghijkl") == "my key is sk-[secret]"


def test_an_id_has_one_short_name_wherever_it_stands() -> None:
    redaction = Redaction(["ids"])
    first = json.loads(redaction.frame('{"item_id":"item_Zx81","previous_item_id":"item_Qq"}'))
    later = json.loads(
        redaction.frame('{"item":{"id":"item_Qq"},"message":"Item item_Zx81. Not found"}')
    )

    assert first == {"item_id": "item_1", "previous_item_id": "item_2"}
    assert later == {"item": {"id": "item_2"}, "message": "Item item_1. Not found"}


def test_fields_that_nobody_knows_count_as_words() -> None:
    shared = json.loads(
        Redaction(["text"]).frame(
            json.dumps(
                {
                    "type": "response.done",
                    "mood": "she is angry",
                    "status": "completed",
                    "voice": "a sentence is no voice",
                    "arguments": '{"city": "London"}',
                    "metadata": {"customer": "Ada Lovelace", "age": 36},
                    "logprobs": [{"token": "Ada", "bytes": [65, 100, 97]}],
                    "usage": {"input_tokens": 12},
                }
            )
        )
    )

    assert shared == {
        "type": "response.done",
        "mood": "███ ███ ███",
        "status": "completed",
        "voice": "███ ███ ███ ███ ███",
        "arguments": "███: ███",
        "metadata": "███",
        "logprobs": "███",
        "usage": {"input_tokens": 12},
    }


def test_sound_becomes_its_length() -> None:
    redaction = Redaction(["audio"])
    delta = '{"type":"response.output_audio.delta","delta":"AAAAAAAA"}'
    words = '{"type":"response.output_audio_transcript.delta","delta":"Hello"}'

    assert json.loads(redaction.frame(delta))["delta"] == "[6 bytes of audio]"
    assert json.loads(redaction.frame(words))["delta"] == "Hello"


@pytest.mark.parametrize("frame", ["{nope", "[" * 5_000 + "]" * 5_000, "\ud800"])
def test_what_is_no_json_is_withheld_whole(frame: str) -> None:
    shared = json.loads(Redaction(["text"]).frame(frame))

    assert shared == f"[{len(frame)} characters that are no JSON]"


def test_secrets_of_a_session_object_are_never_shared() -> None:
    frame = json.dumps(
        {"session": {"client_secret": {"value": "ek_1"}, "tools": [{"authorization": "abc"}]}}
    )

    shared = Redaction(["audio"]).frame(frame)

    assert json.loads(shared) == {
        "session": {"client_secret": "[secret]", "tools": [{"authorization": "[secret]"}]}
    }


def test_secrets_in_a_value_are_withheld_where_all_else_is_shared() -> None:
    tools = [
        {"type": "mcp", "server_url": "https://x", "authorization": "abc", "headers": {"k": 1}}
    ]

    (shared,) = json.loads(json.dumps(Redaction([]).value("tools", tools)))

    assert "abc" not in json.dumps(shared)
    assert (shared["type"], shared["server_url"]) == ("mcp", "https://x")


@pytest.mark.parametrize("name", LIBRARY)
def test_no_word_of_a_conversation_is_left_in_its_frames(name: str) -> None:
    redaction = Redaction(["text", "ids", "audio"])
    secret = ("twelve", "London", "lighthouse", "item_user_", "What time")

    for envelope in LIBRARY[name]():
        shared = redaction.frame(envelope.raw) if envelope.raw else ""
        assert not [word for word in secret if word in shared]


def test_the_names_of_a_tools_arguments_are_words() -> None:
    tool = {"type": "function", "name": "find", "parameters": {"properties": {"diagnosis": {}}}}
    frame = json.dumps({"type": "session.update", "session": {"tools": [tool]}})

    shared = Redaction(["text"]).frame(frame)

    assert "diagnosis" not in shared
    assert "find" in shared


def test_a_key_that_is_a_sentence_is_words() -> None:
    assert "London" not in Redaction(["text"]).frame('{"type":"x","Meet me in London":1}')


def test_an_id_that_only_an_error_names_is_withheld() -> None:
    message = "Item with id item_BJ8Yx2 not found (item_not_found)."
    redaction = Redaction(["ids"])

    told = redaction.text(message)

    assert told == "Item with id item_1 not found (item_not_found)."
    assert redaction.text(told) == told
