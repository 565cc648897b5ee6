from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.lab.course import InForce, Stretch
from studio.lab.explained import Heard, explain, hear
from studio.lab.fit import fit
from studio.lab.logged import Logged, Reported
from studio.vad.profile import OPENAI, Profile
from studio.vad.segmenter import Segmenter, SegmenterSettings, SpeechStarted, SpeechStopped
from tests.fakes.recorded import TWIN, Recorded
from tests.fakes.voice_activity import tone

SETTINGS = st.builds(
    SegmenterSettings, st.sampled_from([0.4, 0.5, 0.6]), st.integers(0, 400), st.integers(64, 600)
)
SHIFTS_MS = st.integers(-400, 400)


def heard(profile: Profile, asked: SegmenterSettings, seed: int, n_turns: int) -> Heard:
    """A session of turns whose probabilities rise and fall slowly, as speech in a room does."""
    random = np.random.default_rng(seed)
    parts = [np.full(40, 0.01)]
    for _ in range(n_turns):
        parts += [np.linspace(0, 1, random.integers(8, 16)), np.full(random.integers(10, 40), 0.97)]
        parts += [np.linspace(1, 0, random.integers(8, 16)), np.full(40, 0.01)]
    probabilities = np.concatenate(parts)
    edges, segmenter = [], Segmenter(asked, profile)
    for value in probabilities.tolist():
        for edge in segmenter.push(value):
            at = segmenter.position_ms / 1000
            if isinstance(edge, SpeechStarted):
                edges.append(Reported("start", edge.audio_start_ms, at, is_timed=True))
            elif isinstance(edge, SpeechStopped):
                edges.append(Reported("end", edge.audio_end_ms, at, is_timed=True))
    logged = Logged(
        f"session-{seed}",
        "other",
        "model",
        AudioFormat.PCM16,
        bytes(len(probabilities) * 32 * 48),
        (),
        tuple(edges),
    )
    return Heard(logged, (Stretch(0, probabilities, ((0, InForce(asked, is_timed=True)),)),))


@settings(max_examples=15)
@given(st.sampled_from([-0.2, -0.07, 0.1, 0.22]) | st.just(0.0), SHIFTS_MS, SHIFTS_MS, SETTINGS)
def test_a_profile_is_recovered_from_the_edges_it_made(
    threshold: float, start_ms: int, end_ms: int, asked: SegmenterSettings
) -> None:
    truth = Profile("other", threshold, start_ms, end_ms)
    sessions = [heard(truth, asked, seed, 12) for seed in (1, 2)]
    found = fit(sessions, "found")
    assert (found.best.profile.start_shift_ms, found.best.profile.end_shift_ms) == (
        start_ms,
        end_ms,
    )
    assert found.best.profile.threshold_shift == pytest.approx(threshold, abs=0.021)
    assert found.threshold_shift.low - 0.02 <= threshold <= found.threshold_shift.high + 0.02
    assert set(found.start_shift_ms) == {start_ms}
    assert set(found.end_shift_ms) == {end_ms}
    assert found.is_enough
    assert found.best.exact == len(found.best.edges) == 48
    assert not found.best.unreported
    assert found.is_shifted == bool(threshold or start_ms or end_ms)


def test_what_no_shift_explains_is_listed_with_how_far_it_is_off() -> None:
    session = heard(OPENAI, SegmenterSettings(), 3, 10)
    edges = list(session.logged.edges)
    edges[4] = Reported("start", edges[4].audio_ms + 32, edges[4].at, is_timed=True)
    edges[7] = Reported("end", edges[7].audio_ms - 5_000, edges[7].at, is_timed=True)
    odd = Logged(
        **{name: getattr(session.logged, name) for name in Logged.__slots__ if name != "edges"},
        edges=tuple(edges),
    )
    found = fit([Heard(odd, session.stretches)])
    assert not found.is_shifted
    assert (found.best.exact, found.best.within_frame, len(found.best.edges)) == (18, 19, 20)
    assert [each.off_ms for each in found.best.unexplained] == [32, None]
    assert [each.side for each in found.best.unreported] == ["end"]


def test_the_local_servers_own_sessions_need_no_shift() -> None:
    session = Recorded(OPENAI)
    for silence_ms in (200, 500, 320, 96):
        session.update({"silence_duration_ms": silence_ms, "prefix_padding_ms": silence_ms})
        for ms in (350, 640, 777):
            session.hear(tone(ms, AudioFormat.PCM16) + AudioFormat.PCM16.silence(1_000))
    found = fit([hear(session.logged(), TWIN)])
    assert found.best.profile == Profile("fitted", source=found.best.profile.source)
    assert found.best.exact == len(found.best.edges) == 24


def test_a_session_without_edges_says_nothing() -> None:
    session = Recorded(OPENAI)
    session.hear(AudioFormat.PCM16.silence(2_000))
    found = fit([hear(session.logged(), TWIN)])
    assert not found.is_shifted
    assert not found.is_enough
    assert found.best.edges == ()


def test_a_profile_that_is_given_is_held_to_the_edges() -> None:
    session = heard(Profile("other", 0.0, 64, -32), SegmenterSettings(), 5, 6)
    told = explain([session], OPENAI)
    assert told.exact == 0
    assert {each.off_ms for each in told.edges} == {64, -32}
    assert explain([session], Profile("other", 0.0, 64, -32)).exact == 12
