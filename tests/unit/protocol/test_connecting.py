"""The address and headers that open a session, and the words for addresses that cannot."""

from __future__ import annotations

import pytest

from studio.core.errors import StudioError
from studio.protocol.connecting import ConnectRequest, connect_request
from studio.protocol.dialect import Dialect
from studio.protocol.provider_list import PROVIDERS

KEY = "sk-proj-abcdefgh12345678"


def request(
    name: str,
    base_url: str | None = None,
    model: str | None = None,
    key: str | None = KEY,
    dialect: Dialect | None = None,
) -> ConnectRequest:
    return connect_request(
        PROVIDERS[name], base_url=base_url, model=model, key=key, dialect=dialect
    )


@pytest.mark.parametrize(
    ("name", "base_url", "model", "url"),
    [
        ("local", None, None, "ws://127.0.0.1:8765/v1/realtime?model=studio-host"),
        ("local", "http://127.0.0.1:9000", "m", "ws://127.0.0.1:9000/v1/realtime?model=m"),
        ("openai", None, "gpt-realtime", "wss://api.openai.com/v1/realtime?model=gpt-realtime"),
        ("openai", "https://gw.example/v1", "m", "wss://gw.example/v1/realtime?model=m"),
        ("openai", "https://gw.example/v1/", "m", "wss://gw.example/v1/realtime?model=m"),
        ("openai", "https://gw.example/team/a", "m", "wss://gw.example/team/a/v1/realtime?model=m"),
        ("openai", "wss://gw.example/realtime", "m", "wss://gw.example/realtime?model=m"),
        ("openai", "wss://h/v1/realtime?model=x&a=b", "m", "wss://h/v1/realtime?model=x&a=b"),
        (
            "openai",
            "wss://h/v1/realtime?intent=transcription",
            None,
            "wss://h/v1/realtime?intent=transcription",
        ),
        ("openai", "http://[::1]:8000", "a b/c", "ws://[::1]:8000/v1/realtime?model=a+b%2Fc"),
        (
            "azure",
            "https://me.openai.azure.com",
            "dep",
            "wss://me.openai.azure.com/openai/v1/realtime?model=dep",
        ),
        (
            "azure",
            "https://me.openai.azure.com/openai/v1/",
            "dep",
            "wss://me.openai.azure.com/openai/v1/realtime?model=dep",
        ),
        (
            "azure-preview",
            "https://me.openai.azure.com",
            "dep",
            "wss://me.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=dep",
        ),
        (
            "azure-preview",
            "https://me.openai.azure.com?api-version=2024-10-01-preview",
            "dep",
            "wss://me.openai.azure.com/openai/realtime?api-version=2024-10-01-preview&deployment=dep",
        ),
        (
            "azure-voicelive",
            "https://me.services.ai.azure.com",
            None,
            "wss://me.services.ai.azure.com/voice-live/realtime?api-version=2025-10-01&model=gpt-realtime",
        ),
        (
            "inworld",
            None,
            "m",
            "wss://api.inworld.ai/api/v1/realtime/session?key=studio&protocol=realtime&model=m",
        ),
    ],
)
def test_the_address_is_put_together(
    name: str, base_url: str | None, model: str | None, url: str
) -> None:
    assert request(name, base_url, model).url == url


@pytest.mark.parametrize(
    ("name", "dialect", "headers"),
    [
        ("openai", None, {"Authorization": f"Bearer {KEY}"}),
        (
            "openai",
            Dialect.BETA,
            {"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "realtime=v1"},
        ),
        ("crazyrouter", None, {"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "realtime=v1"}),
        ("crazyrouter", Dialect.GA, {"Authorization": f"Bearer {KEY}"}),
        ("speaches", None, {"Authorization": f"Bearer {KEY}"}),
        ("inworld", None, {"Authorization": f"Basic {KEY}"}),
    ],
)
def test_headers_follow_provider_and_dialect(
    name: str, dialect: Dialect | None, headers: dict[str, str]
) -> None:
    made = request(name, dialect=dialect)
    assert made.headers == headers
    assert made.dialect is (dialect or PROVIDERS[name].dialect)


def test_azure_takes_a_key_or_an_identity_token() -> None:
    address = "https://me.openai.azure.com"
    assert request("azure", address).headers == {"api-key": KEY}
    token = "eyJhbGciOi.eyJhdWQi.c2ln"
    assert request("azure", address, key=token).headers == {"Authorization": f"Bearer {token}"}


def test_a_key_may_be_missing_where_the_server_is_ones_own() -> None:
    assert request("local", key=None).headers == {}
    assert request("openai", "http://localhost:8765", key=None).headers == {}
    with pytest.raises(StudioError) as refused:
        request("openai", key=None)
    assert "OPENAI_API_KEY" in refused.value.hint


@pytest.mark.parametrize(
    ("name", "base_url", "words"),
    [
        ("openai", "api.openai.com", "has no scheme"),
        ("openai", "localhost:8765", "has no scheme"),
        ("openai", "ftp://host", "is no WebSocket"),
        ("openai", "https://", "names no host"),
        ("openai", "https:///v1", "names no host"),
        ("openai", "https://host:port", "Cannot use this address"),
        ("openai", "https://[::1", "Cannot use this address"),
        ("openai", "https://ho st", "has a space"),
        ("openai", "https://host\x1b[2J", "has a space"),
        ("openai", "https://me:secret@host", "carries a user name or password"),
        ("azure", None, "https://NAME.openai.azure.com"),
        ("azure-voicelive", None, "https://NAME.services.ai.azure.com"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_in_words(
    name: str, base_url: str | None, words: str
) -> None:
    with pytest.raises(StudioError) as refused:
        request(name, base_url)
    assert words in refused.value.in_words()
    assert refused.value.hint
    assert "secret" not in refused.value.in_words()


@pytest.mark.parametrize("key", ["sk-one two", "sk-line\nX-Header: a", "“sk-quoted”"])
def test_a_key_that_cannot_stand_in_a_header_is_refused_unseen(key: str) -> None:
    with pytest.raises(StudioError) as refused:
        request("openai", key=key)
    assert key not in refused.value.in_words()


def test_no_secret_is_shown() -> None:
    made = request("openai", f"https://gw.example/v1?api_key={KEY}&region=eu")
    assert KEY in made.url
    assert KEY not in repr(made)
    assert "region=eu" in repr(made)
    assert "Authorization" in repr(made)
