from __future__ import annotations

from studio.server.engine.usage import (
    Tokens,
    assistant_audio_tokens,
    response_usage,
    text_tokens,
    user_audio_tokens,
)


def test_audio_rates_are_the_published_ones() -> None:
    assert user_audio_tokens(2796) == 27
    assert assistant_audio_tokens(800) == 16


def test_text_is_estimated_by_length() -> None:
    assert [text_tokens(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]


def test_cached_tokens_are_part_of_the_input() -> None:
    usage = response_usage(Tokens(10, 5), Tokens(4, 2), Tokens(3, 7))
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (15, 10, 25)
    assert usage.input_token_details is not None
    assert usage.input_token_details.cached_tokens == 6
