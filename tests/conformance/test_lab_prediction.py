"""What the lab predicts for a take is what the local server does with the same bytes."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect

from studio.audio.formats import AudioFormat
from studio.audio.resample import resample_offline
from studio.audio.samples import decode, encode
from studio.lab.semantic import SemanticTwin
from studio.lab.shipped import shipped_takes
from studio.lab.take import Take
from studio.lab.twin import Twin
from studio.server.engine.engine import EngineConfig
from studio.server.engine.work import Recognise
from studio.vad.detector import ProbabilityStream, SileroDetector, SpeechDetector
from studio.vad.profile import OPENAI, Profile
from studio.vad.segmenter import Rules, SegmenterSettings
from studio.vad.whole import segments
from tests.fakes.engine_shell import Frame, Talk
from tests.fakes.loopback import loopback
from tests.fakes.speech import ToneSpeech
from tests.fakes.voice_activity import LevelDetector, tone

Edge = tuple[str, int]

WIRE_NAMES = {
    AudioFormat.PCM16: {"type": "audio/pcm", "rate": 24_000},
    AudioFormat.PCMU: {"type": "audio/pcmu"},
    AudioFormat.PCMA: {"type": "audio/pcma"},
}

ANY_SETTINGS = st.builds(
    SegmenterSettings,
    st.floats(0, 1).map(lambda value: round(value, 3)),
    st.integers(0, 2_000),
    st.integers(0, 3_000),
)
LEVELS = st.lists(
    st.tuples(st.integers(1, 1_500), st.floats(0, 1).map(lambda value: round(value, 2))),
    min_size=1,
    max_size=12,
)
PROFILES = st.builds(
    Profile,
    st.just("other"),
    st.floats(-0.1, 0.1),
    st.integers(-100, 100),
    st.integers(-100, 100),
)


def told(frames: Sequence[Frame]) -> list[Edge]:
    """What a server said of speech."""
    names = {
        "input_audio_buffer.speech_started": ("start", "audio_start_ms"),
        "input_audio_buffer.speech_stopped": ("end", "audio_end_ms"),
    }
    known = ((names[frame["type"]], frame) for frame in frames if frame["type"] in names)
    return [(kind, frame[field]) for (kind, field), frame in known]


def detection(chosen: SegmenterSettings) -> dict[str, object]:
    return {
        "type": "server_vad",
        "threshold": chosen.threshold,
        "prefix_padding_ms": chosen.prefix_padding_ms,
        "silence_duration_ms": chosen.silence_duration_ms,
        "create_response": False,
        "interrupt_response": False,
    }


def served(
    take: Take,
    rules: dict[str, object],
    detector: SpeechDetector,
    cuts: Sequence[int] = (),
    profile: Profile = OPENAI,
) -> list[Edge]:
    """What the engine says of a take that comes in these pieces."""
    talk = Talk(EngineConfig(profile=profile), detector)
    talk.update(audio={"input": {"format": WIRE_NAMES[take.audio_format], "turn_detection": rules}})
    talk.frames.clear()
    edges = [0, *sorted(min(cut, len(take.audio)) for cut in cuts), len(take.audio)]
    for begin, end in itertools.pairwise(edges):
        if begin < end:
            talk.hear(take.audio[begin:end])
    return told(talk.frames)


def predicted(
    take: Take,
    chosen: SegmenterSettings,
    detector: SpeechDetector,
    profile: Profile = OPENAI,
) -> list[Edge]:
    found: list[Edge] = []
    heard = Twin(lambda: detector, "").hear(take)
    for each in segments(heard, chosen, profile):
        found.append(("start", each.audio_start_ms))
        if each.audio_end_ms is not None:
            found.append(("end", each.audio_end_ms))
    return found


@given(
    levels=LEVELS,
    audio_format=st.sampled_from(AudioFormat),
    chosen=ANY_SETTINGS,
    profile=st.just(OPENAI) | PROFILES,
    cuts=st.lists(st.integers(0, 400_000), max_size=8),
)
@settings(max_examples=60)
def test_the_engine_says_what_the_lab_predicts(
    levels: list[tuple[int, float]],
    audio_format: AudioFormat,
    chosen: SegmenterSettings,
    profile: Profile,
    cuts: list[int],
) -> None:
    audio = b"".join(tone(ms, audio_format, level) for ms, level in levels)
    take = Take("tones", audio, audio_format)
    said = served(take, detection(chosen), LevelDetector(), cuts, profile)
    assert said == predicted(take, chosen, LevelDetector(), profile)


@cache
def shipped(name: str, audio_format: AudioFormat) -> Take:
    (stored,) = (each for each in shipped_takes() if each.name == name)
    take = stored.load()
    if audio_format is AudioFormat.PCM16:
        return take
    samples = resample_offline(decode(take.audio, AudioFormat.PCM16), 24_000, 8_000)
    return Take(name, encode(samples, audio_format), audio_format)


@given(
    name=st.sampled_from([each.name for each in shipped_takes()]),
    audio_format=st.sampled_from(AudioFormat),
    chosen=ANY_SETTINGS,
    cuts=st.lists(st.integers(0, 500_000), max_size=8),
)
@settings(max_examples=12)
def test_speech_is_segmented_as_predicted_however_it_is_cut_up(
    name: str, audio_format: AudioFormat, chosen: SegmenterSettings, cuts: list[int]
) -> None:
    take = shipped(name, audio_format)
    expected = predicted(take, chosen, SileroDetector())
    assert served(take, detection(chosen), SileroDetector(), cuts) == expected
    stream = ProbabilityStream(SileroDetector(), audio_format)
    edges = [0, *sorted(min(cut, len(take.audio)) for cut in cuts), len(take.audio)]
    pieces = (take.audio[begin:end] for begin, end in itertools.pairwise(edges))
    heard = [value for piece in pieces for _, value in stream.push(piece)]
    assert segments(heard, chosen) == segments(Twin(SileroDetector, "").hear(take), chosen)


@pytest.mark.parametrize(
    "chosen", [SegmenterSettings(0.5, 300, 200), SegmenterSettings(0.72, 40, 640)]
)
async def test_a_server_over_the_network_says_what_the_lab_predicts(
    chosen: SegmenterSettings,
) -> None:
    take = shipped("shipped/hesitation", AudioFormat.PCM16)
    expected = predicted(take, chosen, SileroDetector())
    assert len(expected) >= 6
    session = {"type": "realtime", "audio": {"input": {"turn_detection": detection(chosen)}}}
    frames: list[Frame] = []
    async with (
        asyncio.timeout(60),
        loopback(ToneSpeech(), detector=SileroDetector) as server,
        connect(f"{server.url}?model=gpt-realtime") as socket,
    ):
        await socket.send(json.dumps({"type": "session.update", "session": session}))
        for piece in take.pieces(20):
            audio = base64.b64encode(piece).decode()
            await socket.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
        await socket.send(json.dumps({"type": "no.such.event"}))  # whose refusal comes last
        while not frames or frames[-1]["type"] != "error":
            frames.append(json.loads(await socket.recv()))
    assert told(frames) == expected


SAID = ("What time is it?", "I would like to", "Yes.", "", "five five", "and then", "Hello there")


def words_of(audio: bytes, audio_format: AudioFormat) -> str:
    """Words that depend on every byte, as no recogniser's but as surely."""
    del audio_format
    return SAID[sum(audio) % len(SAID)]


@given(
    runs=st.lists(
        st.tuples(st.integers(1, 40), st.sampled_from([0.0, 0.02, 0.3, 0.45, 0.8])),
        min_size=1,
        max_size=10,
    ),
    eagerness=st.sampled_from(["low", "medium", "high", "auto"]),
    audio_format=st.sampled_from(AudioFormat),
)
@settings(max_examples=25)
def test_words_end_turns_where_the_lab_says_if_recognition_is_quick(
    runs: list[tuple[int, float]], eagerness: str, audio_format: AudioFormat
) -> None:
    audio = b"".join(tone(frames * 32, audio_format, level) for frames, level in runs)
    take = Take("tones", audio, audio_format)
    twin = SemanticTwin(words_of, "fake")
    spans = twin.spans(take, Twin(LevelDetector, "").hear(take), eagerness)
    rules = twin.rules(eagerness)
    expected: list[Edge] = []
    for at, (begin, decided) in enumerate(zip(spans.first_voiced, spans.deciding, strict=True)):
        expected.append(("start", max(0, rules.start_ms(int(begin)))))
        if not (spans.is_open and at == spans.first_voiced.size - 1):
            expected.append(("end", rules.end_ms(int(decided))))

    talk = Talk(detector=LevelDetector())
    rule = {"type": "semantic_vad", "eagerness": eagerness, "create_response": False}
    talk.update(audio={"input": {"format": WIRE_NAMES[audio_format], "turn_detection": rule}})
    talk.frames.clear()
    for piece in take.pieces(20):
        talk.hear(piece)
        for work in talk.pending(Recognise):
            talk.recognise(words_of(work.audio, work.audio_format))
    assert told(talk.frames) == expected


def test_an_open_turn_is_told_as_open() -> None:
    take = Take("tones", tone(640, AudioFormat.PCM16, 0.8) + AudioFormat.PCM16.silence(320))
    heard = Twin(LevelDetector, "").hear(take)
    spans = SemanticTwin(lambda _audio, _form: "I would like to", "fake").spans(take, heard, "low")
    assert spans.is_open
    assert spans.first_voiced.tolist() == [0]
    assert spans.deciding.tolist() == [spans.first_silent[0] + 8_000 // 32]
    silent = SemanticTwin(words_of, "fake").spans(take, np.zeros(5), "low")
    assert silent.first_voiced.size == 0
    assert not silent.is_open


def test_the_bars_of_semantic_vad_are_those_of_the_server() -> None:
    assert SemanticTwin.rules("high") == Rules.of(SegmenterSettings(0.5, 300, 2_000))
