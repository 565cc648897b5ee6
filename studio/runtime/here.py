"""The real world of a session: this machine's clock, sound, network and environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.ids import RandomIds
from studio.runtime.clock import SystemClock
from studio.runtime.sound import SoundSource
from studio.runtime.world import World
from studio.speech.service_client import VoiceProcess
from studio.transport.reconnect import WHILE_STARTING
from studio.transport.socket import SocketPeer
from studio.vad.detector import SileroDetector

if TYPE_CHECKING:
    from collections.abc import Mapping


def this_machine(environment: Mapping[str, str]) -> World:
    """Everything real; nothing is opened or loaded yet."""
    clock = SystemClock()
    return World(
        clock=clock,
        ids=RandomIds(),
        peer=SocketPeer(retry=WHILE_STARTING),
        sound=SoundSource(clock),
        make_voice=VoiceProcess,
        make_detector=SileroDetector,
        environment=environment,
    )
