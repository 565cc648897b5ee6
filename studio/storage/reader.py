"""Reads a stored session; never writes a byte of it.

Whatever can be read is read, whoever wrote it; what cannot is said in words and passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from studio.audio.formats import AudioFormat
from studio.audio.wav import WAV_HEADER_BYTES, track_data
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.protocol.values import StoredAudio
from studio.session.envelope import Envelope, Origin
from studio.storage import lock
from studio.storage.folders import TRACK_NAMES, folder_of, log_of
from studio.storage.foreign import as_entry, dialect_of, is_foreign
from studio.storage.header import Header, lenient_header
from studio.storage.lines import Stored, Track, envelope_of, line_text, raw_frame, split_line
from studio.storage.logview import LogView
from studio.storage.migrations import SCHEMA, migrated

BEING_WRITTEN = "The session is still being written."
_SNIFFED_BYTES = 256 * 1024
_SNIFFED_LINES = 16
_END = re.compile(r'"type"\s*:\s*"local\.end"')


class Frame(NamedTuple):
    """A frame as it crossed the wire.

    `whole` is False where its audio is gone from the track; the log's place of it stands there.
    """

    at: float
    origin: Origin
    text: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session on disk, ready to be read.

    Attributes:
        path: its folder; the log itself where it stands alone.
        log: its log.
        header: its first line, in the current version, as far as it makes sense.
        view: the bytes of its log.
        header_bytes: where in the log its events begin.
        problems: what is unfinished, damaged or unknown, in sentences.
        to_current: what brings a line of its log to the current version, step by step.
        is_foreign: whether the studio did not write it.
        is_being_written: whether somebody was writing it when it was opened.
    """

    path: Path
    log: Path
    header: Header
    view: LogView = field(compare=False)
    header_bytes: int
    problems: tuple[str, ...] = ()
    to_current: tuple[Callable[[str], str], ...] = ()
    is_foreign: bool = False
    is_being_written: bool = False

    @property
    def is_as_written(self) -> bool:
        """Whether the lines of the log are those of the current version."""
        return not self.is_foreign and not self.to_current

    @property
    def first_line(self) -> int:
        """The number of the line that its events begin at."""
        return 2 if self.header_bytes else 1

    def current(self, line: str, seq: int) -> str:
        """A line of the log in the current version; `seq` is its number where it has none.

        Raises:
            StudioError: it is a line of a foreign log, and no frame.
        """
        if self.is_foreign:
            line = as_entry(line, seq)
        for step in self.to_current:
            line = step(line)
        return line

    def lines(self) -> Iterator[str]:
        """All lines but the header, in the current version, without their newlines.

        Lines that are no entries are passed over.
        """
        for line, _ in self.entries():
            yield line

    def entries(self) -> Iterator[tuple[str, Stored]]:
        """All lines, and each taken apart."""
        seq = 1
        for encoded in self.view.lines(self.header_bytes):
            try:
                line = self.current(line_text(encoded), seq)
                entry = split_line(line)
            except StudioError:
                continue
            seq += 1
            yield line, entry

    def envelopes(self) -> Iterator[Envelope]:
        """All envelopes, their audio as places in the tracks."""
        for _, entry in self.entries():
            try:
                yield envelope_of(entry, self.header.dialect)
            except StudioError:
                continue

    def frames(self) -> Iterator[Frame]:
        """What crossed the wire in both directions, to the byte."""
        for line, entry in self.entries():
            if entry.origin is Origin.LOCAL:
                continue
            try:
                yield Frame(entry.at, entry.origin, raw_frame(line, self.read_track))
            except StudioError:
                yield Frame(entry.at, entry.origin, entry.body, whole=False)

    def audio(self, payload: StoredAudio) -> bytes:
        """The bytes of a payload; fewer where the track has lost some."""
        return self.read_track(payload.span.track, payload.span.offset, payload.span.bytes)

    def format_of(self, track: Track) -> AudioFormat:
        """The encoding of a track."""
        is_input = track == "input"
        return AudioFormat(self.header.input_format if is_input else self.header.output_format)

    def read_track(self, track: Track, offset: int, length: int) -> bytes:
        """Bytes of a track from `offset` on; fewer where it is shorter, or cannot be read."""
        data_offset = WAV_HEADER_BYTES[self.format_of(track)]
        track_file = self.path / TRACK_NAMES[track]
        try:
            if not track_file.is_file():  # a pipe of that name would be waited for
                return b""
            with track_file.open("rb") as file:
                file.seek(data_offset + offset)
                return file.read(length)
        except OSError:
            return b""

    def raw_frame(self, line: str) -> str:
        """The frame of a line exactly as it crossed the wire.

        Raises:
            StudioError: its audio is gone.
        """
        return raw_frame(line, self.read_track)


@dataclass(slots=True)
class Damage:
    """Lines of a log that are no entries."""

    lines: int = 0
    first: int = 0
    """The number of the first of them, the header's being 1."""

    def note(self, number: int) -> None:
        """Count a line that is damaged."""
        self.lines += 1
        self.first = self.first or number

    def words(self) -> tuple[str, ...]:
        """What there is to say about it, if anything."""
        if not self.lines:
            return ()
        if self.lines == 1:
            return (f"Line {self.first:,} is damaged and passed over.",)
        return (f"{self.lines:,} lines are damaged and passed over, the first is {self.first:,}.",)


def read_session(path: Path) -> StoredSession:
    """Open a session and look at every line of it: `problems` counts those that are damaged, too.

    Raises:
        StudioError: as `open_session`.
    """
    session = open_session(path)
    damage = Damage()
    seq = 1
    for number, encoded in enumerate(session.view.lines(session.header_bytes), session.first_line):
        if encoded.strip():
            try:
                split_line(session.current(line_text(encoded), seq))
                seq += 1
            except StudioError:
                damage.note(number)
    return replace(session, problems=(*session.problems, *damage.words()))


def open_session(path: Path) -> StoredSession:
    """Open the session in a folder, or a log that stands alone, packed or not.

    Only its first and last lines are looked at: how many lines are damaged is told by a store of
    it, or by `read_session`.

    Raises:
        StudioError: there is no log, it cannot be read, or nothing at its beginning is an event.
    """
    log = log_of(path)
    if log is None:
        reason = "holds no session.jsonl" if path.is_dir() else "No such file or directory"
        raise _unreadable(path, reason)
    try:
        view = LogView(log)
        written_at = datetime.fromtimestamp(log.stat().st_mtime, UTC)
    except OSError as failure:
        raise _unreadable(log, failure.strerror or str(failure)) from failure
    begun = _begun(view, written_at)
    is_being_written = lock.is_taken(log)
    session = StoredSession(
        path=folder_of(log),
        log=log,
        header=begun.header,
        view=view,
        header_bytes=begun.header_bytes,
        to_current=begun.to_current,
        is_foreign=begun.is_foreign,
        is_being_written=is_being_written,
    )
    words = [*begun.problems]
    if view.is_cut:
        words.append("The packed log is damaged or ends early; it is read as far as it goes.")
    if is_being_written:
        words.append(BEING_WRITTEN)
    else:
        words += _unfinished(session)
    return replace(session, problems=tuple(words))


class _Begun(NamedTuple):
    """What the beginning of a log tells."""

    header: Header
    header_bytes: int
    problems: tuple[str, ...]
    to_current: tuple[Callable[[str], str], ...] = ()
    is_foreign: bool = False


def _begun(view: LogView, written_at: datetime) -> _Begun:
    first = view.first_line()
    beginning = view.read(0, max(len(first), _SNIFFED_BYTES))
    fields = _fields(first)
    if isinstance(fields.get("schema"), str):
        return _ours(fields, len(first), written_at)
    lines = [line_text(line) for line in beginning.split(b"\n")[:_SNIFFED_LINES] if line.strip()]
    otherwise = Header(started_at=written_at, dialect=dialect_of(beginning))
    if _is_entry(line_text(first)):
        words = "The log has no header: settings and date are not known."
        return _Begun(otherwise, 0, (words,))
    if any(map(is_foreign, lines)):
        words = (
            "The studio did not write this log: it has no sound of its own, and where it does not "
            "tell who said something or when, that is guessed or left at zero."
        )
        return _Begun(otherwise, 0, (words,), is_foreign=True)
    if any(map(_is_entry, lines)):
        words = "The header is damaged: settings and date are not known."
        return _Begun(otherwise, len(first), (words,))
    raise StudioError(
        "The first line is not the header of a session log, and no event follows it.",
        title="Not a session",
        hint="A session is a folder with a session.jsonl that the studio wrote, or a file with "
        "one frame of the wire a line.",
    )


def _ours(fields: dict[str, Any], header_bytes: int, written_at: datetime) -> _Begun:
    problems: list[str] = []
    to_current: tuple[Callable[[str], str], ...] = ()
    try:
        fields, to_current = migrated(fields)
    except StudioError:
        version = one_line(fields["schema"], 60)
        problems.append(
            f"The session is kept as {version}, this studio reads {SCHEMA}: "
            "what it does not know is passed over."
        )
    header, wrong = lenient_header(fields, written_at)
    if "started_at" in wrong:
        wrong.remove("started_at")
        problems.append("The header does not say when the session began: its file's date is shown.")
    if wrong:
        names = ", ".join(one_line(name, 40) for name in wrong[:5])
        problems.append(f"Parts of the header make no sense and are left out: {names}.")
    return _Begun(header, header_bytes, tuple(problems), to_current)


def _fields(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line_text(line))
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _is_entry(line: str) -> bool:
    try:
        split_line(line)
    except StudioError:
        return False
    return True


def _unfinished(session: StoredSession) -> Iterator[str]:
    """What a writer that was killed left undone."""
    if torn := session.view.torn():
        yield f"The last line is torn: {len(torn):,} bytes of it are passed over."
    if not session.is_foreign and not _is_end(line_text(session.view.last_line())):
        yield "The session was not closed: its last moments may be missing."
    for name in TRACK_NAMES.values():
        track = session.path / name
        if not track.is_file():
            continue
        try:
            if not track_data(track).is_finished:
                yield f"The header of {name} was never finished: its sound is read to the end."
        except StudioError as failure:
            yield failure.message


def _is_end(line: str) -> bool:
    try:
        entry = split_line(line)
    except StudioError:
        return False
    return entry.origin is Origin.LOCAL and _END.search(entry.body) is not None


def _unreadable(path: Path, reason: str) -> StudioError:
    return StudioError(
        f"{one_line(str(path), 200)}: {reason}.",
        title="Cannot open the session",
        hint="Check the path.",
    )
