"""The sound cards of this machine, by the names that a microphone or a speaker is chosen by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.runtime.messages import CardsSeen

if TYPE_CHECKING:
    from studio.audio.devices import Device
    from studio.runtime.sound import SoundSource
    from studio.session.local import Direction


def cards_seen(source: SoundSource) -> CardsSeen:
    """What is there, or why nothing is; blocks while PortAudio looks.

    While a card is in use PortAudio tells what was plugged in before that.
    """
    try:
        devices = source.load_cards().listed()
    except StudioError as failure:
        return CardsSeen(problem=f"{failure.message} {failure.hint}".strip())
    return CardsSeen(
        inputs=_names(devices, "input"),
        outputs=_names(devices, "output"),
        default_input=_default(devices, "input"),
        default_output=_default(devices, "output"),
        problem="" if devices else "This machine has no sound card.",
    )


def _names(devices: list[Device], direction: Direction) -> tuple[str, ...]:
    able = (device.lasting_name for device in devices if device.can(direction))
    return tuple(dict.fromkeys(able))


def _default(devices: list[Device], direction: Direction) -> str:
    return next((each.lasting_name for each in devices if each.is_default(direction)), "")
