"""Opening sound by the names of `ConnectPlan`: what is named, or a stand-in and the words why."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from studio.audio.card_thread import CardThread
from studio.audio.devices import SoundCards
from studio.audio.microphones import (
    DeviceMicrophone,
    PacedMicrophone,
    Tape,
    file_microphone,
    recorded,
    silence_microphone,
)
from studio.audio.speakers import DeviceSpeaker, VirtualSpeaker
from studio.audio.stereo import CardStereo, SilentStereo
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.runtime.caller import Line, read_script
from studio.runtime.demo import DEMO
from studio.runtime.priority import prefer_this_thread
from studio.session.local import DeviceFailed, DeviceOpened, ProblemSeen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.audio.devices import Device
    from studio.audio.formats import AudioFormat
    from studio.audio.microphones import Microphone
    from studio.audio.speakers import Speaker
    from studio.audio.stereo import StereoSpeaker
    from studio.core.clock import Clock
    from studio.session.local import Direction, LocalEvent

    Clean = Callable[[NDArray[np.int16], float], NDArray[np.int16]]

AUTO, DEVICE, SILENCE, SILENT, SPOKEN, DEMO_NAME = (
    "auto",
    "device",
    "silence",
    "silent",
    "say:",
    "demo",
)


def cards_loaded_once(
    load: Callable[[CardThread], SoundCards] = SoundCards.load,
) -> Callable[[], SoundCards]:
    """Gives the same cards to everyone who asks, whenever and from whichever thread."""
    thread = CardThread(prefer_this_thread)
    load_once = cache(lambda: load(thread))
    one_at_a_time = Lock()  # the screen asks for the cards while a session opens them

    def loaded() -> SoundCards:
        with one_at_a_time:
            return load_once()

    return loaded


@dataclass(frozen=True, slots=True)
class SoundSource:
    """Where sound is opened.

    Attributes:
        clock: paces what is virtual.
        load_cards: reaches the sound cards, the same ones each time, as they know which of their
            streams are open; raises `StudioError` where there is no PortAudio.
        sleep: waits for some seconds of that clock.
        off_loop: calls what blocks, such as the opening of a card, without holding up the loop.
    """

    clock: Clock
    load_cards: Callable[[], SoundCards] = field(default_factory=cards_loaded_once)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    off_loop: Callable[[Callable[[], Any]], Awaitable[Any]] = asyncio.to_thread


@dataclass(frozen=True, slots=True)
class OpenedMicrophone:
    """A microphone, and what it says when nobody speaks.

    `tape` is there where it plays a file, and knows when that is over.
    """

    sound: Microphone
    script: tuple[Line, ...] = ()
    tape: Tape | None = None

    def close(self) -> None:
        """Give the card back."""
        self.sound.close()


def is_card(wanted: str) -> bool:
    """Whether this name of a microphone or a speaker asks for a sound card."""
    return wanted == AUTO or wanted.partition(":")[0] == DEVICE


def speaker_named(wanted: str, audio_format: AudioFormat, source: SoundSource) -> Speaker:
    """What `ConnectPlan.speaker` names.

    Raises:
        StudioError: it names no kind of speaker, or the card cannot be opened.
    """
    if wanted == SILENT:
        return VirtualSpeaker(audio_format, source.clock)
    if not is_card(wanted):
        raise StudioError(
            f"There is no kind of speaker called {one_line(wanted, 60)!r}.",
            title="Unknown speaker",
            hint="Choose auto, silent, device or device:NAME.",
        )
    return DeviceSpeaker(*_output_card(wanted, source), audio_format, source.clock)


def open_stereo(wanted: str, source: SoundSource) -> StereoSpeaker:
    """What `ConnectPlan.speaker` names, for stored sound; silent where a card cannot be had."""
    if is_card(wanted):
        with suppress(StudioError):
            return CardStereo(*_output_card(wanted, source), source.clock)
    return SilentStereo(source.clock)


def microphone_named(
    wanted: str, audio_format: AudioFormat, source: SoundSource, clean: Clean
) -> OpenedMicrophone:
    """What `ConnectPlan.microphone` names.

    Raises:
        StudioError: there are no words after `say:`, a sound file cannot be read, or the card
            cannot be opened.
    """
    if wanted.startswith(SPOKEN):
        return _spoken(source, audio_format, read_script(wanted.removeprefix(SPOKEN)))
    if wanted == DEMO_NAME:
        return _spoken(source, audio_format, DEMO)
    if wanted == SILENCE:
        return _spoken(source, audio_format)
    if not is_card(wanted):
        return _file(Path(wanted).expanduser(), audio_format, source)
    cards = source.load_cards()
    device = cards.find("input", _device_name(wanted))
    return OpenedMicrophone(DeviceMicrophone(cards, device, audio_format, source.clock, clean))


def open_speaker(
    wanted: str, audio_format: AudioFormat, source: SoundSource
) -> tuple[Speaker, tuple[LocalEvent, ...]]:
    """What is named, or a silent speaker where a card cannot be had; and the news of it.

    Raises:
        StudioError: it names no kind of speaker.
    """
    try:
        speaker = speaker_named(wanted, audio_format, source)
    except StudioError as failure:
        if not is_card(wanted):
            raise
        speaker = VirtualSpeaker(audio_format, source.clock)
        failed = _did_without("output", wanted, failure, "Playback is silent")
        return speaker, (failed, opened("output", speaker))
    return speaker, (opened("output", speaker),)


def open_microphone(
    wanted: str,
    audio_format: AudioFormat,
    source: SoundSource,
    clean: Clean,
    *,
    stand_in: tuple[Line, ...] = (),
) -> tuple[OpenedMicrophone, tuple[LocalEvent, ...]]:
    """What is named, and the news of it.

    Where a card cannot be had: `stand_in` is spoken for `auto`, silence serves for a named card.

    Raises:
        StudioError: there are no words after `say:`, or a sound file cannot be read.
    """
    try:
        microphone = microphone_named(wanted, audio_format, source, clean)
    except StudioError as failure:
        if not is_card(wanted):
            raise
        script = stand_in if wanted == AUTO else ()
        instead = "A local voice speaks" if script else "Silence is sent"
        microphone = _spoken(source, audio_format, script)
        failed = _did_without("input", wanted, failure, instead)
        return microphone, (failed, opened("input", microphone.sound))
    return microphone, (opened("input", microphone.sound),)


def silence(audio_format: AudioFormat, source: SoundSource) -> OpenedMicrophone:
    """A microphone that needs no card and says nothing."""
    return _spoken(source, audio_format)


def opened(direction: Direction, sound: Microphone | Speaker) -> DeviceOpened:
    """The news that sound flows."""
    return DeviceOpened(
        direction=direction,
        name=sound.name,
        virtual=sound.is_virtual,
        rate_hz=sound.rate_hz,
        latency_ms=sound.latency_ms,
    )


def device_failed(direction: Direction, name: str, failure: StudioError) -> DeviceFailed:
    """The news that a card could not be opened, or went away."""
    return DeviceFailed(direction=direction, name=name, message=failure.message, hint=failure.hint)


def _spoken(
    source: SoundSource, audio_format: AudioFormat, script: tuple[Line, ...] = ()
) -> OpenedMicrophone:
    microphone = silence_microphone(audio_format, source.clock, source.sleep)
    if script:
        microphone.name = "spoken by a local voice"
    return OpenedMicrophone(microphone, script)


def _file(path: Path, audio_format: AudioFormat, source: SoundSource) -> OpenedMicrophone:
    if not path.exists():
        raise StudioError(
            f"{one_line(str(path), 200)} does not exist.",
            title="No such microphone",
            hint="Give the path of a sound file, or auto, device, device:NAME, demo, silence "
            "or say:WORDS.",
        )
    tape = Tape(recorded(path, audio_format), audio_format)
    microphone: PacedMicrophone = file_microphone(
        path, tape, audio_format, source.clock, source.sleep
    )
    return OpenedMicrophone(microphone, tape=tape)


def _output_card(wanted: str, source: SoundSource) -> tuple[SoundCards, Device]:
    cards = source.load_cards()
    return cards, cards.find("output", _device_name(wanted))


def _device_name(wanted: str) -> str:
    return wanted.partition(":")[2]


def _did_without(
    direction: Direction, wanted: str, failure: StudioError, instead: str
) -> LocalEvent:
    """A card that was asked for failed; where none was, it is only worth a remark."""
    if wanted != AUTO:
        return device_failed(direction, _device_name(wanted) or "default", failure)
    return ProblemSeen(
        severity="info",
        title=failure.title,
        message=f"{failure.message} {instead} instead.",
        hint=failure.hint,
    )
