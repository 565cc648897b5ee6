"""What stands below the composer's text: what fits at its cursor, and what is odd about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from studio.core.text import one_line
from studio.protocol.catalog import catalog, event_doc, path_words
from studio.protocol.completion import Suggestion, complete, kind_at
from studio.protocol.lint import Finding, lint
from studio.protocol.templates import UNKNOWN_ID, templates
from studio.ui.present.changes import leaves
from studio.ui.present.frame import MARKS, color_of
from studio.ui.present.payload import audio_place, value_at

if TYPE_CHECKING:
    from studio.protocol.dialect import Dialect
    from studio.protocol.written import Written
    from studio.ui.present.palette import Palette

_CERTAIN = {"unknown event", "wrong type", "value not allowed"}
"""What is odd whatever is written next."""

MOST_OFFERS = 6
MOST_FINDINGS = 5


def offers(text: str, written: Written, dialect: Dialect) -> tuple[Suggestion, ...]:
    """What could be written at the cursor; of an empty text, whole events."""
    if not text.strip():
        return tuple(
            Suggestion(each.name, each.help, each.text, (0, len(text)))
            for each in templates(dialect)
        )
    return complete(written, "client", dialect)


def findings(text: str, written: Written, dialect: Dialect) -> tuple[Finding, ...]:
    """What is odd about the event as it is written now; of an empty text, nothing."""
    if not text.strip():
        return ()
    if written.fault is None:
        return (*lint(written.value, "client", dialect), *_left_open(written.value))
    broken = Finding((), "no event", "error", f"Not JSON yet: {written.fault[1]}.")
    if not isinstance(written.value, Mapping) or "type" not in written.value:
        return (broken,)
    so_far = lint(written.value, "client", dialect)
    return (broken, *(each for each in so_far if each.fault in _CERTAIN))


def _left_open(value: object) -> Iterator[Finding]:
    """What a template leaves to be filled in."""
    for path, leaf in leaves(value):
        if isinstance(leaf, str) and leaf.endswith(UNKNOWN_ID):
            yield Finding(path, "value not allowed", "warning", "Put an id of this session here.")


def about(written: Written, cursor: int, dialect: Dialect, palette: Palette) -> tuple[Text, ...]:
    """The field at the cursor in words; nothing where it is not known."""
    places = (*written.spans.items(), *written.keys.items())
    around = [path for path, (start, end) in places if path and start <= cursor <= end]
    if not around or not isinstance(written.value, Mapping):
        return ()
    path = max(around, key=len)
    wire_type = str(written.value.get("type", ""))
    kind = kind_at(catalog().found(wire_type, "client", dialect), written.value, path)
    if kind is None:
        return ()
    head = Text(path_words(path), palette.accent, no_wrap=True)
    head.append("  ").append(kind.words, palette.muted)
    doc = event_doc(wire_type) if path == ("type",) else catalog().doc(wire_type, path)
    return (head, Text(doc, palette.foreground, no_wrap=True)) if doc else (head,)


def span_of(finding: Finding, written: Written) -> tuple[int, int]:
    """Where to point in the text for a finding."""
    if finding.fault == "no event" and written.fault is not None:
        return written.fault[0], written.fault[0] + 1
    return written.place_of(finding.path)


def offer_lines(
    suggestions: Sequence[Suggestion], chosen: int, width: int, palette: Palette
) -> tuple[Text, ...]:
    """Those around the chosen one, which `tab` takes."""
    top = max(0, min(chosen - MOST_OFFERS + 1, len(suggestions) - MOST_OFFERS))
    shown = suggestions[top : top + MOST_OFFERS]
    cells = min(40, max((len(each.label) for each in shown), default=0))
    lines = []
    for number, each in enumerate(shown, top):
        is_chosen = number == chosen
        line = Text("› " if is_chosen else "  ", palette.accent, no_wrap=True, end="")
        label = Text(
            one_line(each.label, cells), palette.foreground if is_chosen else palette.muted
        )
        label.pad_right(cells - label.cell_len)
        line.append_text(label).append("  ").append(one_line(each.help), palette.muted)
        line.truncate(width, overflow="ellipsis")
        lines.append(line)
    return tuple(lines)


def finding_lines(
    found: Sequence[tuple[int, Finding]], width: int, palette: Palette
) -> tuple[Text, ...]:
    """What is odd, each after the number of its line."""
    lines = []
    for number, finding in found[:MOST_FINDINGS]:
        line = Text(f"{MARKS[finding.severity]} ", color_of(finding, palette), no_wrap=True, end="")
        line.append(f"{number:>3}  ", palette.muted)
        if len(finding.path) > 1:
            line.append(f"{one_line(path_words(finding.path), 60)}  ", palette.muted)
        line.append(one_line(finding.words), color_of(finding, palette))
        line.truncate(width, overflow="ellipsis")
        lines.append(line)
    if len(found) > MOST_FINDINGS:
        lines.append(Text(f"  and {len(found) - MOST_FINDINGS:,} more", palette.muted))
    return tuple(lines)


def resent(payload: Mapping[str, Any], audio: str | None) -> str:
    """An event's text to send again: without its id, with its audio where that is known.

    Args:
        payload: the event as the log keeps it.
        audio: its audio as base64; None where it is not kept.
    """
    fresh = {key: value for key, value in payload.items() if key != "event_id"}
    place = audio_place(fresh)
    if place is not None and isinstance(value_at(fresh, place), Mapping):
        fresh |= {str(place[0]): audio or ""}
    return indented(fresh)


def indented(value: object) -> str:
    """Indented JSON; escapes stand only where a text could not be sent without."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    try:
        _ = text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=2)
    return text
