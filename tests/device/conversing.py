"""A person at the virtual card, who talks with `studio talk` and looks at its log meanwhile."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.device.card import VirtualCard

_LOOK_S = 0.05
_STARTING_S = 30.0
_ENDING_S = 30.0


@dataclass
class Conversation:
    """A running `studio talk --json`.

    Attributes:
        card: where it listens and speaks.
        talk: its process.
        out: where it keeps its session.
    """

    card: VirtualCard
    talk: subprocess.Popen[str]
    out: Path

    def say(self, words: NDArray[np.int16]) -> None:
        """Speak into the microphone, to the end."""
        with self.card.speaking(words):
            sleep(words.size / 24_000 + 0.3)

    def events(self, kind: str, **fields: object) -> list[dict[str, Any]]:
        """What the log has of a kind of event, a quarter of a second behind."""
        lines = [line for log in self.out.glob("*/session.jsonl") for line in whole_lines(log)]
        events = [json.loads(line).get("event", {}) for line in lines if kind in line]
        return [
            event
            for event in events
            if event.get("type") == kind and fields.items() <= event.items()
        ]

    def waits_for(self, kind: str, count: int, seconds: float, **fields: object) -> bool:
        """Wait until so many events of a kind were logged; whether that came about."""
        for _ in range(int(seconds / _LOOK_S)):
            if len(self.events(kind, **fields)) >= count:
                return True
            assert self.talk.poll() is None, self.talk.communicate()
            sleep(_LOOK_S)
        return False

    def ended(self) -> dict[str, Any]:
        """End it as Ctrl+C does; returns what it prints then."""
        self.talk.terminate()
        output, errors = self.talk.communicate(timeout=_ENDING_S)
        assert self.talk.returncode in (0, 1), errors  # 1 where the talk has errors to tell
        told: dict[str, Any] = json.loads(output)
        return told


@contextmanager
def conversing(card: VirtualCard, out: Path, *options: str) -> Iterator[Conversation]:
    """A talk on this card that is being listened to."""
    sound = ("--mic", "device", "--speaker", "device")
    with card.studio("talk", "--json", "--out", str(out), *sound, *options) as talk:
        conversation = Conversation(card, talk, out)
        assert conversation.waits_for("input_audio_buffer.append", 10, _STARTING_S)
        yield conversation


def whole_lines(log: Path) -> list[str]:
    """The lines of a log that is being written."""
    return log.read_text(errors="replace").split("\n")[:-1]


def spoken(text: str, voice: str = "cedar") -> NDArray[np.int16]:
    """Words as a person at the microphone says them, at 24 kHz."""
    from studio.speech.voices import Voices

    return np.concatenate([*Voices().synthesize(text, voice)])


def words(text: str) -> list[str]:
    """The words of a text, without their punctuation."""
    return "".join(char if char.isalnum() else " " for char in text.casefold()).split()
