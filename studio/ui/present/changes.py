"""What differs between two payloads, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from studio.protocol.catalog import Path

MOST_LEAVES = 20_000
_NEVER_TOLD = {("event_id",)}


@dataclass(frozen=True, slots=True)
class Change:
    """A leaf that is there only now, was there only before, or says something else."""

    sign: Literal["+", "−", "~"]
    path: Path
    before: object = None
    after: object = None


def changes(before: object, after: object) -> tuple[Change, ...]:
    """What `after` says otherwise than `before`; ids of events always differ and are left out.

    Payloads of more than `MOST_LEAVES` leaves are compared that far.
    """
    old, new = dict(leaves(before)), dict(leaves(after))
    found = []
    for path, value in new.items():
        if path not in old:
            found.append(Change("+", path, after=value))
        elif not _same(old[path], value):
            found.append(Change("~", path, old[path], value))
    found += [Change("−", path, before=value) for path, value in old.items() if path not in new]
    return tuple(each for each in found if each.path not in _NEVER_TOLD)


def leaves(payload: object) -> Iterator[tuple[Path, object]]:
    """Every plain value and every empty object or array, with its path, in the payload's order."""
    left = MOST_LEAVES
    waiting: list[tuple[Path, object]] = [((), payload)]
    while waiting and left:
        path, value = waiting.pop()
        members = _members(value)
        if members:
            waiting += [((*path, key), inner) for key, inner in reversed(members[:left])]
        else:
            left -= 1
            yield path, value


def _members(value: object) -> list[tuple[str | int, object]]:
    if isinstance(value, Mapping):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)
