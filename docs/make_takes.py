"""Makes the takes that come with the studio: `python docs/make_takes.py` (needs the extra `local`).

Voices are the local ones, noises are made of numbers. What is true of a take is known from the
making: a label begins and ends with the first and the last sample that sounds. The same script
makes the same takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray
from take_noises import (
    RATE_HZ,
    Sound,
    band,
    cough,
    fading,
    in_room,
    keyboard,
    louder,
    samples,
    telephone,
)

from studio.lab.labels import Kind, Label, checked
from studio.lab.noise import pink
from studio.lab.script import Passage, read_script
from studio.lab.shipped import LABELS_NAME, shipped_folder
from studio.lab.spoken import Speak, local_voices, passage_sound
from studio.lab.take_notes import TakeNotes
from studio.speech.voices import VOICES

LEAD_MS, TAIL_MS = 600, 1_800
ROOM_DB = -72.0
"""A quiet room with a decent microphone."""
AUDIBLE = 100 / 32768
"""A sample that is larger is part of a sound."""

Effect = Callable[[Sound], Sound]


@dataclass
class Scene:
    """A take in the making: sounds at their places, and labels."""

    speak: Speak
    voice: str
    sounds: list[tuple[int, Sound]] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    now_ms: float = LEAD_MS

    def say(self, script: str, effect: Effect = lambda sound: sound) -> None:
        """What a script says, from now on."""
        for number, passage in enumerate(read_script(script, VOICES)):
            self.now_ms += passage.gap_ms if number else 0
            self.add(effect(self.spoken(passage)), passage.kind, passage.words)

    def spoken(self, passage: Passage) -> Sound:
        return passage_sound(passage, self.voice, self.speak).astype(np.float64) / 32768

    def beside(self, at_ms: float, script: str, what: str, effect: Effect) -> None:
        """Somebody or something else speaks at the same time."""
        (passage,) = read_script(script, VOICES)
        now_ms = self.now_ms
        self.now_ms = at_ms
        self.add(effect(self.spoken(passage)), "noise", what)
        self.now_ms = max(now_ms, self.now_ms)

    def add(self, sound: Sound, kind: Kind, words: str) -> None:
        begin_ms = self.now_ms
        self.sounds.append((samples(begin_ms), sound))
        self.now_ms += sound.size * 1000 / RATE_HZ
        loud = np.flatnonzero(np.abs(sound) > AUDIBLE)
        first_ms, last_ms = (loud[[0, -1]] * 1000 / RATE_HZ + begin_ms).tolist()
        self.labels.append(Label(round(first_ms), round(last_ms), kind, words))

    def wait(self, ms: float) -> None:
        self.now_ms += ms

    def sound(self, seed: int) -> NDArray[np.float32]:
        count = samples(self.now_ms + TAIL_MS)
        whole = louder(pink(count, RATE_HZ, np.random.default_rng(seed)), ROOM_DB)
        for at, each in self.sounds:
            whole[at : at + each.size] += each[: count - at]
        return np.clip(whole, -1, 1).astype(np.float32)


def hesitation(scene: Scene) -> None:
    """Somebody thinks while speaking."""
    scene.say("So, um, [0.5s] I would like [0.75s] to book a table, [0.35s] for two people.")
    scene.wait(1_700)
    scene.say("Maybe, uh, [0.62s] on Friday evening?")


def short_answers(scene: Scene) -> None:
    """One word at a time."""
    scene.say("Yes.\n--- 1.6s\nNo, thanks.\n--- 1.6s\nOkay.\n--- 1.6s\nTwo.", quiet)


def number(scene: Scene) -> None:
    """A telephone number, dictated in groups."""
    scene.say("My number is [0.6s] five five five, [0.85s] two one oh, [0.7s] nine four.")
    scene.wait(1_600)
    scene.say("Shall I [0.3s] repeat that?")


def long_number(scene: Scene) -> None:
    """A card number; the pauses are as long as answers are waited for."""
    scene.say("It is four one seven two, [0.9s] eight six oh five, [0.55s] three nine, [0.8s] one.")


def back_channel(scene: Scene) -> None:
    """The listener's noises between turns, which want no answer."""
    scene.say("Tell me about the weather tomorrow.")
    scene.wait(1_500)
    scene.say("[noise] Mm-hm.", lambda sound: louder(band(sound, 80, 900), -24))
    scene.wait(1_400)
    scene.say("[noise] Uh-huh.", lambda sound: louder(sound, -7))
    scene.wait(1_500)
    scene.say("And what about [0.4s] the day after?")


def coughing(scene: Scene) -> None:
    """A cough on its own, and one in a pause."""
    scene.wait(300)
    scene.add(cough(1), "noise", "cough")
    scene.wait(1_300)
    scene.say("Could you please [0.45s] say that again?")
    scene.wait(1_400)
    scene.add(cough(2), "noise", "cough")


def typing(scene: Scene) -> None:
    """A keyboard under and after the speech."""
    begin_ms = scene.now_ms
    scene.say("I am looking for [0.7s] my order number.")
    end_ms, scene.now_ms = scene.now_ms + 2_600, begin_ms - 300
    scene.add(keyboard(end_ms - scene.now_ms, 3), "noise", "keyboard")


def television(scene: Scene) -> None:
    """Somebody else's programme in the next room, before, while and after somebody speaks."""
    start_ms = scene.now_ms
    scene.beside(
        start_ms,
        "[ash] Good evening, here is the news. The government has announced a new plan for the "
        "railways, [0.3s] and the minister said today that the first trains will run next year.",
        "television",
        lambda sound: louder(in_room(band(sound, 150, 1_800), 0.5, 4), -15),
    )
    end_ms, scene.now_ms = scene.now_ms, start_ms + 2_300
    scene.say("Please turn on [0.5s] the light in the kitchen.")
    scene.now_ms = max(scene.now_ms, end_ms)


def far_talker(scene: Scene) -> None:
    """Another person answers somebody else at the far end of the room."""
    scene.say("I would like to change my flight.")
    start_ms = scene.now_ms + 1_300
    scene.beside(
        start_ms,
        "[verse] Did you feed the cat this morning? No, not yet.",
        "another person, far away",
        lambda sound: louder(in_room(band(sound, 100, 3_000), 0.9, 5), -27),
    )
    scene.wait(1_300)
    scene.say("It leaves on [0.4s] the third of May.")


def phone_line(scene: Scene) -> None:
    """A telephone, with a person who pauses."""
    scene.say("Hello, this is [0.45s] Martin Green. I am calling about [0.65s] my last bill.")


def quiet_ending(scene: Scene) -> None:
    """A sentence that loses its breath, and one that is quiet from the beginning."""
    scene.say("I was wondering whether you could possibly help me.", lambda s: fading(s, -24))
    scene.wait(1_700)
    scene.say("With my password, [0.55s] I mean.", lambda sound: louder(fading(sound, -8), -15))


def quick_follow_up(scene: Scene) -> None:
    """Turns that want an answer, and do not wait long for one."""
    scene.say("What time is it?\n--- 0.95s\nHello?\n--- 1.1s\nAre you still there?")


def quiet(sound: Sound) -> Sound:
    return louder(sound, -10)


TAKES: dict[str, tuple[str, Callable[[Scene], None], tuple[str, ...]]] = {
    "back-channel": ("marin", back_channel, ("noise",)),
    "card-number": ("cedar", long_number, ("numbers", "pauses")),
    "cough": ("sage", coughing, ("noise",)),
    "far-talker": ("coral", far_talker, ("noise",)),
    "hesitation": ("alloy", hesitation, ("pauses",)),
    "keyboard": ("echo", typing, ("noise", "pauses")),
    "phone-line": ("ash", phone_line, ("phone", "pauses")),
    "phone-number": ("shimmer", number, ("numbers", "pauses")),
    "quick-follow-up": ("verse", quick_follow_up, ("short",)),
    "quiet-ending": ("ballad", quiet_ending, ("quiet",)),
    "short-answers": ("marin", short_answers, ("short", "quiet")),
    "television": ("alloy", television, ("noise",)),
}


def main() -> None:
    folder, speak = shipped_folder(), local_voices()
    folder.mkdir(exist_ok=True)
    told = {}
    for seed, (name, (voice, make, tags)) in enumerate(TAKES.items()):
        scene = Scene(speak, voice)
        make(scene)
        sound = scene.sound(seed)
        if "phone" in tags:
            sound = telephone(sound)
        file = folder / f"{name}.flac"
        soundfile.write(file, sound, RATE_HZ, "PCM_16", compression_level=1.0)
        duration_ms = sound.size * 1000 / RATE_HZ
        truth = checked(scene.labels, duration_ms, name)
        origin = f"{(make.__doc__ or '').rstrip('.')} (voice {voice})"
        notes = TakeNotes(truth.labels, origin, ("shipped", *tags))
        told[name] = {"duration_ms": duration_ms, **notes.fields()}
        print(f"{name:16} {duration_ms / 1000:5.1f} s  {file.stat().st_size / 1e3:5.0f} kB")
    content = msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"
    (folder / LABELS_NAME).write_bytes(content)


if __name__ == "__main__":
    main()
