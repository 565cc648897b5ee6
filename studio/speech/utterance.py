"""Text made fit for a speech network, and its phonemes cut into pieces that are quick to speak."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FIRST_PIECE_PHONEMES = 120
"""About 7 s of speech: until the first piece is ready, the listener hears nothing."""
LONGEST_PIECE_PHONEMES = 300

_URL = re.compile(r"\b(?:https?|wss?)://(?:[^\s/@]*@)?(?:www\.)?([^\s/?#:]+)\S*")
_UNSPOKEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CLAUSE_END = re.compile(r"(?<=[,;:—.!?…]) ")
_SPACE = re.compile(" ")


def speakable(text: str) -> str:
    """The text without control characters, and with addresses reduced to the name of their host."""
    text = _UNSPOKEN.sub(" ", _LONE_SURROGATE.sub(" ", text))
    return _URL.sub(lambda url: url.group(1).replace(".", " dot "), text)


def phoneme_pieces(sentences: Iterable[str]) -> Iterator[str]:
    """Sentences of phonemes, the overlong cut at a clause, or else between words.

    The first piece may be 120 phonemes long, so that speech begins soon, later ones 300. Bare
    punctuation is left out: the network would breathe it.
    """
    limit = FIRST_PIECE_PHONEMES
    for sentence in sentences:
        if not any(map(str.isalpha, sentence)):
            continue
        rest = sentence
        while len(rest) > limit:
            cut = _cut(rest, limit)
            yield rest[:cut].rstrip()
            rest = rest[cut:].lstrip()
            limit = LONGEST_PIECE_PHONEMES
        if rest:
            yield rest
        limit = LONGEST_PIECE_PHONEMES


def _cut(phonemes: str, limit: int) -> int:
    """The last clause end, or else space, in the second part of the first `limit` phonemes."""
    for boundary in (_CLAUSE_END, _SPACE):
        ends = [match.end() for match in boundary.finditer(phonemes, limit // 4, limit)]
        if ends:
            return ends[-1]
    return limit
