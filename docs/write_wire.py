"""Writes docs/wire.md from the event classes: `.venv/bin/python docs/write_wire.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from studio.protocol.beta import NOT_IN_BETA
from studio.protocol.events import CLIENT_EVENTS, SERVER_EVENTS, Event

TARGET = Path(__file__).parent / "wire.md"
_COMMON = {"type", "event_id"}


def wire_page() -> str:
    """The page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# The wire"
    yield ""
    yield "Every event of the GA dialect as the studio reads it, written from the classes in"
    yield "`studio/protocol/events.py` by `docs/write_wire.py`. Fields that are not named are kept;"
    yield "`?` marks those that may be missing. The beta dialect is translated into these words; †"
    yield "marks what it does not have."
    for title, events in (("Client events", CLIENT_EVENTS), ("Server events", SERVER_EVENTS)):
        yield ""
        yield f"## {title} ({len(events)})"
        yield ""
        yield "| event | fields | is |"
        yield "|---|---|---|"
        yield from _rows(events)


def _rows(events: Mapping[str, type[Event]]) -> Iterator[str]:
    for name, event in sorted(events.items()):
        fields = ", ".join(
            f"`{field}`{'' if info.is_required() else '?'}"
            for field, info in event.model_fields.items()
            if field not in _COMMON
        )
        mark = " †" if name in NOT_IN_BETA else ""
        yield f"| `{name}`{mark} | {fields or '—'} | {event.__doc__} |"


if __name__ == "__main__":
    TARGET.write_text(wire_page(), encoding="utf-8")
