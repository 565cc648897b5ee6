"""The one error that people see: what went wrong, where, and what to do next."""

from __future__ import annotations


class StudioError(Exception):
    """The world failed (no device, refused, full disk, bad settings), in words for a person.

    Args:
        message: what happened, naming the thing it happened to.
        title: a few words for a heading.
        hint: the next step, as an instruction; empty where there is none.
    """

    def __init__(
        self, message: str, *, title: str = "Something went wrong", hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.title = title
        self.hint = hint

    def in_words(self) -> str:
        """Title, message and hint as lines of plain text."""
        lines = [f"{self.title}: {self.message}"]
        if self.hint:
            lines.append(self.hint)
        return "\n".join(lines)
