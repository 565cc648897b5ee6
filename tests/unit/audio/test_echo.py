from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.cleaning import Cleaning
from studio.audio.echo import MicrophoneCleaner
from studio.audio.echo_path import EchoPathState
from studio.audio.formats import AudioFormat
from studio.audio.played import PlayedSound
from studio.audio.resample import resample_offline
from studio.audio.samples import encode
from studio.speech.voices import Voices
from studio.vad.detector import ProbabilityStream, SileroDetector
from studio.vad.segmenter import SegmenterSettings
from studio.vad.whole import segments
from tests.fakes.room import RATE_HZ, in_the_room, loudness_of, recorded, talker

BEGAN = 100.0
CANCEL = Cleaning(echo="cancel")


@dataclass(frozen=True)
class Talk:
    """What a microphone recorded and what became of it."""

    raw: NDArray[np.int16]
    cleaned: NDArray[np.int16]
    removed_db: list[float | None]
    paths: list[EchoPathState | None]
    rate_hz: int

    def quieter_db(self, from_s: float, to_s: float | None = None) -> float:
        part = slice(int(from_s * self.rate_hz), int(to_s * self.rate_hz) if to_s else None)
        return 20 * math.log10(loudness_of(self.raw[part]) / loudness_of(self.cleaned[part]))


def talk(
    agent: NDArray[np.float64],
    microphone: NDArray[np.float64],
    *,
    wire_hz: int = RATE_HZ,
    speaker_hz: int = RATE_HZ,
    jitter_s: float = 0.001,
    drift: float = 0.0,
    cleaner: MicrophoneCleaner | None = None,
) -> Talk:
    """A speaker and a microphone with clocks that jitter; the microphone's may run at its own pace.

    The speaker tells of its blocks 50 ms before the ear, the microphone of its own 20 ms late.
    """
    random = np.random.default_rng(4)
    playing = resample_offline(np.clip(agent, -32768, 32767).astype(np.int16), RATE_HZ, speaker_hz)
    raw = resample_offline(recorded(microphone), RATE_HZ, wire_hz)
    played = PlayedSound(speaker_hz)
    if cleaner is None:
        cleaner = MicrophoneCleaner(wire_hz)
        cleaner.set(CANCEL)
    cleaner.listen_to(played)
    told, near = speaker_hz // 100, wire_hz // 50
    cleaned, removed_db, paths, blocks = [], [], [], 0
    for index in range(raw.size // near):
        began = BEGAN + index * 0.02 * (1 + drift)
        while BEGAN + blocks * 0.01 < began + 0.09:
            samples = playing[blocks * told :][:told]
            played.write(samples, BEGAN + blocks * 0.01 + random.uniform(-jitter_s, jitter_s))
            blocks += 1
        block = raw[index * near :][:near]
        cleaned.append(cleaner.clean(block, began + random.uniform(-jitter_s, jitter_s)))
        removed_db.append(cleaner.removed_db)
        paths.append(cleaner.echo_path)
    return Talk(raw, np.concatenate(cleaned), removed_db, paths, wire_hz)


@pytest.mark.parametrize("delay_ms", [5, 40, 150, 300])
def test_echo_is_taken_out_whatever_its_delay(delay_ms: int) -> None:
    agent = talker(8, 1)
    heard = talk(agent, in_the_room(agent, delay_ms))
    assert heard.quieter_db(3) > 25
    removed_db = heard.removed_db[-1]
    assert removed_db is not None
    assert removed_db == pytest.approx(heard.quieter_db(6), abs=6)


@pytest.mark.parametrize(
    ("wire_hz", "speaker_hz"),
    [(24_000, 48_000), (24_000, 44_100), (8_000, 24_000), (8_000, 44_100), (8_000, 8_000)],
)
def test_echo_is_taken_out_at_every_pair_of_rates(wire_hz: int, speaker_hz: int) -> None:
    agent = talker(8, 2)
    heard = talk(agent, in_the_room(agent, 60), wire_hz=wire_hz, speaker_hz=speaker_hz)
    assert heard.quieter_db(3) > 25


@pytest.mark.parametrize("drift", [1e-4, -1e-4])
def test_jittering_and_drifting_clocks_are_borne(drift: float) -> None:
    agent = talker(12, 3)
    room = in_the_room(agent, 60)
    slower = np.arange(int(room.size / (1 + abs(drift)))) * (1 + drift)
    microphone = np.interp(slower, np.arange(room.size), room)
    heard = talk(agent, microphone, jitter_s=0.003, drift=drift)
    assert heard.quieter_db(3) > 25


def test_a_lost_second_of_the_microphone_is_caught_up() -> None:
    agent = talker(14, 5)
    room = in_the_room(agent, 60)
    cleaner = MicrophoneCleaner(RATE_HZ)
    cleaner.set(CANCEL)
    played = PlayedSound(RATE_HZ)
    cleaner.listen_to(played)
    raw, cleaned = [], []
    for index in range(700):
        for half in (0, 1):
            block = agent[index * 480 + half * 240 :][:240].astype(np.int16)
            played.write(block, BEGAN + index * 0.02 + half * 0.01)
        if not 300 <= index < 350 and index > 5:
            near = recorded(room[(index - 5) * 480 :][:480], index)
            raw.append(near)
            cleaned.append(cleaner.clean(near, BEGAN + (index - 5) * 0.02))
    last = slice(-150, None)
    before = loudness_of(np.concatenate(raw[last]))
    assert 20 * math.log10(before / loudness_of(np.concatenate(cleaned[last]))) > 20


@pytest.mark.parametrize(("wire_hz", "later"), [(8_000, 88), (16_000, 128), (24_000, 224)])
def test_a_person_alone_is_left_as_they_are(wire_hz: int, later: int) -> None:
    person = talker(6, 8)
    silent = np.zeros_like(person)
    heard = talk(silent, person, wire_hz=wire_hz)
    assert np.array_equal(heard.cleaned[later:], heard.raw[:-later])
    assert set(heard.removed_db) == {None}


def test_a_person_over_the_agent_stays() -> None:
    agent, person = talker(10, 1), talker(10, 30)
    person[: 6 * RATE_HZ] = 0
    heard = talk(agent, in_the_room(agent, 60) * 0.3 + person)
    assert heard.quieter_db(3, 6) > 20
    assert heard.quieter_db(6.5) < 8


def test_with_nothing_switched_on_nothing_is_touched() -> None:
    agent = talker(1, 1)
    cleaner = MicrophoneCleaner(RATE_HZ)
    heard = talk(agent, agent, cleaner=cleaner)
    assert np.array_equal(heard.cleaned, heard.raw)
    cleaner.set(Cleaning(echo="half-duplex"))
    cleaner.listen_to(None)
    block = recorded(agent)[:480]
    assert cleaner.clean(block, BEGAN) is block
    cleaner.set(CANCEL)
    assert cleaner.clean(block, BEGAN) is block
    assert cleaner.removed_db is None


def test_switches_work_between_two_blocks() -> None:
    cleaner = MicrophoneCleaner(8_000)
    noise = np.random.default_rng(1).normal(0, 300, 8_000 * 6).astype(np.int16)
    blocks = [noise[at : at + 160] for at in range(0, noise.size, 160)]

    def last_second(cleaning: Cleaning) -> float:
        cleaner.set(cleaning)
        cleaned = [cleaner.clean(block, BEGAN + n * 0.02) for n, block in enumerate(blocks)]
        assert all(block.size == 160 for block in cleaned)
        return loudness_of(np.concatenate(cleaned[-50:]))

    plain = last_second(Cleaning(echo="off"))
    assert last_second(Cleaning(echo="off", noise_suppression=True)) < plain / 2
    assert last_second(Cleaning(echo="off")) == plain


def test_gain_control_makes_a_quiet_talker_louder() -> None:
    cleaner = MicrophoneCleaner(RATE_HZ)
    cleaner.set(Cleaning(echo="off", gain_control=True))
    quiet = recorded(talker(12, 4, rms=150))
    cleaned = [cleaner.clean(quiet[at : at + 480], 0.0) for at in range(0, quiet.size, 480)]
    assert loudness_of(np.concatenate(cleaned[-150:])) > 2 * loudness_of(quiet[-72_000:])


def test_another_speaker_is_learnt_anew() -> None:
    cleaner = MicrophoneCleaner(RATE_HZ)
    cleaner.set(CANCEL)
    for seed, speaker_hz in ((1, 24_000), (2, 48_000)):
        agent = talker(7, seed)
        room = in_the_room(agent, 40 * seed, seed)
        heard = talk(agent, room, speaker_hz=speaker_hz, cleaner=cleaner)
        assert heard.quieter_db(4) > 25


def test_what_is_sent_changes_over_without_a_seam() -> None:
    """A person talks all the time: first through the canceller, then past it."""
    agent, person = talker(8, 1), talker(8, 30)
    agent[: 4 * RATE_HZ] = 0
    for wire_hz in (8_000, 24_000):
        cleaner = MicrophoneCleaner(wire_hz)
        cleaner.set(CANCEL)
        heard = talk(agent, person, wire_hz=wire_hz, cleaner=cleaner)
        assert cleaner.echo_path == "absent"
        assert cleaner.removed_db is None
        lags = [lag_samples(heard, from_s) for from_s in (1, 6)]
        assert abs(lags[0] - lags[1]) <= 1
        assert abs(heard.quieter_db(5.5)) < 0.5


def test_between_two_answers_a_person_is_sent_as_they_are_and_the_room_is_known_after() -> None:
    agent, person = talker(14, 1), talker(14, 30)
    agent[5 * RATE_HZ : 9 * RATE_HZ] = 0
    microphone = in_the_room(agent, 60)
    pause = slice(6 * RATE_HZ, int(8.5 * RATE_HZ))
    microphone[pause] += person[pause]
    heard = talk(agent, microphone)
    assert abs(heard.quieter_db(6, 8.5)) < 0.5
    assert set(heard.paths[450:]) == {"present"}
    assert heard.quieter_db(9) > 25


def lag_samples(heard: Talk, from_s: float) -> int:
    """How much later the cleaned sound is, over two seconds."""
    part = slice(int(from_s * heard.rate_hz), int((from_s + 2) * heard.rate_hz))
    raw, cleaned = (each[part].astype(np.float64) for each in (heard.raw, heard.cleaned))
    size = 2 * raw.size
    crossed = np.fft.irfft(np.fft.rfft(cleaned, size) * np.fft.rfft(raw, size).conj(), size)
    return int(np.argmax(crossed[: heard.rate_hz // 20]))


def test_until_the_room_is_known_its_echo_is_silence() -> None:
    agent = talker(3, 1)
    heard = talk(agent, in_the_room(agent, 60))
    assert not heard.cleaned[int(0.1 * RATE_HZ) : RATE_HZ].any()
    assert heard.paths[0] == "learning"
    assert heard.paths[-1] == "present"


@pytest.mark.parametrize("gain_control", [False, True])
def test_noise_is_taken_out_where_there_is_no_echo(gain_control: bool) -> None:
    cleaner = MicrophoneCleaner(RATE_HZ)
    cleaner.set(Cleaning("cancel", noise_suppression=True, gain_control=gain_control))
    noise = np.random.default_rng(1).normal(0, 300, 6 * RATE_HZ)
    heard = talk(talker(6, 1), noise, cleaner=cleaner)
    assert heard.paths[-1] == "absent"
    assert heard.quieter_db(4) > 6


def test_without_the_package_there_is_a_next_step() -> None:
    program = (
        "import sys; sys.modules['pywebrtc_audio'] = None\n"
        "from studio.audio.cleaning import Cleaning\n"
        "from studio.audio.echo import MicrophoneCleaner\n"
        "from studio.core.errors import StudioError\n"
        "try: MicrophoneCleaner(8000).set(Cleaning(noise_suppression=True))\n"
        "except StudioError as failure: print(failure.in_words())"
    )
    command = (sys.executable, "-c", program)
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.startswith("No echo cancelling: ")
    assert "pip install" in told


@pytest.mark.speech
def test_the_agent_does_not_start_turns_but_the_user_does() -> None:
    agent = spoken(
        "marin",
        "Once upon a time there was a small village at the edge of the forest, where nobody had",
        "ever seen the sea. One day a traveller came by, and told them of ships and of islands.",
        "The children listened until late in the evening, and asked him to stay for the winter.",
    )
    user = spoken("ash", "Wait a moment, I have a question about the ships.")
    silence = np.zeros(agent.size - user.size - 8 * RATE_HZ)
    person = np.concatenate((np.zeros(8 * RATE_HZ), user, silence))
    room = in_the_room(agent, 60)
    alone = talk(agent, room)
    assert len(speech_starts(alone.raw)) >= 4
    assert speech_starts(alone.cleaned) == []
    begins_ms = 8_000
    (start_ms, *_) = speech_starts(talk(agent, room * 0.5 + person).cleaned)
    assert begins_ms - 50 <= start_ms <= begins_ms + 700


@pytest.mark.speech
@pytest.mark.parametrize("after_s", [0.3, 1.0, 2.5])
def test_with_a_headset_the_user_is_heard_in_the_first_answer(after_s: float) -> None:
    agent = spoken(
        "marin",
        "Once upon a time there was a small village at the edge of the forest.",
        "One day a traveller came by, and told them of ships and of islands.",
    )
    user = spoken("ash", "Wait a moment, I have a question about the ships.")
    person = np.zeros_like(agent)
    begin = int(after_s * RATE_HZ)
    person[begin : begin + user.size] = user
    heard = talk(agent, person)
    (without_ms, *_), (start_ms, *_) = speech_starts(heard.raw), speech_starts(heard.cleaned)
    assert start_ms - max(without_ms, 900) <= 100
    assert heard.paths.index("absent") * 20 <= 1_000


def spoken(voice: str, *sentences: str) -> NDArray[np.float64]:
    voices = Voices()
    pieces = [piece for text in sentences for piece in voices.synthesize(text, voice)]
    sound = np.concatenate(pieces).astype(np.float64)
    return sound * (3_000 / loudness_of(sound))


def speech_starts(sound: NDArray[np.int16]) -> list[int]:
    """Milliseconds at which the hosted detector's rules hear a turn begin, with short silences."""
    stream = ProbabilityStream(SileroDetector(), AudioFormat.PCM16)
    judged = [each for _, each in stream.push(encode(sound, AudioFormat.PCM16))]
    rules = SegmenterSettings(prefix_padding_ms=0, silence_duration_ms=200)
    return [turn.audio_start_ms for turn in segments(judged, rules)]
