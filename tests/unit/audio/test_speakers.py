from __future__ import annotations

from threading import Event
from typing import cast

import numpy as np
import pytest

from studio.audio.devices import SoundCards
from studio.audio.formats import AudioFormat
from studio.audio.playout import Finished, Heard, Playing, Silenced, Started
from studio.audio.speakers import DeviceSpeaker, VirtualSpeaker
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from tests.fakes.sound import FakeSoundLibrary, headset, tone

PCM16 = AudioFormat.PCM16


def near(value: float, abs: float = 1e-6) -> float:  # noqa: A002 - as pytest calls it
    """A float that equals what is near to it."""
    return cast("float", pytest.approx(value, abs=abs))


def test_the_virtual_head_is_exact_at_every_moment_without_a_task() -> None:
    clock = ManualClock(5.0)
    speaker = VirtualSpeaker(PCM16, clock)
    clock.advance(1.0)
    speaker.play("a", 0, tone(1000).tobytes())
    for ms in (1, 20, 333, 999):
        clock.now_s = 6.0 + ms / 1000
        assert speaker.head() == Playing("a", 0, near(ms, abs=0.05), 1000.0)


def test_the_virtual_speaker_tells_start_and_end_at_the_ear() -> None:
    clock = ManualClock()
    speaker = VirtualSpeaker(PCM16, clock)
    clock.advance(0.5)
    speaker.play("a", 0, tone(100).tobytes())
    speaker.end("a", 0)
    clock.advance(0.25)
    started, finished = speaker.poll()
    assert started == Started("a", 0, near(0.5, abs=1e-4))
    assert finished == Finished("a", 0, 100.0, near(0.6, abs=1e-4))
    assert speaker.unheard_ms == 0


def test_the_virtual_speaker_flushes_what_was_heard() -> None:
    clock = ManualClock()
    speaker = VirtualSpeaker(PCM16, clock)
    speaker.play("a", 0, tone(5000).tobytes())
    clock.advance(1.24)
    assert speaker.flush() == [Heard("a", 0, near(1240, abs=0.05), 5000.0)]
    assert speaker.head() is None
    assert speaker.poll() == [Silenced(1.24)]
    assert speaker.poll() == []


def test_flushing_a_silent_speaker_tells_nothing() -> None:
    speaker = VirtualSpeaker(PCM16, ManualClock())
    assert speaker.flush() == []
    assert speaker.poll() == []


def test_what_was_played_can_be_read_as_it_was_heard_until_it_was_cut() -> None:
    clock = ManualClock()
    speaker = VirtualSpeaker(PCM16, clock)
    clock.advance(0.1)
    speaker.play("a", 0, tone(5000).tobytes())
    clock.advance(1.0)
    speaker.flush()
    clock.advance(1.0)
    speaker.poll()
    assert np.array_equal(speaker.played.between(0.2, 2_400), tone(5000)[2_400:4_800])
    assert not speaker.played.between(1.2, 2_400).any()


def test_a_speaker_tells_how_the_link_is() -> None:
    clock = ManualClock()
    speaker = VirtualSpeaker(PCM16, clock)
    assert (speaker.start_buffer_ms, speaker.late_audio_ms) == (20, 0)
    speaker.play("a", 0, tone(100).tobytes())
    clock.advance(0.2)
    speaker.play("a", 0, tone(100).tobytes())
    clock.advance(0.2)
    speaker.poll()
    assert speaker.underruns == 1
    assert speaker.start_buffer_ms == near(20 + 1.1 * 100)
    assert speaker.late_audio_ms == near(110, abs=0.1)
    assert speaker.consumed_samples == 9_600


def test_levels_are_those_of_what_is_played() -> None:
    clock = ManualClock()
    speaker = VirtualSpeaker(PCM16, clock)
    speaker.play("a", 0, tone(100).tobytes())
    clock.advance(0.05)
    speaker.poll()
    assert speaker.level().peak_db == pytest.approx(-6.2, abs=0.1)
    clock.advance(0.2)
    speaker.poll()
    assert speaker.level().peak_db == -96


def opened(
    library: FakeSoundLibrary, clock: ManualClock, cards: SoundCards | None = None
) -> DeviceSpeaker:
    """A speaker that has played for a moment."""
    cards = cards or SoundCards(library)
    speaker = DeviceSpeaker(cards, cards.find("output"), PCM16, clock)
    library.streams[-1].settle()
    return speaker


def let_it_work(cards: SoundCards) -> None:
    """Wait until everything that was begun with the library is done."""
    cards.thread.answer(lambda: None)


def test_the_card_is_opened_at_the_wires_rate_in_10_ms_blocks() -> None:
    library = headset()
    speaker = opened(library, ManualClock())
    (stream,) = library.streams
    assert (stream.samplerate, stream.blocksize, stream.active) == (24_000, 240, True)
    assert speaker.name == "USB Headset"
    assert speaker.latency_ms == pytest.approx(30.0)


def test_a_card_without_the_wires_rate_is_opened_at_its_own() -> None:
    library = headset()
    library.rates_hz = (48_000,)
    assert opened(library, ManualClock()).rate_hz == 48_000


def test_a_sample_is_heard_when_the_card_says_so() -> None:
    library, clock = headset(), ManualClock(10.0)
    speaker = opened(library, clock)
    speaker.play("a", 0, tone(100).tobytes())
    block = library.streams[0].pull(until_heard_s=0.03)
    assert np.array_equal(block, tone(100)[:240])
    clock.advance(0.029)
    assert speaker.head() is None
    clock.advance(0.006)
    assert speaker.head() == Playing("a", 0, near(5.0, abs=0.05), 100.0)
    assert speaker.poll() == [Started("a", 0, near(10.03), near(30.0))]


def test_flush_throws_away_the_cards_own_buffer_and_counts_it_as_unheard() -> None:
    library, clock = headset(), ManualClock(10.0)
    cards = SoundCards(library)
    speaker = opened(library, clock, cards)
    speaker.play("a", 0, tone(100).tobytes())
    library.streams[0].pull(until_heard_s=0.03)
    clock.advance(0.034)
    assert speaker.flush() == [Heard("a", 0, near(4.0, abs=0.05), 100.0)]
    let_it_work(cards)
    assert (library.streams[0].aborts, library.streams[0].active) == (1, True)
    assert speaker.poll() == [Silenced(near(10.034))]
    assert speaker.consumed_samples == 0
    library.streams[0].settle()
    assert not library.streams[0].pull().any()
    assert speaker.consumed_samples == 6 * 240


def test_a_card_plays_into_the_reference_for_echo_until_it_is_silenced() -> None:
    library, clock = headset(), ManualClock(10.0)
    cards = SoundCards(library)
    speaker = opened(library, clock, cards)
    speaker.play("a", 0, tone(100).tobytes())
    for _ in range(5):
        library.streams[0].pull(until_heard_s=0.03)
        clock.advance(0.01)
    assert np.array_equal(speaker.played.between(10.03, 1_200), tone(100)[:1_200])
    speaker.flush()
    let_it_work(cards)
    assert np.array_equal(speaker.played.between(10.03, 480), tone(100)[:480])
    assert not speaker.played.between(10.05, 2_400).any()


def test_a_card_with_two_channels_plays_the_same_in_both() -> None:
    library = headset()
    library.channels = (2,)
    speaker = opened(library, ManualClock())
    speaker.play("a", 0, tone(100).tobytes())
    assert library.streams[0].pull().tolist() == np.repeat(tone(100)[:240], 2).tolist()


def test_what_comes_while_the_card_is_restarted_is_heard_from_its_first_sample() -> None:
    library, clock = headset(), ManualClock(10.0)
    cards, gate = SoundCards(library), Event()
    speaker = opened(library, clock, cards)
    speaker.play("a", 0, tone(100).tobytes())
    cards.thread.begin(gate.wait)
    speaker.flush()
    speaker.play("b", 0, tone(100).tobytes())
    assert speaker.flush() == [Heard("b", 0, 0.0, 100.0)]
    speaker.play("c", 0, tone(100).tobytes())
    assert not library.streams[0].pull().any()
    assert speaker.poll() == []
    gate.set()
    let_it_work(cards)
    assert library.streams[0].aborts == 1
    library.streams[0].settle()
    assert np.array_equal(library.streams[0].pull(), tone(100)[:240])


def test_times_that_make_no_sense_give_way_to_the_cards_latency() -> None:
    library, clock = headset(), ManualClock(10.0)
    speaker = opened(library, clock)
    speaker.play("a", 0, tone(100).tobytes())
    library.streams[0].pull(until_heard_s=-100.0)
    clock.advance(0.035)
    assert speaker.poll() == [Started("a", 0, near(10.03), near(30.0))]


def test_a_card_that_runs_dry_while_it_sounds_is_counted() -> None:
    library = headset()
    speaker = opened(library, ManualClock())
    library.streams[0].pull(underflow=True)
    assert speaker.underruns == 0
    speaker.play("a", 0, tone(100).tobytes())
    library.streams[0].pull()
    library.streams[0].pull(underflow=True)
    assert speaker.underruns == 1


def test_flushing_silence_does_not_restart_the_card() -> None:
    library = headset()
    assert opened(library, ManualClock()).flush() == []
    assert library.streams[0].aborts == 0


def test_an_unplugged_card_is_noticed() -> None:
    library = headset()
    speaker = opened(library, ManualClock())
    speaker.poll()
    speaker.play("a", 0, tone(100).tobytes())
    library.streams[0].active = False
    with pytest.raises(StudioError, match="USB Headset stopped playing"):
        speaker.poll()


def test_a_card_that_is_gone_is_not_started_again() -> None:
    library = headset()
    cards = SoundCards(library)
    speaker = opened(library, ManualClock(), cards)
    speaker.play("a", 0, tone(100).tobytes())
    library.streams[0].active = False
    assert speaker.flush() == [Heard("a", 0, 0.0, 100.0)]
    let_it_work(cards)
    assert library.streams[0].aborts == 0


def test_a_card_that_cannot_be_begun_again_is_noticed() -> None:
    library = headset()
    cards = SoundCards(library)
    speaker = opened(library, ManualClock(), cards)
    speaker.play("a", 0, tone(100).tobytes())
    library.streams[0].is_gone = True
    speaker.flush()
    let_it_work(cards)
    with pytest.raises(StudioError, match="stopped playing"):
        speaker.poll()


def test_a_card_that_cannot_be_started_is_given_back() -> None:
    library = headset()
    library.are_gone = True
    with pytest.raises(StudioError, match="USB Headset cannot be opened"):
        opened(library, ManualClock())
    assert library.streams[0].is_closed


def test_a_card_that_froze_is_noticed() -> None:
    library, clock = headset(), ManualClock()
    speaker = opened(library, clock)
    clock.advance(0.4)
    speaker.poll()
    clock.advance(0.2)
    with pytest.raises(StudioError, match="stopped playing"):
        speaker.poll()


def test_a_card_may_take_its_time_to_begin() -> None:
    library, clock = headset(), ManualClock()
    cards = SoundCards(library)
    speaker = DeviceSpeaker(cards, cards.find("output"), PCM16, clock)
    clock.advance(2.9)
    speaker.poll()
    clock.advance(0.2)
    with pytest.raises(StudioError, match="stopped playing"):
        speaker.poll()


def test_closing_gives_the_card_back_at_once() -> None:
    library = headset()
    opened(library, ManualClock()).close()
    assert (library.streams[0].aborts, library.streams[0].is_closed) == (1, True)
