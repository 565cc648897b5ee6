"""The provider data, what is asked of each, and the session objects they read."""

from __future__ import annotations

import pytest

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.protocol.providers import (
    PROVIDERS,
    Provider,
    Quirk,
    default_settings,
    provider_named,
    session_payload,
)
from studio.protocol.settings import SessionSettings, TurnDetection

NAMES = (
    *("local", "openai", "azure", "azure-preview", "azure-voicelive", "xai"),
    *("litellm", "localai", "speaches", "inworld", "crazyrouter"),
)
every_provider = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))


def test_the_providers_are_these() -> None:
    assert tuple(PROVIDERS) == NAMES
    assert provider_named(" OpenAI ") is PROVIDERS["openai"]


@every_provider
def test_a_provider_is_whole(provider: Provider) -> None:
    assert provider.title
    assert provider.key_env
    assert provider.default_model in provider.models
    assert provider.base_url or provider.address_hint
    assert provider.path.startswith("/")


@every_provider
def test_default_settings_can_be_said_in_the_providers_dialect(provider: Provider) -> None:
    settings = default_settings(provider)
    payload = session_payload(provider, settings.to_wire(provider.dialect))
    read = SessionSettings.from_wire(payload, provider.dialect)
    assert read.model == provider.default_model
    assert read.turn_detection is not None
    if Quirk.NO_SEMANTIC_VAD in provider.quirks:
        assert read.turn_detection.type == "server_vad"


def test_an_unknown_provider_gets_the_nearest_and_all() -> None:
    with pytest.raises(StudioError) as refused:
        provider_named("opnai")
    assert refused.value.hint.startswith("Did you mean openai? Providers: local, openai")


def test_xai_reads_voice_and_turn_detection_at_the_top() -> None:
    settings = SessionSettings(
        voice="ara",
        output_format="pcm16",
        turn_detection=TurnDetection(type="server_vad", create_response=True),
    )
    assert session_payload(PROVIDERS["xai"], settings.to_wire(Dialect.GA)) == {
        "voice": "ara",
        "turn_detection": {"type": "server_vad", "create_response": True},
        "audio": {"input": {}, "output": {"format": {"type": "audio/pcm", "rate": 24_000}}},
    }
    wire = settings.to_wire(Dialect.GA)
    assert session_payload(PROVIDERS["openai"], wire) == wire
