"""How much of a spoken text has been heard: an estimate from how much of its audio has been.

The wire says how long the audio is and what words it holds, not when each word is spoken. So words
are taken to be spread evenly over the audio, and a word counts as heard when its end is passed.
"""

from __future__ import annotations

from dataclasses import dataclass

from studio.audio.formats import AudioFormat
from studio.session.state import Head, Item, Part

_CHARACTERS_PER_MS = 0.015
"""How fast voices speak, about; used while audio is still on its way, when its length is not known.

Text runs ahead of audio, so the share of the audio that has come says little about the text.
"""


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
    played_ms = head.played_ms if head.ended_at is not None else playing_ms
    received_ms = output.bytes_to_ms(head.received_bytes)
    finished = head.ended_at is not None and not head.cut
    share = 1.0 if finished else _share(text, played_ms or 0.0, received_ms, whole=_whole(head))
    at = _word_end(text, share)
    if head.cut:
        return HeardText(heard=text[:at], lost=text[at:])
    return HeardText(heard=text[:at], ahead=text[at:])


def _written(item: Item, head: Head) -> bool:
    part = item.parts[head.content_index] if head.content_index < len(item.parts) else Part("")
    return part.type == "output_text"


def _whole(head: Head) -> bool:
    """Whether the audio that came is all that the text stands for; a cut tail may never come."""
    return head.all_received or bool(head.cut)


def _share(text: str, played_ms: float, received_ms: float, *, whole: bool) -> float:
    if whole:
        return min(1.0, played_ms / received_ms) if received_ms else 0.0
    return min(1.0, played_ms * _CHARACTERS_PER_MS / len(text)) if text else 0.0


def _word_end(text: str, share: float) -> int:
    """The end of the last word that ends within this share of the text."""
    limit = int(len(text) * share)
    if limit >= len(text):
        return len(text)
    space = text.rfind(" ", 0, limit + 1)
    return max(space, 0)
