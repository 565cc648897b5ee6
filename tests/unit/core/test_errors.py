"""The error for people: it says the same wherever it is told."""

from __future__ import annotations

import pickle

import pytest

from studio.core.errors import StudioError


class _RefusedError(StudioError):
    """One that is made of other things than it says."""

    def __init__(self, code: int, *, wait_s: float) -> None:
        super().__init__(f"Refused with {code}.", title="Refused", hint=f"Wait {wait_s} s.")
        self.code = code


@pytest.mark.parametrize(
    "error",
    [
        StudioError("The disk is full."),
        StudioError("No microphone.", title="No sound", hint="Plug one in."),
        _RefusedError(429, wait_s=2.5),
    ],
)
def test_it_crosses_a_process_border_whole(error: StudioError) -> None:
    error.__notes__ = ["while the take was heard"]

    crossed = pickle.loads(pickle.dumps(error))

    assert type(crossed) is type(error)
    assert crossed.in_words() == error.in_words()
    assert str(crossed) == str(error)
    assert vars(crossed) == vars(error)
