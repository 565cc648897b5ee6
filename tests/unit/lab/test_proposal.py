from __future__ import annotations

import numpy as np

from studio.audio.formats import AudioFormat
from studio.audio.samples import encode
from studio.lab.labels import Label
from studio.lab.proposal import propose
from studio.lab.sounding import Levels
from studio.lab.take import Take


def sound(*parts: tuple[int, float], floor: float = 0.0) -> Take:
    """Noise of these lengths in ms and amplitudes, one after the other."""
    random = np.random.default_rng(1)
    pieces = [random.uniform(-1, 1, ms * 24) * level for ms, level in parts]
    samples = np.concatenate(pieces) + random.uniform(-1, 1, sum(map(len, pieces))) * floor
    return Take("sound", encode((samples * 32_767).astype(np.int16), AudioFormat.PCM16))


def heard(take: Take, *voiced_ms: tuple[int, int]) -> np.ndarray:
    frames = np.zeros(int(take.duration_ms) // 32)
    for begin, end in voiced_ms:
        frames[begin // 32 : -(-end // 32)] = 0.9
    return frames


def test_labels_begin_and_end_where_the_sound_does() -> None:
    take = sound((500, 0), (400, 0.3), (600, 0), (300, 0.3), (1_500, 0), (200, 0.2), (800, 0))
    truth = propose(take, heard(take, (544, 870), (1_510, 1_780), (3_310, 3_480)))
    # A pause of 0.6 s is within a turn, one of 1.5 s is not.
    assert truth.labels == (Label(500, 1_800), Label(3_300, 3_500))


def test_a_noisy_room_is_not_taken_for_the_end_of_a_word() -> None:
    take = sound((500, 0), (400, 0.3), (1_500, 0), floor=0.003)
    assert propose(take, heard(take, (512, 896))).labels == (Label(500, 900),)


def test_a_take_that_ends_in_speech_has_a_label_to_its_end() -> None:
    take = sound((300, 0), (700, 0.3))
    assert propose(take, heard(take, (320, 1_000))).labels == (Label(300, 1_000),)


def test_nothing_heard_is_nothing_proposed() -> None:
    take = sound((1_000, 0))
    assert propose(take, heard(take)).labels == ()
    assert propose(Take("none", b""), np.zeros(0)).labels == ()


def test_silence_has_no_sound() -> None:
    levels = Levels.of(sound((1_000, 0)))
    assert levels.within(0, 1_000) is None
    assert levels.within(5_000, 9_000) is None
    assert levels.floor_db == -100
