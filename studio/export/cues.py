"""Who said which words when, in pieces short enough to be read: what subtitles are made of.

The assistant's words have the times at which they were heard, by the same estimate that tells
which of them were; words that were never heard are not there. The user's words are spread over
their speech, as the server heard it, without the padding and the silence that the local VAD knows
of. What was typed or written, or of whose sound the log says nothing, stands for as long as it
takes to read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from studio.export.placed import Placed, Placement
from studio.export.told import Told
from studio.session.hearing import heard_text, word_times
from studio.session.speaking import spoken_words
from studio.session.turns import Said, Turn

Speaker = Literal["User", "Assistant"]

_MOST_CHARACTERS = 84
_ENOUGH_CHARACTERS = 32
"""A sentence that ends after fewer shares its cue with the next one."""
_LONGEST_S = 7.0
_SHORTEST_S = 0.001
_READ_CHARACTERS_S = 15.0
_LEAST_READ_S = 1.0
_SENTENCE_ENDS = ".!?…\u3002\uff01\uff1f"
_CLOSING = "\"'\u201d\u2019)]"


class TimedWord(NamedTuple):
    """A word with the space before it, and its session seconds."""

    text: str
    begins_s: float
    ends_s: float

    @property
    def gap(self) -> str:
        """A space where there was any before the word."""
        return " " if self.text[:1].isspace() else ""


class Cue(NamedTuple):
    """Words to be read together. Cues of one speaker never overlap.

    Attributes:
        turn: the number of its turn.
        speaker: who says it.
        begins_s: when the first word begins.
        ends_s: when the last one ends; later than `begins_s`.
        words: never empty.
        is_cut: whether more would have been said.
    """

    turn: int
    speaker: Speaker
    begins_s: float
    ends_s: float
    words: tuple[TimedWord, ...]
    is_cut: bool

    @property
    def text(self) -> str:
        """All its words, a space between those that had any between them."""
        return "".join(f"{word.gap}{word.text.strip()}" for word in self.words).strip()


def cues(told: Told) -> tuple[Cue, ...]:
    """All cues of a session in the order of time."""
    voices: defaultdict[str, list[Placed]] = defaultdict(list)
    for placed in told.placement.output:
        voices[placed.item_id].append(placed)
    found: list[Cue] = []
    for turn in told.turns:
        found += _pieces(turn.index, "User", _user_words(turn, told), is_cut=False)
        for said in turn.said:
            words, is_cut = _assistant_words(said, told.placement, voices[said.item.id])
            found += _pieces(turn.index, "Assistant", words, is_cut=is_cut)
    return tuple(sorted(_in_turn(found), key=lambda cue: (cue.begins_s, cue.ends_s)))


def user_speech(turn: Turn, told: Told) -> tuple[float, float] | None:
    """From when to when the user spoke, in session seconds; None where nobody knows."""
    server, local = turn.server_span, turn.local_span
    if server is not None and server.timed_out:
        return None
    whole = server if server is not None else local
    if whole is None or whole.end_ms is None:
        return None
    begins_ms, ends_ms = whole.start_ms, whole.end_ms
    within = [
        (max(span.start_ms, begins_ms), min(span.end_ms, ends_ms))
        for span in told.state.speech.local
        if span.end_ms is not None and span.start_ms < ends_ms and span.end_ms > begins_ms
    ]
    if within:
        begins_ms, ends_ms = within[0][0], within[-1][1]
    begins_s = told.placement.moment_of_input(begins_ms)
    ends_s = told.placement.moment_of_input(ends_ms)
    if begins_s is None or ends_s is None or ends_s <= begins_s:
        return None
    return begins_s, ends_s


def _user_words(turn: Turn, told: Told) -> list[TimedWord]:
    text = turn.user_text
    speech = user_speech(turn, told)
    if speech is None:
        return _read(text, turn.started_at)
    words = spoken_words(text)
    if not words:
        return []
    begins_s, ends_s = speech
    pace_s = (ends_s - begins_s) / (words[-1].ends_ms or 1.0)
    begins = [0, *(word.end for word in words)]
    starts_ms = [0.0, *(word.next_ms for word in words)]
    return [
        TimedWord(
            text[begin : word.end], begins_s + start * pace_s, begins_s + word.ends_ms * pace_s
        )
        for begin, start, word in zip(begins, starts_ms, words, strict=False)
    ]


def _assistant_words(
    said: Said, placement: Placement, voice: Sequence[Placed]
) -> tuple[list[TimedWord], bool]:
    head, item = said.head, said.item
    is_unknown = head is not None and head.heard_at is None and head.ended_at is None
    if head is None or is_unknown:
        response = said.response
        written_at = response.first_delta_at if response is not None else None
        return _read(item.text, item.added_at if written_at is None else written_at), False
    output = placement.output_format
    heard = heard_text(item, head, output)
    place = _Voice(voice, output.bytes_per_ms)
    words: list[TimedWord] = []
    begin = 0
    for word in word_times(item, head, output):
        if word.end > len(heard.heard) or not voice:
            break
        ends_s = place.moment(word.ends_ms)
        words.append(TimedWord(item.text[begin : word.end], place.moment(word.begins_ms), ends_s))
        begin = word.end
    return words, bool((heard.lost + heard.ahead).strip())


class _Voice:
    """Finds the session second of a position in a voice that may have gaps."""

    def __init__(self, spans: Sequence[Placed], bytes_per_ms: int) -> None:
        self._spans = spans
        self._begins_ms = [0.0]
        for span in spans:
            self._begins_ms.append(self._begins_ms[-1] + span.n_bytes / bytes_per_ms)

    def moment(self, audio_ms: float) -> float:
        at = min(bisect_right(self._begins_ms, audio_ms), len(self._spans)) - 1
        into_ms = min(audio_ms, self._begins_ms[-1]) - self._begins_ms[at]
        return self._spans[at].at_s + into_ms / 1000


def _read(text: str, at_s: float) -> list[TimedWord]:
    """Words that nobody spoke, for as long as it takes to read them."""
    words = spoken_words(text)
    if not words:
        return []
    pace_s = max(_LEAST_READ_S, len(text) / _READ_CHARACTERS_S) / len(text)
    begins = [0, *(word.end for word in words)]
    return [
        TimedWord(text[begin:end], at_s + begin * pace_s, at_s + end * pace_s)
        for begin, end in pairwise(begins)
    ]


def _pieces(
    turn: int, speaker: Speaker, words: Sequence[TimedWord], *, is_cut: bool
) -> Iterator[Cue]:
    """Words in cues: by sentences, and where those are long by length."""
    piece: list[TimedWord] = []
    length = 0
    for word in words:
        is_full = length + len(word.text) > _MOST_CHARACTERS or (
            piece and word.ends_s - piece[0].begins_s > _LONGEST_S
        )
        if piece and (is_full or (length >= _ENOUGH_CHARACTERS and _ends_sentence(piece[-1]))):
            yield _cue(turn, speaker, piece)
            piece, length = [], 0
        piece.append(word)
        length += len(word.text)
    if piece:
        yield _cue(turn, speaker, piece)._replace(is_cut=is_cut)


def _cue(turn: int, speaker: Speaker, words: Sequence[TimedWord]) -> Cue:
    begins_s = max(0.0, words[0].begins_s)
    return Cue(turn, speaker, begins_s, words[-1].ends_s, tuple(words), is_cut=False)


def _ends_sentence(word: TimedWord) -> bool:
    return word.text.rstrip(_CLOSING)[-1:] in _SENTENCE_ENDS


def _in_turn(found: Iterable[Cue]) -> Iterator[Cue]:
    """Each cue after the one before it of the same speaker, and no shorter than can be shown."""
    until = {"User": 0.0, "Assistant": 0.0}
    for cue in sorted(found, key=lambda each: each.begins_s):
        begins_s = max(cue.begins_s, until[cue.speaker])
        ends_s = max(cue.ends_s, begins_s + _SHORTEST_S)
        until[cue.speaker] = ends_s
        yield cue._replace(begins_s=begins_s, ends_s=ends_s)
