"""What is known of a take beside its sound, as JSON: labels, where it is from, tags.

    {"schema": "studio.take/1", "origin": "…", "tags": ["phone"],
     "labels": [{"begin_ms": 480, "end_ms": 2310, "kind": "turn", "words": "What time is it?"}]}

`labels` is null where nobody has said what is true of the take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.core.text import one_line
from studio.lab.labels import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = "studio.take/1"
_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class TakeNotes:
    """Notes as they stand in a file; whether the labels fit the sound is not looked at here.

    Attributes:
        labels: None where nobody has said what is true of the take.
        origin: where it is from, in words.
        tags: small words without spaces.
        faults: what could not be read, a sentence each.
    """

    labels: tuple[Label, ...] | None = None
    origin: str = ""
    tags: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @staticmethod
    def of(fields: object) -> TakeNotes:
        """The notes in a JSON value, whatever it is; what is wrong is left out and named."""
        if not isinstance(fields, dict):
            return TakeNotes(faults=("Its notes are no JSON object.",))
        faults: list[str] = []
        told = fields.get("labels")
        labels: tuple[Label, ...] | None = None
        if isinstance(told, list):
            read = [_label(each) for each in told]
            labels = tuple(each for each in read if each is not None)
            faults += [
                f"Label {at} of its notes is no label."
                for at, each in enumerate(read, 1)
                if each is None
            ]
        elif told is not None:
            faults.append("The labels in its notes are no list.")
        return TakeNotes(labels, _text(fields.get("origin")), _tags(fields), tuple(faults))

    def fields(self) -> dict[str, Any]:
        """The notes as a JSON object; faults do not go into it."""
        labels = None if self.labels is None else [label_fields(each) for each in self.labels]
        return {
            "schema": SCHEMA,
            "origin": self.origin,
            "tags": list(self.tags),
            "labels": labels,
        }


def label_fields(label: Label) -> dict[str, Any]:
    """A label as a JSON object."""
    return {
        "begin_ms": label.begin_ms,
        "end_ms": label.end_ms,
        "kind": label.kind,
        "words": label.words,
    }


def tidy_tags(words: str) -> tuple[str, ...]:
    """The tags in a text, apart by spaces or commas, without a leading `#`."""
    tags = (one_line(tag).lstrip("#").lower() for tag in words.replace(",", " ").split())
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _label(value: object) -> Label | None:
    if not isinstance(value, dict):
        return None
    begin, end = _ms(value.get("begin_ms")), _ms(value.get("end_ms"))
    kind = value.get("kind", "turn")
    if begin is None or end is None or kind not in ("turn", "noise"):
        return None
    return Label(begin, end, kind, _text(value.get("words")))


def _ms(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(value) if abs(value) < 2**53 else None  # of a NaN, too, nothing is below


def _text(value: object) -> str:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else ""


def _tags(fields: Mapping[str, object]) -> tuple[str, ...]:
    told = fields.get("tags")
    if not isinstance(told, list):
        return ()
    return tidy_tags(" ".join(tag for tag in told if isinstance(tag, str)))
