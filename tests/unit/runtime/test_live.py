from __future__ import annotations

import base64
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.audio.cleaning import Cleaning
from studio.audio.formats import AudioFormat
from studio.audio.samples import encode
from studio.core.errors import StudioError
from studio.protocol.settings import DEFAULTS
from studio.runtime.live import LiveSession
from studio.session.local import (
    InterruptWanted,
    LocalEvent,
    MuteSet,
    SettingsAsked,
    SoundWanted,
    SpeakWanted,
)
from studio.session.reduce import fold
from studio.storage.reader import read_session
from studio.transport.scripted import CloseWith, Emit, Expect, FailToOpen, Hang, ScriptedPeer, Step
from tests.fakes import frames
from tests.fakes.sound import headset, tone
from tests.fakes.world import SimulatedWorld, lived, plan_for
from tests.unit.runtime.test_echo_watch import babble

APPEND = "input_audio_buffer.append"
GREETED: list[Step] = [frames.created(), Expect("session.update"), frames.updated()]


def turn(response_ms: float = 400) -> list[Step]:
    """A user's turn after 40 blocks, and its answer."""
    return [
        Expect(APPEND, 40),
        frames.speech_started("u1", 100),
        frames.speech_stopped("u1", 700),
        *frames.user_item("u1", "Hello."),
        *frames.response_begins("r1", "a1", response_ms, previous="u1"),
        *frames.response_ends("r1", "a1"),
    ]


def session(*steps: Step) -> SimulatedWorld:
    return SimulatedWorld(ScriptedPeer([*GREETED, *steps]))


def sent(world: SimulatedWorld, wire_type: str) -> list[dict[str, object]]:
    assert isinstance(world.peer, ScriptedPeer)
    values = [json.loads(each) for each in world.peer.received]
    return [each for each in values if each.get("type") == wire_type]


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_a_session_goes_from_greeting_to_end_marker(tmp_path: Path) -> None:
    world = session(*turn(), Expect(APPEND, 40))
    result = await lived(plan_for(tmp_path), world)
    state = result.state
    assert (state.connection.phase, state.ended) == ("closed", True)
    assert [state.items.by_id[each].text for each in state.items.order] == ["Hello.", "All right."]
    assert not state.settings.pending
    assert [head.played_ms for head in state.playback.heads] == [400.0]


async def test_the_log_folds_to_the_very_state_the_session_ended_with(tmp_path: Path) -> None:
    result = await lived(plan_for(tmp_path), session(*turn(), Expect(APPEND, 40)))
    stored = read_session(result.path)
    assert fold(stored.envelopes()) == result.state
    assert [line.rstrip("\n") for line in stored.lines()] == result.lines


async def test_sound_is_sent_only_once_the_settings_stand(tmp_path: Path) -> None:
    world = session(Expect(APPEND, 3))
    await lived(plan_for(tmp_path), world)
    assert isinstance(world.peer, ScriptedPeer)
    kinds = [json.loads(each)["type"] for each in world.peer.received]
    assert kinds[0] == "session.update"
    assert set(kinds[1:]) == {APPEND}


async def test_a_server_that_never_acknowledges_settings_is_waited_for_only_so_long(
    tmp_path: Path,
) -> None:
    world = SimulatedWorld(ScriptedPeer([frames.created(), Expect(APPEND)]))
    result = await lived(plan_for(tmp_path), world)
    assert result.state.last_at == pytest.approx(3.0, abs=0.1)


async def test_a_server_that_never_greets_is_given_up_in_words(tmp_path: Path) -> None:
    result = await lived(plan_for(tmp_path), SimulatedWorld(ScriptedPeer([Hang()])))
    assert (result.state.connection.phase, result.state.ended) == ("failed", True)
    assert [each.title for each in result.state.problems] == ["No greeting"]
    assert result.state.last_at == pytest.approx(20.0, abs=0.1)


async def test_each_block_is_logged_as_it_is_handed_over_and_kept_in_the_track(
    tmp_path: Path,
) -> None:
    world = session(Expect(APPEND, 50))
    result = await lived(plan_for(tmp_path), world)
    lines = [line for line in result.lines if APPEND in line]
    assert len(lines) == len(sent(world, APPEND))
    samples, rate_hz = soundfile.read(result.path / "input.wav")
    assert (rate_hz, samples.size) == (24_000, len(lines) * 480)


async def test_playback_is_told_with_the_moments_at_the_ear(tmp_path: Path) -> None:
    result = await lived(plan_for(tmp_path), session(*turn(400), Expect(APPEND, 40)))
    (head,) = result.state.playback.heads
    delta = next(each for each in result.lines if '"response.output_audio.delta"' in each)
    received_at = json.loads(delta)["at"]
    assert head.heard_at == pytest.approx(received_at, abs=0.001)
    assert head.ended_at == pytest.approx(received_at + 0.4, abs=0.021)


async def test_barge_in_cuts_the_voice_and_tells_the_server_what_was_heard(tmp_path: Path) -> None:
    world = session(
        *turn(5_000),
        Expect(APPEND, 50),
        frames.speech_started("u2", 1_800),
        Expect("conversation.item.truncate"),
        Expect(APPEND, 5),
    )
    result = await lived(plan_for(tmp_path), world)
    (head,) = result.state.playback.heads
    assert head.cut == "barge-in"
    assert head.played_ms == pytest.approx(1_000, abs=25)
    (truncate,) = sent(world, "conversation.item.truncate")
    assert truncate["item_id"] == "a1"
    assert truncate["audio_end_ms"] == int(head.played_ms or 0)


async def test_an_interrupt_by_key_is_performed_at_once(tmp_path: Path) -> None:
    world = session(*turn(5_000)[:-3], Expect("response.cancel"))
    keys = iter([InterruptWanted()])

    def look(live: LiveSession) -> None:
        if live.state.playback.heads and live.state.playback.heads[0].heard_at is not None:
            for key in keys:
                live.wish(key)

    result = await lived(plan_for(tmp_path), world, look)
    assert result.state.playback.heads[0].cut == "interrupt"
    assert len(sent(world, "conversation.item.truncate")) == 1


async def test_settings_changed_while_connected_send_the_smallest_update(tmp_path: Path) -> None:
    world = session(Expect("session.update"))
    asked = iter([SettingsAsked(settings=DEFAULTS.model_copy(update={"instructions": "Sing."}))])

    def look(live: LiveSession) -> None:
        if live.state.speech.sent_bytes:
            for event in asked:
                live.wish(event)

    await lived(plan_for(tmp_path), world, look)
    _, update = sent(world, "session.update")
    assert update["session"] == {"type": "realtime", "instructions": "Sing."}


async def test_muted_silence_is_sent_and_words_wait(tmp_path: Path) -> None:
    world = session(Expect(APPEND, 120))
    wishes: dict[float, LocalEvent] = {
        0.1: MuteSet(muted=True),
        0.2: SpeakWanted(text="Hi"),
        1.0: MuteSet(muted=False),
    }

    def look(live: LiveSession) -> None:
        for moment in [each for each in wishes if each <= live.now]:
            live.wish(wishes.pop(moment))

    result = await lived(plan_for(tmp_path), world, look)
    samples, _ = soundfile.read(result.path / "input.wav")
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    assert loud[0] / 24_000 == pytest.approx(1.0, abs=0.1)
    assert loud.size


async def test_a_script_is_spoken_line_by_line_and_told(tmp_path: Path) -> None:
    world = SimulatedWorld(
        ScriptedPeer([*GREETED, *turn(200), Expect(APPEND, 80), Hang()]),
    )

    def look(live: LiveSession) -> None:
        if not live.has_more_to_say and live.now > 3:
            live.leave()

    plan = plan_for(tmp_path, microphone="say:Hello there // And goodbye")
    result = await lived(plan, world, look)
    assert world.voice.said == [("Hello there", "ash"), ("And goodbye", "ash")]
    said = [json.loads(each) for each in result.lines if "local.caller.said" in each]
    assert [each["event"]["text"] for each in said] == ["Hello there", "And goodbye"]
    assert said[0]["at"] == pytest.approx(0.5, abs=0.1)
    (head, *_) = result.state.playback.heads
    assert head.ended_at is not None
    assert said[1]["at"] >= head.ended_at + 0.6


async def test_the_local_vad_hears_what_was_sent(tmp_path: Path) -> None:
    world = session(Expect(APPEND, 100))
    result = await lived(plan_for(tmp_path, microphone="say:Hello"), world)
    (span,) = result.state.speech.local
    line = next(each for each in result.lines if "local.caller.said" in each)
    said_ms = json.loads(line)["event"]["audio_ms"]
    assert span.start_ms == pytest.approx(said_ms, abs=32)
    assert span.end_ms == pytest.approx(said_ms + 100, abs=64)
    assert span.stopped_at is not None
    # The last sample was sent as long after the first block as it lies in the audio.
    first_at = next(json.loads(each)["at"] for each in result.lines if APPEND in each)
    assert span.stopped_at == pytest.approx(first_at + (span.end_ms or 0) / 1000, abs=0.04)


async def test_cells_are_published_with_levels_probabilities_and_position(tmp_path: Path) -> None:
    world = session(*turn(2_000), Expect(APPEND, 60))
    result = await lived(plan_for(tmp_path, microphone="say:Hello"), world)
    assert len(result.cells) > 15
    assert max(each.input_peak_db for each in result.cells) == pytest.approx(-6.2, abs=0.2)
    playing = [each.playing for each in result.cells if each.playing is not None]
    positions = [each.played_ms for each in playing]
    assert positions == sorted(positions)
    assert positions[-1] > 1_000
    frames_seen = {index: p for each in result.cells for index, p in each.probabilities}
    assert sorted(frames_seen) == list(range(len(frames_seen)))
    assert result.cells[-1].sent_ms == pytest.approx(result.state.speech.sent_bytes / 48, abs=100)


async def test_a_refused_connection_is_a_session_with_the_reason_in_it(tmp_path: Path) -> None:
    failure = StudioError("Nobody listens.", title="Connection refused", hint="Start it.")
    result = await lived(plan_for(tmp_path), SimulatedWorld(ScriptedPeer([FailToOpen(failure)])))
    assert result.state.connection.phase == "failed"
    assert result.state.ended
    assert "Connection refused" in [problem.title for problem in result.state.problems]


async def test_an_error_and_close_instead_of_a_greeting_is_a_failure_with_the_close_reason(
    tmp_path: Path,
) -> None:
    reason = "invalid_request_error.invalid_api_key"
    steps: list[Step] = [
        frames.error("Incorrect API key provided.", "invalid_api_key"),
        CloseWith(3000, reason),
    ]
    result = await lived(plan_for(tmp_path), SimulatedWorld(ScriptedPeer(steps)))
    connection = result.state.connection
    assert (connection.phase, connection.close_code) == ("failed", 3000)
    closed = next(json.loads(each) for each in result.lines if "local.connection.closed" in each)
    assert "Incorrect API key provided." in closed["event"]["message"]
    assert closed["event"]["reason"] == reason


async def test_leaving_while_connecting_gives_up(tmp_path: Path) -> None:
    world = SimulatedWorld(ScriptedPeer([Hang()]))
    result = await lived(plan_for(tmp_path), world, LiveSession.leave)
    assert result.state.connection.phase == "closed"
    assert result.state.ended


async def test_a_binary_frame_is_malformed_and_logged(tmp_path: Path) -> None:
    result = await lived(plan_for(tmp_path), session(Emit(b"\x00\x01"), Expect(APPEND, 2)))
    assert any("binary:AAE=" in line for line in result.lines)
    assert fold(read_session(result.path).envelopes()) == result.state


async def test_no_key_makes_no_session(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="API key"):
        await lived(plan_for(tmp_path, provider="openai", url=""), session())
    assert not files_in(tmp_path)


async def test_an_unreadable_file_makes_no_session(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="does not exist"):
        await lived(plan_for(tmp_path, microphone="/nowhere/take.wav"), session())
    assert not files_in(tmp_path)


@pytest.mark.parametrize("law", ["pcmu", "pcma"])
async def test_a_telephone_session_sends_and_plays_g711(tmp_path: Path, law: str) -> None:
    asked = DEFAULTS.model_copy(update={"input_format": law, "output_format": law})
    spoken = {"audio": {side: {"format": {"type": f"audio/{law}"}} for side in ("input", "output")}}
    steps: list[Step] = [frames.created(), Expect("session.update"), frames.updated(**spoken)]
    path = tmp_path / "take.wav"
    soundfile.write(path, tone(600), 24_000)
    world = SimulatedWorld(ScriptedPeer([*steps, *turn(), Expect(APPEND, 60)]))
    result = await lived(plan_for(tmp_path / "s", asked, microphone=str(path)), world)
    samples, rate_hz = soundfile.read(result.path / "input.wav")
    assert rate_hz == 8_000
    assert np.abs(samples[: 8 * 500]).max() == pytest.approx(0.49, abs=0.03)
    # The fake speaks PCM16 at 48 bytes a ms; the wire says G.711 at 8.
    assert result.state.speech.sent_bytes == len(sent(world, APPEND)) * 160
    assert fold(read_session(result.path).envelopes()) == result.state


async def test_a_server_that_keeps_its_own_format_ends_the_session_in_words(tmp_path: Path) -> None:
    asked = DEFAULTS.model_copy(update={"input_format": "pcmu"})
    pcm = {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 24_000}}}}
    steps: list[Step] = [
        frames.created(**pcm),
        Expect("session.update"),
        frames.updated(**pcm),
        Hang(),
    ]
    world = SimulatedWorld(ScriptedPeer(steps))
    result = await lived(plan_for(tmp_path, asked), world)
    assert "The audio format was refused" in [each.title for each in result.state.problems]
    assert len(sent(world, APPEND)) <= 1


async def test_without_portaudio_auto_falls_back_and_says_what_to_install(tmp_path: Path) -> None:
    world = session(Expect(APPEND, 5))
    result = await lived(plan_for(tmp_path, microphone="auto", speaker="auto"), world)
    assert result.state.speech.input_is_virtual
    assert result.state.playback.output_is_virtual
    told = [each.message for each in result.state.problems if each.title == "No real sound"]
    assert told == [
        "PortAudio is not installed. A local voice speaks instead.",
        "PortAudio is not installed. Playback is silent instead.",
    ]


async def test_a_speaker_that_goes_away_is_replaced_and_the_session_goes_on(tmp_path: Path) -> None:
    library = headset()
    world = SimulatedWorld(ScriptedPeer([*GREETED, *turn(5_000), Expect(APPEND, 60)]), library)

    def look(live: LiveSession) -> None:
        (stream,) = library.streams
        stream.active = live.now < 1.0
        if stream.active:
            stream.pull()

    result = await lived(plan_for(tmp_path, speaker="device"), world, look)
    assert result.state.playback.output_is_virtual
    assert library.streams[0].is_closed
    assert any("local.device.failed" in line for line in result.lines)
    assert result.state.connection.phase == "closed"


async def test_sound_that_is_wished_for_is_gone_over_to_and_stands_in_the_log(
    tmp_path: Path,
) -> None:
    library = headset()
    world = SimulatedWorld(ScriptedPeer([*GREETED, Expect(APPEND, 100)]), library)
    wishes = iter([SoundWanted(speaker="device:hdmi", microphone="say:Hello")])

    def look(live: LiveSession) -> None:
        if live.now > 0.5:
            for event in wishes:
                live.wish(event)
        for stream in library.streams:
            stream.pull()

    result = await lived(plan_for(tmp_path), world, look)
    assert result.state.playback.output_device == "Monitor HDMI"
    assert result.state.speech.input_device == "spoken by a local voice"
    assert world.voice.said == [("Hello", "ash")]
    assert fold(read_session(result.path).envelopes()) == result.state
    assert [stream.is_closed for stream in library.streams] == [True]


async def test_what_the_server_took_for_the_user_is_scored_while_the_assistant_sounds(
    tmp_path: Path,
) -> None:
    path = tmp_path / "echo.wav"
    soundfile.write(path, np.tile(tone(400), 20), 24_000)
    steps = [*turn(5_000), Expect(APPEND, 30), frames.speech_started("u2", 1_000), Hang()]

    def look(live: LiveSession) -> None:
        if live.now > 4:
            live.leave()

    result = await lived(plan_for(tmp_path / "s", microphone=str(path)), session(*steps), look)
    events = [json.loads(line)["event"] for line in result.lines]
    scored = [each for each in events if each["type"] == "local.echo"]
    assert [(each["item_id"], each["audio_start_ms"]) for each in scored] == [("u2", 1_000)]
    assert 0 <= scored[0]["score"] <= 1
    assert [each["type"] for each in events if "silenced" in each["type"]] == [
        "local.playback.silenced"
    ]


async def test_half_duplex_sends_silence_while_the_assistant_sounds_and_words_wait(
    tmp_path: Path,
) -> None:
    steps = [*turn(1_000), Expect(APPEND, 100)]
    wishes = iter([SpeakWanted(text="Hi")])

    def look(live: LiveSession) -> None:
        if live.state.playback.heads:
            for event in wishes:
                live.wish(event)

    plan = plan_for(tmp_path, cleaning=Cleaning(echo="half-duplex"))
    result = await lived(plan, session(*steps), look)
    (head,) = result.state.playback.heads
    said = next(json.loads(each) for each in result.lines if "local.caller.said" in each)
    assert head.ended_at is not None
    assert said["at"] == pytest.approx(head.ended_at + 0.2, abs=0.06)
    assert result.state.sound.cleaning.echo == "half-duplex"


async def test_sound_that_is_not_what_the_service_says_is_told(tmp_path: Path) -> None:
    sound = base64.b64encode(encode(babble(1, 3, 8_000), AudioFormat.PCMU)).decode()
    steps = [*frames.response_begins("r1", "a1", 0), *frames.response_ends("r1", "a1")]
    delta = {
        "type": "response.output_audio.delta",
        "event_id": "e",
        "response_id": "r1",
        "item_id": "a1",
        "output_index": 0,
        "content_index": 0,
        "delta": sound,
    }
    world = session(*steps[:-4], Emit(delta), *steps[-4:], Expect(APPEND, 60))
    result = await lived(plan_for(tmp_path), world)
    titles = [each.title for each in result.state.problems]
    assert "The audio is not in the format it is said to be" in titles


POOL: list[Step] = [
    *turn(300)[1:],
    *frames.response_ends("r1", "a1", "cancelled"),
    *frames.response_begins("r2", "a2", 100),
    *frames.response_ends("r2", "a2"),
    frames.error("No.", "invalid_value"),
    frames.speech_started("u2", 50),
    Emit("not json"),
    Emit('{"type": "weather.changed", "sky": "blue"}'),
    Emit('{"type":"response.output_audio.delta","item_id":"a1","response_id":"r1","delta":"%%%"}'),
    Emit(b"\xff\xfe"),
    Expect(APPEND, 3),
]


@settings(max_examples=25)
@given(steps=st.lists(st.sampled_from(POOL), max_size=25), skipped=st.integers(0, 3))
async def test_whatever_the_server_says_the_log_replays_to_the_live_state(
    steps: list[Step], skipped: int
) -> None:
    world = SimulatedWorld(ScriptedPeer([*GREETED[skipped:], *steps, Expect(APPEND, 2)]))

    def look(live: LiveSession) -> None:
        if live.now > 4:
            live.leave()

    with TemporaryDirectory() as folder:
        result = await lived(plan_for(Path(folder)), world, look)
        assert fold(read_session(result.path).envelopes()) == result.state
