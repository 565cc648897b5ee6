from __future__ import annotations

from pathlib import Path

import pytest

from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError
from studio.lab.from_session import session_turns, whole_session
from studio.lab.labels import Label, Truth
from studio.session.envelope import Envelope
from studio.storage.reader import StoredSession, read_session
from tests import conversations
from tests.unit.storage.disk import write

FORMAT = AudioFormat.PCM16


def session(root: Path, envelopes: tuple[Envelope, ...]) -> StoredSession:
    folder = root / "2026-01-01T12-00-00_local_0001"
    folder.mkdir()
    write(folder, envelopes)
    return read_session(folder)


def sent(stored: StoredSession) -> bytes:
    return stored.read_track("input", 0, 10_000_000)


def test_the_whole_of_a_session_is_what_it_sent(tmp_path: Path) -> None:
    stored = session(tmp_path, conversations.two_turns())
    take = whole_session(stored)
    assert take.audio == sent(stored)
    assert take.audio
    assert take.truth is None
    assert take.name == stored.path.name


def test_the_servers_turns_may_be_taken_for_the_true_ones(tmp_path: Path) -> None:
    take = whole_session(session(tmp_path, conversations.two_turns()), labelled=True)
    assert take.truth is not None
    first, second = take.truth.turns
    assert first == Label(600, 2_400, "turn", conversations.QUESTION)
    assert second.words == "And how long is a minute?"
    assert "as its server saw them" in take.origin


def test_a_turn_goes_from_a_second_before_it_to_its_answer(tmp_path: Path) -> None:
    stored = session(tmp_path, conversations.two_turns())
    first, second = session_turns(stored, labelled=True)
    assert first.name.endswith("-turn-1")
    assert "turn 1 of session" in first.origin
    # The server reported speech from 300 ms on, so that nothing lies a second before it.
    assert first.truth == Truth((Label(600, 2_400, "turn", conversations.QUESTION),))
    assert first.audio == sent(stored)[: len(first.audio)]
    assert second.truth is not None
    (label,) = second.truth.labels
    assert label.begin_ms == 1_300
    whole = whole_session(stored, labelled=True)
    assert whole.truth is not None
    begin_ms = whole.truth.turns[1].begin_ms - 1_300
    begin = FORMAT.ms_to_bytes(begin_ms)
    assert second.audio == sent(stored)[begin : begin + len(second.audio)]
    assert session_turns(stored)[0].truth is None


def test_a_session_without_sound_or_speech_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "silent").mkdir()
    silent = session(tmp_path / "silent", conversations.text_only())
    with pytest.raises(StudioError, match="sent no sound"):
        whole_session(silent)
    typed = session(tmp_path, conversations.typed_turn())
    with pytest.raises(StudioError, match="reported no speech"):
        session_turns(typed)


@pytest.mark.parametrize("name", sorted(conversations.LIBRARY))
def test_every_conversation_is_cut_or_refused_in_words(name: str, tmp_path: Path) -> None:
    stored = session(tmp_path, conversations.LIBRARY[name]())
    try:
        takes = session_turns(stored, labelled=True)
    except StudioError:
        return
    assert all(each.audio and each.truth is not None for each in takes)
