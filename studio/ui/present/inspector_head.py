"""What the inspector's title line says: how many events, the search, the pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.text import one_line

if TYPE_CHECKING:
    from studio.query.filter import Filter
    from studio.ui.inspection import Inspection

_LONGEST = 24
_LONGEST_FILTER = 48


def told(held: Inspection, words: str, *, is_missed: bool, follows: bool) -> tuple[str, bool]:
    """The words at the right, and whether they are urgent.

    Args:
        held: the list.
        words: what is looked for, empty for nothing.
        is_missed: whether it was looked for and not found.
        follows: whether the list stays with the newest.
    """
    facts = [
        f"paused, {held.waiting:,} more" if held.is_paused else "",
        _search(held, words, is_missed=is_missed),
    ]
    if held.marks:
        facts.append(f"{len(held.marks):,} mark" + ("" if len(held.marks) == 1 else "s"))
    facts.append(_count(held))
    can_follow = held.is_at_its_end or held.is_played
    if can_follow and not follows and len(held.listing):
        facts.append("G follows")
    return "   ".join(fact for fact in facts if fact), held.is_paused or is_missed


def none_passes(held: Inspection, wanted: Filter) -> str:
    """What stands in place of rows where a filter means none of the events."""
    from studio.query.hints import wider_type

    text = one_line(str(wanted), _LONGEST_FILTER)
    words = f" No event of {held.listing.rows.total:,} passes {text}."
    wider = wider_type(wanted, held.store)
    hint = f"  {one_line(wider.text, _LONGEST_FILTER)} matches {wider.events:,}." if wider else ""
    return f"{words}{hint}  esc shows all."


def _search(held: Inspection, words: str, *, is_missed: bool) -> str:
    if not words:
        return ""
    quoted = f"“{one_line(words, _LONGEST)}”"
    if is_missed:
        where = " here" if held.finding is not None and len(held.finding.positions) else ""
        return f"{quoted} not found{where}"
    if held.finding is None:
        return quoted
    return f"{quoted} {held.finding.told(held.listing.rows, held.listing.cursor)}"


def _count(held: Inspection) -> str:
    listed, total = held.counts
    if held.share is not None:
        return f"filtering {held.share:.0%} of {total:,}"
    known = len(held.store) if not held.is_paused else total
    if held.wanted is not None:
        return f"{listed:,} of {known:,} events"
    return f"{known:,} event" + ("" if known == 1 else "s")
