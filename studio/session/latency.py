"""Why a turn took as long as it did: from the user's last sound to the first that was heard.

The parts follow each other without gaps, so that they add up to the total wherever that is known.
What is measured are the moments between them; two of these intervals are told apart further:

- Endpointing, from the user's last sound to the decision that they have finished. Where the
  server's VAD decides, all of it that the silence setting asked for is `silence`; one round trip
  is `network`, for the sound went up and the news came down within it; what is left is `vad`: its
  grid and its model. Where the client decides, by letting go of the talk key, there is `vad` only.
- From that decision to the news of a response. Where the client sent `response.create`, one round
  trip of it is `network`; where the server had decided by itself, nothing has to travel.

A moment that contradicts the one before it counts as the same; the time before a moment that is
not known falls to the next part whose end is.
"""

from __future__ import annotations

from dataclasses import dataclass

PARTS = ("silence", "vad", "network", "response", "tools", "model", "buffer", "device")
"""The parts of a turn's latency in their order."""


@dataclass(frozen=True, slots=True)
class TurnLatency:
    """The moments of a turn in session seconds, and the ms between them.

    Attributes:
        user_stopped_at: the user's last sound was at the microphone, by the local VAD: its first
            silent frame, about 0.1 s after the sound has faded.
        decided_at: the turn was over: `speech_stopped` arrived, or `response.create` was sent.
        created_at: the first `response.created` arrived.
        speaking_at: `response.created` of the response that speaks arrived: the first, unless
            functions were called before.
        first_output_at: its first audio arrived, or its first words where it is written only.
        heard_at: the first sample of the voice reached the ear.
        card_ms: how long that sample was on its way within the card.
        silence_duration_ms: the silence that the settings in force asked for; None where no silence
            is counted (semantic VAD, push-to-talk) or the service does not say.
        rtt_ms: the round trip to the service, as last measured; None where it was not.
        by_server: whether the server's VAD ended the turn.
        written: whether the reply came as text alone.
    """

    user_stopped_at: float | None = None
    decided_at: float | None = None
    created_at: float | None = None
    speaking_at: float | None = None
    first_output_at: float | None = None
    heard_at: float | None = None
    card_ms: float = 0.0
    silence_duration_ms: float | None = None
    rtt_ms: float | None = None
    by_server: bool = True
    written: bool = False

    @property
    def endpointing_ms(self) -> float | None:
        """How long it took to decide that the user had finished: silence, VAD and network."""
        return self._intervals()[0]

    @property
    def total_ms(self) -> float | None:
        """From the user's last sound (or their sending of text) to the first that was heard."""
        return _between(self._start_at(), self.heard_at)

    def parts(self) -> tuple[tuple[str, float | None], ...]:
        """The parts in ms by name, in the order of `PARTS`; None where one is not known."""
        endpointing, response, *others = self._intervals()
        if self.by_server:
            silence, vad = _split(endpointing, self.silence_duration_ms)
            network, vad = _split(vad, self.rtt_ms)
        else:
            silence, vad = None, endpointing
            network, response = _split(response, self.rtt_ms)
        return tuple(zip(PARTS, (silence, vad, network, response, *others), strict=True))

    def explain(self) -> tuple[str, ...]:
        """A sentence for every figure that is known: what it counts and where its ends are from."""
        words = self._words()
        told = [
            (name, ms, words[name])
            for name, ms in self.parts()
            if ms is not None and (ms or name != "tools")
        ]
        total_ms = self.total_ms
        if total_ms is not None:
            told.append(("total", total_ms, words["total"]))
        return tuple(f"{name} {ms:,.0f} ms: {meaning}." for name, ms, meaning in told)

    def _words(self) -> dict[str, str]:
        output = "words" if self.written else "audio"
        if self.by_server:
            ended = "speech_stopped arrived"
            vad = "what else the server needed to decide that the user had finished"
            network = (
                "the measured round trip: the user's sound went up and speech_stopped came down"
            )
            response = f"from when {ended} until response.created"
        else:
            ended = "response.create was sent"
            vad = f"from the end of speech (local VAD) until {ended}"
            network = "the measured round trip: response.create went up, response.created came down"
            response = f"what else passed from when {ended} until response.created"
        return {
            "silence": "the silence that the turn detection was set to wait for",
            "vad": vad,
            "network": network,
            "response": response,
            "tools": "from the first response until the one that speaks: functions were called",
            "model": f"from response.created until the first {output} arrived",
            "buffer": "from the arrival of the first audio until the sound card took it",
            "device": "the sound card's own way from there to the ear",
            "total": f"from {self._start()} until the first sound was heard",
        }

    def _start(self) -> str:
        if self.user_stopped_at is not None:
            return "the end of the user's speech (local VAD)"
        return "the sending of response.create"

    def _start_at(self) -> float | None:
        if self.user_stopped_at is None and not self.by_server:
            return self.decided_at
        return self.user_stopped_at

    def _intervals(self) -> tuple[float | None, ...]:
        """Endpointing, response, tools, model, buffer and device in ms, without gaps."""
        start, heard = self._start_at(), self.heard_at
        if start is not None and heard is not None and heard < start:
            heard = None
        pulled = None if heard is None else heard - self.card_ms / 1000
        ends = (self.decided_at, self.created_at, self.speaking_at, self.first_output_at, pulled)
        at = self.user_stopped_at
        intervals: list[float | None] = []
        for end in (*ends, heard):
            if end is None:
                intervals.append(None)
                continue
            reached = end if heard is None else min(end, heard)
            reached = reached if at is None else max(reached, at)
            intervals.append(_between(at, reached))
            at = reached
        return tuple(intervals)


def _split(whole: float | None, first: float | None) -> tuple[float | None, float | None]:
    """A part of the whole, at most all of it, and the rest; no part where its size is not known."""
    if whole is None or first is None:
        return None, whole
    first = min(max(0.0, float(first)), whole)
    return first, whole - first


def _between(start: float | None, end: float | None) -> float | None:
    """Milliseconds between two moments; None where one is not known, or where they contradict."""
    if start is None or end is None or end < start:
        return None
    return (end - start) * 1000
