"""Who said which words when."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from studio.export.cues import Cue, cues
from tests.conversations import LIBRARY
from tests.fakes.told import stored, told_from


def cues_of(name: str, folder: Path) -> tuple[Cue, ...]:
    return cues(told_from(stored(LIBRARY[name](), folder)))


@pytest.mark.parametrize("name", LIBRARY)
def test_cues_are_in_order_and_of_one_speaker_never_overlap(name: str, tmp_path: Path) -> None:
    found = cues_of(name, tmp_path)

    assert all(a.begins_s <= b.begins_s for a, b in pairwise(found))
    assert all(cue.ends_s > cue.begins_s >= 0 and cue.text for cue in found)
    for speaker in ("User", "Assistant"):
        mine = [cue for cue in found if cue.speaker == speaker]
        assert all(a.ends_s <= b.begins_s for a, b in pairwise(mine))


def test_words_stand_where_they_were_heard(tmp_path: Path) -> None:
    told = told_from(stored(LIBRARY["spoken_turn"](), tmp_path))

    user, assistant = cues(told)

    (head,) = told.state.playback.heads
    assert (user.speaker, user.text) == ("User", "What time is it?")
    assert (assistant.speaker, assistant.text) == ("Assistant", "It is twelve o'clock.")
    assert assistant.begins_s == head.heard_at
    assert head.played_ms is not None
    assert assistant.ends_s <= assistant.begins_s + head.played_ms / 1000
    assert user.ends_s <= assistant.begins_s
    times = [(word.begins_s, word.ends_s) for word in assistant.words]
    assert times == sorted(times)


def test_words_that_were_cut_off_are_not_there(tmp_path: Path) -> None:
    found = cues_of("barge_in", tmp_path)

    cut = [cue for cue in found if cue.is_cut]
    assert len(cut) == 1
    assert "lighthouse keeper counted" not in " ".join(cue.text for cue in found)


def test_what_was_typed_stands_for_as_long_as_it_takes_to_read(tmp_path: Path) -> None:
    typed = cues_of("typed_turn", tmp_path)[0]

    assert typed.speaker == "User"
    assert typed.ends_s - typed.begins_s == pytest.approx(max(1.0, len(typed.text) / 15), abs=0.2)


def test_long_replies_are_cut_into_pieces_that_can_be_read(tmp_path: Path) -> None:
    found = cues_of("long_talk", tmp_path)

    assert max(len(cue.text) for cue in found) <= 90
    assert max(cue.ends_s - cue.begins_s for cue in found) <= 8
