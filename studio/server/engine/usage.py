"""Token arithmetic: what a response would cost on the hosted service, as near as can be told.

Audio is exact: the hosted service counts a token for each 100 ms of the user's and each 50 ms of
the assistant's audio. Text is an estimate, since no tokenizer is at hand: one token for every four
characters, rounded up, and three for the frame of each message. A picture counts as a fixed number.
Every response bills the whole context again; what an earlier response already read is cached.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.protocol.values import CachedTokens, InputTokens, OutputTokens, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable

USER_AUDIO_MS_PER_TOKEN = 100
ASSISTANT_AUDIO_MS_PER_TOKEN = 50
MESSAGE_FRAME_TOKENS = 3
IMAGE_TOKENS = 258

_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens by kind."""

    text: int = 0
    audio: int = 0
    image: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.text + other.text, self.audio + other.audio, self.image + other.image)

    @property
    def total(self) -> int:
        """All kinds together."""
        return self.text + self.audio + self.image


def text_tokens(text: str) -> int:
    """The estimate for a piece of text; nothing for nothing."""
    return math.ceil(len(text) / _CHARACTERS_PER_TOKEN)


def user_audio_tokens(ms: float) -> int:
    """The count for the user's audio, without a started token."""
    return int(ms) // USER_AUDIO_MS_PER_TOKEN


def assistant_audio_tokens(ms: float) -> int:
    """The count for the assistant's audio, a started token included."""
    return math.ceil(ms / ASSISTANT_AUDIO_MS_PER_TOKEN)


def summed(parts: Iterable[Tokens]) -> Tokens:
    """The sum of several counts."""
    return sum(parts, Tokens())


def response_usage(context: Tokens, cached: Tokens, output: Tokens) -> Usage:
    """A response's usage; `cached` is the part of `context` that was read before."""
    return Usage(
        total_tokens=context.total + output.total,
        input_tokens=context.total,
        output_tokens=output.total,
        input_token_details=InputTokens(
            text_tokens=context.text,
            audio_tokens=context.audio,
            image_tokens=context.image,
            cached_tokens=cached.total,
            cached_tokens_details=CachedTokens(
                text_tokens=cached.text, audio_tokens=cached.audio, image_tokens=cached.image
            ),
        ),
        output_token_details=OutputTokens(text_tokens=output.text, audio_tokens=output.audio),
    )


NO_USAGE = response_usage(Tokens(), Tokens(), Tokens())
"""What a failed response costs."""
