"""What is particular about each provider and gateway, as data.

Addresses, headers and defaults are from the providers' documentation and from recordings of their
services.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from studio.protocol.dialect import Dialect
from studio.protocol.knobs import DEFAULT_TURN_DETECTION, TurnDetection

Auth = Literal["bearer", "api-key", "basic", "none"]


class Quirk(StrEnum):
    """Where a provider differs from the wire as OpenAI speaks it."""

    BETA_HEADER = "beta_header"
    """Wants `OpenAI-Beta: realtime=v1` where the beta dialect is spoken."""
    DEPLOYMENT_IN_QUERY = "deployment_in_query"
    """Takes the model as `deployment=`, by the deployment's name."""
    FULL_TURN_DETECTION = "full_turn_detection"
    """Resets the knobs of turn detection that an update leaves out."""
    FLAT_VOICE_AND_VAD = "flat_voice_and_vad"
    """Reads `voice` and `turn_detection` at the top of a GA session object, without its type."""
    NO_ITEM_DONE = "no_item_done"
    """Never says `conversation.item.done`."""
    NO_TRUNCATE = "no_truncate"
    """Knows no `conversation.item.truncate`."""
    NO_CANCEL = "no_cancel"
    """Knows no `response.cancel`."""
    NO_SEMANTIC_VAD = "no_semantic_vad"
    """Has no `semantic_vad`."""
    REPEATED_TRANSCRIPTS = "repeated_transcripts"
    """Sends `…transcription.completed` several times for one item, each with the whole text."""
    KEY_OPTIONAL = "key_optional"
    """Runs without a key unless its owner set one."""


_OPENAI_VOICES = (
    "marin",
    "cedar",
    "alloy",
    "ash",
    "ballad",
    "coral",
    "echo",
    "sage",
    "shimmer",
    "verse",
)
BETA_VOICES = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse")
"""The voices that the beta dialect's schema knows."""

_OPENAI_MODELS = (
    "gpt-realtime-2.1",
    "gpt-realtime-2.1-mini",
    "gpt-realtime-2",
    "gpt-realtime-1.5",
    "gpt-realtime",
    "gpt-realtime-mini",
)
_AZURE_HINT = "Give the resource's address, such as https://NAME.openai.azure.com."


@dataclass(frozen=True, slots=True)
class Provider:
    """One service that speaks the Realtime wire, and how it speaks it.

    `base_url` is empty where every customer has an own address; `address_hint` then says how to
    write it. `query` holds the parameters every session is opened with.
    """

    name: str
    title: str
    base_url: str
    key_env: tuple[str, ...]
    default_model: str
    models: tuple[str, ...]
    voices: tuple[str, ...]
    dialect: Dialect = Dialect.GA
    path: str = "/v1/realtime"
    query: tuple[tuple[str, str], ...] = ()
    auth: Auth = "bearer"
    transcription_model: str | None = "whisper-1"
    turn_detection: TurnDetection = DEFAULT_TURN_DETECTION
    quirks: frozenset[Quirk] = field(default_factory=frozenset)
    address_hint: str = ""
    notes: str = ""


def _silence(silence_duration_ms: int, prefix_padding_ms: int = 300) -> TurnDetection:
    return DEFAULT_TURN_DETECTION.model_copy(
        update={
            "silence_duration_ms": silence_duration_ms,
            "prefix_padding_ms": prefix_padding_ms,
        }
    )


_ALL = (
    Provider(
        name="local",
        title="Local server",
        base_url="ws://127.0.0.1:8765",
        key_env=("STUDIO_API_KEY",),
        default_model="studio-host",
        models=("studio-host",),
        voices=_OPENAI_VOICES,
        quirks=frozenset({Quirk.BETA_HEADER, Quirk.KEY_OPTIONAL}),
        notes="`studio serve`: real VAD, recognition and voices; no key, no network.",
    ),
    Provider(
        name="openai",
        title="OpenAI",
        base_url="wss://api.openai.com",
        key_env=("OPENAI_API_KEY",),
        default_model="gpt-realtime-2.1-mini",
        models=_OPENAI_MODELS,
        voices=_OPENAI_VOICES,
        transcription_model="gpt-realtime-whisper",
        quirks=frozenset({Quirk.BETA_HEADER}),
        notes="Speaks GA only since 2026-05-12; a session lasts 60 minutes at most.",
    ),
    Provider(
        name="azure",
        title="Azure OpenAI",
        base_url="",
        path="/openai/v1/realtime",
        key_env=("AZURE_OPENAI_API_KEY",),
        auth="api-key",
        default_model="gpt-realtime",
        models=("gpt-realtime", "gpt-realtime-mini"),
        voices=_OPENAI_VOICES,
        turn_detection=_silence(200),
        address_hint=_AZURE_HINT,
        notes="The model is your deployment's name, and so is the transcription model.",
    ),
    Provider(
        name="azure-preview",
        title="Azure OpenAI, preview API versions",
        base_url="",
        path="/openai/realtime",
        query=(("api-version", "2025-04-01-preview"),),
        key_env=("AZURE_OPENAI_API_KEY",),
        auth="api-key",
        dialect=Dialect.BETA,
        default_model="gpt-realtime",
        models=("gpt-realtime", "gpt-realtime-mini"),
        voices=BETA_VOICES,
        turn_detection=_silence(200),
        quirks=frozenset({Quirk.DEPLOYMENT_IN_QUERY, Quirk.NO_ITEM_DONE}),
        address_hint=_AZURE_HINT,
        notes="Deprecated since 2026-04-30; the model is your deployment's name.",
    ),
    Provider(
        name="azure-voicelive",
        title="Azure Voice Live",
        base_url="",
        path="/voice-live/realtime",
        query=(("api-version", "2025-10-01"),),
        key_env=("AZURE_VOICELIVE_API_KEY",),
        auth="api-key",
        dialect=Dialect.BETA,
        default_model="gpt-realtime",
        models=("gpt-realtime", "gpt-realtime-mini"),
        voices=BETA_VOICES,
        turn_detection=_silence(500, 400),
        quirks=frozenset({Quirk.FULL_TURN_DETECTION, Quirk.NO_ITEM_DONE}),
        address_hint="Give the resource's address, such as https://NAME.services.ai.azure.com.",
        notes="Has voices and echo cancellation of its own, under `extra.`.",
    ),
    Provider(
        name="xai",
        title="xAI Grok voice",
        base_url="wss://api.x.ai",
        key_env=("XAI_API_KEY",),
        default_model="grok-voice-latest",
        models=("grok-voice-latest", "grok-voice-3.0", "grok-voice-2.0"),
        voices=("ara", "eve", "leo", "rex", "sal"),
        transcription_model="grok-transcribe",
        quirks=frozenset(
            {
                Quirk.FLAT_VOICE_AND_VAD,
                Quirk.NO_ITEM_DONE,
                Quirk.NO_TRUNCATE,
                Quirk.NO_SEMANTIC_VAD,
                Quirk.REPEATED_TRANSCRIPTS,
            }
        ),
        notes="GA event names, a session object of both shapes; no truncation.",
    ),
    Provider(
        name="litellm",
        title="LiteLLM proxy",
        base_url="ws://127.0.0.1:4000",
        key_env=("LITELLM_API_KEY",),
        default_model="gpt-realtime",
        models=_OPENAI_MODELS,
        voices=_OPENAI_VOICES,
        quirks=frozenset({Quirk.BETA_HEADER, Quirk.KEY_OPTIONAL}),
        notes="The model is a name from the proxy's own list; its errors carry no code.",
    ),
    Provider(
        name="localai",
        title="LocalAI",
        base_url="ws://127.0.0.1:8080",
        key_env=("LOCALAI_API_KEY",),
        default_model="gpt-realtime",
        models=("gpt-realtime",),
        voices=(),
        quirks=frozenset({Quirk.KEY_OPTIONAL}),
        notes="The model is a pipeline's name; the first session waits for it to load.",
    ),
    Provider(
        name="speaches",
        title="Speaches",
        base_url="ws://127.0.0.1:8000",
        key_env=("SPEACHES_API_KEY",),
        dialect=Dialect.BETA,
        default_model="gpt-4o-mini",
        models=("gpt-4o-mini",),
        voices=(),
        transcription_model=None,
        quirks=frozenset(
            {
                Quirk.KEY_OPTIONAL,
                Quirk.NO_CANCEL,
                Quirk.NO_ITEM_DONE,
                Quirk.NO_SEMANTIC_VAD,
                Quirk.NO_TRUNCATE,
            }
        ),
        notes="The transcript is complete before the response begins.",
    ),
    Provider(
        name="inworld",
        title="Inworld",
        base_url="wss://api.inworld.ai",
        path="/api/v1/realtime/session",
        query=(("key", "studio"), ("protocol", "realtime")),
        key_env=("INWORLD_API_KEY",),
        auth="basic",
        default_model="openai/gpt-4o-mini",
        models=("openai/gpt-4o-mini",),
        voices=(),
        transcription_model=None,
        turn_detection=TurnDetection(
            type="semantic_vad", eagerness="auto", create_response=True, interrupt_response=True
        ),
        quirks=frozenset({Quirk.NO_TRUNCATE}),
        notes="The `key` in the address is the session's own id, not a secret.",
    ),
    Provider(
        name="crazyrouter",
        title="Crazyrouter",
        base_url="wss://crazyrouter.com",
        key_env=("CRAZYROUTER_API_KEY",),
        dialect=Dialect.BETA,
        default_model="gpt-4o-realtime-preview",
        models=("gpt-4o-realtime-preview", "gpt-4o-mini-realtime-preview"),
        voices=(*BETA_VOICES, "nova"),
        quirks=frozenset({Quirk.BETA_HEADER, Quirk.NO_ITEM_DONE}),
        notes="Documented in the beta dialect only.",
    ),
)

PROVIDERS: Mapping[str, Provider] = MappingProxyType({each.name: each for each in _ALL})
"""Every provider the studio knows, by the name that `--provider` takes."""
