"""Makes a session whole whose writer was killed, for whoever asks for it; reading never does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from studio.audio.wav import repair_wav, track_data
from studio.core.errors import StudioError
from studio.session.envelope import Envelope, Origin
from studio.session.local import SessionEnded
from studio.storage import lock
from studio.storage.folders import LOG_NAME, TRACK_NAMES
from studio.storage.lines import Stored, line_text, split_line, write_line
from studio.storage.logview import is_whole

_END = re.compile(r'"type"\s*:\s*"local\.end"')
REPAIRED = "the studio stopped without closing the session"
"""The reason in an end marker that was added."""


def repair_session(path: Path) -> tuple[str, ...]:
    """Make a session whole whose writer was killed; says what was done, and what is damaged.

    A torn last line is cut off, an end marker added, the sizes in the tracks' headers are set
    right. A session that is still being written is left alone, and so is what cannot be written.
    """
    try:
        with (path / LOG_NAME).open("r+b") as log:
            if not lock.take(log):
                return ("The session is still being written.",)
            return (*_repaired_log(log), *_repaired_tracks(path))
    except OSError as failure:
        return (f"The session could not be repaired: {failure.strerror or failure}.",)


@dataclass(slots=True)
class _Survey:
    """What one pass over a log found."""

    whole_bytes: int = 0
    torn: bytes = b""
    unreadable: int = 0
    last: Stored | None = None


def _survey(log: BinaryIO) -> _Survey:
    found = _Survey(whole_bytes=len(log.readline()))
    for encoded in log:
        if not encoded.endswith(b"\n") and not is_whole(encoded):
            found.torn = encoded
            break
        entry = _entry(line_text(encoded))
        found.whole_bytes += len(encoded)
        if entry is None:
            found.unreadable += 1
        else:
            found.last = entry
    return found


def _repaired_log(log: BinaryIO) -> Iterator[str]:
    found = _survey(log)
    if found.unreadable:
        lines = "line is" if found.unreadable == 1 else "lines are"
        yield f"{found.unreadable:,} {lines} damaged and passed over."
    if found.torn:
        log.truncate(found.whole_bytes)
        yield f"The last line was torn: {len(found.torn):,} bytes of it were cut off."
    if found.last is None or not _is_end(found.last):
        seq, at = (found.last.seq, found.last.at) if found.last is not None else (0, 0.0)
        end = Envelope(seq + 1, at, Origin.LOCAL, SessionEnded(reason=REPAIRED))
        log.seek(max(0, found.whole_bytes - 1))
        newline = b"" if log.read(1) == b"\n" else b"\n"
        log.write(newline + write_line(end).encode() + b"\n")
        yield "The session was not closed: an end marker was added."


def _is_end(entry: Stored) -> bool:
    return entry.origin is Origin.LOCAL and _END.search(entry.body) is not None


def _entry(line: str) -> Stored | None:
    try:
        return split_line(line)
    except StudioError:
        return None


def _repaired_tracks(path: Path) -> Iterator[str]:
    for name in TRACK_NAMES.values():
        track = path / name
        if not track.exists():
            continue
        try:
            if not track_data(track).is_finished:
                repair_wav(track)
                yield f"The header of {name} was set right."
        except StudioError as failure:
            yield failure.message
