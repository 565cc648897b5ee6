"""Stored sessions for the command line: listed, searched, tidied, compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.app.choices import Choices
from studio.app.setup import read_setup
from studio.core.errors import StudioError
from studio.core.text import one_line, printable, without_secrets

if TYPE_CHECKING:
    from studio.app.prices import PriceList
    from studio.app.shelf import FolderShelf
    from studio.config.paths import Paths
    from studio.core.clock import Clock
    from studio.storage.shelf import Notes
    from studio.ui.shelf import Entry

Say = Callable[[str], None]

_TOLD_FROM_BYTES = 20_000_000
"""Logs whose reading takes long enough to be told of."""


@dataclass(frozen=True, slots=True)
class Tidying:
    """What is to be done with a session; None leaves a thing as it is."""

    title: str | None = None
    note: str | None = None
    tags: Sequence[str] = ()
    untags: Sequence[str] = ()
    archived: bool | None = None
    deletes: bool = False
    restores: bool = False
    repairs: bool = False

    def of(self, notes: Notes) -> Notes:
        """The notes that come of it."""
        if self.title is not None:
            notes = notes.with_title(self.title)
        if self.note is not None:
            notes = notes.with_note(self.note)
        if self.archived is not None:
            notes = replace(notes, archived=self.archived)
        if not (self.tags or self.untags):
            return notes
        gone = notes.with_tags(" ".join(self.untags)).tags
        kept = [tag for tag in notes.tags if tag not in gone]
        return notes.with_tags(" ".join((*kept, *self.tags)))


def shelf_of(paths: Paths, sessions_dir: Path, clock: Clock) -> FolderShelf:
    """The shelf of a folder, with the person's prices."""
    from studio.app.shelf import FolderShelf

    prices, faults = prices_of(paths)
    return FolderShelf(sessions_dir, paths.cache_dir, prices, clock, faults)


def prices_of(paths: Paths) -> tuple[PriceList, tuple[str, ...]]:
    """What models cost, and what of the person's file of prices cannot be used."""
    from studio.app.prices import PRICES_NAME, read_prices

    return read_prices(paths.config_file.with_name(PRICES_NAME))


def sessions_dir_of(choices: Choices, environ: Mapping[str, str]) -> Path:
    """Where sessions are kept, by command line, settings file or custom."""
    setup = read_setup(choices, environ)
    return setup.preferences.sessions_dir or setup.paths.sessions_dir


def list_stored(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    search: Sequence[str],
    archived: bool,
    as_json: bool,
    say: Say,
    warn: Say,
) -> None:
    """Print a line for each stored session that fits, newest first, or a JSON array."""
    from studio.ui.shelf import Wanted, arranged

    shelf = _read_shelf(choices, environ, warn)
    wanted = Wanted.parse(" ".join(search))
    fitting = arranged(shelf.entries, wanted, archived=archived)
    if as_json:
        say(json.dumps([entry_json(entry) for entry in fitting]))
        return
    for entry in fitting:
        say(_as_line(entry))
    if fitting:
        return
    where = printable(str(sessions_dir_of(choices, environ)))
    if not shelf.entries:
        say(f"No sessions in {where} yet. Begin one with: studio")
    else:
        say(f"None of the {len(shelf.entries):,} sessions in {where} fits.")


def list_trash(choices: Choices, environ: Mapping[str, str], *, as_json: bool, say: Say) -> None:
    """Print what was deleted and can be restored."""
    from studio.storage import shelf

    names = [each.name for each in shelf.list_trash(sessions_dir_of(choices, environ))]
    if as_json:
        say(json.dumps(names))
        return
    for name in names:
        say(printable(name))
    if not names:
        say("The trash is empty.")


def empty_trash(choices: Choices, environ: Mapping[str, str], *, say: Say) -> None:
    """Remove for good what was deleted, and say how much that was."""
    from studio.storage import shelf

    gone = shelf.empty_trash(sessions_dir_of(choices, environ))
    plural = "" if gone.sessions == 1 else "s"
    say(f"{gone.sessions:,} session{plural} removed for good, {gone.size_bytes / 1e6:,.1f} MB.")


def tidy(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    session: str,
    tidying: Tidying,
    as_json: bool,
    say: Say,
    warn: Say,
) -> None:
    """Do something with one session, and print what is known of it.

    Raises:
        StudioError: there is no such session, or it cannot be done.
    """
    from studio.storage import shelf
    from studio.storage.folders import find_session
    from studio.storage.repair import repair_session
    from studio.storage.trash import TRASH_NAME

    sessions_dir = sessions_dir_of(choices, environ)
    if tidying.restores:
        trashed = find_session(sessions_dir / TRASH_NAME, session)
        say(f"Restored: {printable(str(shelf.restore_session(trashed)))}")
        return
    folder = find_session(sessions_dir, session)
    if not folder.is_dir():
        raise StudioError(
            f"{one_line(str(folder), 200)} is a log without a folder of its own.",
            title="Not a stored session",
            hint="`studio sessions` lists those that can be named, tagged and deleted.",
        )
    if tidying.deletes:
        _ = shelf.delete_session(folder)
        say(f"In the trash: {printable(folder.name)}. Back: "
            f"studio session {printable(folder.name)} --restore")  # fmt: skip
        return
    for sentence in repair_session(folder) if tidying.repairs else ():
        say(printable(sentence))
    before = shelf.read_notes(folder)
    after = tidying.of(before)
    if after != before:
        shelf.write_notes(folder, after)
    entry = _entry_of(folder, choices, environ, warn)
    if as_json:
        say(json.dumps(entry_json(entry)))
        return
    for line in _as_page(entry):
        say(line)


def compare_stored(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    sessions: tuple[str, str],
    as_json: bool,
    say: Say,
    warn: Say,
) -> None:
    """Print two sessions beside each other, as Markdown or as one JSON object.

    Raises:
        StudioError: there is no such session, or it cannot be read.
    """
    from studio.app.comparing import compared, fold
    from studio.app.shelf import side_of
    from studio.export.comparison import comparison_json, comparison_markdown
    from studio.storage.folders import find_session
    from studio.storage.reader import read_session

    sessions_dir = sessions_dir_of(choices, environ)
    prices, faults = prices_of(read_setup(choices, environ).paths)
    one, other = (read_session(find_session(sessions_dir, each)) for each in sessions)
    for words in (*faults, *one.problems, *other.problems):
        warn(words)
    sides = [side_of(stored, fold(stored), prices) for stored in (one, other)]
    comparison = compared(sides[0], sides[1], (one, other))
    if as_json:
        say(without_secrets(json.dumps(comparison_json(comparison))))
    else:
        say(printable(without_secrets(comparison_markdown(comparison))))


def _read_shelf(choices: Choices, environ: Mapping[str, str], warn: Say) -> FolderShelf:
    from studio.runtime.clock import SystemClock

    setup = read_setup(choices, environ)
    sessions_dir = setup.preferences.sessions_dir or setup.paths.sessions_dir
    shelf = shelf_of(setup.paths, sessions_dir, SystemClock())
    for fault in shelf.faults:
        warn(fault)
    shelf.look_now(lambda entry: _tell_of(entry, warn))
    return shelf


def _tell_of(entry: Entry, warn: Say) -> None:
    if entry.size_bytes >= _TOLD_FROM_BYTES:
        warn(f"Reading {entry.name} ({entry.size_bytes / 1e6:,.0f} MB) …")


def _entry_of(folder: Path, choices: Choices, environ: Mapping[str, str], warn: Say) -> Entry:
    from studio.runtime.clock import SystemClock

    paths = read_setup(choices, environ).paths
    shelf = shelf_of(paths, folder.absolute().parent, SystemClock())
    for fault in shelf.faults:
        warn(fault)
    return shelf.entry_now(folder.absolute())


def entry_json(entry: Entry) -> dict[str, object]:
    """A session as the command line tells it: what stands in its row, and its files' sizes."""
    from studio.export.comparison import cost_json

    digest = entry.digest
    return {
        "name": entry.name,
        "path": entry.path,
        "started_at": entry.started_at.isoformat() if entry.started_at else None,
        "provider": entry.provider or None,
        "model": entry.model or None,
        "voice": digest.voice if digest else None,
        "title": entry.notes.title,
        "note": entry.notes.note,
        "tags": list(entry.notes.tags),
        "archived": entry.notes.archived,
        "is_written": entry.is_written,
        "fault": entry.fault,
        "turns": len(digest.turns) if digest else None,
        "seconds": round(digest.duration_s, 3) if digest else None,
        "latency_ms": {"p50": digest.p50_ms, "p95": digest.p95_ms} if digest else None,
        "problems": digest.problem_count if digest else None,
        "disputed": [asdict(each) for each in digest.disputed] if digest else None,
        "turn_tags": digest.tags if digest else None,
        "cost": cost_json(entry.cost) if entry.cost else None,
        "bytes": entry.size_bytes,
    }


def _as_line(entry: Entry) -> str:
    if entry.fault:
        return f"{printable(entry.name):<42} {one_line(entry.fault, 80)}"
    digest = entry.digest
    who = f"{one_line(entry.provider, 9):<9} {one_line(entry.model, 18):<18}"
    minutes, seconds = divmod(int(digest.duration_s), 60) if digest else (0, 0)
    turns = len(digest.turns) if digest else 0
    cost = entry.cost.short if entry.cost else ""
    mark = "●" if entry.is_written else " "
    tags = one_line(" ".join(f"#{tag}" for tag in entry.notes.tags), 60)
    figures = f"{turns:>3} {'turn ' if turns == 1 else 'turns'} {minutes:>3}:{seconds:02}"
    told = f"{printable(entry.name):<42} {mark} {who} {figures} {cost:>10}"
    return f"{told}  {one_line(entry.title, 60)}  {tags}".rstrip()


def _as_page(entry: Entry) -> list[str]:
    """What the library's preview says, as plain lines."""
    from studio.ui.present.palette import Palette
    from studio.ui.present.shelf import preview_lines

    lines = preview_lines(entry, (), Palette(), 100)
    return [without_secrets(line.plain.rstrip()) for line in lines]
