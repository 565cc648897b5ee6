"""The keys that act on the live session, and the config pane's hand on its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.ui.actions import action_named
from studio.ui.desktop import Desktop
from studio.ui.hold_keys import KeyMoved, TalkKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.core.clock import Clock
    from studio.protocol.settings import SessionSettings
    from studio.session.local import LocalEvent
    from studio.ui.row_editor import RowEditor
    from studio.ui.screens.composer import ComposerScreen
    from studio.ui.widgets.config_pane import ConfigPane


class Talking(Desktop):
    """Wishes of the hand for the live session."""

    def __init__(self, clock: Clock, keymap: Mapping[str, str]) -> None:
        super().__init__(clock, keymap)
        talk = action_named("session.talk")
        self._talk_key = TalkKey(self._keymap_given.get(talk.id, talk.keys), clock)
        self._rows: RowEditor | None = None

    def _send(self, event: LocalEvent) -> None:
        if self._opening and self._is_connected():
            self._opening.feed.send(event)

    def _is_connected(self) -> bool:
        """Whether there is a session to act on; says so where there is none."""
        if not self._is_live():
            return False
        if self.live is not None and self.live.is_connected:
            return True
        words = f"Not connected: {self.key_of('session.connect')} connects."
        self.notify(words, severity="warning", markup=False)
        return False

    def _is_live(self) -> bool:
        """Whether the live session is shown; says how to go back to it where it is not."""
        if self.replayed is None:
            return True
        back = self.key_of("recording.leave")
        words = f"This is a recording: {back} goes back to the live session."
        self.notify(words, severity="warning", markup=False)
        return False

    # The session

    def action_connect(self) -> None:
        """Connect, or disconnect."""
        if self.live is None or self._opening is None or not self._is_live():
            return
        if self.live.is_connected:
            self._opening.feed.stop()
        else:
            self._begin_session()

    def action_new_session(self) -> None:
        """Start a session with the draft; one that runs ends first."""
        if self._is_live():
            self._begin_session()

    def _begin_session(self) -> None:
        if self.live is not None and self._opening is not None and self.live.gone is None:
            self._opening.feed.start(self.live.begin())

    async def action_restart(self) -> None:
        """Start the worker again after it went."""
        if self.live is None or self._opening is None or self.live.gone is None:
            return
        try:
            await self._opening.restart()
        except (OSError, StudioError) as error:
            self.toast(self.live.fault("Cannot start the voice worker", str(error), ""))
            return
        self.live.restarted()
        self._begin_session()

    def action_mute(self) -> None:
        """Mute the microphone, or open it."""
        from studio.session.local import MuteSet

        if self.live is not None:
            self._send(MuteSet(muted=not self.live.state.speech.muted))

    def action_talk(self) -> None:
        """Open the microphone while the talk key is held, or from one tap to the next."""
        if self.live is not None and self._is_connected():
            self._talk(self._talk_key.pressed(is_talking=self.live.state.speech.talk_key))

    def on_key_moved(self, event: KeyMoved) -> None:
        """Close the microphone where the talk key was held and is let go."""
        wanted = self._talk_key.moved(event.moved_key, is_down=event.is_down)
        if self.replayed is None and self.live is not None and self.live.is_connected:
            self._talk(wanted)

    def _talk(self, wanted: bool | None) -> None:  # noqa: FBT001 - None leaves it as it is
        from studio.session.local import TalkKeySet

        if self.live is not None:
            self.live.talk_is_held = self._talk_key.is_holding
        if wanted is not None:
            self._send(TalkKeySet(held=wanted))

    def action_interrupt(self) -> None:
        """Make the assistant be quiet."""
        from studio.session.local import InterruptWanted

        if self._is_live() and self.live is not None and self.live.is_connected:
            self._send(InterruptWanted())

    def action_type_text(self) -> None:
        """Ask for a message and send it."""
        from studio.session.local import TextWanted

        if self._is_connected():
            self.ask("message", "Sent as the user's words.", "", lambda text: self._send(
                TextWanted(text=text)))  # fmt: skip

    def action_speak_text(self) -> None:
        """Ask for words and have a voice speak them into the microphone."""
        from studio.session.local import SpeakWanted

        if self._is_connected():
            self.ask("speak", "A local voice says it into the microphone.", "",
                      lambda text: self._send(SpeakWanted(text=text)))  # fmt: skip

    def on_composer_screen_send_asked(self, event: ComposerScreen.SendAsked) -> None:
        """Send what was written by hand, as it is."""
        from studio.session.local import SendWanted

        self._send(SendWanted(payload=event.text))

    def action_answer_call(self) -> None:
        """Ask for the output of the oldest function call that waits, and send it."""
        from studio.session.local import ToolAnswered

        if not self._is_live():
            return
        tools = self.live.state.tools if self.live is not None else None
        if tools is None or not tools.open:
            self.notify("No function call waits for an answer.", markup=False)
            return
        call = tools.calls[tools.open[0]]
        label = one_line(call.name, 30)
        self.ask(label, one_line(call.arguments, 60), "", lambda text: self._send(
            ToolAnswered(call_id=call.call_id, output=text)))  # fmt: skip

    def use_settings(self, settings: SessionSettings, words: str) -> None:
        """Lay settings over those of the live session, as one change that can be taken back.

        An open session is sent the smallest update that is needed.

        Args:
            settings: only the fields that they state count.
            words: what they are, to begin a sentence with.
        """
        if self.live is None:
            return
        changed = self.live.lay_over(settings)
        undo = self.key_of("config.undo")
        told = f"are yours now. {undo} in the config pane takes them back."
        if not changed:
            told = "are yours already."
        elif self.live.is_connected:
            told = f"go to the session now. {undo} in the config pane takes them back."
        self.notify(f"{words} {told}", markup=False)
        self.look()

    # The config pane's wishes

    def on_config_pane_stepped(self, event: ConfigPane.Stepped) -> None:
        """Step a value."""
        if self._is_live() and self._rows is not None:
            self._rows.step(event.path, event.steps)

    def on_config_pane_slid(self, event: ConfigPane.Slid) -> None:
        """Put a value where the slider was touched."""
        if self._is_live() and self._rows is not None:
            self._rows.slide(event.path, event.share)

    def on_config_pane_undone(self) -> None:
        """Take the last change back."""
        if self._is_live() and self._rows is not None:
            self._rows.undo()

    def on_config_pane_chosen(self, event: ConfigPane.Chosen) -> None:
        """Have a value typed or chosen."""
        if self._is_live() and self._rows is not None:
            self._rows.open(event.path)

    def action_echo(self) -> None:
        """Choose what helps where the assistant hears itself."""
        if self._is_live() and self._rows is not None:
            self._rows.choose_remedy()
