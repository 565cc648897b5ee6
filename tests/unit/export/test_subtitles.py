"""Subtitles as text; what independent readers make of them stands in `tests/conformance`."""

from __future__ import annotations

from studio.export.cues import Cue, TimedWord
from studio.export.sharing import Redaction
from studio.export.subtitles import export_srt, export_vtt

WORDS = (
    TimedWord("Hello", 1.0, 1.25),
    TimedWord(" <i>", 1.3, 1.5),
    TimedWord(" {\\an8}&\u202e\x1b", 1.5, 2.0),
)
CUE = Cue(1, "Assistant", 1.0, 2.0, WORDS, is_cut=False)
INSTANT = Cue(2, "User", 3661.0001, 3661.0002, (TimedWord("Yes", 3661.0, 3661.0),), is_cut=True)


def test_webvtt_has_voices_and_the_time_of_each_word() -> None:
    assert "".join(export_vtt([CUE, INSTANT], Redaction())) == (
        "WEBVTT\n"
        "\n1\n00:00:01.000 --> 00:00:02.000\n"
        "<v Assistant>Hello <00:00:01.300>&lt;i&gt; <00:00:01.500>{\\an8}&amp;\ufffd␛</v>\n"
        "\n2\n01:01:01.000 --> 01:01:01.001\n<v User>Yes —</v>\n"
    )


def test_srt_has_no_markup() -> None:
    assert "".join(export_srt([CUE, INSTANT], Redaction())) == (
        "1\n00:00:01,000 --> 00:00:02,000\nAssistant: Hello ‹i› (\\an8)&\ufffd␛\n"
        "\n2\n01:01:01,000 --> 01:01:01,001\nUser: Yes —\n"
    )


def test_words_are_withheld() -> None:
    assert "<v Assistant>███ <00:00:01.300>███ <00:00:01.500>███</v>" in "".join(
        export_vtt([CUE], Redaction(["text"]))
    )


def test_keys_are_cut_out_where_they_span_words() -> None:
    words = (TimedWord("Bearer", 0.0, 0.5), TimedWord(" abcdef123456", 0.5, 1.0))
    cue = Cue(1, "User", 0.0, 1.0, words, is_cut=False)

    assert "<v User>Bearer [secret]</v>" in "".join(export_vtt([cue], Redaction()))
