"""The stored sessions as a list: what stands in a row, what fits a search, and in which order.

No Textual and no files here; `studio.app.shelf` reads and writes, the library screen draws.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Protocol

from studio.storage.shelf import Notes

if TYPE_CHECKING:
    from studio.session.compare import Comparison
    from studio.session.cost import Cost
    from studio.session.digest import Digest
    from studio.session.state import SessionState
    from studio.session.turns import Turn

Column = Literal[
    "date", "title", "provider", "model", "voice", "turns", "length", "cost", "problems", "tags",
]  # fmt: skip
COLUMNS: tuple[Column, ...] = (
    "date", "title", "provider", "model", "voice", "turns", "length", "cost", "problems", "tags",
)  # fmt: skip
"""What a row shows, from left to right; each can be sorted by."""

_TERM = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))')
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A session on the shelf.

    Attributes:
        path: its folder.
        name: the folder's name.
        started_at: when it began; None where its log does not say.
        provider: whom it talked to.
        model: the model, as the service named it where it did.
        size_bytes: of its log and its tracks.
        notes: what a person noted.
        is_written: whether a process still writes it.
        fault: why its log cannot be read, empty where it can.
        digest: what was said and how it went; None while it has not been read.
        cost: in money; None while it has not been read.
        words: all that a search looks through, in folded case.
    """

    path: str
    name: str
    started_at: datetime | None = None
    provider: str = ""
    model: str = ""
    size_bytes: int = 0
    notes: Notes = field(default_factory=Notes)
    is_written: bool = False
    fault: str = ""
    digest: Digest | None = None
    cost: Cost | None = None
    words: str = ""

    @property
    def title(self) -> str:
        """What a person called it, else the first words of the user, else of the assistant."""
        if self.notes.title:
            return self.notes.title
        turns = self.digest.turns if self.digest is not None else ()
        said = (turn.user for turn in turns), (turn.assistant for turn in turns)
        return next((words.strip() for side in said for words in side if words.strip()), "")

    @property
    def tags(self) -> tuple[str, ...]:
        """The person's tags, then those of its turns."""
        found = self.digest.tags if self.digest is not None else {}
        return tuple(dict.fromkeys((*self.notes.tags, *found)))

    @property
    def money(self) -> Decimal | None:
        """US dollars; None where nothing is known of them."""
        return None if self.cost is None else self.cost.money


def searched_words(name: str, notes: Notes, digest: Digest | None) -> str:
    """All that a search looks through: name, notes, tags, and every word that was said."""
    turns = digest.turns if digest is not None else ()
    said = (words for turn in turns for words in (turn.user, turn.assistant) if words)
    return "\n".join((name, notes.title, notes.note, *notes.tags, *said)).casefold()


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a search: `word`, `"some words"`, `tag:slow`, `-provider:local`."""

    text: str
    about: str = ""
    excluded: bool = False


_FIELDS: Mapping[str, Callable[[Entry], str]] = {
    "tag": lambda entry: "\n".join(entry.tags),
    "provider": lambda entry: entry.provider,
    "model": lambda entry: entry.model,
    "voice": lambda entry: entry.digest.voice if entry.digest else "",
    "date": lambda entry: f"{entry.started_at:%Y-%m-%d %H:%M}" if entry.started_at else "",
    "problem": lambda entry: "\n".join(entry.digest.problems) if entry.digest else entry.fault,
    "is": lambda entry: " ".join(_states(entry)),
}
FIELDS = tuple(_FIELDS)
"""What a term can be about."""


def _states(entry: Entry) -> Sequence[str]:
    states = {
        "archived": entry.notes.archived,
        "live": entry.is_written,
        "damaged": bool(entry.fault),
        "noted": bool(entry.notes.note),
    }
    return [name for name, holds in states.items() if holds]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search: an entry fits where every term does. Archived sessions have to be asked for."""

    terms: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Wanted:
        """Read a search; what names no field is looked for as it stands."""
        terms = []
        for minus, name, quoted, plain in _TERM.findall(text):
            about = name.lower() if name.lower() in FIELDS else ""
            words = (quoted or plain) if about or not name else f"{name}:{quoted or plain}"
            if words:
                terms.append(Term(words.casefold(), about, bool(minus)))
        return cls(tuple(terms))

    @property
    def words(self) -> tuple[str, ...]:
        """What has to be said or noted in a session, for marking it where it stands."""
        return tuple(term.text for term in self.terms if not term.about and not term.excluded)

    def fits(self, entry: Entry, *, archived: bool) -> bool:
        """Whether the entry belongs in the list; `archived` says whether archived ones do."""
        asked = any(term.about == "is" and term.text == "archived" for term in self.terms)
        if entry.notes.archived and not archived and not asked:
            return False
        return all(_holds(term, entry) != term.excluded for term in self.terms)


def _holds(term: Term, entry: Entry) -> bool:
    if term.about:
        return term.text in _FIELDS[term.about](entry).casefold()
    return term.text in entry.words


_ORDER: Mapping[Column, Callable[[Entry], object]] = {
    "date": lambda entry: entry.started_at or _LONG_AGO,
    "title": lambda entry: entry.title.casefold(),
    "provider": lambda entry: entry.provider,
    "model": lambda entry: entry.model,
    "voice": lambda entry: entry.digest.voice if entry.digest else "",
    "turns": lambda entry: len(entry.digest.turns) if entry.digest else -1,
    "length": lambda entry: entry.digest.duration_s if entry.digest else -1.0,
    "cost": lambda entry: -1 if entry.money is None else entry.money,
    "problems": lambda entry: entry.digest.problem_count if entry.digest else -1,
    "tags": lambda entry: entry.tags,
}


def arranged(
    entries: Sequence[Entry],
    wanted: Wanted,
    column: Column = "date",
    *,
    descending: bool = True,
    archived: bool = False,
) -> list[Entry]:
    """The entries that fit, in the order of a column; those that are alike, newest first."""
    fitting = [entry for entry in entries if wanted.fits(entry, archived=archived)]
    fitting.sort(key=lambda entry: entry.name, reverse=True)
    fitting.sort(key=_ORDER[column], reverse=descending)  # type: ignore[arg-type]
    return fitting


class Shelf(Protocol):
    """The stored sessions as a list that can be searched and tidied; no log is ever changed.

    What fails says so with a `StudioError`.
    """

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All sessions, newest first; another object whenever something about them changed."""
        ...

    @property
    def faults(self) -> Sequence[str]:
        """What is wrong with the shelf itself, such as with the file of prices, in sentences."""
        ...

    async def look(self) -> None:
        """Find what is there now; the screen gets its turn in between."""
        ...

    async def read_next(self) -> bool:
        """Read one session of which too little is known; whether there was one."""
        ...

    def note(self, path: str, notes: Notes) -> None:
        """Keep other notes about a session."""
        ...

    def delete(self, paths: Sequence[str]) -> None:
        """Move sessions to the trash."""
        ...

    def undo(self) -> str:
        """Take back the last deed; says in words which, empty where there is none."""
        ...

    def repair(self, path: str) -> Sequence[str]:
        """Mend a session whose writer was killed; what was mended, in sentences."""
        ...

    async def cost(self, state: SessionState, header: Mapping[str, Any]) -> Cost:
        """What a session cost so far, given the first line of its log."""
        ...

    async def turn_cost(self, state: SessionState, turn: Turn, header: Mapping[str, Any]) -> Cost:
        """What a turn of a session cost so far."""
        ...

    async def compare(self, one: str, other: str) -> Comparison:
        """Two sessions beside each other."""
        ...
