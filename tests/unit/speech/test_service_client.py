from __future__ import annotations

import asyncio
import sys
import textwrap

import pytest

from studio.core.errors import StudioError
from studio.speech.service_client import VoiceProcess

# Answers in the service's words without any model: the text's length in pieces of ten bytes.
ECHO = textwrap.dedent(
    """
    import json, sys
    for line in sys.stdin:
        request = json.loads(line)
        if request["text"] == "die":
            sys.exit(3)
        if request["text"] == "missing":
            print(json.dumps({"id": None, "error": "no extra", "title": "t", "hint": "h"}))
            sys.exit(1)
        for letter in request["text"]:
            print(json.dumps({"id": request["id"], "bytes": 10, "last": False}))
            print(letter * 10, end="")
        print(json.dumps({"id": request["id"], "bytes": 0, "last": True}), flush=True)
    """
)


def echo() -> VoiceProcess:
    return VoiceProcess((sys.executable, "-c", ECHO))


async def said(voice: VoiceProcess, text: str) -> list[bytes]:
    return [piece async for piece in voice.say(text, voice="marin")]


async def test_pieces_arrive_in_order() -> None:
    async with echo() as voice:
        assert await said(voice, "ab") == [b"a" * 10, b"b" * 10]
        assert await said(voice, "") == []


async def test_texts_at_the_same_time_wait_for_each_other() -> None:
    async with echo() as voice, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(said(voice, "aaa"))
        second = tasks.create_task(said(voice, "bb"))
    assert first.result() == [b"a" * 10] * 3
    assert second.result() == [b"b" * 10] * 2


async def test_the_rest_of_an_abandoned_text_is_skipped() -> None:
    async with echo() as voice:
        pieces = voice.say("aaaa", voice="marin")
        assert await anext(pieces) == b"a" * 10
        await pieces.aclose()
        assert await said(voice, "b") == [b"b" * 10]


async def test_a_dead_process_is_said() -> None:
    async with echo() as voice:
        with pytest.raises(StudioError, match="has ended"):
            await said(voice, "die")
        with pytest.raises(StudioError, match="has ended"):
            await said(voice, "again")


async def test_what_the_service_lacks_reaches_the_person() -> None:
    async with echo() as voice:
        with pytest.raises(StudioError, match="no extra") as raised:
            await said(voice, "missing")
        assert (raised.value.title, raised.value.hint) == ("t", "h")


async def test_leaving_ends_the_process() -> None:
    async with echo() as voice:
        process = voice._process
        assert process is not None
        assert process.returncode is None
    assert process.returncode is not None


async def test_outside_its_context_it_cannot_speak() -> None:
    with pytest.raises(StudioError, match="has ended"):
        await said(echo(), "a")


@pytest.mark.speech
async def test_the_real_service_speaks() -> None:
    pytest.importorskip("hibari")
    async with VoiceProcess() as voice:
        pieces = await said(voice, "Hello there. How are you?")
        assert len(pieces) == 2
        assert all(len(piece) > 24_000 for piece in pieces)
        with pytest.raises(StudioError, match="no voice"):
            await anext(voice.say("Hello", voice="nobody"))


async def test_without_the_extra_it_says_what_to_install() -> None:
    start = (
        "import sys; sys.modules['hibari'] = None; "
        "from studio.speech.service import main; sys.exit(main())"
    )
    async with VoiceProcess((sys.executable, "-c", start)) as voice:
        with pytest.raises(StudioError, match="hibari") as raised:
            await said(voice, "Hello")
    assert "realtime-studio[local]" in raised.value.hint
