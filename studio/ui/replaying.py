"""The keys of a stored session on the screen: opening it, going about in it, and leaving it."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.ui.desktop import Desktop
from studio.ui.present.words import seconds_of, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.core.clock import Clock
    from studio.runtime.messages import RecordingHeard
    from studio.ui.lab_sound import LabSound
    from studio.ui.replay_sound import ReplaySound
    from studio.ui.replayed import Replayed
    from studio.ui.widgets.payload_lines import PayloadLines
    from studio.ui.widgets.replay_bar import ReplayBar


_LEFT_WITHIN_S = 4.0
"""How soon the key that leaves a recording has to be pressed again."""


class Replaying(Desktop):
    """Wishes of the hand for a stored session."""

    def __init__(self, clock: Clock, keymap: Mapping[str, str]) -> None:
        super().__init__(clock, keymap)
        self._sound: ReplaySound | None = None
        self._lab_sound: LabSound | None = None
        self._leave_until = clock.monotonic()

    def open_recording(self, path: str) -> None:
        """Show a stored session in place of the live one, which goes on underneath."""
        self.run_worker(self._open_recording(path), group="recording", exclusive=True)

    async def _open_recording(self, path: str) -> None:
        from studio.ui.curves import follow_curves
        from studio.ui.replay_sound import ReplaySound
        from studio.ui.replayed import Replayed

        live, opening = self.live, self._opening
        if live is None or opening is None or opening.desk is None:
            return
        try:
            recorded = await opening.desk.open(path)
        except StudioError as failure:
            self.toast(live.fault(failure.title, failure.message, failure.hint))
            return
        self._sound = self._sound or ReplaySound(opening.feed)
        # What the speaker plays would be heard by the microphone that is open.
        self._sound.is_on = not live.is_connected
        replayed = self.replayed = Replayed(recorded, live.draft.plan, self._clock)
        self.look()
        await self._painted()
        while self.replayed is replayed and not replayed.is_ready:
            replayed.work()
            await asyncio.sleep(0)  # keys and paints come in between
        if self.replayed is not replayed:
            return
        self._place(replayed)
        gc.freeze()  # the states that are kept: keys need not wait for a look through them
        async for curves in follow_curves(opening.desk, replayed):
            if self.replayed is not replayed:
                return
            replayed.curves = curves

    async def _painted(self) -> None:
        """Wait until what there is to see is painted: what comes next can wait for that."""
        is_painted = asyncio.Event()
        self.call_after_refresh(is_painted.set)
        await is_painted.wait()

    def replay(self) -> None:
        """Let the stored session on the screen go on by a moment, with its sound."""
        replayed = self.replayed
        if replayed is not None:
            replayed.work()
        if self._sound is not None and self.live is not None:
            self._sound.follow(self.replayed, self.live.draft.plan.speaker)

    def _place(self, replayed: Replayed) -> None:
        """Lay the tracks on the time line before they are to sound; of an hour it takes a while."""
        if replayed.recording is not None and not replayed.recording.is_written:
            work = asyncio.to_thread(replayed.placement)
            self.run_worker(work, group="placing", exclusive=True)

    def recording_heard(self, heard: RecordingHeard) -> None:
        """The play-head follows the ear."""
        if self._sound is not None and self.replayed is not None:
            self._sound.heard(heard, self.replayed)
        if self._lab_sound is not None:
            self._lab_sound.heard(heard)

    @property
    def lab_sound(self) -> LabSound | None:
        """What lets the lab be heard; None before the feed is open."""
        if self._lab_sound is None and self._opening is not None:
            from studio.ui.lab_sound import LabSound

            self._lab_sound = LabSound(self._opening.feed)
        return self._lab_sound

    def action_replay_leave(self) -> None:
        """Go back to the live session where that is asked for twice: one `esc` is soon too many."""
        now = self._clock.monotonic()
        if now >= self._leave_until:
            self._leave_until = now + _LEFT_WITHIN_S
            words = f"{self.key_of('recording.leave')} again goes back to the live session."
            self.notify(words, timeout=_LEFT_WITHIN_S, markup=False)
            return
        self._leave_until = now
        self.clear_notifications()
        self.replayed = None
        self.workers.cancel_group(self, "recording")
        self.look()

    def action_replay_play(self) -> None:
        """Play, or stop."""
        if self.replayed is not None:
            self.replayed.play()
            self.look()

    def action_replay_hasten(self, steps: int) -> None:
        """Play faster, or slower."""
        if self.replayed is not None:
            self.replayed.hasten(steps)
            self.look()

    def action_replay_step(self, events: int) -> None:
        """Go by one event."""
        if self.replayed is not None:
            self.replayed.step(events)
            self.look()

    def action_replay_turn(self, turns: int) -> None:
        """Go to the beginning of a turn."""
        if self.replayed is not None:
            self.replayed.step_turns(turns)
            self.look()

    def action_replay_end(self) -> None:
        """Go to the end."""
        if self.replayed is not None:
            self.replayed.go_to_end()
            self.look()

    def action_replay_jump(self) -> None:
        """Ask for a time and go there."""
        if self.replayed is not None:
            hint = f"Seconds, 12:07 or 1:02:03; up to {stamp(self.replayed.end)}."
            self.ask("go to", hint, stamp(self.replayed.head.at), self._jump)

    def _jump(self, words: str) -> None:
        at = seconds_of(words)
        if at is None:
            self.notify("Write a time as 90, 1:30 or 1:02:03.", severity="warning", markup=False)
        elif self.replayed is not None:
            self.replayed.seek(at)
            self.look()

    def on_payload_lines_play_wanted(self, wanted: PayloadLines.PlayWanted) -> None:
        """Play the sound of one event, where nothing else sounds and nobody listens."""
        from studio.ui.replay_sound import play_event

        shown, live, opening = self.shown, self.live, self._opening
        if shown is not None and live is not None and opening is not None and self.may_sound():
            play_event(opening.feed, shown.path, wanted.envelope, live.draft.plan.speaker)

    def may_sound(self) -> bool:
        """Whether nothing else sounds and nobody listens; says so where it is not."""
        live = self.live
        speech = live.state.speech if live is not None and live.is_connected else None
        if speech is not None and not speech.muted and not speech.input_is_virtual:
            mute = self.key_of("session.mute")
            self.notify(f"The open microphone would hear it: {mute} mutes it.", markup=False)
        elif self.replayed is not None and self.replayed.head.is_playing:
            self.notify("The recording plays: stop it first.", markup=False)
        else:
            return True
        return False

    def action_replay_sound(self) -> None:
        """Play with sound, or without."""
        if self._sound is not None:
            self._sound.is_on = not self._sound.is_on
            self.look()

    def action_replay_use_settings(self) -> None:
        """Take the recording's settings over into the draft of the live session."""
        if self.replayed is not None and self.live is not None:
            self.live.adopt(self.replayed.draft.plan)
            back = self.key_of("recording.leave")
            words = f"Your settings are those of the recording now. {back} goes back to them."
            self.notify(words, markup=False)

    def on_replay_bar_sought(self, event: ReplayBar.Sought) -> None:
        """The pointer is at a time."""
        if self.replayed is not None:
            self.replayed.seek(event.at)
            self.look()
