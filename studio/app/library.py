"""Stored sessions for the command line: listed, and exported."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from studio.app.choices import Choices
from studio.app.setup import read_setup
from studio.core.errors import StudioError
from studio.core.text import one_line, printable

if TYPE_CHECKING:
    from studio.storage.folders import SessionSummary
    from studio.storage.reader import StoredSession

Say = Callable[[str], None]

_EXPORTS = ("md", "jsonl")


def list_stored(choices: Choices, environ: Mapping[str, str], *, as_json: bool, say: Say) -> None:
    """Print a line for each stored session, newest first, or a JSON array."""
    from studio.storage.folders import list_sessions

    sessions_dir = sessions_dir_of(choices, environ)
    stored = list_sessions(sessions_dir)
    if as_json:
        say(json.dumps([_as_json(session) for session in stored]))
        return
    if not stored:
        say(f"No sessions in {printable(str(sessions_dir))} yet. Begin one with: studio")
        return
    for session in stored:
        say(_as_line(session))


def export_stored(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    session: str,
    to: str,
    output: Path | None,
    say: Say,
    warn: Say,
) -> None:
    """Print or write a stored session as a Markdown transcript or as the wire's frames.

    `warn` is told what was repaired, and what is damaged.

    Raises:
        StudioError: no such session or format, or the file cannot be written.
    """
    from studio.storage.folders import find_session
    from studio.storage.reader import read_session

    if to not in _EXPORTS:
        raise StudioError(
            f"sessions cannot be exported to {one_line(to, 40)!r}",
            title="Unknown format",
            hint=f"Choose one of: {', '.join(_EXPORTS)}.",
        )
    stored = read_session(find_session(sessions_dir_of(choices, environ), session))
    for problem in stored.problems:
        warn(problem)
    lines = _markdown(stored) if to == "md" else _frames(stored)
    if output is None:
        for line in lines:
            say(line)
        return
    _write(output, lines)
    say(f"{printable(str(output))} written.")


def sessions_dir_of(choices: Choices, environ: Mapping[str, str]) -> Path:
    """Where sessions are kept, by command line, settings file or custom."""
    setup = read_setup(choices, environ)
    return setup.preferences.sessions_dir or setup.paths.sessions_dir


def _markdown(stored: StoredSession) -> Iterable[str]:
    from studio.export.markdown import export_markdown
    from studio.session.reduce import reduce
    from studio.session.state import SessionState

    state = SessionState()
    for envelope in stored.envelopes():
        state = reduce(state, envelope).state
    return (printable(export_markdown(state, stored.header)),)


def _frames(stored: StoredSession) -> Iterable[str]:
    from studio.export.jsonl import export_jsonl

    return export_jsonl(stored)


def _as_json(session: SessionSummary) -> dict[str, object]:
    header = session.header
    return {
        "name": session.name,
        "path": str(session.path),
        "started_at": header.started_at.isoformat() if header else None,
        "provider": header.provider if header else None,
        "model": header.model if header else None,
        "log_bytes": session.log_bytes,
        "input_bytes": session.input_bytes,
        "output_bytes": session.output_bytes,
    }


def _as_line(session: SessionSummary) -> str:
    header = session.header
    if header is None:
        return f"{printable(session.name):<42} its log has no header"
    size_mb = (session.log_bytes + session.input_bytes + session.output_bytes) / 1e6
    started = f"{header.started_at:%Y-%m-%d %H:%M:%S}"
    told = f"{one_line(header.provider, 16):<16} {one_line(header.model, 24):<24}"
    return f"{printable(session.name):<42} {started}  {told} {size_mb:8.1f} MB"


def _write(output: Path, lines: Iterable[str]) -> None:
    """Write a neighbour first, so that a failure leaves what was there."""
    neighbour = output.with_name(f".{output.name}.part")
    try:
        with neighbour.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
        neighbour.replace(output)
    except OSError as error:
        with suppress(OSError):
            neighbour.unlink(missing_ok=True)
        raise StudioError(
            f"{output} cannot be written: {error.strerror or error}",
            title="Nothing exported",
            hint="Choose another file with --output.",
        ) from error
