"""Whether the server does what it was asked: asked, echoed and observed, setting by setting.

Services echo settings that they do not obey. A verdict rests on the audio and the events alone, and
says on what in a sentence; what nothing shows is not judged. `session.observed` measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from studio.session.obeyed_look import UNSTATED, Look, Verdict, stated
from studio.session.obeyed_output import OUTPUT_JUDGES
from studio.session.obeyed_turns import TURN_JUDGES
from studio.session.state import SessionState

_JUDGES = {**TURN_JUDGES, **OUTPUT_JUDGES}
_NOT_YET = "Nothing has shown it yet."


@dataclass(frozen=True, slots=True)
class Finding:
    """One setting.

    Attributes:
        path: its dotted path.
        asked: what we asked; None where nothing, or for off.
        echoed: what the server says is in force; None where it says nothing, or for off.
        seen: what was seen, in the setting's own unit; None where nothing was.
        evidence: what the verdict rests on, in a sentence; or why there is none.
    """

    path: str
    asked: object
    echoed: object
    seen: object
    verdict: Verdict
    evidence: str

    @property
    def is_wrong(self) -> bool:
        """Whether the server does something else than it was asked."""
        return self.verdict in ("ignored", "differs")


def findings(state: SessionState) -> Mapping[str, Finding]:
    """Every setting that can be judged from outside, and what is known of it so far."""
    return _READER.read(state)


class _Reader:
    """Keeps what it found until something happened or a second went by."""

    def __init__(self) -> None:
        self._sources: tuple[object, ...] = ()
        self._second = -1
        self._found: Mapping[str, Finding] = {}

    def read(self, state: SessionState) -> Mapping[str, Finding]:
        speech = state.speech
        sources = (
            state.settings,
            state.items,
            state.responses,
            state.playback,
            speech.server,
            speech.local,
        )
        second = int(state.last_at)
        is_same = len(sources) == len(self._sources) and all(
            one is other for one, other in zip(sources, self._sources, strict=True)
        )
        if not is_same or second != self._second:
            self._found = {each.path: each for each in _findings(state)}
            self._sources, self._second = sources, second
        return self._found


_READER = _Reader()


def _findings(state: SessionState) -> Iterator[Finding]:
    look = Look(state)
    known = state.settings
    for path, judge in _JUDGES.items():
        wanted = look.in_force(path)
        seen = None if wanted is UNSTATED else judge(look, wanted)
        asked = _or_none(stated(known.asked, path))
        echoed = None if known.echoed is None else _or_none(stated(known.echoed, path))
        if seen is None:
            yield Finding(path, asked, echoed, None, "not seen yet", _NOT_YET)
        else:
            yield Finding(path, asked, echoed, seen.value, seen.verdict, seen.evidence)


def _or_none(value: object) -> object:
    return None if value is UNSTATED else value
