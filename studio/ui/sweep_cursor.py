"""The setting at the cursor of a sweep, as it is asked for, called and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studio.lab.by_words import session_of
from studio.lab.sweep_told import session_settings
from studio.lab.weighing import told
from studio.ui.present.sweep_words import eagerness_words

if TYPE_CHECKING:
    from studio.lab.verdicts import Found
    from studio.protocol.settings import SessionSettings


class AtCursor(NamedTuple):
    """One of a sweep's settings.

    Attributes:
        session: as a session's settings, nothing else stated.
        words: in words.
        name: what a preset of it may be called.
        origin: where a preset of it is from, in a sentence.
    """

    session: SessionSettings
    words: str
    name: str
    origin: str


def at_cursor(found: Found, at: int, eagerness: int | None) -> AtCursor:
    """The setting at a place of the grid; or an eagerness, by its place beside the grid."""
    weighed, by_words = found.weighed, found.by_words
    best = by_words.best if by_words is not None else None
    size = weighed.grid.size + (len(by_words.eagernesses) if by_words is not None else 0)
    figures, place, is_best = weighed.figures, at, best is None and at == weighed.chosen
    if by_words is None or eagerness is None:
        settings = weighed.grid.at(at)
        session, words = session_settings(settings), told(settings)
        name = f"sweep {settings.threshold:.2f} {settings.silence_duration_ms} ms"
    else:
        figures, place, is_best = by_words.figures, eagerness, eagerness == best
        named = by_words.eagernesses[eagerness]
        session, words = session_of(named), eagerness_words(by_words, eagerness)
        name = f"sweep {named} eagerness"
    origin = (
        f"A sweep,{' recommended' if is_best else ''} of {size:,} settings; it loses "
        f"{figures.lost[place]} of {figures.turns} turns."
    )
    return AtCursor(session, words, name, origin)
