"""What a session needs of the world, passed in: time, ids, a peer, sound, a voice, keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.protocol.providers import ConnectRequest, Provider, connect_request, provider_named

if TYPE_CHECKING:
    from studio.core.clock import Clock
    from studio.core.ids import IdSource
    from studio.runtime.mouth import Voice
    from studio.runtime.plan import ConnectPlan
    from studio.runtime.sound import SoundSource
    from studio.transport.peer import Peer
    from studio.vad.detector import SpeechDetector


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside a session that it acts on or asks.

    Attributes:
        clock: the time.
        ids: for folders and the events that are sent.
        peer: what is connected to.
        sound: where microphones and speakers are opened.
        make_voice: makes the voice that speaks for the virtual microphone.
        make_detector: makes the local VAD's model.
        environment: where keys are looked up.
    """

    clock: Clock
    ids: IdSource
    peer: Peer
    sound: SoundSource
    make_voice: Callable[[], Voice]
    make_detector: Callable[[], SpeechDetector]
    environment: Mapping[str, str]


def request_for(plan: ConnectPlan, environment: Mapping[str, str]) -> ConnectRequest:
    """The request that opens the planned session, with the key from the environment.

    Raises:
        StudioError: unknown provider, unusable address, or no key.
    """
    provider = provider_named(plan.provider)
    return connect_request(
        provider,
        base_url=plan.url or None,
        model=plan.model or None,
        key=_key(plan, provider, environment),
        dialect=plan.dialect,
    )


def _key(plan: ConnectPlan, provider: Provider, environment: Mapping[str, str]) -> str | None:
    if plan.key_env and plan.key_env not in environment:
        raise StudioError(
            f"{plan.key_env} is not set.",
            title="No API key",
            hint=f"Set {plan.key_env} in the environment, or choose another variable.",
        )
    names = (plan.key_env,) if plan.key_env else provider.key_env
    return next((environment[name] for name in names if environment.get(name)), None)
