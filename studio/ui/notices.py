"""What a line above the panes says while it matters: a card that went or came back, an echo.

It is folded from the same envelopes as the session, so that a replay says what the live screen
said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from studio.core.text import one_line
from studio.session.echo import BURST_S, TITLE, verdict
from studio.session.local import DeviceFailed, DeviceOpened, EchoScored, SoundWanted
from studio.ui.cards import AUTO, DEVICE

if TYPE_CHECKING:
    from studio.session.envelope import Envelope
    from studio.session.local import Direction
    from studio.session.state import SessionState

Tone = Literal["error", "warning", "good"]

BACK_S = 8.0
"""Seconds for which it is said that a card came back."""

_ENDS: dict[Direction, str] = {"input": "microphone", "output": "speaker"}


@dataclass(frozen=True, slots=True)
class Notice:
    """A line of words, and the action that a click on it runs."""

    words: str
    tone: Tone
    do: str = ""


class Notices:
    """What happened that the person ought to see, and for how long."""

    def __init__(self) -> None:
        self._lost: dict[Direction, DeviceFailed] = {}
        self._stand_ins: dict[Direction, str] = {}
        self._back: tuple[str, float] | None = None
        self._echoes = 0
        self._echo_at: float | None = None
        self._echo_is_settled = False

    def take(self, envelope: Envelope, state: SessionState) -> None:
        """Take in an envelope and the state after it."""
        event = envelope.event
        match event:
            case DeviceFailed():
                self._lost[event.direction] = event
            case DeviceOpened():
                self._opened(event, envelope.at)
            case SoundWanted():
                self._forget_what_is_not_wanted(event)
            case EchoScored():
                found = verdict(state, event.item_id)
                if found is not None and found.likely:
                    self._echoed(envelope.at)
            case _:
                pass

    def settle_echo(self) -> None:
        """The person has done something about the echo: no word of it until the next burst."""
        self._echo_is_settled = True

    def line(self, now: float, echo_key: str) -> Notice | None:
        """What is to be said at session second `now`; None for nothing.

        Args:
            now: session seconds.
            echo_key: the key that lists what helps against echo.
        """
        if self._lost:
            words = " ".join(map(self._loss, self._lost.values()))
            return Notice(words, "warning", "app.go('config')")
        if (
            self._echo_at is not None
            and not self._echo_is_settled
            and now < self._echo_at + BURST_S
        ):
            times = f" ×{self._echoes}" if self._echoes > 1 else ""
            return Notice(f"{TITLE}{times}   {echo_key}: what helps", "warning", "app.echo")
        if self._back is not None and now < self._back[1] + BACK_S:
            return Notice(self._back[0], "good")
        return None

    def _loss(self, event: DeviceFailed) -> str:
        """What happened to a card, and what sounds in its place."""
        words = f"{_ENDS[event.direction].capitalize()} {one_line(event.name, 40)}".rstrip()
        words += f": {one_line(event.message, 90)}"
        instead = self._stand_ins.get(event.direction)
        return f"{words} Going on with {instead} (virtual)." if instead else words

    def _opened(self, event: DeviceOpened, at: float) -> None:
        name = one_line(event.name, 40)
        if event.virtual:
            self._stand_ins[event.direction] = name
            return
        self._stand_ins.pop(event.direction, None)
        if self._lost.pop(event.direction, None) is not None:
            self._back = (f"The {_ENDS[event.direction]} is back: {name}.", at)

    def _forget_what_is_not_wanted(self, event: SoundWanted) -> None:
        """A card is not missed where the person has chosen to do without one."""
        wishes: dict[Direction, str | None] = {"input": event.microphone, "output": event.speaker}
        for direction, wanted in wishes.items():
            if wanted is not None and wanted.partition(":")[0] not in (AUTO, DEVICE):
                self._lost.pop(direction, None)

    def _echoed(self, at: float) -> None:
        if self._echo_at is None or at >= self._echo_at + BURST_S:
            self._echoes, self._echo_is_settled = 0, False
        self._echoes += 1
        self._echo_at = at
