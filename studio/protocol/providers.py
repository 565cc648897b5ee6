"""Providers by name, what to ask of each, and everything it takes to connect to one.

The data is in `protocol.provider_list`; nothing here opens a connection.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from studio.core.errors import StudioError
from studio.protocol.beta import value_at, with_value
from studio.protocol.connecting import ConnectRequest, connect_request
from studio.protocol.dialect import Dialect
from studio.protocol.knobs import Transcription
from studio.protocol.problems import Help, describe_close, describe_error, is_benign
from studio.protocol.provider_list import BETA_VOICES, PROVIDERS, Provider, Quirk
from studio.protocol.settings import DEFAULTS, SessionSettings

__all__ = [
    "PROVIDERS",
    "ConnectRequest",
    "Help",
    "Provider",
    "Quirk",
    "connect_request",
    "default_settings",
    "describe_close",
    "describe_error",
    "is_benign",
    "provider_named",
    "session_payload",
]


def provider_named(name: str) -> Provider:
    """The provider of that name, in any case.

    Raises:
        StudioError: there is none; the hint names the nearest, and all.
    """
    found = PROVIDERS.get(name.strip().lower())
    if found is not None:
        return found
    near = difflib.get_close_matches(name.lower(), PROVIDERS, n=1)
    guess = f"Did you mean {near[0]}? " if near else ""
    raise StudioError(
        f"there is no provider called {name!r}",
        title="Unknown provider",
        hint=f"{guess}Providers: {', '.join(PROVIDERS)}.",
    )


def default_settings(provider: Provider, dialect: Dialect | None = None) -> SessionSettings:
    """What the studio asks of a fresh session with this provider, in its own dialect or another."""
    wanted = provider.transcription_model
    voices = provider.voices
    if (dialect or provider.dialect) is Dialect.BETA:
        voices = tuple(voice for voice in voices if voice in BETA_VOICES)
    return DEFAULTS.model_copy(
        update={
            "model": provider.default_model,
            "voice": voices[0] if voices else None,
            "turn_detection": provider.turn_detection,
            "transcription": Transcription(model=wanted) if wanted else None,
        }
    )


def session_payload(provider: Provider, session: Mapping[str, Any]) -> dict[str, Any]:
    """A GA session object laid out the way this provider reads it."""
    payload = dict(session)
    if Quirk.FLAT_VOICE_AND_VAD not in provider.quirks:
        return payload
    payload.pop("type", None)
    for path in (("audio", "input", "turn_detection"), ("audio", "output", "voice")):
        parent = value_at(payload, path[:-1])
        if isinstance(parent, dict) and path[-1] in parent:
            rest = {key: value for key, value in parent.items() if key != path[-1]}
            payload = with_value(payload, path[:-1], rest) | {path[-1]: parent[path[-1]]}
    return payload
