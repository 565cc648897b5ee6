from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from studio.audio.devices import SoundCards
from studio.audio.formats import AudioFormat
from studio.audio.microphones import (
    Block,
    DeviceMicrophone,
    Microphone,
    Tape,
    Voiceover,
    file_microphone,
    recorded,
    silence_microphone,
)
from studio.audio.samples import decode
from studio.audio.wav import WavTrackWriter
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from tests.fakes.sound import SteppedSleep, card, headset, tone

PCM16, PCMU = AudioFormat.PCM16, AudioFormat.PCMU


async def taken(microphone: Microphone, wanted: int) -> list[Block]:
    blocks = []
    async for block in microphone.blocks():
        blocks.append(block)
        if len(blocks) == wanted:
            break
    return blocks


@pytest.mark.parametrize("audio_format", list(AudioFormat))
async def test_silence_comes_in_20_ms_blocks_of_the_wires_own_code(
    audio_format: AudioFormat,
) -> None:
    clock = ManualClock()
    blocks = await taken(silence_microphone(audio_format, clock, SteppedSleep(clock)), 50)
    assert {block.payload for block in blocks} == {audio_format.silence(20)}
    assert clock.monotonic() == pytest.approx(1.0)


async def test_late_wakeups_do_not_shift_the_grid() -> None:
    clock = ManualClock()
    sleep = SteppedSleep(clock, late_s=[0.0, 0.013, 0.07, 0.0])
    blocks = await taken(silence_microphone(PCM16, clock, sleep), 50)
    assert [round(block.late_ms) for block in blocks[:7]] == [0, 13, 70, 50, 30, 10, 0]
    assert [round(block.captured_at * 1000) for block in blocks[:4]] == [20, 40, 60, 80]
    assert clock.monotonic() == pytest.approx(1.0)


async def test_after_a_long_sleep_of_the_machine_the_lost_time_is_told_not_made_up_for() -> None:
    clock = ManualClock()
    sleep = SteppedSleep(clock, late_s=[3600.0])
    first, second = await taken(silence_microphone(PCM16, clock, sleep), 2)
    assert first.lost_ms == pytest.approx(3_600_000)
    assert first.captured_at == pytest.approx(3600.02)
    assert second.lost_ms == 0
    assert second.late_ms == pytest.approx(0.0, abs=1e-6)


async def test_a_file_is_followed_by_silence(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    soundfile.write(path, tone(50), 24_000)
    clock = ManualClock()
    tape = Tape(recorded(path, PCM16), PCM16)
    microphone = file_microphone(path, tape, PCM16, clock, SteppedSleep(clock))
    blocks, is_over = [], []
    for _ in range(5):
        is_over.append(tape.is_over)
        blocks += await taken(microphone, 1)
    assert is_over == [False, False, False, True, True]
    sound = np.concatenate([decode(block.payload, PCM16) for block in blocks])
    assert np.array_equal(sound[:1200], tone(50))
    assert not sound[1200:].any()
    assert {len(block.payload) for block in blocks} == {960}


@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (44_100, 2), (48_000, 1)])
@pytest.mark.parametrize("audio_format", [PCM16, PCMU])
def test_files_of_any_rate_and_channel_count_last_as_long_on_the_wire(
    tmp_path: Path, rate_hz: int, channels: int, audio_format: AudioFormat
) -> None:
    path = tmp_path / "take.wav"
    samples = tone(1000, rate_hz)
    soundfile.write(path, np.stack([samples] * channels, axis=1), rate_hz)
    sound = recorded(path, audio_format)
    assert audio_format.bytes_to_ms(len(sound)) == pytest.approx(1000, abs=1)
    rms = float(np.sqrt(np.mean(decode(sound, audio_format).astype(np.float64) ** 2)))
    assert rms == pytest.approx(16_000 / np.sqrt(2), rel=0.03)


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="does not exist"):
        recorded(tmp_path / "nothing.wav", PCM16)


async def test_a_card_delivers_what_it_recorded_in_wire_blocks() -> None:
    library = headset()
    cards = SoundCards(library)
    microphone = DeviceMicrophone(cards, cards.find("input"), PCM16, ManualClock())
    (stream,) = library.streams
    assert (stream.samplerate, stream.blocksize) == (24_000, 480)
    sound = tone(60)
    for at in range(3):
        stream.push(sound[at * 480 : (at + 1) * 480], overflow=at == 1)
    blocks = await taken(microphone, 3)
    assert b"".join(block.payload for block in blocks) == sound.tobytes()
    assert microphone.overruns == 1
    assert stream.active
    microphone.close()
    assert stream.is_closed


async def test_another_rate_is_resampled_into_the_same_blocks() -> None:
    library = headset()
    library.rates_hz = (48_000,)
    cards = SoundCards(library)
    microphone = DeviceMicrophone(cards, cards.find("input"), PCM16, ManualClock())
    sound = tone(100, 48_000)
    for at in range(5):
        library.streams[0].push(sound[at * 960 : (at + 1) * 960])
    blocks = await taken(microphone, 4)
    assert {len(block.payload) for block in blocks} == {960}


async def test_a_card_without_a_single_channel_is_mixed_down() -> None:
    library = headset()
    library.channels = (2,)
    library.cards = (card("Stereo", inputs=2),)
    cards = SoundCards(library)
    microphone = DeviceMicrophone(cards, cards.find("input"), PCM16, ManualClock())
    left, right = tone(20), tone(20, level=8_000)
    library.streams[0].push(np.stack((left, right), axis=1).ravel())
    (block,) = await taken(microphone, 1)
    mixed = np.rint((left.astype(float) + right) / 2)
    assert decode(block.payload, PCM16).tolist() == mixed.tolist()


@pytest.mark.parametrize("rate_hz", [24_000, 48_000, 44_100])
async def test_a_block_knows_when_its_last_sample_was_at_the_microphone(rate_hz: int) -> None:
    library, clock = headset(), ManualClock(10.0)
    library.rates_hz = (rate_hz,)
    cards = SoundCards(library)
    microphone = DeviceMicrophone(cards, cards.find("input"), PCM16, clock)
    size = rate_hz // 50
    click = np.zeros(10 * size, np.int16)
    click[5 * size : 5 * size + 8] = 20_000  # begins 100 ms after the first sample
    for at in range(10):
        clock.now_s = 10.0 + at * 0.02 + 0.05
        library.streams[0].push(click[at * size : (at + 1) * size], since_recorded_s=0.05)
    for block in await taken(microphone, 9):
        sound = decode(block.payload, PCM16)
        if sound.max() > 10_000:
            begin = block.captured_at - 0.02
            assert begin + int(sound.argmax()) / 24_000 == pytest.approx(10.1, abs=0.001)
            break
    else:
        pytest.fail("the click was lost")


async def test_what_cleans_gets_20_ms_with_their_time_and_is_sent() -> None:
    library, clock = headset(), ManualClock(10.0)
    cards = SoundCards(library)
    begins = []

    def halve(samples: NDArray[np.int16], begin: float) -> NDArray[np.int16]:
        begins.append(begin)
        return samples // 2

    microphone = DeviceMicrophone(cards, cards.find("input"), PCM16, clock, halve)
    for at in range(3):
        library.streams[0].push(np.full(480, 100 * at, np.int16), since_recorded_s=0.02)
        clock.advance(0.02)
    blocks = await taken(microphone, 3)
    assert [decode(block.payload, PCM16)[0] for block in blocks] == [0, 50, 100]
    assert begins == pytest.approx([9.98, 10.0, 10.02])
    assert [block.captured_at for block in blocks] == pytest.approx([10.0, 10.02, 10.04])


async def test_times_that_make_no_sense_give_way_to_the_cards_latency() -> None:
    library, clock = headset(), ManualClock(10.0)
    cards = SoundCards(library)
    microphone = DeviceMicrophone(cards, cards.find("input"), PCM16, clock)
    library.streams[0].push(tone(20), since_recorded_s=-500.0)
    (block,) = await taken(microphone, 1)
    assert block.captured_at == pytest.approx(10.0 - 0.03 + 0.02)


async def test_a_wake_up_whose_samples_were_read_already_is_waited_on() -> None:
    library = headset()
    cards = SoundCards(library)
    microphone = DeviceMicrophone(cards, cards.find("input"), PCM16, ManualClock())
    blocks, stream = microphone.blocks(), library.streams[0]
    stream.push(tone(20, level=1))
    await anext(blocks)
    stream.push(tone(20, level=2))  # wakes only after it was read
    await anext(blocks)

    async def next_block() -> Block:
        return await anext(blocks)

    async with asyncio.TaskGroup() as tasks:
        third = tasks.create_task(next_block())
        for _ in range(5):
            await asyncio.sleep(0)
        assert not third.done()
        stream.push(tone(20, level=3))
    assert third.result().payload == tone(20, level=3).tobytes()


async def test_a_burst_of_stale_sound_is_thrown_away_and_told() -> None:
    library = headset()
    cards = SoundCards(library)
    microphone = DeviceMicrophone(cards, cards.find("input"), PCM16, ManualClock())
    for at in range(100):
        library.streams[0].push(np.full(480, at, np.int16))
    first, second = await taken(microphone, 2)
    assert first.lost_ms == 75 * 20
    assert second.lost_ms == 0
    assert decode(first.payload, PCM16)[0] == 75


def test_words_replace_the_microphone_and_are_told_with_their_first_block() -> None:
    voiceover = Voiceover(PCM16)
    words = tone(50)
    voiceover.add("Hello", words, 24_000)
    room = b"\x05\x00" * 480
    blocks = [voiceover.over(room) for _ in range(4)]
    assert [begins for _, begins in blocks] == ["Hello", "", "", ""]
    sound = np.concatenate([decode(payload, PCM16) for payload, _ in blocks])
    assert np.array_equal(sound[:1200], words)
    assert blocks[3][0] == room
    assert not voiceover.is_speaking


def test_lines_are_said_one_after_the_other_in_the_wires_format() -> None:
    voiceover = Voiceover(PCMU)
    voiceover.add("One", tone(40), 24_000)
    voiceover.add("Two", tone(40), 24_000)
    said = []
    for at in count():
        if not voiceover.is_speaking:
            break
        payload, begins = voiceover.over(PCMU.silence(20))
        assert len(payload) == 160
        if begins:
            said.append((at, begins))
    assert said == [(0, "One"), (2, "Two")]


@pytest.mark.parametrize("audio_format", list(AudioFormat))
def test_a_file_in_the_wires_own_format_is_sent_to_the_byte(
    tmp_path: Path, audio_format: AudioFormat
) -> None:
    sound = bytes(range(256)) * 8  # both zeros of G.711, and every other code
    with WavTrackWriter(tmp_path / "wire.wav", audio_format) as writer:
        writer.append(sound)
    assert recorded(tmp_path / "wire.wav", audio_format) == sound
