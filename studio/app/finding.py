"""What the doctor finds, as a value, and how it reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from studio.core.text import printable

Verdict = Literal["ok", "note", "fault"]
_MARKS: Mapping[Verdict, str] = {"ok": "✓", "note": "·", "fault": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        topic: the heading it belongs under.
        verdict: `fault` keeps something from working; `note` is worth knowing.
        message: what was found.
        hint: the next step, where there is one.
        detail: more of what was found.
        figures: what was measured, by name with the unit.
    """

    topic: str
    verdict: Verdict
    message: str
    hint: str = ""
    detail: str = ""
    figures: Mapping[str, str | float | bool] = field(default_factory=dict)


def report(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings as lines for a terminal, under their topics; a next step is told once."""
    topic = ""
    told = {""}
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            yield ""
            yield topic
        yield f"  {_MARKS[finding.verdict]} {printable(finding.message)}"
        if finding.detail:
            yield f"      {printable(finding.detail)}"
        if finding.hint not in told:
            told.add(finding.hint)
            yield f"      {printable(finding.hint)}"
