"""The official SDK against the whole server: real VAD, real ears, real voices."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pytest
from openai import AsyncOpenAI
from openai.types.beta.realtime import RealtimeServerEvent as BetaServerEvent
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from studio.audio.resample import resample_offline
from studio.audio.samples import to_float
from studio.core.ids import RandomIds
from studio.runtime.clock import SystemClock
from studio.server.run import serve
from studio.server.settings import ServerConfig
from studio.speech.ears import Ears
from studio.speech.voices import Voices

pytestmark = pytest.mark.speech

OFFICIAL: dict[bool, TypeAdapter[Any]] = {
    False: TypeAdapter(RealtimeServerEvent),
    True: TypeAdapter(BetaServerEvent),
}
PATIENCE_S = 60.0

Connection: TypeAlias = Any
"""The SDK's connection, of either dialect."""


@cache
def voices() -> Voices:
    return Voices()


@cache
def spoken(text: str) -> bytes:
    """PCM16 of a man saying the text."""
    return np.concatenate(list(voices().synthesize(text, "cedar"))).tobytes()


def silence(ms: int) -> bytes:
    return bytes(48 * ms)


@asynccontextmanager
async def server(pace: float = 12.0) -> AsyncIterator[AsyncOpenAI]:
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    config = ServerConfig(port=0, pace=pace)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(serve(config, SystemClock(), RandomIds(), url.set_result))
        base = (await url).removesuffix("/realtime")
        async with AsyncOpenAI(api_key="any", websocket_base_url=base) as client:
            yield client
        serving.cancel()


async def until(connection: Connection, kind: str, *, beta: bool = False) -> list[Any]:
    found: list[Any] = []
    async with asyncio.timeout(PATIENCE_S):
        while not found or found[-1].type != kind:
            raw = await connection.recv_bytes()
            OFFICIAL[beta].validate_json(raw)
            found.append(connection.parse_event(raw))
    return found


async def append(connection: Connection, *pieces: bytes) -> None:
    payload = base64.b64encode(b"".join(pieces)).decode()
    await connection.input_audio_buffer.append(audio=payload)


def words(events: list[Any]) -> str:
    """What a recogniser hears in the assistant's voice."""
    pcm = b"".join(base64.b64decode(e.delta) for e in events if e.type.endswith("audio.delta"))
    at_16k = resample_offline(np.frombuffer(pcm, np.int16), 24_000, 16_000)
    return Ears().transcribe(to_float(at_16k)).text


TRANSCRIPTION = "conversation.item.input_audio_transcription.completed"


async def test_a_spoken_question_is_heard_and_answered_aloud() -> None:
    async with server() as openai, openai.realtime.connect(model="gpt-realtime") as connection:
        heard: Any = {"type": "realtime", "audio": {"input": {"transcription": {"model": "m"}}}}
        await connection.session.update(session=heard)
        await append(connection, silence(500), spoken("Can you count to five?"), silence(1000))
        events = await until(connection, "response.done")
        (user,) = (event.transcript for event in events if event.type == TRANSCRIPTION)
        assert "count to five" in user.lower()
        assert events[-1].response.output[0].content[0].transcript == "One, two, three, four, five."
        said = words(events).lower()
        assert "three" in said or "3" in said


@pytest.mark.parametrize(
    ("beta", "first_sound"),
    [(False, "response.output_audio.delta"), (True, "response.audio.delta")],
)
async def test_a_story_is_interrupted_by_a_voice(*, beta: bool, first_sound: str) -> None:
    async with server(pace=2.0) as openai:
        realtime: Any = openai.beta.realtime if beta else openai.realtime
        async with realtime.connect(model="gpt-realtime") as connection:
            await append(connection, silence(500), spoken("Tell me a long story."), silence(1000))
            first = (await until(connection, first_sound, beta=beta))[-1]
            await append(connection, spoken("Stop. What is your name?"), silence(1000))
            cancelled = (await until(connection, "response.done", beta=beta))[-1].response
            assert cancelled.status == "cancelled"
            await connection.conversation.item.truncate(
                item_id=first.item_id, content_index=0, audio_end_ms=80
            )
            events = await until(connection, "response.done", beta=beta)
            assert "conversation.item.truncated" in [event.type for event in events]
            assert "built-in host" in events[-1].response.output[0].content[0].transcript


async def test_a_spoken_request_calls_a_function_in_beta() -> None:
    weather: Any = {
        "type": "function",
        "name": "get_weather",
        "description": "Look up the weather for a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    }
    async with (
        server() as openai,
        openai.beta.realtime.connect(model="gpt-4o-realtime-preview") as connection,
    ):
        await connection.session.update(session={"tools": [weather]})
        question = spoken("What is the weather in London?")
        await append(connection, silence(500), question, silence(1000))
        call = (await until(connection, "response.done", beta=True))[-1].response.output[0]
        assert (call.name, "London" in call.arguments) == ("get_weather", True)
        await connection.conversation.item.create(
            item={
                "type": "function_call_output",
                "call_id": call.call_id,
                "output": "It is foggy.",
            }
        )
        await connection.response.create()
        events = await until(connection, "response.done", beta=True)
        assert "foggy" in words(events).lower()


async def test_semantic_vad_ends_a_question_early() -> None:
    async with server() as openai, openai.realtime.connect(model="gpt-realtime") as connection:
        await until(connection, "session.created")
        rules: Any = {"type": "semantic_vad", "eagerness": "low"}
        settings: Any = {"type": "realtime", "audio": {"input": {"turn_detection": rules}}}
        await connection.session.update(session=settings)
        speech = silence(500) + spoken("What time is it?")
        await append(connection, speech)
        # Silence at the pace of a microphone: the words need real time to be recognised.
        async with asyncio.TaskGroup() as tasks:
            quiet = tasks.create_task(stream_silence(connection))
            stopped = (await until(connection, "input_audio_buffer.speech_stopped"))[-1]
            quiet.cancel()
        assert stopped.audio_end_ms < len(speech) / 48 + 2000


async def stream_silence(connection: Connection) -> None:
    while True:
        await append(connection, silence(100))
        await asyncio.sleep(0.1)
