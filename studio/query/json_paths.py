"""A way into a frame's JSON, such as `.response.output[0].type`, and the values at its end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from typing_extensions import override

from studio.query.errors import FilterError

_STEP = re.compile(
    r"""
    \.(?P<key>[A-Za-z_$][\w$-]*)
    | \.(?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<every>\.\*|\[\*\])
    | \[(?P<index>-?\d{1,9})\]
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_BARE = re.compile(r"[A-Za-z_$][\w$-]*", re.ASCII)

Step = str | int | None
"""A key, a place in an array (negative from its end), or None for every one of either."""


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from the frame inwards; there is at least one, and the first is a key or None."""

    steps: tuple[Step, ...]

    @override
    def __str__(self) -> str:
        first, *others = self.steps
        return (".*" if first is None else _written(first)) + "".join(map(_written, others))

    @property
    def last_key(self) -> str | None:
        """The innermost key, None where there is none."""
        return next((step for step in reversed(self.steps) if isinstance(step, str)), None)

    def values(self, payload: object) -> Iterator[object]:
        """Every value that it leads to; a null that is there is a value."""
        found = [payload]
        for step in self.steps:
            found = [value for each in found for value in _inside(each, step)]
        return iter(found)


def _inside(value: object, step: Step) -> Iterator[object]:
    if isinstance(value, dict):
        if step is None:
            yield from value.values()
        elif step in value:
            yield value[step]
    elif isinstance(value, list):
        if step is None:
            yield from value
        elif isinstance(step, int) and -len(value) <= step < len(value):
            yield value[step]


def _written(step: Step) -> str:
    if step is None:
        return "[*]"
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _BARE.fullmatch(step) else f".{json.dumps(step)}"


def parse_path(text: str, start: int) -> Path:
    """Read a path that stands at `start` of a filter.

    Raises:
        FilterError: it is no path.
    """
    steps: list[Step] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None:
            raise FilterError(
                "This is no path into the JSON.",
                start + at,
                start + len(text),
                'Write .key, ."odd key", [0], [-1] or [*], one after the other: '
                ".response.output[0].type. In quotes it is text to look for.",
            )
        steps.append(_step(match, start + at))
        at = match.end()
    if isinstance(steps[0], int):
        raise FilterError(
            "A frame is an object: a path begins with a key.", start, start + len(text)
        )
    return Path(tuple(steps))


def _step(match: re.Match[str], start: int) -> Step:
    if match["every"]:
        return None
    if match["index"]:
        return int(match["index"])
    return unquoted(match["quoted"], start + 1) if match["quoted"] else match["key"]


def unquoted(literal: str, start: int) -> str:
    """What stands in quotes, where the filter's text has them at `start`; escapes are JSON's.

    Raises:
        FilterError: an escape that JSON does not know.
    """
    try:
        text: str = json.loads(literal, strict=False)
    except json.JSONDecodeError as failure:
        raise FilterError(
            "A backslash in quotes begins an escape that is none.",
            start + failure.pos,
            start + failure.pos + 2,
            r"Write \\ for a backslash and \" for a quote.",
        ) from failure
    return text
