from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from studio.audio.cleaning import Cleaning
from studio.audio.microphones import Block
from studio.protocol.settings import DEFAULTS
from studio.runtime.live import LiveSession
from studio.runtime.preroll import PREROLL_MS, Preroll
from studio.session.local import LocalEvent, MuteSet, SettingsAsked, TalkKeySet
from studio.session.state import SessionState
from studio.storage.reader import read_session
from studio.transport.scripted import Hang, ScriptedPeer, Step
from tests.fakes import frames
from tests.fakes.world import Lived, SimulatedWorld, lived, plan_for
from tests.unit.runtime.test_sound_path import RAMP

APPEND = "input_audio_buffer.append"
MANUAL = DEFAULTS.model_copy(update={"turn_detection": None})
GREETED: list[Step] = [
    frames.created(audio={"input": {"turn_detection": None}}),
    frames.updated(audio={"input": {"turn_detection": None}}),
]


@pytest.fixture
def counting(tmp_path: Path) -> Path:
    """Three seconds in which each sample but the zeros tells its position, modulo a second."""
    path = tmp_path / "counting.wav"
    soundfile.write(path, list(RAMP) * 3, 24_000, subtype="PCM_16")
    return path


async def pressed(
    tmp_path: Path, microphone: Path | str, wishes: dict[float, LocalEvent]
) -> tuple[Lived, list[str]]:
    """A session with push-to-talk in which keys are pressed; and the types of what was sent."""
    world = SimulatedWorld(ScriptedPeer([*GREETED, Hang()]))

    def look(live: LiveSession) -> None:
        for moment in [each for each in wishes if each <= live.now]:
            live.wish(wishes.pop(moment))
        if live.now > 2.5:
            live.leave()

    plan = plan_for(tmp_path / "s", MANUAL, microphone=str(microphone))
    result = await lived(plan, world, look)
    assert isinstance(world.peer, ScriptedPeer)
    return result, [json.loads(each)["type"] for each in world.peer.received]


def audio_sent(result: Lived) -> list[int]:
    samples, _ = soundfile.read(result.path / "input.wav", dtype="int16")
    return [int(each) for each in samples]


async def test_what_was_said_in_the_moment_before_the_key_is_sent_right_after_the_clear(
    tmp_path: Path, counting: Path
) -> None:
    keys: dict[float, LocalEvent] = {1.0: TalkKeySet(held=True), 1.6: TalkKeySet(held=False)}
    result, kinds = await pressed(tmp_path, counting, keys)
    lines = [json.loads(line) for line in result.lines]
    began = (
        next(line["at"] for line in lines if line["event"]["type"] == APPEND) - PREROLL_MS / 1000
    )
    clear = next(i for i, line in enumerate(lines) if line["event"]["type"].endswith("clear"))
    down_at = lines[clear]["at"]
    burst = [line for line in lines[clear:] if line["event"]["type"] == APPEND][:16]
    assert burst[-1]["at"] - down_at <= 0.021
    offsets = [line["event"]["audio"]["$audio"]["offset"] for line in burst]
    sent_ms = (offsets[-1] + 960) / 48
    # Audio time is session time again: as much was sent as was recorded since it began.
    assert sent_ms / 1000 == pytest.approx(burst[-1]["at"] - began, abs=0.021)
    audio = audio_sent(result)
    first = next(i for i, sample in enumerate(audio) if sample)
    assert first / 24_000 == pytest.approx(down_at - began - PREROLL_MS / 1000, abs=0.021)
    # What is sent is the sound of that very moment, without a seam, to the release of the key.
    said = audio[first : first + int(0.85 * 24_000)]
    expected = (list(RAMP) * 3)[first : first + len(said)]
    assert said == expected
    assert kinds.count("input_audio_buffer.commit") == 1


async def test_the_commit_comes_after_the_last_word_and_silence_after_it(
    tmp_path: Path, counting: Path
) -> None:
    keys: dict[float, LocalEvent] = {1.0: TalkKeySet(held=True), 1.6: TalkKeySet(held=False)}
    result, kinds = await pressed(tmp_path, counting, keys)
    at = kinds.index("input_audio_buffer.commit")
    appended = kinds[:at].count(APPEND)
    audio = audio_sent(result)
    assert audio[appended * 480 - 1]
    assert not any(audio[appended * 480 :])


async def test_un_muting_never_sends_what_was_said_while_muted(
    tmp_path: Path, counting: Path
) -> None:
    keys: dict[float, LocalEvent] = {
        0.5: MuteSet(muted=True),
        1.0: MuteSet(muted=False),
        1.1: TalkKeySet(held=True),
    }
    result, _ = await pressed(tmp_path, counting, keys)
    audio = audio_sent(result)
    first = next(i for i, sample in enumerate(audio) if sample)
    un_muted_at = next(json.loads(line)["at"] for line in result.lines if '"muted":false' in line)
    first_at = next(json.loads(line)["at"] for line in result.lines if APPEND in line)
    recording_since = first_at - PREROLL_MS / 1000 - 0.02
    assert -1e-6 < first / 24_000 + recording_since - un_muted_at < 0.041


async def test_turn_detection_that_takes_over_makes_up_for_the_lag_with_silence(
    tmp_path: Path, counting: Path
) -> None:
    world = SimulatedWorld(ScriptedPeer([*GREETED, Hang()]))
    asked = iter([SettingsAsked(settings=DEFAULTS)])

    def look(live: LiveSession) -> None:
        if live.now > 1.0:
            for event in asked:
                live.wish(event)
        if live.now > 2.0:
            live.leave()

    plan = plan_for(tmp_path / "s", MANUAL, microphone=str(counting))
    result = await lived(plan, world, look)
    assert not any(audio_sent(result))
    # The server has not taken it up, so the key is still awaited.
    events = [each.event for each in read_session(result.path).envelopes()]
    assert any(isinstance(each, SettingsAsked) for each in events)


def state(*, talk_key: bool, muted: bool, manual: bool = True) -> SessionState:
    known = SessionState()
    settings = replace(known.settings, asked=MANUAL if manual else DEFAULTS)
    speech = replace(known.speech, talk_key=talk_key, muted=muted)
    return replace(known, settings=settings, speech=speech)


AWAITING = state(talk_key=False, muted=False)


def test_muting_or_turn_detection_lets_what_waits_go_as_silence() -> None:
    for after in (
        state(talk_key=False, muted=True),
        state(talk_key=True, muted=True),
        state(talk_key=False, muted=False, manual=False),
    ):
        preroll = Preroll()
        for _ in range(5):
            assert preroll.due(Block(b""), AWAITING, is_live=False, is_clean=True) == []
        is_live = after.speech.talk_key or not after.speech.muted
        due = preroll.due(Block(b"last"), after, is_live=is_live, is_clean=True)
        assert [each.is_heard for each in due[:-1]] == [False] * 5
        assert due[-1] == (Block(b"last"), is_live)


def test_what_the_speaker_was_heard_in_is_not_kept_where_nothing_takes_it_out() -> None:
    preroll = Preroll()
    for is_clean in (False, True):
        preroll.due(Block(b""), AWAITING, is_live=False, is_clean=is_clean)
    due = preroll.due(Block(b""), state(talk_key=True, muted=False), is_live=True, is_clean=True)
    assert [each.is_heard for each in due] == [False, True, True]


@given(
    moves=st.lists(
        st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()), max_size=80
    )
)
def test_blocks_leave_once_in_order_never_more_than_the_preroll_behind(
    moves: list[tuple[bool, bool, bool, bool]],
) -> None:
    preroll = Preroll()
    left: list[Block] = []
    for number, (talk_key, muted, manual, is_clean) in enumerate(moves):
        is_live = talk_key or not (muted or manual)
        known = state(talk_key=talk_key, muted=muted, manual=manual)
        block = Block(number.to_bytes(2))
        due = preroll.due(block, known, is_live=is_live, is_clean=is_clean)
        left += [each.block for each in due]
        assert number + 1 - len(left) <= PREROLL_MS / 20
        if is_live:
            assert len(left) == number + 1
    assert [each.payload for each in left] == [n.to_bytes(2) for n in range(len(left))]


async def test_half_duplex_hears_the_talk_key_at_once_but_not_the_speaker_before_it(
    tmp_path: Path, counting: Path
) -> None:
    sounding = frames.response_begins("r1", "a1", 5_000)
    world = SimulatedWorld(ScriptedPeer([*GREETED, *sounding, Hang()]))
    keys = iter([TalkKeySet(held=True)])

    def look(live: LiveSession) -> None:
        if live.now > 1.0:
            for key in keys:
                live.wish(key)
        if live.now > 1.5:
            live.leave()

    half_duplex = Cleaning(echo="half-duplex")
    plan = plan_for(tmp_path / "s", MANUAL, microphone=str(counting), cleaning=half_duplex)
    result = await lived(plan, world, look)
    audio = audio_sent(result)
    first = next(i for i, sample in enumerate(audio) if sample)
    lines = [json.loads(line) for line in result.lines]
    down_at = next(each["at"] for each in lines if each["event"]["type"] == "local.talk_key")
    began = next(each["at"] for each in lines if each["event"]["type"] == APPEND)
    recording_since = began - PREROLL_MS / 1000 - 0.02
    assert first / 24_000 + recording_since == pytest.approx(down_at, abs=0.021)
    assert result.state.playback.heads[0].cut == "talk-key"
