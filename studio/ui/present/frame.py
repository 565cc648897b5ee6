"""The parts of the detail pane as styled lines: the tree, the raw frame, what changed, the foot."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from rich.text import Text

from studio.core.text import one_line, printable
from studio.protocol.catalog import Kind, path_words
from studio.ui.present.payload import audio_bytes
from studio.ui.present.summary import audio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.protocol.lint import Finding
    from studio.ui.present.changes import Change
    from studio.ui.present.palette import Palette
    from studio.ui.present.tree import Row

MARKS = {"error": "✗", "warning": "!", "info": "·"}
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_TYPES_FROM = 56
_TYPE_CELLS = 18
_SHORT = {"values": "one of", "map": "object"}


def tree_line(
    row: Row,
    width: int,
    palette: Palette,
    *,
    is_open: bool,
    finding: Finding | None,
    bytes_per_ms: float,
) -> Text:
    """A row of the tree: mark, name, value, and its type at the right where there is room."""
    line = Text(no_wrap=True, end="")
    line.append(f"{MARKS[finding.severity]} " if finding else "  ", color_of(finding, palette))
    line.append("  " * min(row.depth, max(0, width // 4)))
    nest = "▾ " if is_open else "▸ "
    line.append(nest if row.members else "  ", palette.faint)
    if row.note:
        line.append(row.note, palette.warning)
        return line
    line.append(one_line(str(row.key), 60), palette.muted)
    line.append(": ", palette.faint)
    room = max(8, width - line.cell_len - (_TYPE_CELLS if width >= _TYPES_FROM else 0))
    line.append_text(_value(row, room, palette, is_open=is_open, bytes_per_ms=bytes_per_ms))
    if row.kind is not None and width >= _TYPES_FROM:
        words = short_type(row.kind)
        gap = width - line.cell_len - len(words) - 1
        if gap > 0:
            line.append(" " * gap).append(words, palette.faint)
    line.truncate(width, overflow="ellipsis")
    return line


def short_type(kind: Kind) -> str:
    """A type in a word or two, for the right edge."""
    names = list(dict.fromkeys(_SHORT.get(each.name, each.name) for each in kind.members))
    words = "/".join(names)
    if words == "one of":
        count = len(kind.known_values)
        return f"one of {count}" if count > 1 else "fixed"
    if len(names) > 2:
        return f"{names[0]}…"
    return words.replace("string/one of", "string").replace("one of", "word")


def _value(row: Row, room: int, palette: Palette, *, is_open: bool, bytes_per_ms: float) -> Text:
    value = row.value
    count = audio_bytes(row.key, value)
    if count is not None:
        return Text(f"‹{audio(count, bytes_per_ms)}›", palette.accent)
    if row.members:
        if is_open:
            return Text("")
        marks = "{}" if isinstance(value, dict) else "[]"
        return Text(f"{marks[0]}{row.members:,}{marks[1]}", palette.muted)
    if isinstance(value, str):
        return _string(value, room, palette)
    text = Text(json.dumps(value), plain_color(value, palette), no_wrap=True, end="")
    text.truncate(room, overflow="ellipsis")
    return text


def _string(value: str, room: int, palette: Palette) -> Text:
    words = json.dumps(printable(value[: room + 1]), ensure_ascii=False)
    text = Text(words if len(value) <= room else words[:-1], palette.good, no_wrap=True, end="")
    if text.cell_len > room or len(value) > room:
        about = f"… {len(value):,}" if len(value) > 2 * room else "…"
        text.truncate(max(1, room - len(about)))
        text.append(about, palette.faint)
    return text


def plain_color(value: object, palette: Palette) -> str:
    """The colour of a plain value by its type."""
    if isinstance(value, str):
        return palette.good
    if value is None or isinstance(value, bool):
        return palette.warning
    return palette.user if isinstance(value, int | float) else palette.faint


def color_of(finding: Finding | None, palette: Palette) -> str:
    """The colour of a finding; of none, nothing stands out."""
    colors = {"error": palette.error, "warning": palette.warning, "info": palette.accent}
    return colors[finding.severity] if finding else palette.faint


def escaped(text: str) -> str:
    """A frame with every character that cannot be seen written as an escape; newlines stay."""
    return _HIDDEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code == 0x0A:
        return "\n"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def raw_lines(text: str, width: int) -> list[str]:
    """The frame cut into lines that fit: none of it is left out."""
    cells = max(8, width)
    step = cells if text.isascii() else cells // 2
    return [
        line[at : at + step]
        for line in text.split("\n")
        for at in range(0, max(1, len(line)), step)
    ]


def change_line(change: Change, palette: Palette) -> Text:
    """A leaf that differs: sign, path, what it was and what it is."""
    colors = {"+": palette.good, "−": palette.error, "~": palette.warning}
    line = Text(f"{change.sign} ", colors[change.sign], no_wrap=True, end="")
    line.append(f"{one_line(path_words(change.path), 120)}  ", palette.muted)
    if change.sign != "+":
        line.append(_plain(change.before), palette.faint)
    if change.sign == "~":
        line.append(" ").append("→", palette.faint).append(" ")
    if change.sign != "−":
        line.append(_plain(change.after), plain_color(change.after, palette))
    return line


def _plain(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(one_line(value, 120), ensure_ascii=False)
    return json.dumps(value)


def foot_lines(
    row: Row | None, doc: str, findings: Sequence[Finding], palette: Palette
) -> tuple[Text, ...]:
    """What is known of the field at the cursor: path and type, a line of words, what is odd."""
    lines = []
    if row is not None and not row.note:
        head = Text(one_line(path_words(row.path), 100), palette.accent, no_wrap=True)
        if row.kind is not None:
            need = "required" if row.required else "may be missing"
            head.append("  ").append(f"{row.kind.words}, {need}", palette.muted)
        elif not findings:
            head.append("  ").append("not in the catalogue", palette.faint)
        lines.append(head)
        if doc:
            lines.append(Text(doc, palette.foreground, no_wrap=True))
    for finding in findings:
        words = f"{MARKS[finding.severity]} {one_line(finding.words)}"
        lines.append(Text(words, color_of(finding, palette), no_wrap=True))
    return tuple(lines)


def found_words(findings: Sequence[Finding]) -> str:
    """How many findings there are of each kind: `1 error, 2 notes`; empty for none."""
    names = {"error": "error", "warning": "warning", "info": "note"}
    counts = dict.fromkeys(names, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return ", ".join(
        f"{count} {names[severity]}{'' if count == 1 else 's'}"
        for severity, count in counts.items()
        if count
    )


def copied(value: Any) -> str:  # noqa: ANN401 JSON of any shape
    """A value as it is put on the clipboard: text as it is, the rest as indented JSON."""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
