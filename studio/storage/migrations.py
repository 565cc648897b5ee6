"""Session logs of earlier versions, brought to the current one step by step.

The version of the format is its own; it changes when a reader of the former could not read what is
written, and then a step is added here that turns a header and a line of the former into the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from studio.core.errors import StudioError
from studio.core.text import one_line

SCHEMA: Literal["studio.session/1"] = "studio.session/1"
"""The format that is written."""

Fields = dict[str, Any]


class Migration(NamedTuple):
    """One step: how a header's fields and a line of the log become those of the next version."""

    header: Callable[[Fields], Fields]
    line: Callable[[str], str]


MIGRATIONS: Mapping[str, Migration] = {}
"""Steps by the version that they start from; the header that a step makes names the next."""


def migrated(
    header: Fields, steps: Mapping[str, Migration] = MIGRATIONS, current: str = SCHEMA
) -> tuple[Fields, tuple[Callable[[str], str], ...]]:
    """A header in the current version, and the functions that bring each line there, in order.

    Raises:
        StudioError: no chain of steps leads from the header's version to the current one.
    """
    lines: list[Callable[[str], str]] = []
    seen = set()
    while header["schema"] != current:
        version = header["schema"]
        step = steps.get(version)
        if step is None or version in seen:
            raise StudioError(
                f"The session is kept as {one_line(str(version), 60)}; "
                f"this studio reads {current}.",
                title="The session is of another version",
                hint="Open it with the version of the studio that wrote it, or a later one.",
            )
        seen.add(version)
        header = step.header(header)
        lines.append(step.line)
    return header, tuple(lines)
