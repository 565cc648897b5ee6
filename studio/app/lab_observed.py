"""`studio lab observed`: what was asked of a session, what was echoed, and what was done."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from studio.app.comparing import fold
from studio.app.library import sessions_dir_of
from studio.core.text import one_line
from studio.session.obeyed import findings
from studio.session.standing import in_words
from studio.storage.folders import find_session
from studio.storage.reader import open_session

if TYPE_CHECKING:
    from studio.app.choices import Choices
    from studio.session.obeyed import Finding

_LONGEST = 24


def print_observed(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    session: str,
    as_json: bool,
    say: Callable[[str], None],
) -> int:
    """Print the verdict on each setting; the exit status, 1 where one was not obeyed.

    Raises:
        StudioError: there is no such session, or it cannot be read.
    """
    stored = open_session(find_session(sessions_dir_of(choices, environ), session))
    found = findings(fold(stored))
    if as_json:
        say(json.dumps([asdict(each) for each in found.values()]))
    else:
        say("\n".join(_lines(found.values())))
    return int(any(each.is_wrong for each in found.values()))


def _lines(found: Collection[Finding]) -> Iterator[str]:
    rows = [("setting", "asked", "echoed", "verdict"), *map(_row, found)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    heads = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    yield heads[0].rstrip()
    for head, each in zip(heads[1:], found, strict=True):
        yield head.rstrip()
        if each.verdict != "not seen yet":
            yield f"    {one_line(each.evidence)}"


def _row(each: Finding) -> tuple[str, str, str, str]:
    asked, echoed = (in_words(value, _LONGEST) for value in (each.asked, each.echoed))
    return each.path, asked, echoed, each.verdict
