"""Stored sessions written in other formats: for the command line, and for the screen.

A file is written beside where it is to be, and takes its place when it is whole: neither a failure
nor a cancellation leaves half of one, or harms what was there.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from studio.app.formats import FORMATS, Format, Work, Write, size_of
from studio.app.library import prices_of, sessions_dir_of
from studio.app.setup import read_setup
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.export.sharing import Redaction

if TYPE_CHECKING:
    from studio.app.choices import Choices
    from studio.app.prices import PriceList
    from studio.storage.reader import StoredSession

Progress = Callable[[float, str], None]
"""Told how far an export is, from 0 to 1, and what is done; what it raises ends the export."""
Say = Callable[[str], None]

_FOLDER = "exports"
"""Where several sessions go when nobody says where."""


def export(
    paths: Sequence[Path],
    to: str,
    without: Collection[str] = (),
    *,
    output: Path | None = None,
    folder: Path | None = None,
    progress: Progress = lambda _part, _what: None,
    warn: Say = lambda _problem: None,
    prices: PriceList | None = None,
) -> tuple[Path, ...]:
    """Write stored sessions in a format, one after the other; returns the files.

    Args:
        paths: the sessions' folders.
        to: one of `FORMATS`.
        without: what is withheld, of `export.sharing.WITHHELD`.
        output: the file; for several sessions, or where it is a folder, the folder.
        folder: where the files go that `output` says nothing of; by default the current one.
        progress: told how far it is; what it raises ends the export, and what was written of the
            session at hand is gone.
        warn: told what of a session is damaged.
        prices: what models cost.

    Raises:
        StudioError: a session, the format or the choice is not known, or a file cannot be written.
    """
    form = _format(to, without)
    folder = _folder(paths, output, folder)
    written: list[Path] = []
    taken: set[str] = set()
    for number, path in enumerate(paths):
        stored = _read(path, warn)

        def tick(part: float, *, done: int = number, name: str = path.name) -> None:
            progress((done + min(1.0, part)) / len(paths), name)

        tick(0.0)
        work = Work(stored, without, tick, prices)
        if output is None or folder == output:
            stem = _free(work.name, taken)
            files = [folder / f"{stem}{end}" for end in form.files]
        else:
            files = [output, *(output.with_name(output.stem + end) for end in [*form.files][1:])]
        _keep_off(stored, files)
        _replace(dict(zip(files, form.files.values(), strict=True)), work)
        written += files
        tick(1.0)
    return tuple(written)


async def export_aside(
    paths: Sequence[Path],
    to: str,
    without: Collection[str],
    *,
    output: Path | None,
    progress: Progress,
    prices: PriceList | None = None,
) -> tuple[Path, ...]:
    """`export` in a thread of its own; where its task is cancelled, nothing half is left.

    A file that `output` says nothing of goes beside the session, several go into a folder there.
    `progress` is called in the event loop.

    Raises:
        StudioError: as `export` does.
    """
    loop, stop = asyncio.get_running_loop(), threading.Event()

    def told(part: float, what: str) -> None:
        if stop.is_set():
            raise _CancelledError
        loop.call_soon_threadsafe(progress, part, what)

    folder = paths[0].parent / (_FOLDER if len(paths) > 1 else "") if paths else None
    work = loop.run_in_executor(
        None,
        lambda: export(
            paths, to, without, output=output, folder=folder, progress=told, prices=prices
        ),
    )
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()
        with suppress(_CancelledError, StudioError):
            await work
        raise


def export_stored(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    sessions: Sequence[str],
    to: str,
    without: Collection[str],
    output: Path | None,
    print_bytes: Callable[[bytes], None],
    warn: Say,
) -> None:
    """Print a stored session in a format, or write several to files and say which.

    `warn` is told what is damaged, and what was written.

    Raises:
        StudioError: no such session or format, or a file cannot be written.
    """
    from studio.storage.folders import find_session

    form = _format(to, without)
    sessions_dir = sessions_dir_of(choices, environ)
    paths = [find_session(sessions_dir, each) for each in sessions]
    prices, _ = prices_of(read_setup(choices, environ).paths)
    if output is None and form.is_printed and len(paths) == 1:
        work = Work(_read(paths[0], warn), without, lambda _part: None, prices)
        for write in form.files.values():
            write(work, print_bytes)
        return
    for file in export(paths, to, without, output=output, warn=warn, prices=prices):
        warn(f"{file} written ({_in_units(size_of(file))}).")


class _CancelledError(Exception):
    """Nobody wants the export any more."""


def _format(to: str, without: Collection[str]) -> Format:
    form = FORMATS.get(to)
    if form is None:
        raise StudioError(
            f"sessions cannot be exported to {one_line(to, 40)!r}",
            title="Unknown format",
            hint=f"Choose one of: {', '.join(FORMATS)}.",
        )
    redaction = Redaction(without)
    if form.needs_audio and not redaction.audio:
        raise StudioError(
            f"without audio nothing is left of {to}",
            title="Nothing to export",
            hint="Choose another format, or leave out --without audio.",
        )
    return form


def _folder(paths: Sequence[Path], output: Path | None, folder: Path | None) -> Path:
    """The folder for files that are named after their sessions."""
    if output is not None and (output.is_dir() or len(paths) > 1):
        folder = output
    elif folder is None:
        folder = Path(_FOLDER) if len(paths) > 1 else Path()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise _unwritable(folder, failure) from failure
    return folder


def _free(name: str, taken: set[str]) -> str:
    """The name, or a numbered one where another session of the same export has it."""
    stem = next(
        each for each in chain((name,), (f"{name}-{n}" for n in count(2))) if each not in taken
    )
    taken.add(stem)
    return stem


def _read(path: Path, warn: Say) -> StoredSession:
    from studio.storage.reader import read_session

    stored = read_session(path)
    for problem in stored.problems:
        warn(problem)
    return stored


def _keep_off(stored: StoredSession, files: Iterable[Path]) -> None:
    """No export takes the place of what it is made from."""
    originals = set(map(os.path.realpath, (stored.log, *stored.path.glob("*.wav"))))
    for file in files:
        if os.path.realpath(file) in originals:
            raise StudioError(
                f"{one_line(str(file), 200)} is a part of the session itself.",
                title="Nothing exported",
                hint="Choose another file with --output.",
            )


def _replace(files: Mapping[Path, Write], work: Work) -> None:
    """Write neighbours, and put them in place once all of them are whole."""
    neighbours = {file: file.with_name(f".{file.name}.part") for file in files}
    try:
        for file, write in files.items():
            with neighbours[file].open("wb") as sink:
                write(work, sink.write)
        for file, neighbour in neighbours.items():
            neighbour.replace(file)
    except OSError as failure:
        raise _unwritable(next(iter(files)), failure) from failure
    finally:
        for neighbour in neighbours.values():
            with suppress(OSError):
                neighbour.unlink(missing_ok=True)


def _unwritable(path: Path, failure: OSError) -> StudioError:
    return StudioError(
        f"{path} cannot be written: {failure.strerror or failure}.",
        title="Nothing exported",
        hint="Choose another file with --output.",
    )


def _in_units(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB" if n_bytes >= 1e6 else f"{n_bytes / 1e3:,.1f} kB"
