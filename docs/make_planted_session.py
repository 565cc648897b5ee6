"""Makes a session with three planted faults: a cut-off, a ghost turn and a refused update.

Usage: .venv/bin/python docs/make_planted_session.py [SESSIONS_DIR]

A caller with a real voice talks to the local server. In the second of their turns they pause within
a sentence for longer than the server waits; then somebody laughs; and at the end another voice is
asked for, which a session that has spoken refuses. Where one of the three was not found, that is
said and the exit status is 1. All else goes well, but that answers are slow where the machine is
busy. Needs the extra `local`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.app.serving import OWN_SERVER_COMMAND
from studio.protocol.settings import DEFAULTS, SessionSettings
from studio.runtime.children import LocalServer
from studio.runtime.link import LogLine, SessionBegan, WorkerLink
from studio.runtime.plan import ConnectPlan
from studio.session.local import SendWanted
from studio.session.reduce import fold, reduce
from studio.session.state import SessionState
from studio.session.tags import Tag, tags
from studio.speech.voices import Voices
from studio.storage.lines import read_line
from studio.storage.reader import read_session

Samples = NDArray[np.int16]

RATE_HZ = 24_000
CALLER = "ash"
PAUSE_MS = 850
"""Within the sentence; the server waits for 500 ms."""
ANSWER_MS = 6_000
"""Room for an answer."""
PATIENCE_S = 120.0
PLANTED = ("cut-off", "ghost turn", "refused update")
"""What is to be found, in this order."""
_WORDLESS = 7
"""Of the seeds of `laughter` up to 110 the one that is furthest from words. Where the server begins
and ends an utterance differs by some milliseconds each time, and the recogniser hears "oh, oh" in
most laughters at one cut or another; in this one at none of 84, while the local VAD takes a second
of it for speech. Faint noise around it would end that: it stands in digital silence.
"""


def silence(ms: float) -> Samples:
    return np.zeros(int(RATE_HZ * ms / 1000), np.int16)


def laughter(seed: int) -> Samples:
    """Four bursts of breath, each with a short vowel."""
    chance = np.random.default_rng(seed)
    pieces: list[NDArray[np.float64]] = []
    for _ in range(4):
        pieces.append(_breath(chance, int(chance.integers(40, 90))))
        ms, pitch_hz = int(chance.integers(90, 200)), int(chance.integers(180, 420))
        pieces.append(_vowel(ms, pitch_hz) * 0.6)
        pieces.append(np.zeros(RATE_HZ // 1000 * int(chance.integers(20, 120))))
    return np.concatenate(pieces).astype(np.int16)


def _breath(chance: np.random.Generator, ms: int) -> NDArray[np.float64]:
    count = RATE_HZ // 1000 * ms
    noise = chance.normal(size=count) * np.exp(-np.arange(count) / (RATE_HZ * 0.04))
    return noise / np.abs(noise).max() * 9_000


def _vowel(ms: int, pitch_hz: int) -> NDArray[np.float64]:
    count = RATE_HZ // 1000 * ms
    t = np.arange(count) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 0.02 * np.sin(8 * np.pi * t))) / RATE_HZ
    sound = np.zeros(count)
    for harmonic in range(1, 40):
        places = ((700, 80), (1_100, 90), (2_500, 120))
        gain = sum(1 / (1 + ((harmonic * pitch_hz - at) / wide) ** 2) for at, wide in places)
        sound += gain * np.sin(harmonic * phase)
    sound *= np.hanning(count) ** 0.3
    return np.asarray(sound / np.abs(sound).max() * 9_000)


def wordless_laughter() -> Samples:
    """A laughter that is taken for speech, and in which the recogniser finds no words."""
    return laughter(_WORDLESS)


def caller() -> Samples:
    """What the caller's microphone hears."""
    voices = Voices()

    def says(text: str) -> Samples:
        return np.concatenate(list(voices.synthesize(text, CALLER, 1.0)))

    return np.concatenate(
        (
            silence(1_500),
            says("Hello, what time is it?"),
            silence(ANSWER_MS),
            says("Please count from one"),
            silence(PAUSE_MS),
            says("to the number five."),
            silence(ANSWER_MS + 2_000),
            wordless_laughter(),
            silence(ANSWER_MS),
            says("Thank you, goodbye."),
            silence(ANSWER_MS),
        )
    )


async def hold(
    sessions_dir: Path, sound_file: Path, seconds: float, log_dir: Path, silence_ms: int
) -> Path:
    """Hold the conversation; returns the session's folder."""
    link, state, path = WorkerLink(log_dir / "worker.log"), SessionState(), ""
    async with LocalServer(OWN_SERVER_COMMAND, log_dir / "server.log") as server:
        plan = ConnectPlan(
            provider="local",
            url=server.url,
            model="studio-host",
            settings=waiting(silence_ms),
            microphone=str(sound_file),
            speaker="silent",
            sessions_dir=sessions_dir,
        )
        await link.open()
        try:
            link.start(plan)
            has_asked = has_stopped = False
            async for message in link.messages():
                if isinstance(message, SessionBegan):
                    path = message.path
                elif isinstance(message, LogLine):
                    state = reduce(state, read_line(message.line, plan.dialect)).state
                    if state.ended:
                        break
                    sent_s = state.speech.sent_bytes / RATE_HZ / 2
                    if not has_asked and sent_s > seconds - 2:
                        has_asked = True
                        link.send(SendWanted(payload=OTHER_VOICE))
                    elif sent_s > seconds and not has_stopped:
                        has_stopped = True
                        link.stop()
        finally:
            await link.close()
    return Path(path)


def found(path: Path) -> list[Tag]:
    """What the turn view finds in a session."""
    return [tag for tag in tags(fold(read_session(path).envelopes())) if tag.is_finding]


def missing(names: Sequence[str]) -> list[str]:
    """What was planted and is not among these findings."""
    return [name for name in PLANTED if name not in names]


OTHER_VOICE = {
    "type": "session.update",
    "session": {"type": "realtime", "audio": {"output": {"voice": "cedar"}}},
}


def waiting(silence_ms: int) -> SessionSettings:
    """The usual settings, but for how much silence ends a turn."""
    detection = DEFAULTS.turn_detection
    assert detection is not None
    patient = detection.model_copy(update={"silence_duration_ms": silence_ms})
    return DEFAULTS.model_copy(update={"turn_detection": patient})


async def make(sessions_dir: Path, silence_ms: int = 500) -> Path:
    """The folder of the session that was made; with a second of silence nothing is cut off."""
    with tempfile.TemporaryDirectory() as folder:
        sound, sound_file = caller(), Path(folder) / "caller.wav"
        with wave.open(str(sound_file), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(sound.tobytes())
        async with asyncio.timeout(PATIENCE_S):
            seconds = sound.size / RATE_HZ
            return await hold(sessions_dir, sound_file, seconds, Path(folder), silence_ms)


if __name__ == "__main__":
    chosen = Path(sys.argv[1] if len(sys.argv) > 1 else "sessions")
    made = asyncio.run(make(chosen))
    told = found(made)
    for tag in told:
        print(f"  {tag.at:6.2f} s  {tag.name}: {tag.words}")
    print(made)
    if lost := missing([tag.name for tag in told]):
        raise SystemExit(f"Not found, though planted: {', '.join(lost)}.")
