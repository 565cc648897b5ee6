"""Where sessions are: one folder each under the data directory, named so that they sort by time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.ids import IdSource
from studio.core.text import one_line
from studio.storage.header import Header, read_header

LOG_NAME = "session.jsonl"
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
        folders = [each for each in sessions_dir.iterdir() if (each / LOG_NAME).is_file()]
    except OSError:
        return ()
    found = [_summary(folder) for folder in folders]
    return tuple(sorted(found, key=lambda each: each.name, reverse=True))


def _summary(folder: Path) -> SessionSummary:
    try:
        header = read_header(folder / LOG_NAME)
    except StudioError:
        header = None
    return SessionSummary(
        path=folder,
        header=header,
        log_bytes=_size(folder / LOG_NAME),
        input_bytes=_size(folder / TRACK_NAMES["input"]),
        output_bytes=_size(folder / TRACK_NAMES["output"]),
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def find_session(sessions_dir: Path, wanted: str) -> Path:
    """The folder of a session by path, name, beginning or end of its name, or `last`.

    Raises:
        StudioError: there is none, or there are several.
    """
    by_path = Path(wanted)
    if (by_path / LOG_NAME).is_file():
        return by_path
    if by_path.name == LOG_NAME and by_path.is_file():
        return by_path.parent
    folders = [each.path for each in list_sessions(sessions_dir)]
    if wanted == "last" and folders:
        return folders[0]
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
