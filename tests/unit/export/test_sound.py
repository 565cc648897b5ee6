"""The stereo file on the true time line, and its labels."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.core.errors import StudioError
from studio.export.sharing import Redaction
from studio.export.sound import export_labels, export_wav
from studio.export.told import Told
from studio.session.local import SessionEnded
from tests.conversations import LIBRARY, Talk
from tests.fakes.told import stored, told, told_from


def heard(told: Told) -> tuple[np.ndarray, int]:
    sound, rate_hz = soundfile.read(io.BytesIO(b"".join(export_wav(told))), dtype="int16")
    return sound, rate_hz


def test_the_user_is_left_and_the_assistant_right(tmp_path: Path) -> None:
    told = told_from(stored(LIBRARY["spoken_turn"](), tmp_path))

    sound, rate_hz = heard(told)

    assert rate_hz == 24_000
    assert sound.shape[1] == 2
    assert len(sound) / rate_hz == pytest.approx(told.ends_s, abs=0.001)
    (voice,) = told.placement.output
    begins = round(voice.at_s * rate_hz)
    ends = begins + voice.n_bytes // 2
    assert not sound[: begins - 1, 1].any()
    assert (sound[begins:ends, 1] == 0x1000).all()
    assert not sound[ends + 1 :, 1].any()
    (span,) = told.state.speech.local
    begins_s = told.placement.moment_of_input(span.start_ms)
    assert begins_s is not None
    assert (sound[round(begins_s * rate_hz) + 1 :, 0][:20_000] == 0x2000).all()


def test_a_voice_is_silent_from_where_it_was_cut(tmp_path: Path) -> None:
    told = told_from(stored(LIBRARY["barge_in"](), tmp_path))

    sound, rate_hz = heard(told)

    cut = told.state.interruptions.series[0]
    after = round(cut.flushed_at * rate_hz) + rate_hz // 50
    later = [each for each in told.placement.output if each.at_s > cut.flushed_at]
    until = round(later[0].at_s * rate_hz) - 1 if later else len(sound)
    assert not sound[after:until, 1].any()


def test_an_empty_session_is_a_file_too() -> None:
    sound, _ = heard(told(()))

    assert sound.shape == (1, 2)


def test_lost_tracks_are_silent(tmp_path: Path) -> None:
    session = stored(LIBRARY["spoken_turn"](), tmp_path)
    for track in session.path.glob("*.wav"):
        track.unlink()

    sound, _ = heard(told_from(session))

    assert not sound.any()


def test_no_session_is_longer_than_a_file_can_be() -> None:
    script = Talk().connect().script.at(1e9)
    script.local(SessionEnded())

    with pytest.raises(StudioError, match="277,778 hours"):
        next(export_wav(told(script.envelopes)))


def test_labels_tell_turns_speech_and_cuts(tmp_path: Path) -> None:
    told = told_from(stored(LIBRARY["barge_in"](), tmp_path))

    lines = [line.rstrip("\n").split("\t") for line in export_labels(told, Redaction())]

    assert all(len(line) == 3 and float(line[0]) <= float(line[1]) for line in lines)
    assert [float(line[0]) for line in lines] == sorted(float(line[0]) for line in lines)
    words = [line[2] for line in lines]
    assert {"turn 1", "turn 2", "server: speech"} <= set(words)
    assert any(each.startswith("stopped (barge-in) at ") for each in words)
    assert any(each.startswith("assistant: ") for each in words)
