"""Labels from and for other programs: Audacity's label tracks and RTTM.

Audacity, one line each: begin, end and text, a tab between, in seconds. A text that begins with
`noise` is noise, and what follows says which ("noise: cough"); any other is a turn, and its words
("turn: What time is it?", or the words alone). Lines of the studio's own exports that tell of the
assistant or the server are passed over.

RTTM, one `SPEAKER` line each. A speaker whose name begins with `noise` is noise; each line of any
other one is a turn.

Whatever is wrong with a line is named, and the others are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.labels import Kind, Label, Truth, usable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LabelFormat = Literal["audacity", "rttm"]

_LARGEST_BYTES = 20_000_000
_LONGEST_S = 1e7
_NOT_OURS = ("assistant:", "server:")


class LabelsRead(NamedTuple):
    """The labels that can be used, and what is wrong with the others, in sentences."""

    truth: Truth
    faults: tuple[str, ...]


def read_labels(path: Path, duration_ms: float) -> LabelsRead:
    """The labels in a file that fit a take of this length; RTTM is known by `.rttm`.

    Raises:
        StudioError: the file cannot be read, or no line of it is a label.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_BYTES).decode("utf-8-sig", "replace")
    except OSError as failure:
        raise _unusable(path, failure.strerror or str(failure)) from failure
    parse = _rttm if path.suffix.lower() == ".rttm" else _audacity
    labels: list[Label] = []
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            labels += parse(line)
        except ValueError as fault:
            faults.append(f"Line {number}: {fault}.")
    if not labels:
        raise _unusable(path, faults[0] if faults else "there is no label in it")
    truth, misfits = usable(labels, duration_ms)
    return LabelsRead(truth, (*faults, *misfits))


def written_labels(truth: Truth, form: LabelFormat, name: str) -> str:
    """The labels as a file of another program."""
    if form == "rttm":
        return "".join(_as_rttm(each, name) for each in truth.labels)
    return "".join(
        f"{each.begin_ms / 1000:.3f}\t{each.end_ms / 1000:.3f}\t{_told(each)}\n"
        for each in truth.labels
    )


def _told(label: Label) -> str:
    words = one_line(label.words)
    return f"{label.kind}: {words}" if words else label.kind


def _as_rttm(label: Label, name: str) -> str:
    begin_s, length_s = label.begin_ms / 1000, (label.end_ms - label.begin_ms) / 1000
    file, who = "_".join(one_line(name).split()), "noise" if label.kind == "noise" else "user"
    return f"SPEAKER {file} 1 {begin_s:.3f} {length_s:.3f} <NA> <NA> {who} <NA> <NA>\n"


def _audacity(line: str) -> Iterator[Label]:
    if not line.strip() or line.startswith("\\"):  # the latter has frequencies of the line before
        return
    begin, _, rest = line.strip("\r\n").partition("\t")
    end, _, text = rest.partition("\t")
    text = text.strip()
    if text.startswith(_NOT_OURS):
        return
    yield _label(_seconds(begin), _seconds(end), *_kind_of(text))


def _rttm(line: str) -> Iterator[Label]:
    fields = line.split()
    if not fields or fields[0] != "SPEAKER":
        return
    if len(fields) < 8:
        raise ValueError("a SPEAKER line of RTTM has at least eight fields")
    begin_s = _seconds(fields[3])
    kind: Kind = "noise" if fields[7].lower().startswith("noise") else "turn"
    yield _label(begin_s, begin_s + _seconds(fields[4]), kind, "")


def _label(begin_s: float, end_s: float, kind: Kind, words: str) -> Label:
    return Label(round(begin_s * 1000), round(end_s * 1000), kind, words)


def _kind_of(text: str) -> tuple[Kind, str]:
    kinds: tuple[Kind, ...] = ("turn", "noise")
    for kind in kinds:
        rest = text[len(kind) :]
        if text.lower().startswith(kind) and not rest[:1].isalpha():
            return kind, rest.lstrip(":–- ").strip()
    return "turn", text.removeprefix("user:").strip()


def _seconds(text: str) -> float:
    try:
        seconds = float(text.strip().replace(",", "."))
    except ValueError:
        seconds = float("nan")
    if not abs(seconds) <= _LONGEST_S:
        raise ValueError(f"{one_line(text, 40) or 'nothing'} is no time in seconds")
    return seconds


def _unusable(path: Path, reason: str) -> StudioError:
    return StudioError(
        f"{one_line(str(path), 200)}: {reason.rstrip('.')}.",
        title="The labels cannot be used",
        hint="Use an Audacity label track (begin, end, text; tabs between), or RTTM.",
    )
