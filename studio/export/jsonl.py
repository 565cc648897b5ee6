"""A session as the frames that crossed the wire, one JSON object a line, audio and all.

`{"dir": "send"|"recv", "at": seconds, "event": FRAME}`, where FRAME is the frame's own text, byte
for byte. A frame that is not JSON on one line is a JSON string under `"text"` instead. Audio that
the session has lost is marked by `"audio": "lost"`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Protocol

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


def export_jsonl(session: Recording) -> Iterator[str]:
    """The session's frames as lines of JSON, without newlines."""
    for frame in session.frames():
        lost = "" if frame.whole else '"audio": "lost", '
        head = f'{{"dir": "{_DIRECTIONS[frame.origin]}", "at": {frame.at!r}, {lost}'
        if _is_one_line_of_json(frame.text):
            yield f'{head}"event": {frame.text}}}'
        else:
            yield f'{head}"text": {json.dumps(frame.text)}}}'


def _is_one_line_of_json(text: str) -> bool:
    if "\n" in text or "\r" in text:
        return False
    try:
        json.loads(text)
        text.encode()
    except (ValueError, RecursionError):
        return False
    return True
