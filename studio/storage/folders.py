"""Where sessions are: one folder each under the data directory, named so that they sort by time."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.ids import IdSource
from studio.core.text import one_line
from studio.storage.header import Header, read_header

LOG_NAME = "session.jsonl"
PACKED_LOG_NAME = "session.jsonl.gz"
TRACK_NAMES = {"input": "input.wav", "output": "output.wav"}

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9-]+")
_STAMP = "%Y-%m-%dT%H-%M-%S"
_TRIES = 16


def make_folder(sessions_dir: Path, started: datetime, provider: str, ids: IdSource) -> Path:
    """Make the folder `<date>T<time>_<provider>_<4 hex digits>` of a session that begins now.

    Raises:
        StudioError: it cannot be made.
    """
    name = _NOT_IN_NAMES.sub("-", provider).strip("-")[:32] or "session"
    stem = f"{started.strftime(_STAMP)}_{name}"
    for _ in range(_TRIES):
        path = sessions_dir / f"{stem}_{_four_hex(ids)}"
        try:
            path.mkdir(parents=True, exist_ok=False)
        except FileExistsError:
            continue
        except OSError as failure:
            raise _unwritable(path, failure.strerror or str(failure)) from failure
        return path
    raise _unwritable(sessions_dir / stem, "every name is taken")


def _four_hex(ids: IdSource) -> str:
    digits = ids.new("folder").partition("_")[2]
    return f"{int.from_bytes(digits.encode(), 'big') % 65_521:04x}"


def _unwritable(path: Path, reason: str) -> StudioError:
    return StudioError(
        f"{one_line(str(path), 200)}: {reason}.",
        title="Cannot keep the session",
        hint="Choose a directory that you may write to with --sessions-dir.",
    )


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session in a list.

    Attributes:
        path: its folder.
        header: None where the log's first line cannot be read.
        log_bytes: the size of its log.
        input_bytes: the size of what was sent, as a file.
        output_bytes: the size of what was received, as a file.
    """

    path: Path
    header: Header | None
    log_bytes: int
    input_bytes: int
    output_bytes: int

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name


def list_sessions(sessions_dir: Path) -> tuple[SessionSummary, ...]:
    """All sessions, the latest first; whatever is no session is passed over."""
    try:
        folders = [each for each in sessions_dir.iterdir() if each.is_dir() and log_of(each)]
    except OSError:
        return ()
    found = [summary_of(folder) for folder in folders]
    return tuple(sorted(found, key=lambda each: each.name, reverse=True))


def summary_of(folder: Path) -> SessionSummary:
    """A session as it stands in a list; its folder may hold anything."""
    log = log_of(folder) or folder / LOG_NAME
    try:
        header = read_header(log)
    except StudioError:
        header = None
    return SessionSummary(
        path=folder,
        header=header,
        log_bytes=_size(log),
        input_bytes=_size(folder / TRACK_NAMES["input"]),
        output_bytes=_size(folder / TRACK_NAMES["output"]),
    )


def log_of(path: Path) -> Path | None:
    """The log of a session, given its folder or the log itself; None where there is none."""
    for log in (path, path / LOG_NAME, path / PACKED_LOG_NAME):
        with suppress(OSError):  # nobody may look there, or no path is that long
            if log.is_file():
                return log
    return None


def folder_of(log: Path) -> Path:
    """The session that a log belongs to: its folder, or itself where it has none."""
    return log.parent if log.name in (LOG_NAME, PACKED_LOG_NAME) else log


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_closed(path: Path) -> bool:
    """Whether something is there that this user may not look into."""
    try:
        (path / LOG_NAME).stat()
    except PermissionError:
        return True
    except OSError:
        pass
    return False


def find_session(sessions_dir: Path, wanted: str) -> Path:
    """A session by path, or the folder of one by name, beginning or end of its name, or `last`.

    A path may lead to a session's folder, to its log, or to any file that may be one.

    Raises:
        StudioError: there is none, or there are several.
    """
    log = log_of(Path(wanted)) if wanted else None
    if log is not None:
        return folder_of(log)
    folders = [each.path for each in list_sessions(sessions_dir)]
    if wanted == "last" and folders:
        return folders[0]
    if wanted and _is_closed(Path(wanted)):
        raise StudioError(
            f"{one_line(wanted, 200)}: you may not look into it.",
            title="Cannot open the session",
            hint="Check who may read it.",
        )
    exact = [each for each in folders if each.name == wanted]
    near = [each for each in folders if each.name.startswith(wanted) or each.name.endswith(wanted)]
    found = exact or (near if wanted else [])
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(each.name for each in found[:4])
        raise StudioError(
            f"{one_line(wanted, 80)} is the name of {len(found)} sessions: {names}.",
            title="Which session?",
            hint="Write more of its name.",
        )
    raise StudioError(
        f"There is no session {one_line(wanted, 80)} in {one_line(str(sessions_dir), 200)}.",
        title="No such session",
        hint="`studio sessions` lists them; `last` is the latest.",
    )
