"""Takes on disk: a folder each, with the sound in the wire's format and notes beside it.

    <takes folder>/account-number/audio.wav     exactly the bytes that a server would get
    <takes folder>/account-number/take.json     labels, origin, tags (`lab.take_notes`)

A folder appears whole or not at all. Whatever is wrong with one is a fault with its name, and the
others are there all the same. What is removed lies in `.trash` beside them and comes back from it.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.take_files import (
    StoredTake,
    labels_of,
    look_at,
    read_notes,
    write_notes,
    write_take,
)
from studio.storage.trash import TRASH_NAME, move_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.lab.labels import Truth
    from studio.lab.take import Take

LONGEST_NAME = 80

_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
_MOST_OF_A_NAME = 10_000


@dataclass(frozen=True, slots=True)
class TakeFault:
    """A folder that is no take, and why, in a sentence."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The takes that can be used, by name, and what cannot."""

    takes: tuple[StoredTake, ...]
    faults: tuple[TakeFault, ...] = ()


class TakeStore:
    """The takes in a folder; nothing is made until the first one is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def listing(self) -> Listing:
        """Every take, by name, without its sound."""
        return _listing(self.folder)

    def trash(self) -> Listing:
        """What was removed and can come back."""
        return _listing(self.folder / TRASH_NAME)

    def find(self, name: str) -> StoredTake:
        """A take by name.

        Raises:
            StudioError: there is none, or its sound cannot be used.
        """
        folder = self.folder / name
        if not name or tidy_name(name) != name or not folder.is_dir():
            raise StudioError(
                f"There is no take {one_line(name, 80)}.",
                title="No such take",
                hint="List them with: studio lab takes",
            )
        return look_at(folder)

    def keep(self, take: Take) -> StoredTake:
        """Keep a take under its name, or the first free one after it: `name-2`, `name-3`.

        Raises:
            StudioError: it holds no sound, or the folder cannot be written.
        """
        if not take.audio:
            raise _unwritable(take.name, "it holds no sound")
        building = self.folder / f".new-{_stem(take.name)}-{take.digest[:8]}"
        try:
            building.mkdir(parents=True, exist_ok=True)
            write_take(building, take)
            return look_at(_settled(building, _stem(take.name)))
        except OSError as failure:
            raise _unwritable(take.name, failure.strerror or str(failure)) from failure
        finally:
            shutil.rmtree(building, ignore_errors=True)

    def label(self, name: str, truth: Truth | None) -> StoredTake:
        """Say what is true of a take; None takes it back.

        Raises:
            StudioError: there is no such take, or it cannot be written.
        """
        return self._noted(name, labels=labels_of(truth))

    def tag(self, name: str, tags: tuple[str, ...]) -> StoredTake:
        """Give a take these tags instead of those it has.

        Raises:
            StudioError: there is no such take, or it cannot be written.
        """
        return self._noted(name, tags=tags)

    def rename(self, name: str, wanted: str) -> StoredTake:
        """Call a take otherwise; it gets the first free name after the wanted one.

        Raises:
            StudioError: there is no such take, or it cannot be moved.
        """
        stored = self.find(name)
        if _stem(wanted) == name:
            return stored
        try:
            return look_at(_settled(self.folder / name, _stem(wanted)))
        except OSError as failure:
            raise _unwritable(name, failure.strerror or str(failure)) from failure

    def remove(self, name: str) -> str:
        """Move a take into the trash; the name by which `restore` brings it back.

        Raises:
            StudioError: there is no such take, or it cannot be moved.
        """
        folder = self.find(name).audio_file.parent
        trash = self.folder / TRASH_NAME
        try:
            trash.mkdir(exist_ok=True)
            return _settled(folder, name, trash).name
        except OSError as failure:
            raise _unwritable(name, failure.strerror or str(failure)) from failure

    def restore(self, name: str) -> StoredTake:
        """Bring a take back from the trash.

        Raises:
            StudioError: it is not there, another take has its name by now, or it cannot be moved.
        """
        if not name or tidy_name(name) != name:
            raise _unwritable(name, "it is not in the trash")
        trashed = self.folder / TRASH_NAME / name
        return look_at(move_folder(trashed, self.folder, "Not restored", "Rename that one first."))

    def _noted(self, name: str, **changes: Any) -> StoredTake:  # noqa: ANN401 - fields of TakeNotes
        folder = self.find(name).audio_file.parent
        notes, fields = read_notes(folder)
        try:
            write_notes(folder, replace(notes, **changes), fields)
        except OSError as failure:
            raise _unwritable(name, failure.strerror or str(failure)) from failure
        return look_at(folder)


def tidy_name(text: str) -> str:
    """A folder's name that says what `text` says."""
    return _NOT_IN_NAMES.sub("-", text).strip("-.")[:LONGEST_NAME].rstrip("-.")


def _listing(folder: Path) -> Listing:
    takes: list[StoredTake] = []
    faults: list[TakeFault] = []
    try:
        names = sorted(
            each.name for each in folder.iterdir() if each.name[0] != "." and each.is_dir()
        )
    except OSError:
        return Listing(())
    for name in names:
        try:
            takes.append(look_at(folder / name))
        except StudioError as error:
            faults.append(TakeFault(name, error.message))
    return Listing(tuple(takes), tuple(faults))


def _settled(folder: Path, stem: str, to: Path | None = None) -> Path:
    """Move a folder to the first free name of `stem`, `stem-2` and so on."""
    for target in _names(to or folder.parent, stem):
        if target.exists():
            continue
        try:
            return folder.rename(target)
        except OSError:
            if not target.exists():
                raise  # otherwise somebody else took the name a moment ago
    raise OSError(f"every name like {stem} is taken")


def _names(folder: Path, stem: str) -> Iterator[Path]:
    yield folder / stem
    for number in range(2, _MOST_OF_A_NAME):
        yield folder / f"{stem[: LONGEST_NAME - 6]}-{number}"


def _stem(name: str) -> str:
    return tidy_name(name) or "take"


def _unwritable(name: str, reason: str) -> StudioError:
    return StudioError(
        f"{one_line(name, 80)}: {reason}.",
        title="Cannot keep the take",
        hint="The studio's data folder has to be one that you may write to.",
    )
