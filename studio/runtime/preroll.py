"""The moment before the talk key: what was said while a finger was on its way down is not lost.

While the key is awaited the microphone's blocks wait here, so sending is behind real time by as
much as is kept, and what leaves does so as silence. When the key goes down all that waits is due
with its sound, and audio time is real time again. What was said while muted never is.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from studio.core.units import BLOCK_MS
from studio.session.speech import turn_detection

if TYPE_CHECKING:
    from studio.audio.microphones import Block
    from studio.session.state import SessionState

PREROLL_MS = 300
"""How much from before the key is sent: longer than a finger takes, shorter than an old word."""

_BLOCKS = PREROLL_MS // BLOCK_MS


class Due(NamedTuple):
    """A block to send now, with its sound or as silence."""

    block: Block
    is_heard: bool


class Preroll:
    """Holds blocks back while the talk key is awaited."""

    def __init__(self) -> None:
        self._held: deque[Due] = deque()

    def due(self, block: Block, state: SessionState, *, is_live: bool, is_clean: bool) -> list[Due]:
        """What to send now that this block came, the oldest first.

        Args:
            block: the latest.
            state: says whether the key is awaited or down.
            is_live: whether the latest is to be heard.
            is_clean: whether it may be heard if the key goes down soon.
        """
        if not is_live and _awaits_key(state):
            self._held.append(Due(block, is_clean))
            return [Due(self._held.popleft().block, is_heard=False)] if self._is_full else []
        speech = state.speech
        is_key_down = is_live and speech.talk_key and not speech.muted
        earlier = [Due(held.block, held.is_heard and is_key_down) for held in self._held]
        self._held.clear()
        return [*earlier, Due(block, is_live)]

    @property
    def _is_full(self) -> bool:
        return len(self._held) > _BLOCKS


def _awaits_key(state: SessionState) -> bool:
    """Whether nothing but the talk key keeps the microphone from being heard."""
    return not state.speech.muted and turn_detection(state) is None
