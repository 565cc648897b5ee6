"""A session's sound: the microphone and the speaker in use, their change, and their return.

Cards are opened and given back off the loop, one after the other, while what is in use goes on. A
card that goes away is stood in for at once, and looked for until it is back. PortAudio lists cards
anew only while none is open: a chosen card that it does not know costs a short break.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from studio.audio.echo import MicrophoneCleaner
from studio.audio.formats import AudioFormat
from studio.audio.speakers import VirtualSpeaker
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.runtime.caller import Caller
from studio.runtime.card_sound import CardSound
from studio.runtime.demo import DEMO
from studio.runtime.open_sounds import OpenSounds
from studio.runtime.output import Output
from studio.runtime.recording import Recording
from studio.runtime.sound import (
    device_failed,
    is_card,
    microphone_named,
    open_microphone,
    open_speaker,
    opened,
    silence,
    speaker_named,
)
from studio.session.effects import CleanMicrophone, OpenSound
from studio.session.local import ProblemSeen, SoundWanted

if TYPE_CHECKING:
    from studio.audio.playout import PlayoutEvent
    from studio.audio.speakers import Speaker
    from studio.runtime.inbox import Inbox
    from studio.runtime.plan import ConnectPlan
    from studio.runtime.sound import OpenedMicrophone, SoundSource
    from studio.session.local import Direction, LocalEvent

LOOK_EVERY_S = 2.0
"""How often a card that went away is looked for."""

_TAIL_S = 0.2  # a room goes on sounding
_AHEAD_S = 0.1  # what the card has been given is as good as heard


@dataclass(frozen=True, slots=True)
class OpenedSound:
    """What a session begins to hear and play with.

    Attributes:
        wanted: the names of `ConnectPlan` by which they were opened.
        microphone: what is recorded, in `input_format`.
        speaker: what plays, in `output_format`.
        card: what the microphone's sound goes through where it is a card's.
        sounds: keeps both, and whatever is opened after them.
        news: what is to be told of it.
    """

    wanted: Mapping[Direction, str]
    input_format: AudioFormat
    output_format: AudioFormat
    microphone: OpenedMicrophone
    speaker: Speaker
    card: CardSound
    sounds: OpenSounds
    news: tuple[LocalEvent, ...]


def open_sound(plan: ConnectPlan, source: SoundSource) -> OpenedSound:
    """What a plan names, or stand-ins; slow the first time, as PortAudio looks at every card.

    Raises:
        StudioError: a sound file cannot be read, or a name is of no kind.
    """
    input_format = AudioFormat(plan.settings.input_format or AudioFormat.PCM16)
    output_format = AudioFormat(plan.settings.output_format or AudioFormat.PCM16)
    rate_hz = input_format.rate_hz
    card = CardSound(MicrophoneCleaner(rate_hz), rate_hz, plan.cleaning)
    sounds = OpenSounds(source.off_loop)
    # A paid service is not talked to by a script that nobody asked for.
    stand_in = DEMO if plan.provider == "local" else ()
    microphone, heard = open_microphone(
        plan.microphone, input_format, source, card.clean, stand_in=stand_in
    )
    sounds.keep(microphone)
    try:
        speaker, told = open_speaker(plan.speaker, output_format, source)
    except StudioError:
        sounds.close()
        raise
    return OpenedSound(
        wanted={"input": plan.microphone, "output": plan.speaker},
        input_format=input_format,
        output_format=output_format,
        microphone=microphone,
        speaker=sounds.keep(speaker),
        card=card,
        sounds=sounds,
        news=(*heard, *told),
    )


class SoundPath:
    """The sound of one session while it lasts.

    Args:
        sound: what it begins with.
        source: where other sound is opened.
        inbox: is told what happens.
        cut: lets the voice break off where a speaker went away.

    Attributes:
        recording: the microphone in use.
        output: the speaker in use.
        caller: the person on a microphone that follows a script.
        card: what a card's sound goes through.
    """

    def __init__(
        self, sound: OpenedSound, source: SoundSource, inbox: Inbox, cut: Callable[[], None]
    ) -> None:
        self.recording = Recording(sound.microphone, inbox, self._instead_of)
        self.output = Output(sound.speaker, sound.output_format)
        self.caller = Caller(sound.microphone.script)
        self.card = sound.card
        self._input_format, self._output_format = sound.input_format, sound.output_format
        self._sounds = sound.sounds
        self._wanted: dict[Direction, str] = dict(sound.wanted)
        self._source = source
        self._inbox = inbox
        self._cut = cut
        self._lost: set[Direction] = set()
        self._look_at = 0.0
        self._jobs: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()

    async def run(self, may_record: asyncio.Event) -> None:
        """Record, and change what is in use as it is asked for, from that event on."""
        self._listen()
        await may_record.wait()
        async with asyncio.TaskGroup() as tasks:
            self.recording.begin(tasks)
            while True:
                job = await self._jobs.get()
                await job()

    def change(self, effect: OpenSound | CleanMicrophone) -> None:
        """Go over to other devices as soon as they are open; clean otherwise from now on."""
        if isinstance(effect, CleanMicrophone):
            self.card.cleaning = effect.cleaning
            self._tune()
            return
        if effect.microphone is not None:
            self._jobs.put_nowait(partial(self._choose, "input", effect.microphone))
        if effect.speaker is not None:
            self._jobs.put_nowait(partial(self._choose, "output", effect.speaker))

    def is_gated(self) -> bool:
        """Whether silence is to be sent because the speaker sounds, or its room still does."""
        if self.card.cleaning.echo != "half-duplex":
            return False
        played = self.output.speaker.played
        span = int((_TAIL_S + _AHEAD_S) * played.rate_hz)
        return bool(played.between(self._source.clock.monotonic() - _TAIL_S, span).any())

    def poll(self) -> list[PlayoutEvent]:
        """What the ear met since the last poll; tells what else is seen of the cards."""
        now = self._inbox.now()
        if self._lost and now >= self._look_at:
            self._look_at = now + LOOK_EVERY_S
            self._jobs.put_nowait(self._look_for_lost)
        for doubt in self.card.doubts(self.output.speaker, self._source.clock.monotonic()):
            self._problem(doubt.title, doubt.message, doubt.hint)
        try:
            return self.output.poll()
        except StudioError as failure:
            self._speaker_went_away(failure)
            return []

    def close(self) -> None:
        """Give every card back."""
        self._sounds.close()

    async def _choose(self, direction: Direction, wanted: str) -> None:
        """Take what a person named; the same card again has all cards looked at anew."""
        try:
            if is_card(wanted) and wanted == self._wanted[direction]:
                await self._take_anew(direction, wanted)
            else:
                await self._take_or_look(direction, wanted)
        except StudioError as failure:
            name = wanted.partition(":")[2] or wanted
            self._inbox.local(device_failed(direction, name, failure))

    async def _take_or_look(self, direction: Direction, wanted: str) -> None:
        try:
            await self._take(direction, wanted)
        except StudioError:
            if not (is_card(wanted) and self._cards_in_use()):
                raise
            await self._take_anew(direction, wanted)

    async def _take_anew(self, direction: Direction, wanted: str) -> None:
        """Take a card after PortAudio has looked for cards, for which all are given back.

        Raises:
            StudioError: it cannot be had; what was in use is taken again.
        """
        in_use = self._cards_in_use()
        for each in in_use:
            await self._rest(each)
        refused: StudioError | None = None
        try:
            await self._take(direction, wanted)
            in_use.pop(direction, None)
        except StudioError as failure:
            refused = failure
        for each, name in in_use.items():
            await self._take_back(each, name)
        if refused is not None:
            raise refused

    async def _take_back(self, direction: Direction, wanted: str) -> None:
        try:
            await self._take(direction, wanted)
        except StudioError as failure:
            self._inbox.local(device_failed(direction, wanted, failure))
            self._lost.add(direction)

    async def _look_for_lost(self) -> None:
        for direction in sorted(self._lost):
            with suppress(StudioError):
                await self._take(direction, self._wanted[direction])

    async def _take(self, direction: Direction, wanted: str) -> None:
        """Go over to what is named.

        Raises:
            StudioError: it cannot be opened, or gives no sound; what is in use goes on.
        """
        if direction == "input":
            await self._take_microphone(wanted)
        else:
            await self._take_speaker(wanted)
        self._wanted[direction] = wanted
        self._lost.discard(direction)
        self._listen()

    async def _take_microphone(self, wanted: str) -> None:
        make = partial(microphone_named, wanted, self._input_format, self._source, self.card.clean)
        microphone = await self._sounds.open(make)
        try:
            before = await self.recording.go_over(microphone)
        except StudioError:
            await self._sounds.give_back(microphone)
            raise
        self.caller = Caller(microphone.script)
        self._inbox.local(opened("input", microphone.sound))
        await self._sounds.give_back(before)

    async def _take_speaker(self, wanted: str) -> None:
        make = partial(speaker_named, wanted, self._output_format, self._source)
        speaker = await self._sounds.open(make)
        before = self.output.go_over(speaker)
        self._inbox.local(opened("output", speaker))
        await self._sounds.give_back(before)

    async def _rest(self, direction: Direction) -> None:
        """Give a card back for a moment: silence is sent, and what is to be heard waits."""
        if direction == "input":
            await self._sounds.give_back(await self.recording.go_over(self._silence()))
        else:
            stopped = ManualClock(self._source.clock.monotonic())
            waiting = self._sounds.keep(VirtualSpeaker(self._output_format, stopped))
            await self._sounds.give_back(self.output.go_over(waiting))

    def _cards_in_use(self) -> dict[Direction, str]:
        """The directions in which a card is open, and by which name it was wanted."""
        in_use: dict[Direction, str] = {}
        if not self.recording.opened.sound.is_virtual:
            in_use["input"] = self._wanted["input"]
        if not self.output.speaker.is_virtual:
            in_use["output"] = self._wanted["output"]
        return in_use

    def _instead_of(self, gone: OpenedMicrophone, failure: StudioError) -> OpenedMicrophone:
        """Silence, where a microphone went away."""
        self._went_away("input", gone, gone.sound.name, failure)
        stand_in = self._silence()
        self._inbox.local(opened("input", stand_in.sound))
        return stand_in

    def _speaker_went_away(self, failure: StudioError) -> None:
        """What nobody can hear is cut off where the ear last was, and the rest plays silently."""
        gone = self.output.speaker
        self._went_away("output", gone, gone.name, failure)
        self._cut()
        stand_in = VirtualSpeaker(self._output_format, self._source.clock)
        self.output.go_over(self._sounds.keep(stand_in))
        self._inbox.local(opened("output", stand_in))

    def _went_away(
        self,
        direction: Direction,
        gone: OpenedMicrophone | Speaker,
        name: str,
        failure: StudioError,
    ) -> None:
        self._inbox.local(device_failed(direction, name, failure))
        self._jobs.put_nowait(partial(self._sounds.give_back, gone))
        self._lost.add(direction)
        self._look_at = self._inbox.now() + LOOK_EVERY_S

    def _silence(self) -> OpenedMicrophone:
        return self._sounds.keep(silence(self._input_format, self._source))

    def _listen(self) -> None:
        """Watch and clean what is in use now."""
        self.card.watch(self.recording.opened.sound, self.output.speaker)
        self._tune()

    def _tune(self) -> None:
        try:
            self.card.tune(self.recording.opened.sound, self.output.speaker)
        except StudioError as failure:
            self._problem(failure.title, failure.message, failure.hint)
            self._inbox.local(SoundWanted(cleaning=self.card.cleaning))

    def _problem(self, title: str, message: str, hint: str) -> None:
        self._inbox.local(ProblemSeen(severity="warning", title=title, message=message, hint=hint))
