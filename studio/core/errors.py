"""The one error that people see: what went wrong, where, and what to do next."""

from __future__ import annotations

from typing_extensions import override


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

    @override
    def __reduce__(self) -> tuple[object, ...]:
        """Cross to another process whole: by itself an exception takes its arguments alone."""
        return _again, (type(self), self.args, self.__dict__)

    def in_words(self) -> str:
        """Title, message and hint as lines of plain text."""
        lines = [f"{self.title}: {self.message}"]
        if self.hint:
            lines.append(self.hint)
        return "\n".join(lines)


def _again(
    kind: type[StudioError], args: tuple[object, ...], held: dict[str, object]
) -> StudioError:
    """An error as it was, whatever its own class asks to be made of."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(held)
    return error
