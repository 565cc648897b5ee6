"""How much of a spoken text has been heard: an estimate from how much of its audio has been.

The wire says how long the audio is and what words it holds, not when each word is spoken. Words are
spread over the audio by how long a voice takes for each (`session.speaking`), and a word counts as
heard when its end is passed. What the wire tells keeps this from drifting: the length of a text
that was spoken to its end, and, where a voice is made sentence by sentence, how much audio there
was each time that words of another sentence came.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import NamedTuple

from studio.audio.formats import AudioFormat
from studio.session.speaking import SpokenWord, spoken_words
from studio.session.state import Head, Item, Part

_STRANGE = 0.25
"""By how much, as a logarithm, a sentence may be longer or shorter than usual to be told by it."""


@dataclass(frozen=True, slots=True)
class HeardText:
    """A text in three pieces that make it up in this order: heard, still to be heard, never heard.

    At most one of `ahead` and `lost` holds anything.
    """

    heard: str = ""
    ahead: str = ""
    lost: str = ""


def heard_text(
    item: Item, head: Head | None, output: AudioFormat, playing_ms: float | None = None
) -> HeardText:
    """Split the words of an assistant item by what was heard of them.

    Args:
        item: the item; the text of all its parts is taken.
        head: its audio; None for a written item, which counts as heard.
        output: the encoding that audio comes in.
        playing_ms: where the play-head is, while this item sounds.

    The heard piece never shrinks as `playing_ms` grows.
    """
    text = item.text
    if head is None or _written(item, head):
        return HeardText(heard=text)
    if head.ended_at is not None and not head.cut:
        return HeardText(heard=text)
    played_ms = head.played_ms if head.ended_at is not None else playing_ms
    at = _heard_until(item, head, output, played_ms or 0.0)
    if head.cut:
        return HeardText(heard=text[:at], lost=text[at:])
    return HeardText(heard=text[:at], ahead=text[at:])


class WordTime(NamedTuple):
    """A word of a voice: where it ends in the text, and from when to when it sounds, in audio ms.

    `begins_ms` is where the word before it has ended, pause and all.
    """

    end: int
    begins_ms: float
    ends_ms: float


def word_times(item: Item, head: Head, output: AudioFormat) -> tuple[WordTime, ...]:
    """When each word of an assistant item sounds in its audio, by the estimate of `heard_text`.

    The words that `heard_text` counts as heard are those whose end is not after what was played.
    """
    words = spoken_words(item.text)
    received_ms = output.bytes_to_ms(head.received_bytes)
    if not words or not received_ms:
        return ()
    known, pace = _places(item, head, output, words)
    begins = [0.0, *(_audio_ms(known, word.next_ms, pace) for word in words)]
    return tuple(
        WordTime(word.end, begins_ms, _audio_ms(known, word.ends_ms, pace))
        for word, begins_ms in zip(words, begins, strict=False)
    )


def _written(item: Item, head: Head) -> bool:
    part = item.parts[head.content_index] if head.content_index < len(item.parts) else Part("")
    return part.type == "output_text"


def _heard_until(item: Item, head: Head, output: AudioFormat, played_ms: float) -> int:
    """The end of the last word that was heard."""
    words = spoken_words(item.text)
    received_ms = output.bytes_to_ms(head.received_bytes)
    if not words or not received_ms or played_ms <= 0:
        return 0
    if _is_whole(item, head) and played_ms >= received_ms:
        return len(item.text)
    known, pace = _places(item, head, output, words)
    heard = bisect_right(words, _usual_ms(known, played_ms, pace), key=lambda word: word.ends_ms)
    return words[heard - 1].end if heard else 0


def _places(
    item: Item, head: Head, output: AudioFormat, words: tuple[SpokenWord, ...]
) -> tuple[list[tuple[float, float]], float]:
    """Pairs of audio ms and usual ms that belong together, and the pace beyond the last of them."""
    received_ms = output.bytes_to_ms(head.received_bytes)
    known = _known_places(words, head, output)
    if _is_whole(item, head) and received_ms > known[-1][0]:
        known.append((received_ms, words[-1].next_ms))
    elif head.cut and received_ms > known[-1][0]:
        end = _sentence_end(words, len(item.text), known[-1], received_ms, head.pace)
        known += [(received_ms, end.next_ms)] if end is not None else []
    return known, _pace(known, words, received_ms, head.pace)


def _is_whole(item: Item, head: Head) -> bool:
    """Whether the text is all spoken in the audio; the words of a cancelled reply run ahead."""
    return head.all_received and item.status != "incomplete"


def _known_places(
    words: tuple[SpokenWord, ...], head: Head, output: AudioFormat
) -> list[tuple[float, float]]:
    """Pairs of audio ms and usual ms that belong together, from marks at the ends of sentences.

    Marks count only if each is one: where words and audio come finely mixed, they tell nothing.
    """
    known = [(0.0, 0.0)]
    for mark in head.marks:
        audio_ms = output.bytes_to_ms(mark.received_bytes)
        if not audio_ms:
            continue
        end = None
        if audio_ms > known[-1][0]:
            end = _sentence_end(words, mark.characters, known[-1], audio_ms, head.pace)
        if end is None:
            return known[:1]
        known.append((audio_ms, end.next_ms))
    return known


def _sentence_end(
    words: tuple[SpokenWord, ...],
    characters: int,
    since: tuple[float, float],
    audio_ms: float,
    pace: float,
) -> SpokenWord | None:
    """The end of a sentence, else of a clause, that comes about there if it is spoken as usual."""
    spoken_ms = (audio_ms - since[0]) / pace

    def strangeness(word: SpokenWord) -> float:
        return abs(log(spoken_ms / (word.next_ms - since[1])))

    first = bisect_right(words, since[1], key=lambda word: word.next_ms)
    last = bisect_right(words, characters, key=lambda word: word.end)
    ends = [word for word in words[first:last] if word.ends_ms < word.next_ms]
    for candidates in ([word for word in ends if word.ends_sentence], ends):
        nearest = min(candidates, key=strangeness, default=None)
        if nearest is not None and strangeness(nearest) < _STRANGE:
            return nearest
    return None


def _pace(
    known: list[tuple[float, float]],
    words: tuple[SpokenWord, ...],
    received_ms: float,
    usual: float,
) -> float:
    """Audio ms per usual ms beyond the last known place.

    As up to there, but no faster than the audio has come: its words were there before it.
    """
    audio_ms, spoken_ms = known[-1]
    pace = audio_ms / spoken_ms if spoken_ms else usual
    left_ms = words[-1].next_ms - spoken_ms
    return max(pace, (received_ms - audio_ms) / left_ms) if left_ms > 0 else pace


def _usual_ms(known: list[tuple[float, float]], audio_ms: float, pace: float) -> float:
    """The usual ms at an audio position."""
    for (begin_ms, usual_ms), (end_ms, next_ms) in pairwise(known):
        if audio_ms < end_ms:
            return usual_ms + (audio_ms - begin_ms) * (next_ms - usual_ms) / (end_ms - begin_ms)
    last_ms, usual_ms = known[-1]
    return usual_ms + (audio_ms - last_ms) / pace


def _audio_ms(known: list[tuple[float, float]], usual_ms: float, pace: float) -> float:
    """The audio position of a usual ms: `_usual_ms` the other way round."""
    for (begin_ms, usual), (end_ms, next_usual_ms) in pairwise(known):
        if usual_ms < next_usual_ms:
            return begin_ms + (usual_ms - usual) * (end_ms - begin_ms) / (next_usual_ms - usual)
    last_ms, usual = known[-1]
    return last_ms + (usual_ms - usual) * pace
