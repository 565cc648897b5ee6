"""One live session: its tasks, from the first word to the end marker in its log."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Literal

import studio
from studio.audio.microphones import Voiceover
from studio.audio.playout import Finished, Silenced, Started
from studio.core.errors import StudioError
from studio.runtime.caller import Look
from studio.runtime.echo_watch import EchoWatch
from studio.runtime.format_watch import FormatWatch
from studio.runtime.gauges import Gauges
from studio.runtime.hearing import Hearing
from studio.runtime.inbox import Happening, Inbox
from studio.runtime.line import Line
from studio.runtime.link_watch import LinkWatch
from studio.runtime.loop import Loop
from studio.runtime.messages import Fault, FromWorker, LogLine, SessionBegan
from studio.runtime.mouth import Mouth
from studio.runtime.perform import Performer
from studio.runtime.sending import Sending
from studio.runtime.sound_path import OpenedSound, SoundPath, open_sound
from studio.runtime.world import World, request_for
from studio.session.effects import FlushPlayback
from studio.session.envelope import Origin
from studio.session.local import (
    ConnectionFailed,
    ConnectWanted,
    DisconnectWanted,
    PlaybackFinished,
    PlaybackSilenced,
    PlaybackStarted,
    ProblemSeen,
    SessionEnded,
)
from studio.session.speech import input_format
from studio.storage.folders import make_folder
from studio.storage.header import Header, public_url
from studio.storage.writer import SessionWriter
from studio.vad.detector import Deaf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from studio.audio.playout import PlayoutEvent
    from studio.runtime.plan import ConnectPlan
    from studio.session.local import LocalEvent
    from studio.session.state import SessionState
    from studio.vad.detector import SpeechDetector

TICK_MS = 20
_CELLS_EVERY_TICKS = 3
_AFTER_BLOCK_S = 0.001
_SETTLING_S = 3.0
_GREETING_S = 20.0


class LiveSession:
    """A session while it lasts; made by `open`, lived by `run`.

    Args:
        plan: what it is to be.
        world: what it acts on.
        log: where it is kept.
        publish: is given the log's lines and the cells as they come.
        sound: what it hears and plays with at first.
        detector: the local VAD's.
    """

    def __init__(
        self,
        plan: ConnectPlan,
        world: World,
        log: SessionWriter,
        publish: Callable[[FromWorker], None],
        sound: OpenedSound,
        detector: SpeechDetector,
    ) -> None:
        inbox = Inbox(world.clock, world.clock.monotonic())
        voiceover = Voiceover(sound.input_format)
        mouth = Mouth(voiceover, world.make_voice, inbox, assistant_voice=str(plan.settings.voice))
        line = Line(request_for(plan, world.environment), inbox)
        self._plan, self._world, self._log, self._publish = plan, world, log, publish
        self._inbox, self._mouth, self._line, self._opened = inbox, mouth, line, sound
        self._path = SoundPath(sound, world.sound, inbox, lambda: self._cut("interrupt"))
        output = self._path.output
        self._performer = Performer(plan, world.ids, output, line, mouth, self._path.change)
        self._loop = Loop(inbox, log, lambda text: publish(LogLine(text)), self._performer)
        self._echoes = EchoWatch(
            sound.input_format, lambda: output.speaker.played, inbox, world.sound.off_loop
        )
        hearing = Hearing(detector, sound.input_format)
        self._sending = Sending(
            sound.input_format,
            voiceover,
            hearing,
            inbox,
            is_gated=self._path.is_gated,
            on_sent=self._echoes.sent,
        )
        self._formats = FormatWatch(sound.output_format)
        self._link = LinkWatch(sound.input_format, is_local=plan.provider == "local")
        self._gauges = Gauges(self._path, self._sending, hearing, self._echoes, line)
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
        sound = await world.sound.off_loop(lambda: open_sound(plan, world.sound))
        try:
            folder = make_folder(plan.sessions_dir, world.clock.wall(), plan.provider, world.ids)
            header = _header(plan, world, sound)
            log = SessionWriter(folder, header)
        except StudioError:
            sound.sounds.close()
            raise
        publish(SessionBegan(header.model_dump(mode="json", by_alias=True), str(folder)))
        detector, problem = await world.sound.off_loop(lambda: _detector(world))
        session = cls(plan, world, log, publish, sound, detector)
        session._begin(problem)
        return session

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
        tape = self._path.recording.opened.tape
        is_file_playing = tape is not None and not tape.is_over
        return is_file_playing or self._mouth.is_speaking or not self._path.caller.is_over

    @property
    def speaks_by_itself(self) -> bool:
        """Whether the microphone has something to say that comes to an end."""
        microphone = self._path.recording.opened
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
            async with asyncio.TaskGroup() as tasks:
                helpers = [
                    tasks.create_task(each)
                    for each in (
                        self._line.hold(self._world.peer),
                        self._mouth.speak(at_once=bool(self._opened.microphone.script)),
                        self._path.run(self._may_record),
                        self._echoes.score(),
                        self._tick(look),
                    )
                ]
                await self._loop.run(self._sending)
                for helper in helpers:
                    helper.cancel()
            self._end()
        finally:
            self._path.close()
            self._log.close("interrupted")

    def _begin(self, problem: ProblemSeen | None) -> None:
        plan = self._plan
        self.wish(
            ConnectWanted(
                provider=plan.provider,
                url=public_url(plan.url),
                model=plan.model,
                dialect=plan.dialect,
                settings=plan.settings,
                microphone=plan.microphone,
                speaker=plan.speaker,
                cleaning=plan.cleaning,
            )
        )
        for event in self._opened.news:
            self.wish(event)
        if problem is not None:
            self.wish(problem)

    def _end(self) -> None:
        self._cut("closed")
        for happening in self._sending.unsent():
            self._loop.fold(happening)
        reason = self.state.connection.close_reason
        self._loop.fold(Happening(Origin.LOCAL, SessionEnded(reason=reason)))

    def _cut(self, reason: Literal["interrupt", "closed"]) -> None:
        for happening in self._performer.perform(FlushPlayback(reason)):
            self._loop.fold(happening)

    async def _tick(self, look: Callable[[LiveSession], None]) -> None:
        """Fifty times a second: the play-head and the script; less often the link and the cells."""
        ticks = 0
        while True:
            due = self._next_tick()
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
                self._follow_link()
                since_ms = TICK_MS * _CELLS_EVERY_TICKS
                self._publish(self._gauges.read(self.now, since_ms, lag_ms))
            self._follow_log()
            look(self)

    def _next_tick(self) -> float:
        """Just behind the next block: a processor that is still awake does it for less."""
        tick_s = TICK_MS / 1000
        beat = self._inbox.block_at + _AFTER_BLOCK_S
        return beat + math.ceil((self.now - beat) / tick_s + 0.5) * tick_s

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
        for event in self._path.poll():
            self.wish(self._as_local(event))
        self._echoes.look(self.state)
        doubt = self._formats.look(self._path.output)
        if doubt is not None:
            self.wish(doubt)

    def _as_local(self, event: PlayoutEvent) -> LocalEvent:
        match event:
            case Started(item_id, content_index, heard_at, device_ms):
                return PlaybackStarted(
                    item_id=item_id,
                    content_index=content_index,
                    heard_at=heard_at - self._inbox.began,
                    device_ms=device_ms,
                )
            case Finished(item_id, content_index, played_ms):
                return PlaybackFinished(
                    item_id=item_id, content_index=content_index, played_ms=played_ms
                )
            case Silenced(at):
                return PlaybackSilenced(silent_at=at - self._inbox.began)

    def _follow_script(self) -> None:
        if self._path.caller.is_over or not self._may_record.is_set():
            return
        playing = self._path.output.head()
        line = self._path.caller.due(Look(self.now, self.state, self._mouth.is_speaking, playing))
        if line is not None:
            self._mouth.say(line.text)

    def _follow_link(self) -> None:
        connection = self._line.connection
        if connection is not None:
            for event in self._link.look(connection, self.now):
                self.wish(event)

    def _is_settled(self) -> bool:
        """Whether the server knows our settings; one that never answers is not waited for long."""
        greeted_at = self.state.connection.greeted_at
        if greeted_at is None:
            return False
        return not self.state.settings.pending or self.now - greeted_at > _SETTLING_S

    def _check_format(self) -> None:
        """Sound in a format that the server did not take would be noise to it."""
        if input_format(self.state) is not self._opened.input_format:
            self.wish(
                ProblemSeen(
                    severity="error",
                    title="The audio format was refused",
                    message=f"The server stays with {input_format(self.state)} for input.",
                    hint="Choose that input format and start a new session.",
                )
            )
            self.leave()


def _detector(world: World) -> tuple[SpeechDetector, ProblemSeen | None]:
    """The local VAD's, which loads its model; or a deaf one, and the words why."""
    try:
        return world.make_detector(), None
    except StudioError as failure:
        problem = ProblemSeen(
            severity="warning", title=failure.title, message=failure.message, hint=failure.hint
        )
        return Deaf(), problem


def _header(plan: ConnectPlan, world: World, sound: OpenedSound) -> Header:
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
