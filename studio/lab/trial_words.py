"""A trial's result for people and for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from studio.lab.trial_best import winner_of
from studio.lab.trial_result import Counts, middle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio.lab.trial_result import ArmResult, TrialResult, Tried
    from studio.lab.trials import Done

_LISTED = 12
_BY_WORDS = "Its counts are the local rule's by the words, not what a hosted service does."
_COLUMNS = (
    ("cut off", "cut_off"),
    ("missed", "missed"),
    ("merged", "merged"),
    ("late", "late"),
    ("clipped", "clipped"),
    ("ghosts", "ghosts"),
)


def trial_json(result: TrialResult) -> dict[str, Any]:
    """A trial as one plain object; times in ms, money in US dollars."""
    trial = result.trial
    return {
        "takes": [{"name": take.name, "sha256": take.digest} for take in trial.takes],
        "repeats": trial.repeats,
        "seed": trial.seed,
        "answers": trial.answers,
        "profile": asdict(result.profile),
        "arms": [_arm_json(each, result) for each in result.arms],
        "failed": [
            {
                "take": trial.takes[each.run.take].name,
                "arm": trial.arms[each.run.arm].name,
                "repeat": each.run.repeat + 1,
                "why": each.failure,
                "attempts": each.attempts,
            }
            for each in result.failed
        ],
        "not_begun": result.left,
        "comparison": list(compared(result)),
        "best": _best_json(result),
    }


_LEGEND = (
    "server: what it did; twin: what the lab foretold. end after: sound from a turn's last word to",
    "where the server ended it; known after: time until that was told here.",
)


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"


def trial_lines(result: TrialResult) -> Iterator[str]:
    """A trial as lines of plain text."""
    trial = result.trial
    held = "once" if trial.repeats == 1 else f"{trial.repeats} times"
    takes, arms = _several(len(trial.takes), "take"), _several(len(trial.arms), "setting")
    yield f"{takes} × {arms}, held {held} in random order (seed {trial.seed})"
    for arm in result.arms:
        yield f"  {arm.arm.name}  {arm.arm.words}"
    yield ""
    yield from _table(result)
    yield ""
    yield from _LEGEND
    yield ""
    for arm in result.arms:
        yield from _edge_lines(arm, result)
    yield from compared(result)
    if (found := winner_of(result)) is not None:
        yield f"Best: {found.arm.name} ({found.arm.words}); {found.words}."
        yield from (f"   {doubt}" for doubt in found.doubts)
    for done in result.failed:
        run = done.run
        where = f"{trial.arms[run.arm].name}, {trial.takes[run.take].name}, {run.repeat + 1}"
        yield f"Not held: {where}: {done.failure}"
    if again := [each for each in _all(result) if each.attempts > 1]:
        more = sum(each.attempts - 1 for each in again)
        yield f"Too much at once: {len(again)} sessions were begun again, {more} times in all."
    if result.left:
        yield f"Given up: {result.left} sessions were not begun."


def compared(result: TrialResult) -> Iterator[str]:
    """What tells the settings apart, and what repeats do as well, in sentences."""
    first, *others = result.arms
    for other in others:
        if not first.repeats or not other.repeats:
            continue
        told = [
            words
            for name, field in _COLUMNS
            if (words := _difference(name, field, first, other)) is not None
        ]
        if told:
            yield f"{other.arm.name} against {first.arm.name}: {'; '.join(told)}."
        else:
            yield f"{other.arm.name} against {first.arm.name}: no difference in these takes."


def _difference(name: str, field: str, one: ArmResult, other: ArmResult) -> str | None:
    here = [getattr(each, field) for each in one.repeats]
    there = [getattr(each, field) for each in other.repeats]
    if sorted(here) == sorted(there):
        return None
    words = f"{_span(there)} {name} instead of {_span(here)}"
    if max(there) < min(here) or min(there) > max(here):
        return words if len(here) > 1 else f"{words} (held once, so that it may be chance)"
    return f"{words}, which repeats of one setting differ by as well"


def _table(result: TrialResult) -> Iterator[str]:
    head = ["", "turns", *(name for name, _ in _COLUMNS), "end after", "known after"]
    rows = [[*head, *(["heard after"] if result.trial.answers else []), "cost"]]
    for arm in result.arms:
        rows += _rows(arm, hears=result.trial.answers)
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield f"  {'  '.join(cells)}".rstrip()


def _rows(arm: ArmResult, *, hears: bool) -> Iterator[list[str]]:
    observed, predicted = arm.repeats, arm.predicted
    if arm.part is not None:
        observed, predicted = (arm.part[0],), arm.part[1]
    counts = [_span([getattr(each, field) for each in observed]) for _, field in _COLUMNS]
    notices = [ms for each in arm.tried for ms in each.notice_ms]
    latencies = [ms for each in arm.tried for ms in each.latency_ms]
    turns = _span([each.turns for each in observed])
    yield [
        f"{arm.arm.name} server" + (", in part" if arm.part is not None else ""),
        turns,
        *counts,
        _ms(arm.delay_ms(0.5)),
        _ms(middle(notices)),
        *([_ms(middle(latencies))] if hears else []),
        _cost(arm.tried),
    ]
    if predicted is not None:
        expects = [str(getattr(predicted, field)) for _, field in _COLUMNS]
        yield [f"  {_twin(arm)}", str(predicted.turns), *expects, *[""] * (4 if hears else 3)]


def _twin(arm: ArmResult) -> str:
    """Who predicts."""
    return "twin" if arm.arm.is_timed else "local words"


def _edge_lines(arm: ArmResult, result: TrialResult) -> Iterator[str]:
    edges = [edge for each in arm.tried for edge in each.edges.edges]
    exact = sum(edge.off_ms == 0 for edge in edges)
    extra = [edge for each in arm.tried for edge in each.edges.unreported]
    if not arm.arm.is_timed:
        yield f"{arm.arm.name}: words decide here as well, so that the twin predicts no edges."
        if arm.predicted is not None or (arm.part is not None and arm.part[1] is not None):
            yield f"   {_BY_WORDS}"
    elif edges or extra:
        yield f"{arm.arm.name}: {exact} of {len(edges)} edges where the twin expects them."
    takes = {str(each.folder.name): each.done.run.take for each in arm.tried}
    odd = [edge for edge in edges if edge.off_ms != 0]
    for edge in odd[:_LISTED]:
        said = edge.reported
        name = result.trial.takes[takes[edge.session]].name
        off = "none expected" if edge.off_ms is None else f"{edge.off_ms:+,} ms"
        yield f"   {name}: {said.side} at {said.audio_ms:,} ms, {off} ({edge.session})"
    if len(odd) > _LISTED:
        yield f"   and {len(odd) - _LISTED:,} more"
    for missing in extra[:_LISTED]:
        name = result.trial.takes[takes[missing.session]].name
        yield f"   {name}: {missing.side} expected at {missing.audio_ms:,} ms, not reported"
    for note in dict.fromkeys(note for each in arm.tried for note in each.notes):
        yield f"   {note}"


def _arm_json(arm: ArmResult, result: TrialResult) -> dict[str, Any]:
    return {
        "name": arm.arm.name,
        "settings": arm.arm.words,
        "asked": arm.arm.settings.model_dump(mode="json", exclude_unset=True)["turn_detection"],
        "observed": [asdict(each) for each in arm.repeats],
        "predicted": None if arm.predicted is None else asdict(arm.predicted),
        "predicted_by": None if arm.predicted is None else _twin(arm),
        "sessions": [_tried_json(each, result) for each in arm.tried],
    }


def _best_json(result: TrialResult) -> dict[str, Any] | None:
    found = winner_of(result)
    if found is None:
        return None
    return {
        "arm": found.arm.name,
        "settings": found.arm.words,
        "why": found.words,
        "doubts": list(found.doubts),
    }


def _tried_json(tried: Tried, result: TrialResult) -> dict[str, Any]:
    run = tried.done.run

    def counts(found: Counts | None) -> dict[str, int] | None:
        return None if found is None else asdict(found)

    return {
        "session": str(tried.folder),
        "take": result.trial.takes[run.take].name,
        "repeat": run.repeat + 1,
        "observed": counts(tried.observed),
        "predicted": counts(tried.predicted),
        "edges": [
            {
                "side": edge.reported.side,
                "audio_ms": edge.reported.audio_ms,
                "expected_ms": edge.expected_ms,
                "off_ms": edge.off_ms,
            }
            for edge in tried.edges.edges
        ],
        "expected_but_not_reported": [asdict(each) for each in tried.edges.unreported],
        "end_delay_ms": list(tried.end_delay_ms),
        "notice_ms": [round(ms, 1) for ms in tried.notice_ms],
        "latency_ms": [round(ms, 1) for ms in tried.latency_ms],
        "cost_usd": None if tried.cost is None else float(tried.cost),
        "notes": list(tried.notes),
        "attempts": tried.done.attempts,
    }


def _all(result: TrialResult) -> Iterator[Done]:
    """What came of every session that was begun."""
    yield from result.failed
    yield from (each.done for arm in result.arms for each in arm.tried)


def _cost(tried: Sequence[Tried]) -> str:
    if not tried or any(each.cost is None for each in tried):
        return "not known" if tried else ""
    total = float(sum(each.cost for each in tried if each.cost is not None))
    return f"${total:.4f}" if total else "$0"


def _span(values: Sequence[int]) -> str:
    if not values:
        return "–"
    low, high = min(values), max(values)
    return str(low) if low == high else f"{low} to {high}"


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f} ms"
