"""Opening a session's sound: what the plan names, or a stand-in and the words why."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

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
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.runtime.caller import Line, read_script
from studio.runtime.demo import DEMO
from studio.runtime.priority import prefer_this_thread
from studio.session.local import DeviceFailed, DeviceOpened, ProblemSeen

if TYPE_CHECKING:
    from studio.audio.formats import AudioFormat
    from studio.audio.microphones import Microphone
    from studio.audio.speakers import Speaker
    from studio.core.clock import Clock
    from studio.session.local import Direction, LocalEvent

AUTO, DEVICE, SILENCE, SILENT, SPOKEN, DEMO_NAME = (
    "auto",
    "device",
    "silence",
    "silent",
    "say:",
    "demo",
)


def _cards_loaded_once() -> Callable[[], SoundCards]:
    thread = CardThread(prefer_this_thread)
    return cache(lambda: SoundCards.load(thread))


@dataclass(frozen=True, slots=True)
class SoundSource:
    """Where sound is opened.

    Attributes:
        clock: paces what is virtual.
        load_cards: reaches the sound cards, the same ones each time, as they know which of their
            streams are open; raises `StudioError` where there is no PortAudio.
        sleep: waits for some seconds of that clock.
    """

    clock: Clock
    load_cards: Callable[[], SoundCards] = field(default_factory=_cards_loaded_once)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class OpenedMicrophone:
    """A microphone, what it says when nobody speaks, and what is to be told about it.

    `tape` is there where it plays a file, and knows when that is over.
    """

    microphone: Microphone
    script: tuple[Line, ...]
    news: tuple[LocalEvent, ...]
    tape: Tape | None = None


@dataclass(frozen=True, slots=True)
class OpenedSpeaker:
    """A speaker, and what is to be told about it."""

    speaker: Speaker
    news: tuple[LocalEvent, ...]


def open_speaker(wanted: str, audio_format: AudioFormat, source: SoundSource) -> OpenedSpeaker:
    """What `ConnectPlan.speaker` names; a silent one where a card cannot be had.

    Raises:
        StudioError: it names no kind of speaker.
    """
    if wanted not in (AUTO, SILENT) and wanted.partition(":")[0] != DEVICE:
        raise StudioError(
            f"There is no kind of speaker called {one_line(wanted, 60)!r}.",
            title="Unknown speaker",
            hint="Choose auto, silent, device or device:NAME.",
        )
    failures: tuple[LocalEvent, ...] = ()
    speaker: Speaker | None = None
    if wanted != SILENT:
        try:
            cards = source.load_cards()
            device = cards.find("output", _device_name(wanted))
            speaker = DeviceSpeaker(cards, device, audio_format, source.clock)
        except StudioError as failure:
            failures = (_failed("output", wanted, failure, "Playback is silent"),)
    if speaker is None:
        speaker = VirtualSpeaker(audio_format, source.clock)
    return OpenedSpeaker(speaker, (*failures, opened("output", speaker)))


def open_microphone(
    wanted: str,
    audio_format: AudioFormat,
    source: SoundSource,
    *,
    stand_in: tuple[Line, ...] = (),
) -> OpenedMicrophone:
    """What `ConnectPlan.microphone` names.

    Where a card cannot be had: `stand_in` for `auto`, silence for a named card.

    Raises:
        StudioError: there are no words after `say:`, or a sound file cannot be read.
    """
    if wanted.startswith(SPOKEN):
        return _virtual(source, audio_format, read_script(wanted.removeprefix(SPOKEN)))
    if wanted == DEMO_NAME:
        return _virtual(source, audio_format, DEMO)
    if wanted == SILENCE:
        return _virtual(source, audio_format)
    if wanted != AUTO and wanted.partition(":")[0] != DEVICE:
        return _file(Path(wanted).expanduser(), audio_format, source)
    try:
        cards = source.load_cards()
        device = cards.find("input", _device_name(wanted))
        microphone = DeviceMicrophone(cards, device, audio_format)
    except StudioError as failure:
        script = stand_in if wanted == AUTO else ()
        instead = "A local voice speaks" if script else "Silence is sent"
        return _virtual(source, audio_format, script, _failed("input", wanted, failure, instead))
    return OpenedMicrophone(microphone, (), (opened("input", microphone),))


def opened(direction: Direction, sound: Microphone | Speaker) -> DeviceOpened:
    """The news that sound flows."""
    return DeviceOpened(
        direction=direction,
        name=sound.name,
        virtual=sound.is_virtual,
        rate_hz=sound.rate_hz,
        latency_ms=sound.latency_ms,
    )


def _virtual(
    source: SoundSource,
    audio_format: AudioFormat,
    script: tuple[Line, ...] = (),
    *failures: LocalEvent,
) -> OpenedMicrophone:
    microphone = silence_microphone(audio_format, source.clock, source.sleep)
    if script:
        microphone.name = "spoken by a local voice"
    return OpenedMicrophone(microphone, script, (*failures, opened("input", microphone)))


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
    return OpenedMicrophone(microphone, (), (opened("input", microphone),), tape)


def _device_name(wanted: str) -> str:
    return wanted.partition(":")[2]


def _failed(direction: Direction, wanted: str, failure: StudioError, instead: str) -> LocalEvent:
    """A card that was asked for failed; where none was, it is only worth a remark."""
    if wanted != AUTO:
        name = _device_name(wanted) or "default"
        return DeviceFailed(
            direction=direction, name=name, message=failure.message, hint=failure.hint
        )
    return ProblemSeen(
        severity="info",
        title=failure.title,
        message=f"{failure.message} {instead} instead.",
        hint=failure.hint,
    )
