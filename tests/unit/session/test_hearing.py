"""What was heard of a text: whole words, never fewer than before, held by what the wire tells."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.protocol.events import ResponseOutputAudioDelta, ResponseOutputAudioTranscriptDelta
from studio.session.hearing import heard_text, word_times
from studio.session.speaking import spoken_words
from studio.session.state import Head, Item, Mark, Part
from tests.builders import audio
from tests.conversations import STORY, Talk

ITEM = Item("i", role="assistant", parts=(Part("output_audio", STORY, done=True),))
PCM16 = AudioFormat.PCM16


def head(**fields: object) -> Head:
    known = {"item_id": "i", "content_index": 0, "received_bytes": 48_000, "all_received": True}
    return Head(**(known | fields))  # type: ignore[arg-type]


@given(st.lists(st.floats(0, 2_000), min_size=2, max_size=20), st.booleans())
def test_what_was_heard_never_shrinks(moments: list[float], whole: bool) -> None:
    heard = [
        heard_text(ITEM, head(all_received=whole), PCM16, playing_ms)
        for playing_ms in sorted(moments)
    ]

    assert all(a.heard == b.heard[: len(a.heard)] for a, b in pairwise(heard))
    assert all(each.heard + each.ahead + each.lost == STORY for each in heard)


def test_text_is_heard_in_proportion_and_by_whole_words() -> None:
    text = heard_text(ITEM, head(), PCM16, 500.0)

    assert len(text.heard) == pytest.approx(len(STORY) / 2, abs=8)
    assert text.ahead.startswith(" ")
    assert text.lost == ""


def test_all_was_heard_once_playback_has_finished() -> None:
    text = heard_text(ITEM, head(ended_at=1.0, played_ms=1_000.0), PCM16)

    assert text.heard == STORY


def test_what_was_cut_off_was_never_heard() -> None:
    text = heard_text(ITEM, head(ended_at=1.0, played_ms=250.0, cut="barge-in"), PCM16)

    assert text.ahead == ""
    assert text.heard + text.lost == STORY
    assert len(text.lost) > len(text.heard)


def test_a_written_text_counts_as_heard() -> None:
    written = Item("i", parts=(Part("output_text", "Hello"),))

    assert heard_text(written, None, PCM16).heard == "Hello"


SENTENCES = (
    "The lamp is lit.",
    " Nobody came along the shore tonight.",
    " Tomorrow is another day.",
)
TEXT = "".join(SENTENCES)
SLOW = 1.2


def length_ms(n_sentences: int) -> float:
    """Of the first so many sentences, by a slow voice."""
    return spoken_words("".join(SENTENCES[:n_sentences]))[-1].next_ms * SLOW


def part(text: str, status: str) -> Item:
    return Item("i", role="assistant", status=status, parts=(Part("output_audio", text),))


def cut_at(played_ms: float, received_ms: float, *marks: Mark, pace: float = 1.0) -> Head:
    received_bytes = PCM16.ms_to_bytes(received_ms)
    return head(
        received_bytes=received_bytes, ended_at=1.0, played_ms=played_ms, cut="barge-in",
        marks=marks, pace=pace,
    )  # fmt: skip


def test_a_pause_belongs_to_what_is_before_it() -> None:
    whole_ms = length_ms(3)
    item = part(TEXT, "completed")
    in_the_pause = heard_text(item, cut_at(length_ms(1) - 20, whole_ms), PCM16)

    assert in_the_pause.heard == SENTENCES[0]
    assert in_the_pause.lost == SENTENCES[1] + SENTENCES[2]


def test_the_words_of_a_cancelled_reply_run_ahead_of_its_audio() -> None:
    cancelled = part(SENTENCES[0] + SENTENCES[1], "incomplete")
    received_ms = length_ms(1)
    text = heard_text(cancelled, cut_at(received_ms, received_ms), PCM16)

    assert text.heard == SENTENCES[0]
    assert text.lost == SENTENCES[1]


def test_a_sentence_that_is_known_to_have_ended_keeps_the_estimate_from_drifting() -> None:
    known = len(SENTENCES[0]) + len(SENTENCES[1])
    mark = Mark(known, PCM16.ms_to_bytes(length_ms(1)))
    played_ms = (length_ms(1) + length_ms(2)) / 2
    item = part(TEXT, "incomplete")
    held = heard_text(item, cut_at(played_ms, length_ms(2), mark), PCM16).heard
    free = heard_text(item, cut_at(played_ms, length_ms(2) * 0.9, pace=0.8), PCM16).heard

    assert held == "The lamp is lit. Nobody came along"
    assert len(free) > len(held)


def test_marks_that_are_no_ends_of_sentences_tell_nothing() -> None:
    item = part(TEXT, "completed")
    fine = tuple(Mark(len(TEXT), PCM16.ms_to_bytes(ms)) for ms in range(100, 2_000, 100))
    for played_ms in range(0, 5_000, 250):
        mixed = heard_text(item, cut_at(played_ms, length_ms(3), *fine), PCM16)
        assert mixed == heard_text(item, cut_at(played_ms, length_ms(3)), PCM16)


@pytest.mark.parametrize("status", ["completed", "incomplete", "in_progress"])
@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 400_000)), max_size=5),
    st.floats(0.5, 4.0),
    st.lists(st.floats(0, 9_000), min_size=2, max_size=9),
)
def test_whatever_the_marks_heard_words_stay_heard(
    status: str, marks: list[tuple[int, int]], pace: float, moments: list[float]
) -> None:
    item = part(TEXT, status)
    made = tuple(Mark(*each) for each in marks)
    heard = [
        heard_text(item, head(marks=made, pace=pace, received_bytes=200_000), PCM16, at).heard
        for at in sorted(moments)
    ]
    cut = [heard_text(item, cut_at(at, 4_000, *made, pace=pace), PCM16) for at in sorted(moments)]

    assert all(b.startswith(a) for a, b in pairwise(heard))
    assert all(b.heard.startswith(a.heard) for a, b in pairwise(cut))
    assert all(each.heard + each.lost == TEXT for each in cut)


def test_words_after_audio_leave_a_mark_and_a_reply_teaches_the_pace() -> None:
    talk = Talk().connect().user_types("hi").reply_begins()
    place = {"item_id": talk.item_id, "response_id": talk.response_id}
    said = talk.script
    for text, ms in zip(SENTENCES, (1_500, 2_500, 2_000), strict=True):
        for word in (text[:4], text[4:]):
            said.server(ResponseOutputAudioTranscriptDelta(**place, delta=word))
        for _ in range(2):
            said.server(ResponseOutputAudioDelta(**place, delta=audio(ms / 2)))
    talk.voice_ends(TEXT).user_types("more").reply_begins().says("Well.")
    first, second = said.state.playback.heads

    assert first.marks == (
        Mark(len(SENTENCES[0]), 1_500 * 48),
        Mark(len(SENTENCES[0]) + len(SENTENCES[1]), 4_000 * 48),
    )
    assert first.pace == 1.0
    assert second.pace == pytest.approx(6_000 / spoken_words(TEXT)[-1].next_ms)


@given(st.floats(0, 1_100), st.booleans())
def test_the_times_of_words_agree_with_what_was_heard(playing_ms: float, whole: bool) -> None:
    known = head(all_received=whole)
    heard = len(heard_text(ITEM, known, PCM16, playing_ms).heard)
    words = word_times(ITEM, known, PCM16)

    assert [word.end for word in words] == [word.end for word in spoken_words(STORY)]
    assert all(before.ends_ms <= after.begins_ms + 1e-6 for before, after in pairwise(words))
    for word in words:
        if abs(word.ends_ms - playing_ms) > 1e-6:
            assert (word.end <= heard) == (word.ends_ms < playing_ms)


def test_words_without_sound_have_no_times() -> None:
    assert word_times(ITEM, head(received_bytes=0), PCM16) == ()
