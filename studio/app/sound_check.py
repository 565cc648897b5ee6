"""Every sound card tried: microphones are listened to, speakers play silence or a short tone.

A sound system that does not answer costs no more than the patience of `CardThread`, and a machine
of many cards no more than `LONGEST_S`; what was not tried for that is said.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.app.choices import CARD
from studio.app.finding import Finding
from studio.audio.devices import SoundCards
from studio.audio.level import FLOOR_DB, Level, measure
from studio.audio.level_check import CLIPPING_DB
from studio.core.errors import StudioError
from studio.core.text import one_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.app.finding import Verdict
    from studio.audio.devices import CardStream, Device, Direction
    from studio.core.clock import Clock

TOPIC = "Sound"
LISTEN_S = 0.5
PLAY_S = 0.3
LONGEST_S = 10.0
"""After this no other card is tried."""

_SLOW_START_S = 1.0
_TONE_S = 0.25
_RAMP_S = 0.02
_TONE_HZ = 440
_TONE_LEVEL = 0.03
_WIRE_HZ = 24_000
_MOST_TIMES_REAL = 3.0
_MOST_KEPT_SAMPLES = 1_000_000
_BAR_CELLS, _BAR_FLOOR_DB = 24, -60.0
_CHANNEL_LAYOUTS = ("front", "rear", "side", "center_lfe", "surround", "iec958", "hdmi", "modem")
"""What ALSA also calls a card that it lists under another name already."""

_WITHOUT = "Without a card the studio talks through a virtual microphone and a silent speaker."
_NO_PERMISSION = (
    "Unmute it, or let the terminal use the microphone in the system's privacy settings; a monitor "
    "of a speaker is silent while nothing plays."
)


@dataclass(frozen=True, slots=True)
class SoundCheck:
    """How cards are tried.

    Attributes:
        clock: how long it takes.
        plays_tone: whether speakers play a quiet tone instead of silence.
        load_cards: reaches the sound cards; raises `StudioError` where there is no PortAudio.
        wait: lets a card work for some seconds of the clock.
    """

    clock: Clock
    plays_tone: bool = False
    load_cards: Callable[[], SoundCards] = SoundCards.load
    wait: Callable[[float], None] = time.sleep

    def findings(self, microphone: str, speaker: str) -> Iterator[Finding]:
        """Try every card, those that the studio would use first.

        Args:
            microphone: what the studio is to record from, as `ConnectPlan.microphone` names it.
            speaker: what it is to play on.
        """
        try:
            cards = self.load_cards()
            devices = cards.listed()
        except StudioError as error:
            yield Finding(TOPIC, "note", error.message, f"{error.hint} {_WITHOUT}")
            return
        if not devices:
            yield Finding(TOPIC, "note", "PortAudio is there, but no sound card is", _WITHOUT)
            return
        wanted: list[_End] = []
        settings: tuple[tuple[Direction, str], ...] = (("input", microphone), ("output", speaker))
        for direction, setting in settings:
            kind, _, name = setting.partition(":")
            if kind not in ("auto", CARD):
                continue
            try:
                wanted.append(_End(cards.find(direction, name), direction, is_wanted=True))
            except StudioError as error:
                yield Finding(TOPIC, "fault" if name else "note", error.message, error.hint)
        yield from self._tried(cards, _in_order(devices, wanted))

    def _tried(self, cards: SoundCards, ends: Sequence[_End]) -> Iterator[Finding]:
        over_at = self.clock.monotonic() + LONGEST_S
        left: list[_End] = []
        for end in ends:
            is_late = self.clock.monotonic() >= over_at and not end.is_wanted
            if is_late or cards.thread.is_stuck or (end.is_layout and not end.is_wanted):
                left.append(end)
                continue
            with silenced_library():
                finding = self._try(cards, end)
            yield finding
        if left:
            yield Finding(
                TOPIC,
                "note",
                f"not tried: {', '.join(end.title for end in left)}",
                "The sound system does not answer: restart the sound server."
                if cards.thread.is_stuck
                else "They are other names of cards above, or there was no time left for them.",
                figures={"not_tried": len(left)},
            )

    def _try(self, cards: SoundCards, end: _End) -> Finding:
        try:
            if end.direction == "input":
                return self._listened(cards, end)
            return self._played(cards, end)
        except StudioError as error:
            figures = end.figures | {"opened": False}
            bad = end.verdict("fault")
            return Finding(TOPIC, bad, end.title, error.hint, error.message, figures)

    def _listened(self, cards: SoundCards, end: _End) -> Finding:
        ear = _Ear()
        stream = cards.open_input(end.device, _WIRE_HZ, ear.take)
        took_s = self._run(stream, LISTEN_S, lambda: bool(ear.n_samples))
        level = ear.level()
        times_real = ear.n_samples / stream.channels / stream.rate_hz / took_s
        verdict, doubt, hint = _doubt_of_input(level, times_real)
        heard = f"{bar(level.rms_db)} {level.rms_db:.0f} dBFS, peak {level.peak_db:.0f}"
        figures = end.figures | _opened_figures(stream) | {
            "level_db": round(level.rms_db, 1),
            "peak_db": round(level.peak_db, 1),
            "times_real": round(times_real, 2),
        }  # fmt: skip
        detail = "; ".join(filter(None, (f"{heard} · {_opened_words(stream)}", doubt)))
        return Finding(TOPIC, end.verdict(verdict), end.title, hint, detail, figures)

    def _played(self, cards: SoundCards, end: _End) -> Finding:
        mouth = _Mouth()
        stream = cards.open_output(end.device, _WIRE_HZ, mouth.fill)
        if self.plays_tone:
            mouth.sound = quiet_tone(stream.rate_hz)
        play_s = PLAY_S + (_TONE_S if self.plays_tone else 0.0)
        took_s = self._run(stream, play_s, lambda: bool(mouth.n_samples))
        times_real = mouth.n_samples / stream.rate_hz / took_s
        verdict, doubt, hint = _doubt_of_output(times_real)
        figures = end.figures | _opened_figures(stream) | {
            "ran_dry": mouth.ran_dry,
            "times_real": round(times_real, 2),
        }  # fmt: skip
        played = "played a tone" if self.plays_tone else "played silence"
        detail = f"{_opened_words(stream)}; {doubt or played}"
        return Finding(TOPIC, end.verdict(verdict), end.title, hint, detail, figures)

    def _run(self, stream: CardStream, seconds: float, has_begun: Callable[[], bool]) -> float:
        """Let a stream run and close it; returns for how many seconds it ran."""
        try:
            stream.start()
            begun_at = self.clock.monotonic()
            self.wait(seconds)
            if not has_begun():
                self.wait(_SLOW_START_S)
            return max(self.clock.monotonic() - begun_at, seconds)
        finally:
            stream.close()


@dataclass(frozen=True, slots=True)
class _End:
    """One direction of a card; `is_wanted` where the studio would use it."""

    device: Device
    direction: Direction
    is_wanted: bool = False

    @property
    def title(self) -> str:
        device = self.device
        default = ", default" if device.is_default(self.direction) else ""
        return (
            f"{self.direction} {device.index}: {one_line(device.name, 60)} ({device.host}{default})"
        )

    @property
    def figures(self) -> dict[str, str | float | bool]:
        device = self.device
        return {
            "direction": self.direction,
            "index": device.index,
            "name": device.name,
            "host": device.host,
            "default": device.is_default(self.direction),
        }

    def verdict(self, verdict: Verdict) -> Verdict:
        """What it comes to: a card that nobody asked for keeps nothing from working."""
        return "note" if verdict == "fault" and not self.is_wanted else verdict

    @property
    def is_layout(self) -> bool:
        return self.device.host == "ALSA" and self.device.name.startswith(_CHANNEL_LAYOUTS)


class _Ear:
    """Keeps what a microphone delivers; called by the library's thread."""

    def __init__(self) -> None:
        self.n_samples = 0
        self._blocks: list[NDArray[np.int16]] = []

    def take(self, samples: NDArray[np.int16], _since_recorded_s: float, _overflow: bool) -> None:  # noqa: FBT001 - the library's shape
        self.n_samples += samples.size
        if self.n_samples <= _MOST_KEPT_SAMPLES:
            self._blocks.append(samples.copy())

    def level(self) -> Level:
        return measure(np.concatenate(self._blocks)) if self._blocks else Level()


class _Mouth:
    """Gives a speaker a sound, then silence; called by the library's thread."""

    def __init__(self) -> None:
        self.sound = np.zeros(0, np.int16)
        self.n_samples = self.ran_dry = 0

    def fill(self, block: NDArray[np.int16], _until_heard_s: float, ran_dry: bool) -> None:  # noqa: FBT001 - the library's shape
        piece = self.sound[self.n_samples : self.n_samples + block.size]
        block[: piece.size] = piece
        block[piece.size :] = 0
        self.n_samples += block.size
        self.ran_dry += ran_dry


def bar(level_db: float) -> str:
    """A level as a bar, from -60 dBFS to full scale."""
    share = min(max(1 - level_db / _BAR_FLOOR_DB, 0.0), 1.0)
    filled = round(share * _BAR_CELLS)
    return "█" * filled + "·" * (_BAR_CELLS - filled)


def quiet_tone(rate_hz: int) -> NDArray[np.int16]:
    """A short tone at -30 dBFS that begins and ends softly."""
    at_s = np.arange(int(_TONE_S * rate_hz)) / rate_hz
    softly = np.minimum(1.0, np.minimum(at_s, at_s[::-1]) / _RAMP_S)
    wave = np.sin(2 * np.pi * _TONE_HZ * at_s) * softly * _TONE_LEVEL
    return (wave * np.iinfo(np.int16).max).astype(np.int16)


def _doubt_of_input(level: Level, times_real: float) -> tuple[Verdict, str, str]:
    """What is wrong with a microphone that opened, and the next step."""
    if not times_real:
        again = "Plug it in again, or choose another one with --input-device."
        return "fault", "it opened, but delivers nothing", again
    if times_real > _MOST_TIMES_REAL:
        return "note", f"{times_real:.0f} times as fast as real time: no real microphone", ""
    if level.peak_db <= FLOOR_DB:
        return "note", "only digital silence: muted, or no permission?", _NO_PERMISSION
    if level.peak_db >= CLIPPING_DB:
        return "note", "too loud: it clips", "Turn its input level down."
    return "ok", "", ""


def _doubt_of_output(times_real: float) -> tuple[Verdict, str, str]:
    """What is wrong with a speaker that opened, and the next step."""
    if not times_real:
        again = "Plug it in again, or choose another one with --output-device."
        return "fault", "it opened, but takes no sound", again
    if times_real > _MOST_TIMES_REAL:
        return "note", f"{times_real:.0f} times as fast as real time: no real speaker", ""
    return "ok", "", ""


def _in_order(devices: Sequence[Device], wanted: Sequence[_End]) -> list[_End]:
    """Both directions of every card, the wanted ones first."""
    taken = {(end.device.index, end.direction) for end in wanted}
    directions: tuple[Direction, ...] = ("input", "output")
    others = [
        _End(device, direction)
        for device in devices
        for direction in directions
        if device.can(direction) and (device.index, direction) not in taken
    ]
    return [*wanted, *others]


def _opened_words(stream: CardStream) -> str:
    channels = "1 channel" if stream.channels == 1 else f"{stream.channels} channels"
    return f"{stream.rate_hz} Hz, {channels}, latency {stream.latency_ms:.0f} ms"


def _opened_figures(stream: CardStream) -> dict[str, str | float | bool]:
    return {
        "opened": True,
        "rate_hz": stream.rate_hz,
        "channels": stream.channels,
        "latency_ms": round(stream.latency_ms, 1),
    }


@contextmanager
def silenced_library() -> Iterator[None]:
    """Keep what ALSA and JACK print past Python out of the report: the refusal says it in words."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
