from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest

from studio.core.clock import ManualClock
from studio.server.replies.context import (
    Call,
    Called,
    Context,
    Returned,
    Said,
    TextPiece,
    Tool,
    Turn,
)
from studio.server.replies.host import Host, time_in_words

Asked: TypeAlias = Any
"""A field of the context, or the JSON of arguments."""

WEATHER = Tool(
    "get_weather",
    "Look up the current weather for a city.",
    {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        },
        "required": ["city"],
    },
)
LIGHTS = Tool(
    "setLights",
    "Turn the lights of a room on or off.",
    {
        "type": "object",
        "properties": {
            "room": {"type": "string", "enum": ["kitchen", "living_room"]},
            "on": {"type": "boolean"},
            "brightness": {"type": "integer"},
        },
        "required": ["room", "on"],
    },
)


async def answer(*turns: Turn | str, **fields: Asked) -> str | Call:
    """The host's reply to what the user said last."""
    said = tuple(Said("user", turn) if isinstance(turn, str) else turn for turn in turns)
    pieces = [piece async for piece in Host(ManualClock()).reply(Context(turns=said, **fields))]
    if isinstance(pieces[0], Call):
        return pieces[0]
    return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("Count to three.", "One, two, three."),
        ("Can you count from five to two?", "Five, four, three, two."),
        ("Spell cat.", "cat is spelt C, A, T."),
        ("Repeat after me: the sea is wide", "the sea is wide"),
        ("What is twelve times four?", "That makes forty-eight."),
        ("What is 7 divided by 2?", "That makes 3.5."),
        ("one divided by zero", "Nothing can be divided by zero."),
        ("My name is alice.", "Nice to meet you, Alice."),
        ("What is my name?", "You haven't told me your name."),
        ("Thank you!", "You're welcome."),
        ("The quick brown fox.", "I heard: The quick brown fox."),
        ("What day is it?", "Today is Thursday, January 1."),
    ],
)
async def test_small_talk(words: str, reply: str) -> None:
    assert await answer(words) == reply


async def test_it_says_what_it_is() -> None:
    assert "no language model" in str(await answer("Are you a real AI?"))


async def test_it_tells_the_time_of_its_clock() -> None:
    local = ManualClock().wall().astimezone()
    assert await answer("What time is it?") == f"It is {time_in_words(local)}."


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 0, "midnight"),
        (12, 0, "noon"),
        (15, 0, "three o'clock in the afternoon"),
        (9, 5, "nine oh five in the morning"),
        (0, 30, "twelve thirty in the morning"),
        (21, 48, "nine forty-eight in the evening"),
    ],
)
def test_times_are_said_as_people_say_them(hour: int, minute: int, words: str) -> None:
    assert time_in_words(datetime(2026, 1, 1, hour, minute, tzinfo=UTC)) == words


async def test_it_remembers_a_name() -> None:
    earlier = (Said("user", "Hi, my name is Bob."), Said("assistant", "Nice to meet you, Bob."))
    assert await answer(*earlier, "What's my name?") == "Your name is Bob."


async def test_its_story_is_long_enough_to_interrupt() -> None:
    # People and voices say under three words a second.
    assert len(str(await answer("Tell me a story")).split()) > 3 * 40


async def test_it_asks_again_when_it_heard_nothing() -> None:
    assert "again" in str(await answer(Said("user", "", spoken=True)))
    note = Said("system", "The user has said nothing for a while.")
    assert await answer(note, Said("user", "", spoken=True)) == "Are you still there?"


async def test_unasked_it_says_what_it_was_told_to_say() -> None:
    told = await answer(instructions='Greet the caller by saying "Welcome to the harbour."')
    assert told == "Welcome to the harbour."


@pytest.mark.parametrize(
    ("words", "tool", "arguments"),
    [
        ("What's the weather in Paris?", WEATHER, {"city": "Paris"}),
        ("what is the weather like in new york today", WEATHER, {"city": "new york"}),
        (
            "How is the weather in London in celsius?",
            WEATHER,
            {"city": "London", "unit": "celsius"},
        ),
        ("Turn off the lights in the kitchen", LIGHTS, {"room": "kitchen", "on": False}),
        (
            "Set the living room lights to forty percent",
            LIGHTS,
            {"room": "living_room", "on": True, "brightness": 40},
        ),
    ],
)
async def test_it_calls_what_the_words_mean(words: str, tool: Tool, arguments: Asked) -> None:
    called = await answer(words, tools=(WEATHER, LIGHTS))
    assert isinstance(called, Call)
    assert called.name == tool.name
    assert json.loads(called.arguments) == arguments


async def test_it_asks_for_what_it_needs() -> None:
    assert await answer("How is the weather?", tools=(WEATHER,)) == "Which city do you mean?"


async def test_it_calls_nothing_that_is_not_meant() -> None:
    assert await answer("Thank you!", tools=(WEATHER, LIGHTS)) == "You're welcome."
    forbidden = await answer("Weather in Paris?", tools=(WEATHER,), tool_choice="none")
    assert isinstance(forbidden, str)


async def test_it_calls_what_it_must() -> None:
    called = await answer("Thank you!", tools=(WEATHER, LIGHTS), tool_choice="setLights")
    assert isinstance(called, Call)
    assert called.name == "setLights"


async def test_it_speaks_results() -> None:
    asked = (Said("user", "Weather?"), Called("call_1", "get_weather", "{}"))
    plain = await answer(*asked, Returned("call_1", "It is foggy in London."))
    assert plain == "It is foggy in London."
    fields = await answer(*asked, Returned("call_1", '{"temperature_c": 12, "rain": false}'))
    assert fields == "Temperature c is 12, rain is no."


@pytest.mark.parametrize(
    "instructions",
    [
        "Read aloud what the user writes, word for word, and say nothing else.",
        "You are a narrator.\nPlease read it out loud verbatim.",
        "Read this aloud, exactly as it stands.",
    ],
)
async def test_it_reads_aloud_what_it_is_told_to(instructions: str) -> None:
    for line in ("What time is it?", "My name is Ada, count to five!", "Stop."):
        assert await answer(line, instructions=instructions) == line


async def test_it_answers_where_reading_is_only_spoken_of() -> None:
    told = "The user may ask you to read aloud a story."
    assert "language model" in str(await answer("Who are you?", instructions=told))
