from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.lab.course import expected, stretches
from studio.vad.profile import OPENAI, Profile
from tests.fakes.recorded import TWIN, Recorded
from tests.fakes.voice_activity import tone

if TYPE_CHECKING:
    from studio.lab.logged import Logged, Side

SERVER_VAD = st.fixed_dictionaries(
    {"type": st.just("server_vad")},
    optional={
        "threshold": st.sampled_from([0.0, 0.3, 0.5, 0.99]),
        "prefix_padding_ms": st.integers(0, 900),
        "silence_duration_ms": st.integers(0, 900),
    },
)
SOUND = st.tuples(st.just("sound"), st.booleans(), st.integers(1, 1_500), st.integers(5, 400))
UPDATE = st.tuples(st.just("update"), SERVER_VAD | st.none())
OTHER = st.sampled_from([("input_audio_buffer.commit",), ("input_audio_buffer.clear",), ("bad",)])
PROFILES = st.builds(
    Profile,
    st.just("other"),
    st.floats(-0.4, 0.4),
    st.integers(-200, 200),
    st.integers(-200, 200),
)


def held(profile: Profile, actions: list[tuple[object, ...]], audio_format: AudioFormat) -> Logged:
    session = Recorded(profile)
    if audio_format is not AudioFormat.PCM16:
        session.use(audio_format)
    for action in actions:
        match action:
            case ("sound", bool(is_loud), int(ms), int(piece_ms)):
                sound = tone(ms, audio_format) if is_loud else audio_format.silence(ms)
                session.hear(sound, piece_ms)
            case ("update", detection):
                assert detection is None or isinstance(detection, dict)
                session.update(detection)
            case ("bad",):
                session.send("session.update", session={"type": "realtime", "nonsense": 1})
            case (str(kind),):
                session.send(kind)
            case _:
                raise AssertionError(action)
    return session.logged()


def told(logged: Logged, profile: Profile) -> list[tuple[Side, int]]:
    heard = stretches(logged, TWIN)
    return [
        (edge.side, edge.reported_ms(profile)) for edge in expected(heard, profile.threshold_shift)
    ]


@settings(max_examples=60)
@given(
    PROFILES,
    st.lists(SOUND | SOUND | UPDATE | OTHER, min_size=1, max_size=14),
    st.sampled_from(list(AudioFormat)),
)
def test_a_sessions_twin_reports_what_the_server_did(
    profile: Profile, actions: list[tuple[object, ...]], audio_format: AudioFormat
) -> None:
    logged = held(profile, actions, audio_format)
    reported = [(edge.side, edge.audio_ms) for edge in logged.edges]
    assert told(logged, profile) == reported


def test_an_end_that_words_decided_is_believed_and_not_judged() -> None:
    session = Recorded(OPENAI)
    session.update({"type": "semantic_vad", "eagerness": "high"})
    session.hear(tone(640, AudioFormat.PCM16) + AudioFormat.PCM16.silence(640))
    session.talk.recognise("What time is it?")
    session.hear(AudioFormat.PCM16.silence(2_000))
    session.update({"type": "server_vad"})
    session.hear(tone(640, AudioFormat.PCM16) + AudioFormat.PCM16.silence(960))
    logged = session.logged()
    assert [edge.is_timed for edge in logged.edges] == [False, False, True, True]
    assert "semantic_vad (high)" in logged.left_out[0]
    made = expected(stretches(logged, TWIN))
    assert [edge.is_timed for edge in made] == [False, False, True, True]
    assert [edge.reported_ms(OPENAI) for edge in made] == [edge.audio_ms for edge in logged.edges]


@pytest.mark.parametrize("count", [1, 3])
def test_commits_that_were_refused_change_nothing(count: int) -> None:
    session = Recorded(OPENAI)
    for _ in range(count):
        session.send("input_audio_buffer.commit")
    session.hear(tone(640, AudioFormat.PCM16))
    session.send("input_audio_buffer.commit", event_id="mine")
    session.hear(AudioFormat.PCM16.silence(960))
    logged = session.logged()
    assert [edge.side for edge in logged.edges] == ["start"]
    assert told(logged, OPENAI) == [("start", 0)]


@pytest.mark.parametrize("audio_format", list(AudioFormat))
@pytest.mark.parametrize("ms", [639, 640, 641, 644, 650])
def test_settings_hold_from_the_frame_that_was_not_judged_yet(
    ms: int, audio_format: AudioFormat
) -> None:
    session: list[tuple[object, ...]] = [
        ("update", {"threshold": 0.99, "prefix_padding_ms": 0}),
        ("sound", True, ms, 20),
        ("update", {"threshold": 0.5}),
        ("sound", True, 640, 20),
    ]
    logged = held(OPENAI, session, audio_format)
    assert [edge.side for edge in logged.edges] == ["start"]
    assert told(logged, OPENAI) == [("start", logged.edges[0].audio_ms)]
