"""What the server seems to do, next to what it was asked and what it echoed.

Services echo settings that they do not obey. Each observation says in words what it rests on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, log
from statistics import median

from studio.audio.formats import AudioFormat
from studio.session.state import SessionState, SpeechSpan
from studio.session.turns import Turn, turns

CHARACTERS_PER_S = 14.0
"""How fast voices speak at their own speed, more or less."""

_ENOUGH_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class Observation:
    """A value that was seen, and the evidence for it.

    Attributes:
        path: the setting's dotted path.
        value: in the setting's own unit.
        evidence: what it rests on, in a sentence.
        samples: how many times it was seen.
    """

    path: str
    value: str | int
    evidence: str
    samples: int


def observe(state: SessionState) -> Mapping[str, Observation]:
    """What can be seen so far, by path of the setting."""
    seen = (_silence(state), _prefix(state), _output_format(state))
    return {each.path: each for each in seen if each is not None}


def _silence(state: SessionState) -> Observation | None:
    """The silence that the server waited for: its end of speech less the local end of speech."""
    measured = [
        (turn.index, server_ms, local_ms)
        for turn, server_ms, local_ms in _ends(state)
        if server_ms > local_ms
    ]
    if not measured:
        return None
    index, server_ms, local_ms = measured[-1]
    typical = round(median(server - local for _, server, local in measured))
    return Observation(
        path="turn_detection.silence_duration_ms",
        value=typical,
        evidence=(
            f"In turn {index} the server ended speech at {server_ms:,} ms of audio, the local VAD "
            f"heard it end at {local_ms:,} ms: {server_ms - local_ms:,} ms of silence. "
            f"Median of {len(measured)}: {typical:,} ms."
        ),
        samples=len(measured),
    )


def _ends(state: SessionState) -> Iterator[tuple[Turn, int, int]]:
    """Ends of speech that the turn detection in force decided."""
    since = state.settings.detecting_since
    for turn in turns(state):
        server, local = turn.server_span, turn.local_span
        if server is None or local is None or server.timed_out or (server.stopped_at or 0) < since:
            continue
        if server.end_ms is not None and local.end_ms is not None:
            yield turn, server.end_ms, local.end_ms


def _prefix(state: SessionState) -> Observation | None:
    """The padding that the server kept before speech; unknown where the session's start cut it."""
    measured = []
    for turn in turns(state):
        server = turn.server_span
        if server is None or server.timed_out or server.start_ms == 0:
            continue
        if server.started_at < state.settings.detecting_since:
            continue
        start_ms = _first_speech_ms(state, server)
        if start_ms is not None:
            measured.append((turn.index, server.start_ms, start_ms))
    if not measured:
        return None
    index, server_ms, local_ms = measured[-1]
    typical = round(median(local - server for _, server, local in measured))
    return Observation(
        path="turn_detection.prefix_padding_ms",
        value=typical,
        evidence=(
            f"In turn {index} the local VAD heard speech begin at {local_ms:,} ms of audio, the "
            f"server's turn begins at {server_ms:,} ms: {local_ms - server_ms:,} ms before. "
            f"Median of {len(measured)}: {typical:,} ms."
        ),
        samples=len(measured),
    )


def _first_speech_ms(state: SessionState, server: SpeechSpan) -> int | None:
    """Where the local VAD heard a server's turn begin; None where that lies before the turn."""
    local = state.speech.local
    at = bisect_left(local, server.start_ms, key=lambda span: span.start_ms)
    if at and (local[at - 1].end_ms or inf) > server.start_ms:
        return None
    if at == len(local) or (server.end_ms is not None and local[at].start_ms >= server.end_ms):
        return None
    return local[at].start_ms


def _output_format(state: SessionState) -> Observation | None:
    """The encoding under which the assistant speaks at the pace of a human being.

    PCM16 has six times the bytes of G.711; the two laws cannot be told apart by their pace.
    """
    characters = n_bytes = replies = 0
    for head in state.playback.heads:
        item = state.items.by_id.get(head.item_id)
        if item is not None and head.all_received and head.received_bytes and item.text:
            characters += len(item.text)
            n_bytes += head.received_bytes
            replies += 1
    if characters < _ENOUGH_CHARACTERS:
        return None
    paces = {
        name: characters * 1000 / audio_format.bytes_to_ms(n_bytes)
        for name, audio_format in (("pcm16", AudioFormat.PCM16), ("g711", AudioFormat.PCMU))
    }
    value = min(paces, key=lambda name: abs(log(paces[name] / CHARACTERS_PER_S)))
    return Observation(
        path="output_format",
        value=value,
        evidence=(
            f"{n_bytes:,} bytes for {characters:,} characters of speech: {paces['pcm16']:.1f} "
            f"characters a second as PCM16, {paces['g711']:.1f} as G.711; voices speak about "
            f"{CHARACTERS_PER_S:.0f}."
        ),
        samples=replies,
    )
