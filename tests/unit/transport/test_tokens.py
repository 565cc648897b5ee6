from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.protocol.settings import SessionSettings
from studio.transport.tokens import EphemeralKey, mint

KEY = "sk-proj-abcdefghijklmnop"
SETTINGS = SessionSettings(instructions="Be brief.")


@dataclass
class Service:
    """Answers one HTTP request with what it was told to."""

    answer: object
    status: str = "200 OK"
    path: str = ""
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.path = head[0].split()[1]
        self.headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        self.body = json.loads(await reader.readexactly(int(self.headers["content-length"])))
        said = json.dumps(self.answer).encode()
        writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: {len(said)}\r\n".encode())
        writer.write(b"Connection: close\r\n\r\n" + said)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def listening(service: Service) -> AsyncIterator[str]:
    async with await asyncio.start_server(service, "127.0.0.1", 0) as running:
        yield f"ws://127.0.0.1:{running.sockets[0].getsockname()[1]}/v1/realtime?model=m"


async def test_a_ga_key_stands_at_value() -> None:
    service = Service({"value": "ek_1", "expires_at": 1784852564, "session": {}})
    async with listening(service) as url:
        assert await mint(url, KEY, SETTINGS) == EphemeralKey("ek_1", 1784852564)
    assert service.path == "/v1/realtime/client_secrets"
    assert service.body == {"session": {"type": "realtime", "instructions": "Be brief."}}
    assert service.headers["authorization"].endswith(KEY)


async def test_a_beta_key_stands_at_client_secret_value() -> None:
    service = Service({"id": "s", "client_secret": {"value": "ek_2", "expires_at": 7}})
    async with listening(service) as url:
        assert await mint(url, KEY, SETTINGS, Dialect.BETA) == EphemeralKey("ek_2", 7)
    assert service.path == "/v1/realtime/sessions"
    assert service.body == {"instructions": "Be brief."}


async def test_a_refusal_is_told_in_the_services_words_without_the_key() -> None:
    service = Service({"error": {"message": f"Incorrect API key: {KEY}"}}, "401 Unauthorized")
    async with listening(service) as url:
        with pytest.raises(StudioError) as raised:
            await mint(url, KEY, SETTINGS)
    assert raised.value.title == "The key was refused"
    assert "Incorrect API key" in raised.value.message
    assert KEY not in raised.value.in_words()


@pytest.mark.parametrize("answer", [{}, [], {"client_secret": "x"}, {"value": "ek"}])
async def test_an_answer_without_a_key_is_told(answer: object) -> None:
    async with listening(Service(answer)) as url:
        with pytest.raises(StudioError, match="answered without a key"):
            await mint(url, KEY, SETTINGS)


async def test_nobody_there_is_told() -> None:
    async with listening(Service({})) as url:
        pass
    with pytest.raises(StudioError):
        await mint(url, KEY, SETTINGS)


def test_a_key_does_not_show_in_its_repr() -> None:
    assert "ek_" not in repr(EphemeralKey("ek_secret", 5))
