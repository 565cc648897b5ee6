from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from studio.audio.cleaning import Cleaning
from studio.audio.microphones import Block
from studio.audio.playout import Finished, PlayoutEvent, Started
from studio.audio.samples import decode
from studio.core.errors import StudioError
from studio.protocol.settings import DEFAULTS
from studio.runtime.inbox import Happening, Inbox
from studio.runtime.sound_path import SoundPath, open_sound
from studio.session.effects import CleanMicrophone, OpenSound
from studio.session.local import DeviceFailed, DeviceOpened, LocalEvent, ProblemSeen, SoundWanted
from studio.transport.scripted import ScriptedPeer
from tests.fakes.sound import FakePortAudioError, FakeSoundLibrary, FakeStream, card, headset, tone
from tests.fakes.world import HereAndNow, SimulatedWorld, plan_for
from tests.unit.runtime.test_card_sound import HalvingCleaner

RAMP = np.arange(1, 24_001, dtype=np.int16)
"""A second in which each sample tells its position."""

UNCLEANED = Cleaning(echo="off")


@dataclass
class Stage:
    """A path over made-up cards that call back by themselves, and all that comes out of it."""

    world: SimulatedWorld
    path: SoundPath
    inbox: Inbox
    loudness: int
    blocks: list[Block] = field(default_factory=list)
    told: list[LocalEvent] = field(default_factory=list)
    met: list[PlayoutEvent] = field(default_factory=list)
    cuts: list[float] = field(default_factory=list)
    out: list[NDArray[np.int16]] = field(default_factory=list)

    @property
    def library(self) -> FakeSoundLibrary:
        assert self.world.library is not None
        return self.world.library

    @property
    def now(self) -> float:
        return self.world.time.clock.now_s

    async def wait(self, seconds: float) -> None:
        await self.world.time.sleep(seconds)

    async def until(self, happened: Callable[[], object]) -> None:
        """Wait for something, ten seconds at most."""
        begin = self.now
        while not happened():
            assert self.now < begin + 10, self.told
            await self.wait(0.02)

    def change(self, microphone: str | None = None, speaker: str | None = None) -> None:
        self.path.change(OpenSound(microphone, speaker))

    def opened(self, direction: str) -> list[str]:
        return [
            each.name
            for each in self.told
            if isinstance(each, DeviceOpened) and each.direction == direction
        ]

    def failed(self) -> list[str]:
        return [each.message for each in self.told if isinstance(each, DeviceFailed)]

    def stream(self, *, is_input: bool) -> FakeStream:
        """The one that is open in this direction."""
        (stream,) = [
            each
            for each in self.library.streams
            if each.is_input is is_input and not each.is_closed
        ]
        return stream

    async def collect(self) -> None:
        while True:
            taken = await self.inbox.next()
            if isinstance(taken, Happening):
                assert not isinstance(taken.event, str)
                self.told.append(taken.event)  # type: ignore[arg-type] # nothing from a server here
            else:
                self.blocks.append(taken)

    async def tick(self) -> None:
        while True:
            await self.wait(0.02)
            for stream in self.library.streams if self.world.library else ():
                if stream.active and not stream.is_closed:
                    self._call_back(stream)
            self.met += self.path.poll()

    def _call_back(self, stream: FakeStream) -> None:
        if stream.is_input:
            stream.push(tone(20, stream.samplerate, self.loudness))
        else:
            self.out += [stream.pull(), stream.pull()]


@asynccontextmanager
async def stage(
    microphone: str = "silence",
    speaker: str = "silent",
    library: FakeSoundLibrary | None = None,
    cleaning: Cleaning = UNCLEANED,
    loudness: int = 16_000,
) -> AsyncIterator[Stage]:
    world = SimulatedWorld(ScriptedPeer([]), library or headset())
    plan = plan_for(Path(), DEFAULTS, microphone=microphone, speaker=speaker, cleaning=cleaning)
    source, clock = world.world.sound, world.time.clock
    inbox = Inbox(clock, clock.now_s)
    cuts: list[float] = []
    sound = open_sound(plan, source)
    path = SoundPath(sound, source, inbox, lambda: cuts.append(clock.now_s))
    on = Stage(world, path, inbox, loudness, cuts=cuts)
    may_record = asyncio.Event()
    may_record.set()
    asyncio.get_running_loop().set_default_executor(HereAndNow())
    async with asyncio.TaskGroup() as tasks:
        helpers = [
            tasks.create_task(each)
            for each in (world.time.flow(), on.collect(), path.run(may_record), on.tick())
        ]
        await on.wait(0.1)
        yield on
        for helper in helpers:
            helper.cancel()
    path.close()
    assert all(stream.is_closed for stream in on.library.streams)


async def test_another_speaker_goes_on_from_where_the_ear_was_and_counts_on() -> None:
    async with stage() as on:
        on.path.output.play("a", 0, RAMP.tobytes())
        on.path.output.end("a", 0)
        await on.wait(0.4)
        on.change(speaker="device")
        await on.until(lambda: on.opened("output"))
        await on.until(lambda: any(isinstance(each, Finished) for each in on.met))
        heard = np.concatenate(on.out)
        sounding = heard[heard > 0]
        head = on.path.output.head()
    assert on.opened("output") == ["USB Headset"]
    assert sounding[0] == pytest.approx(0.4 * 24_000, abs=0.05 * 24_000)
    assert np.array_equal(sounding, RAMP[sounding[0] - 1 :])
    assert [type(each) for each in on.met] == [Started, Finished]
    (_, finished) = on.met
    assert isinstance(finished, Finished)
    assert finished.played_ms == 1_000
    assert head is None
    assert on.cuts == []


async def test_what_is_cut_after_a_change_was_heard_by_both_speakers_together() -> None:
    async with stage(speaker="device") as on:
        on.path.output.play("a", 0, tone(5_000).tobytes())
        await on.wait(0.5)
        before = on.path.output.head()
        on.change(speaker="silent")
        await on.until(lambda: on.opened("output"))
        await on.wait(0.5)
        (heard,) = on.path.output.flush()
    assert before is not None
    assert heard.played_ms == pytest.approx(before.played_ms + 500, abs=80)
    assert heard.received_ms == 5_000


async def test_a_speaker_that_cannot_be_opened_leaves_the_one_in_use_and_is_told() -> None:
    async with stage() as on:
        before = on.path.output.speaker
        on.library.refusal = FakePortAudioError("Device unavailable", -9985)
        on.change(speaker="device:headset")
        await on.until(on.failed)
        assert on.path.output.speaker is before
        (failed,) = [each for each in on.told if isinstance(each, DeviceFailed)]
        assert (failed.direction, failed.name) == ("output", "headset")
        on.change(speaker="banana")
        await on.until(lambda: len(on.failed()) == 2)
    assert "banana" in on.failed()[1]


async def test_microphones_of_every_kind_are_gone_over_to_without_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    soundfile.write(path, tone(100, level=20_000), 24_000)
    async with stage() as on:
        for wanted in (str(path), "say:Hello // Bye", "device", "silence"):
            on.change(microphone=wanted)
            await on.wait(1.0)
        elapsed_s = on.now
        names, script = on.opened("input"), on.path.caller
    assert names == ["take.wav", "spoken by a local voice", "USB Headset", "silence"]
    assert len(on.blocks) * 0.02 == pytest.approx(elapsed_s, abs=0.1)
    loud = [np.abs(decode(each.payload, on.path.output._format)).max() for each in on.blocks]
    assert max(loud) > 19_000
    assert script.is_over
    assert on.failed() == []


async def test_a_script_begins_with_its_microphone() -> None:
    async with stage() as on:
        assert on.path.caller.is_over
        on.change(microphone="say:Hello")
        await on.until(lambda: on.opened("input"))
        assert not on.path.caller.is_over


async def test_a_microphone_that_records_nothing_is_not_gone_over_to() -> None:
    async with stage() as on:
        on.library.are_gone = True
        on.change(microphone="device")
        await on.until(on.failed)
        sent = len(on.blocks)
        await on.wait(0.2)
        assert len(on.blocks) == pytest.approx(sent + 10, abs=2)
        assert on.path.recording.opened.sound.is_virtual
        assert all(each.is_closed for each in on.library.streams)


async def test_a_speaker_that_went_away_is_cut_stood_in_for_and_taken_again_when_it_is_back() -> (
    None
):
    async with stage(speaker="device") as on:
        on.path.output.play("a", 0, tone(5_000).tobytes())
        await on.wait(0.3)
        on.library.are_gone = True
        on.library.refusal = FakePortAudioError("Unanticipated host error", -9999)
        on.stream(is_input=False).active = False
        gone_at = on.now
        await on.until(on.failed)
        assert on.now - gone_at < 0.1
        assert on.failed() == ["USB Headset stopped playing."]
        assert len(on.cuts) == 1
        await on.wait(5.0)
        assert on.opened("output") == ["silent speaker"]
        looks = on.library.looks
        on.library.are_gone, on.library.refusal = False, None
        await on.until(lambda: len(on.opened("output")) == 2)
        assert on.opened("output")[1] == "USB Headset"
        assert on.library.looks > looks
        await on.wait(5.0)
        assert len(on.opened("output")) == 2
    assert len(on.failed()) == 1


async def test_a_lost_card_is_tried_without_a_new_look_while_the_other_direction_is_open() -> None:
    async with stage(microphone="device", speaker="device") as on:
        await on.until(lambda: len(on.blocks) > 10)
        looks = on.library.looks
        on.stream(is_input=False).active = False
        await on.until(lambda: len(on.opened("output")) == 2)
        assert on.opened("output") == ["silent speaker", "USB Headset"]
        assert on.library.looks == looks
        sent_s = len(on.blocks) * 0.02
        assert sent_s == pytest.approx(on.now, abs=0.1)


async def test_a_card_that_was_plugged_in_meanwhile_is_found_when_it_is_chosen() -> None:
    async with stage(microphone="device", speaker="device:hdmi") as on:
        on.library.cards = (*on.library.cards, card("New Buds", outputs=2))
        on.path.output.play("a", 0, tone(5_000).tobytes())
        await on.wait(0.5)
        on.change(speaker="device:buds")
        await on.until(lambda: "New Buds" in on.opened("output"))
        await on.until(lambda: "USB Headset" in on.opened("input"))
        head = on.path.output.head()
        sent = len(on.blocks)
        await on.wait(0.4)
        assert len(on.blocks) > sent + 10
        assert on.stream(is_input=True).active
        assert on.failed() == []
        assert on.cuts == []
    assert head is None or head.received_ms == 5_000


async def test_the_same_card_again_looks_at_all_cards_anew() -> None:
    async with stage(microphone="device", speaker="device") as on:
        await on.wait(0.2)
        looks = on.library.looks
        on.library.cards = (card("Other Mic", inputs=1), *on.library.cards)
        on.library.default_indexes = (0, 2)
        on.change(microphone="device")
        await on.until(lambda: on.opened("input") == ["Other Mic"])
        await on.until(lambda: on.opened("output") == ["USB Headset"])
        assert on.library.looks == looks + 1
        assert on.failed() == []


async def test_what_was_in_use_is_taken_back_where_a_chosen_card_is_not_there() -> None:
    async with stage(microphone="device", speaker="device") as on:
        await on.wait(0.2)
        on.change(microphone="device:banana")
        await on.until(on.failed)
        assert on.opened("input") == ["USB Headset"]
        assert on.opened("output") == ["USB Headset"]
        assert "No input device is called banana." in on.failed()


async def test_a_cards_sound_is_cleaned_of_what_the_speaker_plays_and_others_pass() -> None:
    async with stage("device", "device", cleaning=Cleaning(echo="cancel")) as on:
        assert on.path.card.removed_db is None
        on.path.output.play("a", 0, tone(5_000).tobytes())
        await on.until(lambda: on.path.card.removed_db is not None)
        on.path.change(CleanMicrophone(Cleaning(echo="off")))
        assert on.path.card.removed_db is None


async def test_without_what_cancels_echo_it_goes_on_and_the_log_knows() -> None:
    async with stage("device") as on:
        on.path.card._cleaner = HalvingCleaner(is_missing=True)
        on.path.change(CleanMicrophone(Cleaning(echo="cancel")))
        await on.until(lambda: any(isinstance(each, SoundWanted) for each in on.told))
        sent = len(on.blocks)
        await on.wait(0.2)
        assert len(on.blocks) > sent
    (problem,) = [each for each in on.told if isinstance(each, ProblemSeen)]
    assert problem.title == "No echo cancelling"
    (wanted,) = [each for each in on.told if isinstance(each, SoundWanted)]
    assert wanted.cleaning == UNCLEANED


async def test_half_duplex_is_gated_while_the_speaker_sounds_and_a_moment_longer() -> None:
    async with stage(cleaning=Cleaning(echo="half-duplex")) as on:
        assert not on.path.is_gated()
        on.path.output.play("a", 0, tone(300).tobytes())
        on.path.output.end("a", 0)
        await on.until(on.path.is_gated)
        began = on.now
        await on.until(lambda: not on.path.is_gated())
        assert on.now - began == pytest.approx(0.5, abs=0.06)
        on.path.change(CleanMicrophone(Cleaning(echo="cancel")))
        on.path.output.play("b", 0, tone(300).tobytes())
        await on.wait(0.1)
        assert not on.path.is_gated()


async def test_a_card_that_delivers_nothing_but_zeros_is_doubted_in_words() -> None:
    async with stage("device", loudness=0) as on:
        await on.until(lambda: any(isinstance(each, ProblemSeen) for each in on.told))
    (doubt,) = [each for each in on.told if isinstance(each, ProblemSeen)]
    assert doubt.title == "The microphone is silent"
    assert "USB Headset" in doubt.message


async def test_a_name_of_no_kind_opens_nothing() -> None:
    world = SimulatedWorld(ScriptedPeer([]), headset())
    with pytest.raises(StudioError, match="banana"):
        open_sound(plan_for(Path(), microphone="device", speaker="banana"), world.world.sound)
    assert world.library is not None
    assert all(stream.is_closed for stream in world.library.streams)
