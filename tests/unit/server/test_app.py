"""The server over real sockets, with ears and a voice of tones; clients are the official SDK's."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any, TypeAlias

import httpx2
import pytest
from openai import AsyncOpenAI
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from studio.audio.formats import AudioFormat
from studio.server.app import LARGEST_BODY_BYTES
from studio.server.settings import ServerConfig
from tests.fakes.loopback import Address, loopback
from tests.fakes.speech import ToneSpeech
from tests.fakes.voice_activity import tone

GA: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)
PATIENCE_S = 20.0
Connection: TypeAlias = Any
"""The SDK's connection, of either dialect."""

WireItem: TypeAlias = Any
"""An item as either dialect's SDK takes it."""

BETA_HEADER = {"OpenAI-Beta": "realtime=v1"}


def client(address: Address, key: str = "any") -> AsyncOpenAI:
    return AsyncOpenAI(
        api_key=key, base_url=f"{address.http}/v1", websocket_base_url=address.socket_base
    )


async def until(connection: Connection, kind: str) -> list[Any]:
    """SDK events up to the first of this type; each is held against the official types."""
    found: list[Any] = []
    async with asyncio.timeout(PATIENCE_S):
        while not found or found[-1].type != kind:
            raw = await connection.recv_bytes()
            if connection.__class__.__module__.startswith("openai.resources.realtime"):
                GA.validate_json(raw)
            found.append(connection.parse_event(raw))
    return found


def text_item(text: str) -> WireItem:
    return {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": text}],
    }


async def append(connection: Connection, *pieces: bytes) -> None:
    payload = base64.b64encode(b"".join(pieces)).decode()
    await connection.input_audio_buffer.append(audio=payload)


def silence(ms: int) -> bytes:
    return AudioFormat.PCM16.silence(ms)


def loud(ms: int) -> bytes:
    return tone(ms, AudioFormat.PCM16)


async def test_the_sdk_makes_a_text_turn() -> None:
    async with (
        loopback(ToneSpeech()) as address,
        client(address) as openai,
        openai.realtime.connect(model="gpt-realtime") as connection,
    ):
        await connection.session.update(session={"type": "realtime", "output_modalities": ["text"]})
        await connection.conversation.item.create(item=text_item("Count to three"))
        await connection.response.create()
        done = (await until(connection, "response.done"))[-1]
        assert done.response.output[0].content[0].text == "One, two, three."


async def test_the_sdk_speaks_and_is_answered_aloud() -> None:
    async with (
        loopback(ToneSpeech(["Say hello there."])) as address,
        client(address) as openai,
        openai.realtime.connect(model="gpt-realtime") as connection,
    ):
        await append(connection, silence(320), loud(640), silence(960))
        events = await until(connection, "response.done")
        sound = [base64.b64decode(e.delta) for e in events if e.type.endswith("audio.delta")]
        assert sum(map(len, sound)) == 48 * 50 * len("hello there.")
        assert events[-1].response.status == "completed"


async def test_the_sdk_makes_a_tool_round() -> None:
    weather: Any = {
        "type": "function",
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    }
    async with (
        loopback(ToneSpeech()) as address,
        client(address) as openai,
        openai.realtime.connect(model="gpt-realtime") as connection,
    ):
        await connection.session.update(session={"type": "realtime", "tools": [weather]})
        await connection.conversation.item.create(item=text_item("Weather in Paris?"))
        await connection.response.create()
        call = (await until(connection, "response.done"))[-1].response.output[0]
        assert json.loads(call.arguments) == {"city": "Paris"}
        result: Any = {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": "It rains.",
        }
        await connection.conversation.item.create(item=result)
        await connection.response.create()
        done = (await until(connection, "response.done"))[-1]
        assert done.response.output[0].content[0].transcript == "It rains."


async def test_the_sdk_interrupts() -> None:
    # At 1x the story lasts far longer than the test waits for.
    config = ServerConfig(pace=1.0)
    async with (
        loopback(ToneSpeech(["Tell me a story", "Stop"]), config) as address,
        client(address) as openai,
        openai.realtime.connect(model="gpt-realtime") as connection,
    ):
        await append(connection, loud(640), silence(960))
        heard = (await until(connection, "response.output_audio.delta"))[-1]
        await append(connection, loud(640))
        cancelled = (await until(connection, "response.done"))[-1].response
        assert cancelled.status == "cancelled"
        assert cancelled.status_details.reason == "turn_detected"
        await connection.conversation.item.truncate(
            item_id=heard.item_id, content_index=0, audio_end_ms=50
        )
        assert (await until(connection, "conversation.item.truncated"))[-1].audio_end_ms == 50
        await append(connection, silence(960))
        assert (await until(connection, "response.done"))[-1].response.status == "completed"


async def test_the_beta_sdk_is_served_in_beta() -> None:
    async with (
        loopback(ToneSpeech()) as address,
        client(address) as openai,
        openai.beta.realtime.connect(model="gpt-4o-realtime-preview") as connection,
    ):
        await connection.session.update(session={"modalities": ["audio", "text"], "voice": "ash"})
        await connection.conversation.item.create(item=text_item("Count to three"))
        await connection.response.create()
        kinds = [event.type for event in await until(connection, "response.done")]
        assert kinds[:3] == ["session.created", "conversation.created", "session.updated"]
        assert "response.audio.delta" in kinds
        assert "conversation.item.created" in kinds


async def refused(websocket: ClientConnection) -> tuple[str, int, str]:
    """The one error's code, then the close code and reason."""
    async with asyncio.timeout(PATIENCE_S):
        error = json.loads(await websocket.recv())["error"]
        with pytest.raises(ConnectionClosed) as closed:
            await websocket.recv()
    assert closed.value.rcvd is not None
    return error["code"], closed.value.rcvd.code, closed.value.rcvd.reason


async def test_strict_refuses_beta_after_the_upgrade() -> None:
    async with (
        loopback(ToneSpeech(), ServerConfig(strict=True)) as address,
        connect(f"{address.url}?model=m", additional_headers=BETA_HEADER) as websocket,
    ):
        code = "beta_api_shape_disabled"
        assert await refused(websocket) == (code, 4000, f"invalid_request_error.{code}")


async def test_a_wrong_key_is_refused_after_the_upgrade() -> None:
    wrong = {"Authorization": "Bearer wrong"}
    async with (
        loopback(ToneSpeech(), ServerConfig(api_key="right")) as address,
        connect(address.url, additional_headers=wrong) as websocket,
    ):
        code = "invalid_api_key"
        assert await refused(websocket) == (code, 3000, f"invalid_request_error.{code}")


async def test_no_more_sessions_than_it_is_told() -> None:
    async with (
        loopback(ToneSpeech(), ServerConfig(most_sessions=1)) as address,
        connect(address.url) as first,
        connect(address.url) as second,
    ):
        assert (await refused(second))[:2] == ("session_limit_reached", 1013)
        assert json.loads(await first.recv())["type"] == "session.created"


async def test_a_session_that_is_too_old_is_closed() -> None:
    async with (
        loopback(ToneSpeech(), ServerConfig(longest_session_s=0)) as address,
        connect(address.url) as websocket,
    ):
        assert json.loads(await websocket.recv())["type"] == "session.created"
        assert (await refused(websocket))[:2] == ("session_expired", 1001)


async def test_a_browser_presents_its_key_as_a_subprotocol() -> None:
    offered = [Subprotocol("realtime"), Subprotocol("openai-insecure-api-key.right")]
    async with (
        loopback(ToneSpeech(), ServerConfig(api_key="right")) as address,
        connect(address.url, subprotocols=offered) as websocket,
    ):
        assert websocket.subprotocol == "realtime"
        assert json.loads(await websocket.recv())["type"] == "session.created"


@pytest.mark.parametrize(
    "path", ["/realtime", "/openai/v1/realtime", "/openai/realtime?api-version=x&deployment=d"]
)
async def test_other_paths_lead_here_too(path: str) -> None:
    async with loopback(ToneSpeech()) as address:
        base = address.http.replace("http", "ws")
        async with connect(base + path) as websocket:
            session = json.loads(await websocket.recv())["session"]
            assert ("modalities" in session) == ("api-version" in path)


async def test_a_minted_token_carries_its_settings() -> None:
    body = {
        "expires_after": {"anchor": "created_at", "seconds": 60},
        "session": {
            "type": "realtime",
            "model": "m",
            "instructions": "Sing.",
            "audio": {"output": {"voice": "ash"}},
        },
    }
    right = {"Authorization": "Bearer right"}
    async with (
        loopback(ToneSpeech(), ServerConfig(api_key="right")) as address,
        httpx2.AsyncClient(base_url=address.http) as http,
    ):
        path = "/v1/realtime/client_secrets"
        assert (await http.post(path, json=body)).status_code == 401
        minted = (await http.post(path, json=body, headers=right)).json()
        assert minted["session"]["instructions"] == "Sing."
        token = {"Authorization": f"Bearer {minted['value']}"}
        async with connect(address.url, additional_headers=token) as websocket:
            session = json.loads(await websocket.recv())["session"]
            assert (session["model"], session["instructions"]) == ("m", "Sing.")
            assert session["audio"]["output"]["voice"] == "ash"


async def test_a_beta_token_opens_beta() -> None:
    async with (
        loopback(ToneSpeech()) as address,
        httpx2.AsyncClient(base_url=f"{address.http}/v1/realtime") as http,
    ):
        minted = (await http.post("/sessions", json={"model": "m", "voice": "ash"})).json()
        assert minted["voice"] == "ash"
        token = {"Authorization": f"Bearer {minted['client_secret']['value']}"}
        async with connect(address.url, additional_headers=token) as websocket:
            assert json.loads(await websocket.recv())["session"]["modalities"] == ["audio", "text"]
        wrong = await http.post("/sessions", json={"voice": "nobody"})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "invalid_value")
        assert (await http.post("/client_secrets", content=b"{")).status_code == 400


async def test_without_models_text_still_works_and_the_rest_fails_in_words() -> None:
    async with (
        loopback(ToneSpeech(missing=True)) as address,
        client(address) as openai,
        openai.realtime.connect(model="gpt-realtime") as connection,
    ):
        await connection.session.update(
            session={
                "type": "realtime",
                "audio": {"input": {"transcription": {"model": "whisper-1"}}},
            }
        )
        await append(connection, loud(640), silence(960))
        events = await until(connection, "response.done")
        failed = next(event for event in events if event.type.endswith("transcription.failed"))
        assert "not installed" in failed.error.message
        assert events[-1].response.status == "failed"
        assert "not installed" in events[-1].response.status_details.error.message
        await connection.response.create(response={"output_modalities": ["text"]})
        assert (await until(connection, "response.done"))[-1].response.status == "completed"


async def test_health() -> None:
    async with loopback(ToneSpeech()) as address, httpx2.AsyncClient() as http:
        state = (await http.get(f"{address.http}/health")).json()
        assert (state["status"], state["sessions"]) == ("ok", 0)


async def test_a_large_append_is_taken() -> None:
    five_minutes = bytes(48 * 300_000)
    async with (
        loopback(ToneSpeech()) as address,
        connect(address.url, max_size=None) as websocket,
    ):
        off = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
        await websocket.send(json.dumps({"type": "session.update", "session": off}))
        payload = base64.b64encode(five_minutes).decode()
        await websocket.send(json.dumps({"type": "input_audio_buffer.append", "audio": payload}))
        await websocket.send(json.dumps({"type": "input_audio_buffer.commit"}))
        async with asyncio.timeout(PATIENCE_S):
            kinds = [json.loads(await websocket.recv())["type"] for _ in range(3)]
        assert kinds == ["session.created", "session.updated", "input_audio_buffer.committed"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * 200_000, "invalid_json"),
        (b'{"instructions": "' + b"x" * LARGEST_BODY_BYTES + b'"}', "request_too_large"),
        (b"[]", "invalid_type"),
    ],
)
async def test_a_hostile_request_for_a_token_is_refused_in_words(body: bytes, code: str) -> None:
    async with loopback(ToneSpeech()) as address, httpx2.AsyncClient() as http:
        answer = await http.post(f"{address.http}/v1/realtime/sessions", content=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


async def test_a_client_secret_that_is_no_object_counts_as_none() -> None:
    async with loopback(ToneSpeech()) as address, httpx2.AsyncClient() as http:
        path = f"{address.http}/v1/realtime/sessions"
        answer = await http.post(path, json={"client_secret": "x"})
        assert answer.json()["client_secret"]["value"].startswith("ek_")
