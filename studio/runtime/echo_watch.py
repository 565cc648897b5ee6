"""Whether what the server took for the user was the speaker: scored for each of its speech starts.

It works with any microphone and speaker, a virtual one too: what is compared is the audio that was
really sent with what was really at the ear.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.audio.echo_score import LIKELY_ECHO, echo_of
from studio.audio.samples import decode
from studio.session.local import EchoScored

if TYPE_CHECKING:
    from studio.audio.formats import AudioFormat
    from studio.audio.played import PlayedSound
    from studio.runtime.inbox import Inbox
    from studio.session.state import SessionState, SpeechSpan

SCORED_MS = 900
"""How much is compared from where the server says that speech began, which is some 300 ms early:
enough to be sure, and soon enough to be of use."""

AFTERMATH_S = 1.0
"""How long after playback a server may still take its echo for speech."""

_KEPT_MS = 4_000


class _Sent(NamedTuple):
    """A payload that was sent: where it ends in the audio, and when that was at the microphone."""

    end_ms: float
    captured_at: float
    payload: bytes


class EchoWatch:
    """Remembers what was sent, and scores it where the server heard speech begin.

    Args:
        audio_format: of what is sent.
        played: what was at the ear, by the speaker of the moment.
        inbox: is told the scores.
        off_loop: does the sums.

    Attributes:
        delay_ms: how much later than at the ear the last sure echo was in the microphone.
    """

    def __init__(
        self,
        audio_format: AudioFormat,
        played: Callable[[], PlayedSound],
        inbox: Inbox,
        off_loop: Callable[[Callable[[], Any]], Awaitable[Any]],
    ) -> None:
        self.delay_ms: float | None = None
        self._format = audio_format
        self._played = played
        self._inbox = inbox
        self._off_loop = off_loop
        self._sent: deque[_Sent] = deque()
        self._sent_ms = 0.0
        self._spans_seen = 0
        self._waiting: deque[SpeechSpan] = deque()
        self._ready: asyncio.Queue[SpeechSpan] = asyncio.Queue()

    def sent(self, payload: bytes, captured_at: float) -> None:
        """Remember what was sent; `captured_at` is the clock's reading at its last sample."""
        self._sent_ms += self._format.bytes_to_ms(len(payload))
        self._sent.append(_Sent(self._sent_ms, captured_at, payload))
        while self._sent[0].end_ms < self._sent_ms - _KEPT_MS:
            self._sent.popleft()

    def look(self, state: SessionState) -> None:
        """Find speech of which enough was sent by now."""
        spans = state.speech.server
        self._waiting += spans[self._spans_seen :]
        self._spans_seen = len(spans)
        while self._waiting and self._is_enough(self._waiting[0], state):
            self._ready.put_nowait(self._waiting.popleft())

    async def score(self) -> None:
        """Score what is ready, one after the other, for ever."""
        while True:
            await self._score(await self._ready.get())

    def _is_enough(self, span: SpeechSpan, state: SessionState) -> bool:
        has_stopped = any(
            each.item_id == span.item_id and each.end_ms is not None for each in state.speech.server
        )
        return has_stopped or self._sent_ms >= span.start_ms + SCORED_MS

    async def _score(self, span: SpeechSpan) -> None:
        blocks = [
            each for each in self._sent if span.start_ms < each.end_ms <= span.start_ms + SCORED_MS
        ]
        if span.timed_out or not blocks or not self._has_played(blocks):
            return
        sent = b"".join(each.payload for each in blocks)
        begin = blocks[-1].captured_at - self._format.bytes_to_ms(len(sent)) / 1000
        samples = decode(sent, self._format)
        found = await self._off_loop(
            partial(echo_of, self._played(), samples, self._format.rate_hz, begin)
        )
        if found.score >= LIKELY_ECHO:
            self.delay_ms = found.lag_ms
        self._inbox.local(
            EchoScored(
                item_id=span.item_id,
                audio_start_ms=span.start_ms,
                score=round(found.score, 3),
                lag_ms=round(found.lag_ms, 1),
            )
        )

    def _has_played(self, blocks: list[_Sent]) -> bool:
        """Whether the speaker sounded while this was recorded, or shortly before."""
        played = self._played()
        begin = blocks[0].captured_at - AFTERMATH_S
        n_samples = int((blocks[-1].captured_at - begin) * played.rate_hz)
        return bool(played.between(begin, n_samples).any())
