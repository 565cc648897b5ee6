"""The one error of the filter language: what is wrong, where, and what to write instead."""

from __future__ import annotations


class FilterError(Exception):
    """A filter that cannot be read.

    Args:
        message: the reason, in a sentence for a person.
        start: where the mistake begins in the text.
        end: where it ends; at least one past `start`, so that there is something to underline.
        hint: what to write instead; empty where nobody can know.
    """

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = max(end, start + 1)
        self.hint = hint
