"""The person on the virtual microphone: which line of a script is due, and when.

Pure: it looks at the folded state and says what to say; the session speaks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.audio.playout import Playing
    from studio.session.state import Response, SessionState

SEPARATOR = "//"

_FIRST_PAUSE_S = 0.5
_PAUSE_S = 0.6
_PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Line:
    """Words, and their cue.

    `over_ms` is None for words that wait until the assistant was heard out, else the milliseconds
    of the assistant's answer after which they break in.
    """

    text: str
    over_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What the caller can notice at a moment.

    `is_speaking` tells whether words of the caller are waiting or being said.
    """

    now: float
    state: SessionState
    is_speaking: bool
    playing: Playing | None


def read_script(text: str) -> tuple[Line, ...]:
    """The lines of `First // second // @4000 third`; `@4000` breaks in 4 s into the answer.

    Raises:
        StudioError: there are no words in it.
    """
    lines = tuple(_line(words.strip()) for words in text.split(SEPARATOR) if words.strip())
    if not lines:
        raise StudioError(
            "say: is followed by no words.",
            title="Nothing to say",
            hint='Write the words after it: --mic "say:What time is it?"',
        )
    return lines


def _line(words: str) -> Line:
    cue, _, rest = words.partition(" ")
    if cue.startswith("@") and cue[1:].isdigit() and rest.strip():
        return Line(rest.strip(), float(cue[1:]))
    return Line(words)


class Caller:
    """Goes through a script: says a line, hears the answer out, pauses, says the next one."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = tuple(lines)
        self._next = 0
        self._last_words_at = 0.0
        self._given_at = 0.0
        self._quiet_since: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether every line was given."""
        return self._next == len(self._lines)

    def due(self, look: Look) -> Line | None:
        """The line to say now, if it is time for one; it counts as given then."""
        if look.is_speaking:
            self._last_words_at = look.now
            self._quiet_since = None
            return None
        if self.is_over:
            return None
        line = self._lines[self._next]
        if not (self._breaks_in(line, look) or self._has_waited(look)):
            return None
        self._next += 1
        self._given_at = self._last_words_at = look.now
        self._quiet_since = None
        return line

    def _breaks_in(self, line: Line, look: Look) -> bool:
        if line.over_ms is None or look.playing is None:
            return False
        head = next(
            (each for each in look.state.playback.heads if each.item_id == look.playing.item_id),
            None,
        )
        response = None if head is None else look.state.responses.by_id.get(head.response_id)
        is_answer = response is not None and response.created_at >= self._given_at
        return is_answer and look.playing.played_ms >= line.over_ms

    def _has_waited(self, look: Look) -> bool:
        if self._next and not self._may_go_on(look):
            self._quiet_since = None
            return False
        if self._quiet_since is None:
            self._quiet_since = look.now
        pause_s = _PAUSE_S if self._next else _FIRST_PAUSE_S
        return look.now - self._quiet_since >= pause_s

    def _may_go_on(self, look: Look) -> bool:
        if look.playing is None and look.now - self._last_words_at > _PATIENCE_S:
            return True
        return is_heard_out(look.state, since=self._given_at)


def is_heard_out(state: SessionState, *, since: float) -> bool:
    """Whether what was said at session second `since` has been answered, and all of it heard."""
    if state.responses.active or not state.responses.by_id:
        return False
    last = state.responses.by_id.series[-1]
    if last.created_at < since or last.status in ("in_progress", "cancelled"):
        return False
    return _is_heard(state, last)


def _is_heard(state: SessionState, response: Response) -> bool:
    return all(
        head.played_ms is not None
        for head in state.playback.heads
        if head.response_id == response.id
    )
