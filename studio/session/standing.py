"""How settings stand in a session, in words: refused, ignored, other than asked, or as asked.

What `session.obeyed` judges, and what the server itself says: an update that it refused, a value
that it echoes otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from studio.core.text import one_line, without_secrets
from studio.protocol.settings import changed_fields
from studio.session.obeyed import Finding, findings
from studio.session.obeyed_look import UNSTATED, Verdict, stated
from studio.session.state import RefusedUpdate, SessionState

_LONGEST_VALUE = 40
_LONGEST_EVIDENCE = 400
_LEFT_ALONE = frozenset({"kind", "model", "extra"})
"""What a service may call otherwise and mean the same, and what nobody but it knows."""
_ECHO_DIFFERS = "The server says that another value is in force."


@dataclass(frozen=True, slots=True)
class Standing:
    """How one setting stands.

    Attributes:
        path: its dotted path; of a refused update, all of them.
        verdict: of what was seen; or `refused` by the server.
        evidence: what that rests on, in a sentence; of a refusal, the server's own words.
        asked: in words, as are the others; `–` where nothing was or it is off.
        echoed: what the server says is in force.
        seen: what was seen.
    """

    path: str
    verdict: Verdict | Literal["refused"]
    evidence: str
    asked: str = "–"
    echoed: str = "–"
    seen: str = "–"

    @property
    def is_wrong(self) -> bool:
        """Whether the server does something else than it was asked, or refused it."""
        return self.verdict in ("refused", "ignored", "differs")

    @property
    def told(self) -> str:
        """What was asked, echoed and seen, and the evidence."""
        if self.verdict == "refused":
            return self.evidence
        facts = [f"asked {self.asked}", f"echoed {self.echoed}"]
        facts += [] if self.seen == "–" else [f"seen {self.seen}"]
        return f"{', '.join(facts)}. {self.evidence}"


def standings(state: SessionState) -> tuple[Standing, ...]:
    """Every setting of which there is something to say; what was refused first, each once."""
    known = findings(state)
    echoes = {path: _echoed(state, path) for path in _echoed_otherwise(state)}
    refused = {each.path: each for each in map(_refused, state.settings.refusals)}
    return (
        *refused.values(),
        *(_found(each, differs=path in echoes) for path, each in known.items()),
        *(each for path, each in echoes.items() if path not in known),
    )


def disputed(state: SessionState) -> tuple[Standing, ...]:
    """Those that are not as they were asked."""
    return tuple(each for each in standings(state) if each.is_wrong)


def in_words(value: object, longest: int = _LONGEST_VALUE) -> str:
    """A setting's value on one line; `–` for none."""
    if value is None or value is UNSTATED:
        return "–"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        names = (str(getattr(each, "name", each)) for each in value)
        return one_line(", ".join(names) or "none", longest)
    return one_line(str(getattr(value, "type", value)), longest)


def _refused(update: RefusedUpdate) -> Standing:
    evidence = without_secrets(one_line(update.message, _LONGEST_EVIDENCE))
    return Standing(", ".join(update.fields), "refused", evidence or "The server gave no reason.")


def _found(each: Finding, *, differs: bool) -> Standing:
    """A finding; what was seen outweighs what is said, unless it was as asked."""
    is_said_otherwise = differs and not each.is_wrong
    evidence = f"{_ECHO_DIFFERS} {each.evidence}" if is_said_otherwise else each.evidence
    return Standing(
        each.path,
        "differs" if is_said_otherwise else each.verdict,
        one_line(evidence, _LONGEST_EVIDENCE),
        in_words(each.asked),
        in_words(each.echoed),
        in_words(each.seen),
    )


def _echoed_otherwise(state: SessionState) -> Iterator[str]:
    """Paths at which the server states something else than it was asked, and had time to answer."""
    known = state.settings
    if known.echoed is None:
        return
    waiting = {field for update in known.pending for field in update.fields}
    for path in changed_fields(known.echoed, known.asked):
        top = path.partition(".")[0]
        if top in _LEFT_ALONE or {path, top} & waiting:
            continue
        if stated(known.echoed, path) is not UNSTATED:
            yield path


def _echoed(state: SessionState, path: str) -> Standing:
    known = state.settings
    asked, echoed = stated(known.asked, path), stated(known.echoed, path)
    return Standing(path, "differs", _ECHO_DIFFERS, in_words(asked), in_words(echoed))
