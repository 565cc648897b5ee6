"""The one error that people see: what went wrong, where, and what to do next."""

from __future__ import annotations

from typing_extensions import override

from studio.core.text import one_line, without_secrets

_LONGEST_FAULT = 200


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


def unforeseen(failure: Exception) -> StudioError:
    """A fault of our own in words, for where one of many things failed and the rest go on.

    It names the exceptions and says what they say on one line, without secrets.
    """
    told = "; ".join(f"{type(each).__name__}: {each}".rstrip(": ") for each in _single(failure))
    words = one_line(without_secrets(told), _LONGEST_FAULT)
    return StudioError(words, title="An unforeseen fault")


def _single(failure: Exception) -> list[Exception]:
    if isinstance(failure, ExceptionGroup):
        return [one for each in failure.exceptions for one in _single(each)]
    return [failure]
