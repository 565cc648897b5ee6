"""What a stored session says of its events, for whoever does not fold it anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio import __version__
from studio.core.errors import StudioError
from studio.session.facts import Facts, facts_of
from studio.session.skimming import Skimming
from studio.storage.digest import ORIGINS
from studio.storage.facts_file import load_facts, save_facts

if TYPE_CHECKING:
    from pathlib import Path

    from studio.session.state import SessionState
    from studio.storage.reader import StoredSession
    from studio.storage.store import EventStore

_EVENTS_AT_ONCE = 16_384


def event_facts(session: StoredSession, store: EventStore, cache_dir: Path) -> Facts:
    """The facts of all events of a stored session: as they were kept, or found and then kept."""
    if kept := load_facts(session, cache_dir, __version__, len(store)):
        return Facts(**kept)
    facts = facts_of(skimmed(store), store)
    columns = {"turn": facts.turn, "problem": facts.problem, "anchor_s": facts.anchor_s}
    save_facts(session, cache_dir, __version__, columns)
    return facts


def skimmed(store: EventStore) -> SessionState:
    """What facts go by, of all events of a store."""
    skimming = Skimming(store.dialect)
    columns = store.columns
    for start in range(0, len(store), _EVENTS_AT_ONCE):
        stop = min(start + _EVENTS_AT_ONCE, len(store))
        cells = zip(
            map(store.word, columns.type[start:stop].tolist()),
            map(ORIGINS.__getitem__, columns.origin[start:stop].tolist()),
            store.frames(start, stop),
            columns.audio[start:stop].tolist(),
            strict=True,
        )
        for position, event in enumerate(cells, start):
            if skimming.passes_over(*event):
                continue
            try:
                skimming.take(store.envelope(position))
            except StudioError:  # an event that this version does not know
                continue
    return skimming.state
