"""Takes for the command line: listed, shown, labelled, removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.config.paths import studio_paths
from studio.core.errors import StudioError
from studio.core.text import one_line, printable
from studio.lab.hearing import listener
from studio.lab.label_files import LabelFormat, read_labels, written_labels
from studio.lab.library import TakeLibrary
from studio.lab.proposal import propose
from studio.lab.shipped import PREFIX
from studio.lab.take_notes import label_fields, tidy_tags
from studio.lab.take_store import TakeStore

if TYPE_CHECKING:
    from studio.lab.labels import Label
    from studio.lab.take_files import StoredTake

Say = Callable[[str], None]

_ORIGIN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Labelling:
    """What is to become of a take's labels, name and tags; None leaves a thing as it is."""

    file: Path | None = None
    proposes: bool = False
    forgets: bool = False
    name: str | None = None
    tags: Sequence[str] = ()
    untags: Sequence[str] = ()


def library(environ: Mapping[str, str]) -> TakeLibrary:
    """All takes at hand."""
    return TakeLibrary(TakeStore(studio_paths(environ).takes_dir))


def list_takes(
    environ: Mapping[str, str],
    *,
    wanted: Sequence[str],
    trash: bool,
    as_json: bool,
    say: Say,
    warn: Say,
) -> None:
    """Print a line for each take, or a JSON array; what is wrong goes to `warn`."""
    takes = library(environ)
    listing = takes.own.trash() if trash else takes.listing()
    shown = takes.chosen(wanted) if wanted and not trash else listing.takes
    if as_json:
        say(json.dumps([take_json(each) for each in shown]))
    elif shown:
        say(_table([("name", "length", "turns", "noises", "origin"), *map(_row, shown)]))
    else:
        say("The trash is empty." if trash else "No takes yet. Add one: studio lab take add FILE")
    for fault in listing.faults if not wanted else ():
        warn(f"{fault.name} is no take: {fault.message}")
    for take in shown:
        for told in take.faults:
            warn(f"{take.name}: {told}")


def show_take(environ: Mapping[str, str], *, name: str, as_json: bool, say: Say) -> None:
    """Print what is known of a take.

    Raises:
        StudioError: there is no such take.
    """
    take = library(environ).find(name)
    if as_json:
        say(json.dumps(take_json(take) | {"labels": _labels_json(take)}))
        return
    say(
        f"{printable(take.name)}: {take.duration_ms / 1000:.2f} s of {take.audio_format}, "
        f"{one_line(take.origin, 200) or 'origin unknown'}"
    )
    if take.tags:
        say(" ".join(f"#{printable(tag)}" for tag in take.tags))
    if take.truth is None:
        say("Nobody has said what is true of it. Propose labels: studio lab take label --propose")
    elif take.truth.labels:
        say(_table([("", "begins", "ends", "words"), *map(_label_row, take.truth.labels)]))
    else:
        say("Nobody says anything in it that wants an answer.")
    for told in take.faults:
        say(f"Left out: {printable(told)}")


def label_take(
    environ: Mapping[str, str], *, name: str, labelling: Labelling, say: Say, warn: Say
) -> None:
    """Give a take other labels, tags or another name, and print what is known of it then.

    Raises:
        StudioError: there is no such take, it cannot be changed, or the labels cannot be used.
    """
    takes = library(environ)
    own = changeable(takes, name)
    stored = own.find(name)
    if labelling.file is not None:
        read = read_labels(labelling.file, stored.duration_ms)
        for fault in read.faults:
            warn(f"Left out: {fault}")
        own.label(name, read.truth)
    elif labelling.proposes:
        take = stored.load()
        own.label(name, propose(take, listener(studio_paths(environ).cache_dir).hear(take)))
    elif labelling.forgets:
        own.label(name, None)
    if labelling.tags or labelling.untags:
        gone = tidy_tags(" ".join(labelling.untags))
        kept = [tag for tag in stored.tags if tag not in gone]
        own.tag(name, tidy_tags(" ".join((*kept, *labelling.tags))))
    if labelling.name is not None:
        name = own.rename(name, labelling.name).name
    show_take(environ, name=name, as_json=False, say=say)


def export_labels(environ: Mapping[str, str], *, name: str, to: LabelFormat, say: Say) -> None:
    """Print a take's labels for another program.

    Raises:
        StudioError: there is no such take, or nothing is known of it.
    """
    take = library(environ).find(name)
    if take.truth is None:
        raise StudioError(
            f"Nobody has said what is true of {one_line(name, 80)}.",
            title="No labels",
            hint=f"Propose some: studio lab take label {one_line(name, 80)} --propose",
        )
    say(written_labels(take.truth, to, take.name).rstrip("\n"))


def remove_takes(environ: Mapping[str, str], *, names: Sequence[str], say: Say) -> None:
    """Move takes into the trash, and say how they come back.

    Raises:
        StudioError: there is no such take, or it cannot be removed.
    """
    takes = library(environ)
    for name in names:
        trashed = changeable(takes, name).remove(name)
        say(f"Removed {printable(name)}. Bring it back: studio lab take restore {trashed}")


def restore_takes(environ: Mapping[str, str], *, names: Sequence[str], say: Say) -> None:
    """Bring takes back from the trash.

    Raises:
        StudioError: it is not there, or another take has its name.
    """
    own = library(environ).own
    for name in names:
        say(f"Restored {printable(own.restore(name).name)}.")


def take_json(take: StoredTake) -> dict[str, Any]:
    """A take for a program; turns and noises are null where nobody has said what is true."""
    truth = take.truth
    return {
        "name": take.name,
        "duration_ms": round(take.duration_ms),
        "format": str(take.audio_format),
        "turns": None if truth is None else len(truth.turns),
        "noises": None if truth is None else len(truth.noises),
        "origin": take.origin,
        "tags": list(take.tags),
        "faults": list(take.faults),
    }


def _labels_json(take: StoredTake) -> list[dict[str, Any]] | None:
    return None if take.truth is None else [label_fields(each) for each in take.truth.labels]


def changeable(takes: TakeLibrary, name: str) -> TakeStore:
    """The store that may change a take.

    Raises:
        StudioError: it comes with the studio.
    """
    if name.startswith(PREFIX):
        raise StudioError(
            f"{one_line(name, 80)} comes with the studio.",
            title="This take cannot be changed",
            hint="Add a copy of your own with: studio lab take add FILE",
        )
    return takes.own


def _row(take: StoredTake) -> tuple[str, ...]:
    truth = take.truth
    return (
        printable(take.name),
        f"{take.duration_ms / 1000:.1f} s",
        "?" if truth is None else str(len(truth.turns)),
        "?" if truth is None else str(len(truth.noises)),
        one_line(take.origin, _ORIGIN_CHARACTERS),
    )


def _label_row(label: Label) -> tuple[str, ...]:
    return (
        label.kind,
        f"{label.begin_ms / 1000:.3f}",
        f"{label.end_ms / 1000:.3f}",
        one_line(label.words, _ORIGIN_CHARACTERS),
    )


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns of text; those of numbers, all but the first and the last, to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        first, *middle, last = row
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(middle, widths[1:], strict=False)]
        lines.append("  ".join([*cells, last]).rstrip())
    return "\n".join(lines)
