"""A session as the frames that crossed the wire, one JSON object a line, audio and all.

To be read by programs: `{"dir": "send"|"recv", "at": seconds, "event": FRAME}`, where FRAME is the
frame's own text. A frame that is not JSON on one line is a JSON string under `"text"` instead.

To be compared with the wire: `{"dir": …, "at": …, "frame": TEXT}`, where TEXT is always a JSON
string, which holds the frame to the byte whatever it was.

Audio that the session has lost is marked by `"audio": "lost"`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Protocol

from studio.export.sharing import Redaction
from studio.session.envelope import Origin

_DIRECTIONS = {Origin.CLIENT: "send", Origin.SERVER: "recv"}


class WireFrame(Protocol):
    """A frame as it crossed the wire."""

    @property
    def at(self) -> float:
        """Session seconds."""
        ...

    @property
    def origin(self) -> Origin:
        """Client or server."""
        ...

    @property
    def text(self) -> str:
        """The frame."""
        ...

    @property
    def whole(self) -> bool:
        """Whether its audio is in it."""
        ...


class Recording(Protocol):
    """A session that was kept."""

    def frames(self) -> Iterable[WireFrame]:
        """What crossed the wire in both directions."""
        ...


def export_jsonl(session: Recording, redaction: Redaction) -> Iterator[str]:
    """The session's frames as JSON values, a line each, without newlines."""
    for frame in session.frames():
        text = redaction.frame(frame.text)
        if _is_one_line_of_json(text):
            yield f'{_head(frame)}"event": {text}}}'
        else:
            yield f'{_head(frame)}"text": {json.dumps(text)}}}'


def export_wire(session: Recording, redaction: Redaction) -> Iterator[str]:
    """The session's frames as the text that crossed the wire, a line each, without newlines."""
    for frame in session.frames():
        yield f'{_head(frame)}"frame": {json.dumps(redaction.frame(frame.text))}}}'


def _head(frame: WireFrame) -> str:
    lost = "" if frame.whole else '"audio": "lost", '
    return f'{{"dir": "{_DIRECTIONS[frame.origin]}", "at": {frame.at!r}, {lost}'


def _is_one_line_of_json(text: str) -> bool:
    if "\n" in text or "\r" in text:
        return False
    try:
        json.loads(text)
        text.encode()
    except (ValueError, RecursionError):
        return False
    return True
