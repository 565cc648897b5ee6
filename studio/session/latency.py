"""Why a turn took as long as it did: from the user's last sound to the first that was heard.

The parts follow each other without gaps, so that they add up to the total wherever all are known.
A part is None where one of its ends is not known, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TurnLatency:
    """The moments of a turn in session seconds, and the ms between them.

    Attributes:
        user_stopped_at: the user's last sound was sent, by the local VAD: its first silent frame,
            about 0.1 s after the sound has faded.
        decided_at: the turn was over: `speech_stopped` arrived, or `response.create` was sent.
        created_at: the first `response.created` arrived.
        speaking_at: `response.created` of the response that speaks arrived: the first, unless
            functions were called before.
        first_output_at: its first audio arrived, or its first words where it is written only.
        heard_at: the first sample of the voice reached the ear.
        by_server: whether the server's VAD ended the turn.
        written: whether the reply came as text alone.
    """

    user_stopped_at: float | None = None
    decided_at: float | None = None
    created_at: float | None = None
    speaking_at: float | None = None
    first_output_at: float | None = None
    heard_at: float | None = None
    by_server: bool = True
    written: bool = False

    @property
    def endpointing_ms(self) -> float | None:
        """How long it took to decide that the user had finished."""
        return _between(self.user_stopped_at, self.decided_at)

    @property
    def response_ms(self) -> float | None:
        """From that decision to the news that a response had begun."""
        return _between(self.decided_at, self.created_at)

    @property
    def tools_ms(self) -> float | None:
        """From the first response to the one that speaks: calling functions; 0 without any."""
        return _between(self.created_at, self.speaking_at)

    @property
    def model_ms(self) -> float | None:
        """From the beginning of the response to its first audio, or first words."""
        return _between(self.speaking_at, self.first_output_at)

    @property
    def playback_ms(self) -> float | None:
        """From the arrival of the first audio to the ear."""
        return _between(self.first_output_at, self.heard_at)

    @property
    def total_ms(self) -> float | None:
        """From the user's last sound (or their sending of text) to the first that was heard."""
        if not self.by_server and self.user_stopped_at is None:
            return _between(self.decided_at, self.heard_at)
        return _between(self.user_stopped_at, self.heard_at)

    def parts(self) -> tuple[tuple[str, float | None], ...]:
        """The parts in order, by name: endpointing, response, tools, model, playback."""
        return (
            ("endpointing", self.endpointing_ms),
            ("response", self.response_ms),
            ("tools", self.tools_ms),
            ("model", self.model_ms),
            ("playback", self.playback_ms),
        )

    def explain(self) -> tuple[str, ...]:
        """A sentence for every figure that is known: what it counts and where its ends are from."""
        ended = "speech_stopped arrived" if self.by_server else "response.create was sent"
        output = "words" if self.written else "audio"
        told = (
            (
                "endpointing",
                self.endpointing_ms,
                f"from the end of speech (local VAD) until {ended}",
            ),
            ("response", self.response_ms, f"from when {ended} until response.created"),
            (
                "tools",
                self.tools_ms or None,
                "from the first response until the one that speaks: functions were called",
            ),
            ("model", self.model_ms, f"from response.created until the first {output} arrived"),
            (
                "playback",
                self.playback_ms,
                "from the arrival of the first audio until it left the speaker",
            ),
            ("total", self.total_ms, f"from {self._start()} until the first sound was heard"),
        )
        return tuple(f"{name} {ms:,.0f} ms: {words}." for name, ms, words in told if ms is not None)

    def _start(self) -> str:
        if self.user_stopped_at is not None:
            return "the end of the user's speech (local VAD)"
        return "the sending of response.create"


def _between(start: float | None, end: float | None) -> float | None:
    """Milliseconds between two moments; None where one is not known, or where they contradict."""
    if start is None or end is None or end < start:
        return None
    return (end - start) * 1000
