"""A session as one HTML page: for colleagues who have no studio, and no network either.

The page holds all it shows, sound too; its policy forbids it to load anything. It has no script. It
is read by screen readers, by keyboard, on a phone, on paper, in the light and in the dark.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import to_jsonable_python

import studio
from studio.core.text import one_line, printable, without_secrets
from studio.core.units import clock
from studio.export.clips import Clip, user_clip, voice_clip
from studio.export.figures import timeline
from studio.export.placed import Placed
from studio.export.sharing import Redaction
from studio.export.told import Asked, Told
from studio.protocol.settings import SessionSettings
from studio.session.hearing import heard_text
from studio.session.latency_summary import Spread, SummaryReader
from studio.session.obeyed import findings
from studio.session.state import Interruption, Problem, ToolCall, Totals
from studio.session.turns import Said, Turn

if TYPE_CHECKING:
    from jinja2 import Template

_MOST_WATERFALLS = 40
"""More turns than this are told by their slowest."""
_MOST_PRELOADED = 60
"""Players that may show their length before they are used."""
_LONGEST_VALUE = 400
_NOTABLE_MS = 0.5
_OFF = "off"
_PART_WORDS = {
    "silence": "the silence that turn detection waits for",
    "vad": "what else the service needs to decide that the turn is over",
    "network": "one measured round trip",
    "response": "from that decision to the response",
    "tools": "functions that were called first",
    "model": "from the response to its first audio",
    "buffer": "from its arrival to the sound card",
    "device": "the sound card's own way to the ear",
}


class _Voice(NamedTuple):
    """What was said at one time, and its player."""

    heard: str
    lost: str
    clip: Clip | None


class _Call(NamedTuple):
    at: str
    turn: int
    name: str
    arguments: str
    output: str | None
    took: str


class _Section(NamedTuple):
    """A turn of the conversation."""

    number: int
    at: str
    tags: tuple[str, ...]
    is_users: bool
    user: str
    user_note: str
    user_clip: Clip | None
    voices: tuple[_Voice, ...]
    calls: tuple[_Call, ...]
    cuts: tuple[str, ...]
    total: str


class _Bar(NamedTuple):
    """A part of a latency: its share of the longest one in percent."""

    part: str
    left: float
    width: float
    words: str


class _Waterfall(NamedTuple):
    turn: int
    total: str
    bars: tuple[_Bar, ...]
    words: str


class _Spread(NamedTuple):
    name: str
    words: str
    turns: int
    p50: str
    p95: str


class _Setting(NamedTuple):
    at: str
    path: str
    asked: str
    echoed: str
    verdict: str


class _Observed(NamedTuple):
    path: str
    asked: str
    echoed: str
    verdict: str
    evidence: str


class _Trouble(NamedTuple):
    at: str
    severity: str
    title: str
    message: str
    hint: str


def export_report(
    told: Told,
    redaction: Redaction,
    damages: Iterable[str] = (),
    tick: Callable[[int], None] = lambda _turn: None,
) -> Iterator[str]:
    """The page in pieces.

    Args:
        told: the session.
        redaction: what is withheld.
        damages: what of the session is damaged, in sentences.
        tick: is told how many turns have been written.
    """
    summary = SummaryReader().read(told.turns, told.state)
    problems = [each for each in told.state.problems if not each.benign]
    has_sound = redaction.audio
    in_force = [*_in_force(told, redaction)]
    yield from _template().generate(
        title=f"{told.header.provider or 'unknown provider'} · {_model(told)}",
        started=told.header.started_at.strftime("%A, %d %B %Y, %H:%M %Z").strip(),
        started_iso=told.header.started_at.isoformat(),
        length=clock(told.ends_s),
        turn_count=len(told.turns),
        summary=summary,
        cut_count=len(told.state.interruptions),
        rows=timeline(told, with_sound=has_sound),
        has_sound=has_sound,
        preload="metadata" if len(told.turns) <= _MOST_PRELOADED else "none",
        sections=_sections(told, redaction, tick),
        parts=[
            _spread(name, each)
            for name, each in summary.parts
            if each and each.p95_ms >= _NOTABLE_MS
        ],
        groups=[_spread(each.settings, each.total) for each in summary.groups],
        waterfalls=_waterfalls(told.turns),
        most_waterfalls=_MOST_WATERFALLS,
        part_words=_PART_WORDS,
        asked=[_setting(each, redaction) for each in told.asked if each.path != "kind"],
        observed=[*_observed(told, redaction)],
        in_force=[each for each in in_force if each[1] != _OFF],
        off=", ".join(path for path, value in in_force if value == _OFF),
        problems=[_trouble(each, redaction) for each in problems],
        serious=sum(1 for each in problems if each.severity != "info"),
        damages=[printable(redaction.note(each)) for each in damages],
        calls=[_call(each, turn.index, redaction) for turn in told.turns for each in turn.calls],
        usage=_usage(told.state.totals),
        withheld=_withheld(redaction),
        version=studio.__version__,
        seconds=_seconds,
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("studio.export", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.jinja")


def _model(told: Told) -> str:
    return one_line(told.state.connection.model or told.header.model or "unknown model")


def _sections(told: Told, redaction: Redaction, tick: Callable[[int], None]) -> Iterator[_Section]:
    """The turns, one at a time: their sound is encoded when it is written."""
    voices: defaultdict[str, list[Placed]] = defaultdict(list)
    for placed in told.placement.output:
        voices[placed.item_id].append(placed)
    for number, turn in enumerate(told.turns):
        tick(number)
        total_ms = turn.latency.total_ms
        text = printable(redaction.text(turn.user_text))
        yield _Section(
            number=turn.index,
            at=clock(turn.started_at),
            tags=tuple(one_line(tag) for tag in turn.tags),
            is_users=turn.user_item_id is not None,
            user=text,
            user_note="" if text.strip() else _no_words(turn),
            user_clip=user_clip(turn, told) if redaction.audio else None,
            voices=tuple(_voice(said, told, redaction, voices[said.item.id]) for said in turn.said),
            calls=tuple(_call(each, turn.index, redaction) for each in turn.calls),
            cuts=tuple(_cut(each, redaction) for each in turn.interruptions),
            total=_seconds(total_ms) if total_ms is not None else "",
        )


def _no_words(turn: Turn) -> str:
    if turn.transcription == "failed":
        return "These words could not be transcribed."
    return "No words were recognised."


def _voice(said: Said, told: Told, redaction: Redaction, voice: Sequence[Placed]) -> _Voice:
    text = heard_text(said.item, said.head, told.placement.output_format)
    return _Voice(
        heard=printable(redaction.text((text.heard + text.ahead).strip())),
        lost=printable(redaction.text(text.lost.strip())),
        clip=voice_clip(voice, told) if redaction.audio and voice else None,
    )


def _call(call: ToolCall, turn: int, redaction: Redaction) -> _Call:
    took = ""
    if call.answered_at is not None:
        took = _seconds((call.answered_at - call.asked_at) * 1000)
    return _Call(
        at=clock(call.asked_at),
        turn=turn,
        name=one_line(call.name),
        arguments=printable(redaction.text(call.arguments)),
        output=None if call.output is None else printable(redaction.text(call.output)),
        took=took,
    )


def _cut(cut: Interruption, redaction: Redaction) -> str:
    told = (
        f"Cut off ({cut.reason}) after {cut.played_ms / 1000:,.1f} s of "
        f"{cut.received_ms / 1000:,.1f} s that had arrived"
    )
    if cut.applied_ms is not None:
        return f"{told}; the server keeps {cut.applied_ms / 1000:,.1f} s."
    if cut.refused:
        return f"{told}; the server refused: {one_line(redaction.text(cut.refused))}"
    return f"{told}."


def _waterfalls(turns: Sequence[Turn]) -> list[_Waterfall]:
    known = [(turn, turn.latency.total_ms) for turn in turns]
    measured = [(turn, total_ms) for turn, total_ms in known if total_ms is not None]
    if len(measured) > _MOST_WATERFALLS:
        measured = sorted(measured, key=lambda each: -each[1])[:_MOST_WATERFALLS]
    longest_ms = max((total_ms for _, total_ms in measured), default=1.0) or 1.0
    return [_waterfall(turn, total_ms, longest_ms) for turn, total_ms in measured]


def _waterfall(turn: Turn, total_ms: float, longest_ms: float) -> _Waterfall:
    bars: list[_Bar] = []
    left = 0.0
    for part, part_ms in turn.latency.parts():
        if part_ms:
            width = part_ms / longest_ms * 100
            words = f"{part} {part_ms:,.0f} ms"
            bars.append(_Bar(part, round(left, 3), round(width, 3), words))
            left += width
    words = ", ".join(bar.words for bar in bars)
    return _Waterfall(turn.index, _seconds(total_ms), tuple(bars), words)


def _spread(name: str, spread: Spread) -> _Spread:
    words = _PART_WORDS.get(name, "")
    p50, p95 = _seconds(spread.p50_ms), _seconds(spread.p95_ms)
    return _Spread(name, words, spread.count, p50, p95)


def _setting(asked: Asked, redaction: Redaction) -> _Setting:
    verdict = "not answered"
    if asked.is_answered:
        is_same = asked.asked == asked.echoed
        verdict = "as asked" if is_same else "not echoed" if asked.echoed is None else "differs"
    return _Setting(
        at=clock(asked.at_s),
        path=one_line(asked.path),
        asked=_value(asked.path, asked.asked, redaction),
        echoed=_value(asked.path, asked.echoed, redaction) if asked.is_answered else "",
        verdict=verdict,
    )


def _observed(told: Told, redaction: Redaction) -> Iterator[_Observed]:
    """What the audio and the events show of the settings, as far as they show anything."""
    for each in findings(told.state).values():
        if each.verdict != "not seen yet":
            yield _Observed(
                each.path,
                _value(each.path, each.asked, redaction),
                _value(each.path, each.echoed, redaction),
                each.verdict,
                redaction.note(each.evidence),
            )


def _in_force(told: Told, redaction: Redaction) -> Iterator[tuple[str, str]]:
    epochs = told.state.settings.epochs
    settings = epochs[-1].settings if epochs else SessionSettings()
    for path, value in settings.model_dump(mode="json", exclude_unset=True).items():
        if isinstance(value, dict):
            for knob, each in value.items():
                yield f"{path}.{knob}", _value(f"{path}.{knob}", each, redaction)
        else:
            yield path, _value(path, value, redaction)


def _value(path: str, value: object, redaction: Redaction) -> str:
    """A setting's value; what may hold words is withheld with the words."""
    if value is None or value in ((), [], {}):
        return _OFF
    shared = redaction.value(path.rpartition(".")[2], to_jsonable_python(value))
    if isinstance(shared, list) and all(isinstance(each, str) for each in shared):
        shared = ", ".join(shared)
    text = shared if isinstance(shared, str) else json.dumps(shared, ensure_ascii=False)
    return one_line(without_secrets(text), _LONGEST_VALUE)


def _trouble(problem: Problem, redaction: Redaction) -> _Trouble:
    return _Trouble(
        at=clock(problem.at),
        severity=problem.severity,
        title=one_line(redaction.note(problem.title)),
        message=one_line(redaction.text(problem.message)),
        hint=one_line(redaction.note(problem.hint)),
    )


def _usage(totals: Totals) -> list[tuple[str, int, int, int]]:
    """Tokens by kind: given, cached of these, made."""
    if not totals.responses:
        return []
    kinds = [
        ("text", totals.input_text, totals.cached_text, totals.output_text),
        ("audio", totals.input_audio, totals.cached_audio, totals.output_audio),
        ("image", totals.input_image, totals.cached_image, 0),
    ]
    return [each for each in kinds if any(each[1:])]


def _withheld(redaction: Redaction) -> str:
    names = [
        name
        for name, is_shared in (
            ("sound", redaction.audio),
            ("words", redaction.words),
            ("ids", redaction.ids),
        )
        if not is_shared
    ]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _seconds(ms: float) -> str:
    return f"{ms:,.0f} ms" if ms < 1000 else f"{ms / 1000:,.2f} s"
