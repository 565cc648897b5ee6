"""The way of a microphone block to the socket, and what is measured on it.

Levels, speech and positions are those of the audio that was really handed over.
"""

from __future__ import annotations

import base64
from math import inf
from typing import TYPE_CHECKING

from studio.audio.level import SILENT, PeakHold, measure
from studio.audio.samples import decode
from studio.core.units import BLOCK_MS
from studio.protocol.events import InputAudioBufferAppend
from studio.runtime.inbox import Happening
from studio.runtime.preroll import Preroll
from studio.session.envelope import Origin
from studio.session.local import AudioDropped, CallerSaid

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.audio.formats import AudioFormat
    from studio.audio.microphones import Block, Voiceover
    from studio.runtime.hearing import Hearing
    from studio.runtime.inbox import Inbox
    from studio.runtime.perform import Performer
    from studio.session.local import LocalEvent
    from studio.session.state import SessionState

LARGEST_BACKLOG_BYTES = 640_000
"""Ten seconds of base64 PCM16: what may wait for a stuck socket before new audio is dropped."""

_CLIPPING_DB = -0.1
_CLIPPING_HOLD_S = 1.0


class Sending:
    """Turns blocks into appended audio, and remembers how the last one was.

    Args:
        audio_format: the wire's.
        voiceover: words that replace what the microphone recorded.
        hearing: hears what was sent.
        inbox: knows the time.
        is_gated: whether the speaker is sounding and must not be heard: silence is sent, whatever
            the microphone, unless the talk key is held.
        on_sent: is given each payload that was handed over, and the clock's reading when its last
            sample was at the microphone.

    Attributes:
        level: of the last block.
        peak: held, and falling slowly.
        sent_ms: audio handed over so far.
        late_ms: how late the last block was.
        dropped: blocks that a stuck socket could not take.
    """

    def __init__(
        self,
        audio_format: AudioFormat,
        voiceover: Voiceover,
        hearing: Hearing,
        inbox: Inbox,
        *,
        is_gated: Callable[[], bool] = lambda: False,
        on_sent: Callable[[bytes, float], None] = lambda _payload, _captured_at: None,
    ) -> None:
        self.level = SILENT
        self.peak = PeakHold()
        self.sent_ms = self.late_ms = 0.0
        self.dropped = 0
        self._hearing = hearing
        self._format = audio_format
        self._silence = audio_format.silence(BLOCK_MS)
        self._voiceover = voiceover
        self._inbox = inbox
        self._is_gated = is_gated
        self._on_sent = on_sent
        self._preroll = Preroll()
        self._open_at = -inf
        self._clipped_at: float | None = None
        self._stuck_ms = 0.0

    @property
    def is_clipping(self) -> bool:
        """Whether the last second touched full scale."""
        clipped_at = self._clipped_at
        return clipped_at is not None and self._inbox.now() - clipped_at < _CLIPPING_HOLD_S

    def sent(self, block: Block, state: SessionState, performer: Performer) -> list[Happening]:
        """Send what is due now that a block came; returns what that was, in order."""
        self.late_ms = block.late_ms
        happenings = self._lost(block.lost_ms, "the machine was asleep or too busy")
        connection = performer.line.connection
        if connection is None:
            return happenings
        if connection.unsent_bytes > LARGEST_BACKLOG_BYTES:
            self.dropped += 1
            self._stuck_ms += BLOCK_MS
            return happenings
        happenings += self.unsent()
        self._hearing.ask(state.settings.asked)
        is_private = self._is_private(block, state)
        is_clean = not is_private and (state.speech.talk_key or not self._is_gated())
        is_live = performer.is_microphone_live and is_clean
        for each, is_heard in self._preroll.due(block, state, is_live=is_live, is_clean=is_clean):
            # Words wait while silence is wanted, and do not break into what the key saved.
            is_over = is_heard and each is block
            payload, words = self._voiceover.over(each.payload) if is_over else (each.payload, "")
            happenings += self._sent(payload if is_heard else self._silence, words, each, performer)
        return happenings

    def _is_private(self, block: Block, state: SessionState) -> bool:
        """Whether any of it was said while muted; a block comes some time after it was said."""
        if state.speech.muted and not state.speech.talk_key:
            self._open_at = inf
        elif self._open_at == inf:
            self._open_at = self._inbox.now()
        began_at = block.captured_at - self._inbox.began - BLOCK_MS / 1000
        return began_at < self._open_at

    def unsent(self) -> list[Happening]:
        """What a stuck socket could not take since it was last told, which is to be told now."""
        stuck_ms, self._stuck_ms = self._stuck_ms, 0.0
        return self._lost(stuck_ms, "the connection was stuck")

    def _sent(
        self, payload: bytes, words: str, block: Block, performer: Performer
    ) -> list[Happening]:
        audio_ms = int(self.sent_ms)
        encoded = base64.b64encode(payload).decode()
        happenings = [*performer.send(InputAudioBufferAppend(audio=encoded))]
        if words:
            happenings.append(_local(CallerSaid(text=words, audio_ms=audio_ms)))
        captured_at = block.captured_at
        happenings += map(_local, self._hearing.hear(payload, captured_at - self._inbox.began))
        self._measure(payload)
        self._on_sent(payload, captured_at)
        return happenings

    def _measure(self, payload: bytes) -> None:
        self.sent_ms += self._format.bytes_to_ms(len(payload))
        self.level = measure(decode(payload, self._format))
        self.peak = self.peak.after(self.level.peak_db, BLOCK_MS)
        if self.level.peak_db >= _CLIPPING_DB:
            self._clipped_at = self._inbox.now()

    def _lost(self, lost_ms: float, reason: str) -> list[Happening]:
        if not lost_ms:
            return []
        return [_local(AudioDropped(direction="input", lost_ms=lost_ms, reason=reason))]


def _local(event: LocalEvent) -> Happening:
    return Happening(Origin.LOCAL, event)
