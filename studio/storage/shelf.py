"""What people note about a session, beside its log; and the trash, out of which it comes back.

A title, a note, tags and whether it is archived stand in `studio.json` in the session's folder, so
that they travel with it; the log is never touched. A deleted session is a folder moved to `.trash`
beside the others, and stays there until `empty_trash`.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from studio.config.files import replace_file
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.storage import lock
from studio.storage.folders import LOG_NAME, SessionSummary, list_sessions
from studio.storage.trash import TRASH_NAME, move_folder

NOTES_NAME = "studio.json"
SCHEMA = "studio.notes/1"
LONGEST_TITLE = 200
_OUT_OF_THE_WAY = "Move that one away, or empty the trash: studio sessions --empty-trash"
_LARGEST_NOTES_BYTES = 1_000_000
_TAG = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class Notes:
    """What a person noted about a session."""

    title: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    archived: bool = False

    def with_title(self, title: str) -> Notes:
        """Under another title; empty takes it away."""
        return replace(self, title=" ".join(title.split())[:LONGEST_TITLE])

    def with_note(self, note: str) -> Notes:
        """With another note; empty takes it away."""
        return replace(self, note=note.strip())

    def with_tags(self, words: str) -> Notes:
        """With the tags that stand in `words`, apart by spaces or commas, without a leading `#`."""
        tags = (tag.lstrip("#").lower() for tag in _TAG.split(words))
        return replace(self, tags=tuple(dict.fromkeys(tag for tag in tags if tag)))


def read_notes(folder: Path) -> Notes:
    """The notes in a session's folder; none where there are none, or where they are unreadable."""
    fields = _fields(folder)
    title, note, tags = fields.get("title"), fields.get("note"), fields.get("tags")
    return Notes(
        title=title if isinstance(title, str) else "",
        note=note if isinstance(note, str) else "",
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        archived=fields.get("archived") is True,
    )


def write_notes(folder: Path, notes: Notes) -> None:
    """Keep notes in a session's folder, whole or not at all; fields of later versions stay.

    A file that is no notes is kept beside as `studio.json.unreadable`.

    Raises:
        StudioError: the folder cannot be written.
    """
    file = folder / NOTES_NAME
    kept = _fields(folder)
    try:
        if not kept and file.exists():
            file.replace(file.with_name(f"{NOTES_NAME}.unreadable"))
        fields = {
            **kept,
            "schema": SCHEMA,
            "title": notes.title,
            "note": notes.note,
            "tags": list(notes.tags),
            "archived": notes.archived,
        }
        replace_file(file, msgspec.json.format(msgspec.json.encode(fields), indent=2) + b"\n")
    except OSError as failure:
        raise StudioError(
            f"{one_line(str(file), 200)}: {failure.strerror or failure}.",
            title="Cannot keep the note",
            hint="The session's folder has to be one that you may write to.",
        ) from failure


def _fields(folder: Path) -> dict[str, Any]:
    try:
        file = folder / NOTES_NAME
        if not file.is_file():  # a pipe of that name would be waited for
            return {}
        with file.open("rb") as opened:
            fields = msgspec.json.decode(opened.read(_LARGEST_NOTES_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def list_trash(sessions_dir: Path) -> tuple[SessionSummary, ...]:
    """What was deleted and is still there, the latest session first."""
    return list_sessions(sessions_dir / TRASH_NAME)


def delete_session(folder: Path) -> Path:
    """Move a session to the trash; where it lies now.

    Raises:
        StudioError: it is being written, or cannot be moved.
    """
    if lock.is_taken(folder / LOG_NAME):
        raise StudioError(
            f"{folder.name} is being written.",
            title="Not deleted",
            hint="End the session first.",
        )
    return move_folder(folder, folder.parent / TRASH_NAME, "Not deleted", _OUT_OF_THE_WAY)


def restore_session(trashed: Path) -> Path:
    """Move a session out of the trash; where it lies now.

    Raises:
        StudioError: another session has its name by now, or it cannot be moved.
    """
    return move_folder(trashed, trashed.parent.parent, "Not restored", _OUT_OF_THE_WAY)


class Emptied(NamedTuple):
    """What went with the trash."""

    sessions: int
    size_bytes: int


def empty_trash(sessions_dir: Path) -> Emptied:
    """Remove for good what was deleted.

    Raises:
        StudioError: something in it cannot be removed.
    """
    trash = sessions_dir / TRASH_NAME
    held = list_trash(sessions_dir)
    try:
        if trash.exists():
            shutil.rmtree(trash)
    except OSError as failure:
        raise StudioError(
            f"{one_line(str(trash), 200)}: {failure.strerror or failure}.",
            title="The trash is not empty yet",
        ) from failure
    size_bytes = sum(each.log_bytes + each.input_bytes + each.output_bytes for each in held)
    return Emptied(len(held), size_bytes)
