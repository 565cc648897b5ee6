"""One live session: its tasks, from the first word to the end marker in its log."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import studio
from studio.audio.formats import AudioFormat
from studio.audio.level import PeakHold
from studio.audio.microphones import Voiceover, silence_microphone
from studio.audio.playout import Started
from studio.audio.speakers import VirtualSpeaker
from studio.core.errors import StudioError
from studio.runtime.caller import Caller, Look
from studio.runtime.cells import Cells
from studio.runtime.demo import DEMO
from studio.runtime.hearing import Hearing
from studio.runtime.inbox import Happening, Inbox
from studio.runtime.line import Line
from studio.runtime.loop import Loop
from studio.runtime.messages import Fault, FromWorker, LogLine, SessionBegan
from studio.runtime.mouth import Mouth
from studio.runtime.perform import Performer
from studio.runtime.sending import Sending
from studio.runtime.sound import (
    OpenedMicrophone,
    OpenedSpeaker,
    open_microphone,
    open_speaker,
    opened,
)
from studio.runtime.world import World, request_for
from studio.session.effects import FlushPlayback
from studio.session.envelope import Origin
from studio.session.local import (
    ConnectionFailed,
    ConnectWanted,
    DeviceFailed,
    DisconnectWanted,
    PlaybackFinished,
    PlaybackStarted,
    ProblemSeen,
    SessionEnded,
)
from studio.session.speech import input_format
from studio.storage.folders import make_folder
from studio.storage.header import Header, public_url
from studio.storage.writer import SessionWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from studio.audio.microphones import Microphone
    from studio.audio.playout import PlayoutEvent
    from studio.runtime.plan import ConnectPlan
    from studio.session.local import Direction, LocalEvent
    from studio.session.state import SessionState
    from studio.vad.detector import SpeechDetector

TICK_MS = 20
_CELLS_EVERY_TICKS = 3
_SETTLING_S = 3.0
_GREETING_S = 20.0


class _Deaf:
    """A speech detector that hears nothing, where the real one cannot be loaded."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        """No speech."""
        del frame
        return 0.0

    def reset(self) -> None:
        """Nothing to forget."""


class LiveSession:
    """A session while it lasts; made by `open`, lived by `run`.

    Args:
        plan: what it is to be.
        world: what it acts on.
        log: where it is kept.
        publish: is given the log's lines and the cells as they come.
    """

    def __init__(
        self,
        plan: ConnectPlan,
        world: World,
        log: SessionWriter,
        publish: Callable[[FromWorker], None],
        sound: _Sound,
    ) -> None:
        inbox = Inbox(world.clock, world.clock.monotonic())
        voiceover = Voiceover(sound.input_format)
        mouth = Mouth(voiceover, world.make_voice, inbox, assistant_voice=str(plan.settings.voice))
        line = Line(request_for(plan, world.environment), inbox)
        self._plan, self._world, self._log, self._publish = plan, world, log, publish
        self._sound, self._inbox, self._mouth, self._line = sound, inbox, mouth, line
        self._performer = Performer(plan, world.ids, sound.speaker.speaker, line, mouth)
        self._loop = Loop(inbox, log, lambda text: publish(LogLine(text)), self._performer)
        self._hearing = Hearing(sound.detector, sound.input_format)
        self._sending = Sending(sound.input_format, voiceover, self._hearing, inbox)
        self._caller = Caller(sound.microphone.script)
        self._microphone: Microphone = sound.microphone.microphone
        self._output_peak = PeakHold()
        self._may_record = asyncio.Event()

    @classmethod
    async def open(
        cls, plan: ConnectPlan, world: World, publish: Callable[[FromWorker], None]
    ) -> LiveSession:
        """Open the sound and the log.

        Raises:
            StudioError: there is no key, a sound file is unreadable, or the folder cannot be made.
        """
        request_for(plan, world.environment)
        sound = await asyncio.to_thread(_open_sound, plan, world)
        try:
            folder = make_folder(plan.sessions_dir, world.clock.wall(), plan.provider, world.ids)
            header = _header(plan, world, sound)
            log = SessionWriter(folder, header)
        except StudioError:
            sound.close()
            raise
        publish(SessionBegan(header.model_dump(mode="json", by_alias=True), str(folder)))
        return cls(plan, world, log, publish, sound)

    @property
    def state(self) -> SessionState:
        """What is known so far."""
        return self._loop.state

    @property
    def path(self) -> Path:
        """The session's folder."""
        return self._log.folder

    @property
    def now(self) -> float:
        """Session seconds."""
        return self._inbox.now()

    @property
    def has_more_to_say(self) -> bool:
        """Whether words or a file are being sent, or lines of a script are left."""
        tape = self._sound.microphone.tape
        is_file_playing = tape is not None and not tape.is_over
        return is_file_playing or self._mouth.is_speaking or not self._caller.is_over

    @property
    def speaks_by_itself(self) -> bool:
        """Whether the microphone has something to say that comes to an end."""
        microphone = self._sound.microphone
        return bool(microphone.script) or microphone.tape is not None

    def wish(self, event: LocalEvent) -> None:
        """Put a local event into the session."""
        self._inbox.local(event)

    def leave(self) -> None:
        """End the session in good order."""
        self.wish(DisconnectWanted())

    async def run(self, look: Callable[[LiveSession], None] = lambda _session: None) -> None:
        """Live until the connection ends. The log is closed whatever happens.

        Args:
            look: is called 50 times a second, for whoever ends the session by what it sees.
        """
        try:
            self._begin()
            async with asyncio.TaskGroup() as tasks:
                helpers = [
                    tasks.create_task(each)
                    for each in (
                        self._line.hold(self._world.peer),
                        self._mouth.speak(at_once=bool(self._sound.microphone.script)),
                        self._record(),
                        self._tick(look),
                    )
                ]
                await self._loop.run(self._sending)
                for helper in helpers:
                    helper.cancel()
            self._end()
        finally:
            self._microphone.close()
            self._performer.speaker.close()
            self._log.close("interrupted")

    def _begin(self) -> None:
        plan = self._plan
        self.wish(
            ConnectWanted(
                provider=plan.provider,
                url=public_url(plan.url),
                model=plan.model,
                dialect=plan.dialect,
                settings=plan.settings,
            )
        )
        for event in self._sound.news:
            self.wish(event)

    def _end(self) -> None:
        self._cut("closed")
        for happening in self._sending.unsent():
            self._loop.fold(happening)
        reason = self.state.connection.close_reason
        self._loop.fold(Happening(Origin.LOCAL, SessionEnded(reason=reason)))

    def _cut(self, reason: Literal["interrupt", "closed"]) -> None:
        for happening in self._performer.perform(FlushPlayback(reason)):
            self._loop.fold(happening)

    async def _record(self) -> None:
        """Send the microphone once the session's settings stand; silence where it fails."""
        await self._may_record.wait()
        while True:
            try:
                async for block in self._microphone.blocks():
                    self._inbox.block(block)
            except StudioError as failure:
                self.wish(_went_away("input", self._microphone.name, failure))
                self._microphone.close()
                source = self._world.sound
                self._microphone = silence_microphone(
                    self._sound.input_format, source.clock, source.sleep
                )
                self.wish(opened("input", self._microphone))

    async def _tick(self, look: Callable[[LiveSession], None]) -> None:
        """Fifty times a second: the play-head, the script, and the cells."""
        ticks = 0
        due = self.now
        while True:
            due = max(due + TICK_MS / 1000, self.now)
            await self._world.sound.sleep(due - self.now)
            lag_ms = max(0.0, self.now - due) * 1000
            ticks += 1
            self._follow_greeting()
            self._follow_playback()
            self._follow_script()
            if not self._may_record.is_set() and self._is_settled():
                self._check_format()
                self._may_record.set()
            if ticks % _CELLS_EVERY_TICKS == 0:
                self._publish(self._cells(lag_ms))
            self._follow_log()
            look(self)

    def _follow_log(self) -> None:
        self._log.maybe_flush(self.now)
        failure = self._log.take_failure()
        if failure is not None:
            self._publish(Fault(failure.title, failure.message, failure.hint))

    def _follow_greeting(self) -> None:
        """What takes the connection and then says nothing is no Realtime service."""
        known = self.state.connection
        if known.phase != "connecting" or known.opened_at is None:
            return
        if self.now - known.opened_at > _GREETING_S:
            self.wish(
                ConnectionFailed(
                    title="No greeting",
                    message=f"The connection opened, and no session began in {_GREETING_S:.0f} s.",
                    hint="Check that the address is a Realtime endpoint, and the dialect.",
                )
            )

    def _follow_playback(self) -> None:
        try:
            events = self._performer.speaker.poll()
        except StudioError as failure:
            speaker = self._performer.speaker
            self.wish(_went_away("output", speaker.name, failure))
            self._cut("interrupt")
            speaker.close()
            self._performer.speaker = VirtualSpeaker(self._sound.output_format, self._world.clock)
            self.wish(opened("output", self._performer.speaker))
            return
        for event in events:
            self.wish(self._as_local(event))

    def _as_local(self, event: PlayoutEvent) -> LocalEvent:
        if isinstance(event, Started):
            return PlaybackStarted(
                item_id=event.item_id,
                content_index=event.content_index,
                heard_at=event.heard_at - self._inbox.began,
            )
        return PlaybackFinished(
            item_id=event.item_id, content_index=event.content_index, played_ms=event.played_ms
        )

    def _follow_script(self) -> None:
        if not self._may_record.is_set():
            return
        playing = self._performer.speaker.head()
        line = self._caller.due(Look(self.now, self.state, self._mouth.is_speaking, playing))
        if line is not None:
            self._mouth.say(line.text)

    def _is_settled(self) -> bool:
        """Whether the server knows our settings; one that never answers is not waited for long."""
        greeted_at = self.state.connection.greeted_at
        if greeted_at is None:
            return False
        return not self.state.settings.pending or self.now - greeted_at > _SETTLING_S

    def _check_format(self) -> None:
        """Sound in a format that the server did not take would be noise to it."""
        if input_format(self.state) is not self._sound.input_format:
            self.wish(
                ProblemSeen(
                    severity="error",
                    title="The audio format was refused",
                    message=f"The server stays with {input_format(self.state)} for input.",
                    hint="Choose that input format and start a new session.",
                )
            )
            self.leave()

    def _cells(self, lag_ms: float) -> Cells:
        speaker, sending = self._performer.speaker, self._sending
        output = speaker.level()
        self._output_peak = self._output_peak.after(output.peak_db, TICK_MS * _CELLS_EVERY_TICKS)
        return Cells(
            at=self.now,
            input_db=sending.level.rms_db,
            input_peak_db=sending.peak.peak_db,
            output_db=output.rms_db,
            output_peak_db=self._output_peak.peak_db,
            input_clipping=sending.is_clipping,
            probabilities=tuple(self._hearing.frames),
            playing=speaker.head(),
            queued_ms=speaker.unheard_ms,
            sent_ms=sending.sent_ms,
            late_ms=sending.late_ms,
            underruns=speaker.underruns,
            overruns=self._microphone.overruns,
            dropped=sending.dropped,
            loop_lag_ms=lag_ms,
        )


@dataclass(frozen=True, slots=True)
class _Sound:
    """What a session hears and plays with, and the news of it."""

    input_format: AudioFormat
    output_format: AudioFormat
    microphone: OpenedMicrophone
    speaker: OpenedSpeaker
    detector: SpeechDetector
    news: tuple[LocalEvent, ...]

    def close(self) -> None:
        """Give the cards back."""
        self.microphone.microphone.close()
        self.speaker.speaker.close()


def _open_sound(plan: ConnectPlan, world: World) -> _Sound:
    """Slow the first time: PortAudio looks at every card, and the detector loads its model.

    Raises:
        StudioError: a sound file cannot be read.
    """
    input_format = AudioFormat(plan.settings.input_format or AudioFormat.PCM16)
    output_format = AudioFormat(plan.settings.output_format or AudioFormat.PCM16)
    # A paid service is not talked to by a script that nobody asked for.
    stand_in = DEMO if plan.provider == "local" else ()
    microphone = open_microphone(plan.microphone, input_format, world.sound, stand_in=stand_in)
    speaker = open_speaker(plan.speaker, output_format, world.sound)
    news = (*microphone.news, *speaker.news)
    detector: SpeechDetector = _Deaf()
    try:
        detector = world.make_detector()
    except StudioError as failure:
        news += (_problem(failure),)
    return _Sound(input_format, output_format, microphone, speaker, detector, news)


def _header(plan: ConnectPlan, world: World, sound: _Sound) -> Header:
    return Header(
        started_at=world.clock.wall(),
        provider=plan.provider,
        model=plan.model,
        dialect=plan.dialect,
        url=plan.url,
        studio=studio.__version__,
        input_format=sound.input_format.value,
        output_format=sound.output_format.value,
    )


def _problem(failure: StudioError) -> ProblemSeen:
    return ProblemSeen(
        severity="warning", title=failure.title, message=failure.message, hint=failure.hint
    )


def _went_away(direction: Direction, name: str, failure: StudioError) -> DeviceFailed:
    return DeviceFailed(direction=direction, name=name, message=failure.message, hint=failure.hint)
