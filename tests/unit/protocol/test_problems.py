"""The words for error codes and closes."""

from __future__ import annotations

import pytest

from studio.protocol.problems import describe_close, describe_error, is_benign


def test_known_codes_have_a_title_and_a_next_step() -> None:
    help_ = describe_error("cannot_update_voice")
    assert help_ is not None
    assert help_.title == "The voice cannot change once the assistant has spoken"
    assert "new session" in help_.hint


@pytest.mark.parametrize("code", [None, "", "never_heard_of"])
def test_codes_outside_the_catalogue_get_no_words(code: str | None) -> None:
    assert describe_error(code) is None
    assert not is_benign(code)


def test_lost_races_are_benign_and_refusals_are_not() -> None:
    assert is_benign("response_cancel_not_active")
    assert is_benign("input_audio_buffer_commit_empty")
    assert not is_benign("invalid_api_key")


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        (3000, "invalid_request_error.invalid_api_key", "The key was refused."),
        (4000, "invalid_request_error.beta_api_shape_disabled", "--dialect ga"),
        (4000, "invalid_request_error.new_code", "It said: invalid_request_error.new_code"),
        (1001, "Your session hit the maximum duration of 60 minutes.", "longest duration"),
        (1000, "", "closed normally"),
        (None, "", "broke without a goodbye"),
        (4321, "", "code 4321"),
    ],
)
def test_a_close_is_told_by_its_reason_then_by_its_code(
    code: int | None, reason: str, words: str
) -> None:
    assert words in describe_close(code, reason)
