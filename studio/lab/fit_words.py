"""A fit for people and for programs: the profile, how well it explains the edges, and the rest."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from studio.core.units import VAD_FRAME_MS
from studio.lab.fit import ENOUGH_EDGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.lab.explained import Explained, Explanation
    from studio.lab.fit import Fit, Range

_LISTED = 12
_WELL = 0.95


def fit_json(fit: Fit) -> dict[str, Any]:
    """A fit as one plain object; shares as fractions of 1, times in ms."""
    best = fit.best
    return {
        "profile": asdict(best.profile),
        "range_95": {
            "threshold_shift": list(fit.threshold_shift),
            "start_shift_ms": list(fit.start_shift_ms),
            "end_shift_ms": list(fit.end_shift_ms),
        },
        "shifted": fit.is_shifted,
        "enough_edges": fit.is_enough,
        "edges": len(best.edges),
        "explained": _shares(best),
        "explained_without_shift": _shares(fit.plain),
        "unexplained": [
            {
                "session": each.session,
                "side": each.reported.side,
                "audio_ms": each.reported.audio_ms,
                "expected_ms": each.expected_ms,
                "off_ms": each.off_ms,
                "at_s": each.reported.at,
            }
            for each in best.unexplained
        ],
        "expected_but_not_reported": [asdict(each) for each in best.unreported],
        "left_out": list(fit.left_out),
        "verdict": verdict(fit),
    }


def verdict(fit: Fit) -> str:
    """What the fit comes to, in a sentence or two."""
    best, n_edges = fit.best, len(fit.best.edges)
    if not n_edges:
        return "There is nothing to go by: no speech edge that time alone decided was reported."
    told = [_found(fit), _how_well(best)]
    if not fit.is_enough:
        told.append(f"That is too little to be sure of; record {ENOUGH_EDGES} edges or more.")
    if best.unreported:
        told.append(f"{len(best.unreported)} more were expected and not reported.")
    return " ".join(told)


def fit_lines(fit: Fit) -> Iterator[str]:
    """A fit as lines of plain text."""
    best = fit.best
    yield verdict(fit)
    if best.edges:
        found = best.profile
        yield ""
        yield f"  threshold_shift  {found.threshold_shift:+7.3f}     {_range(fit.threshold_shift)}"
        yield f"  start_shift_ms   {found.start_shift_ms:+7d} ms  {_range(fit.start_shift_ms)}"
        yield f"  end_shift_ms     {found.end_shift_ms:+7d} ms  {_range(fit.end_shift_ms)}"
        yield ""
        yield f"  equal to the ms            {_share(best.exact, best)}"
        yield f"  within a frame ({VAD_FRAME_MS} ms)     {_share(best.within_frame, best)}"
        yield f"  equal without any shift    {_share(fit.plain.exact, fit.plain)}"
    if best.unexplained:
        yield ""
        yield "  Not explained:"
        yield from (f"    {_unexplained(each)}" for each in best.unexplained[:_LISTED])
        if len(best.unexplained) > _LISTED:
            yield f"    and {len(best.unexplained) - _LISTED:,} more (--json lists them all)"
    for each in best.unreported[:_LISTED]:
        yield f"  Not reported: {each.side} at {each.audio_ms:,} ms in {each.session}"
    for words in fit.left_out:
        yield f"  {words}"


def _found(fit: Fit) -> str:
    found = fit.best.profile
    if not fit.is_shifted:
        return "No shift: turns are detected as OpenAI's hosted server_vad detects them."
    parts = [
        f"a threshold {abs(found.threshold_shift):.3f} {_which(found.threshold_shift, 'higher')}"
        if found.threshold_shift
        else "",
        f"starts {abs(found.start_shift_ms)} ms {_which(found.start_shift_ms, 'later')}"
        if found.start_shift_ms
        else "",
        f"ends {abs(found.end_shift_ms)} ms {_which(found.end_shift_ms, 'later')}"
        if found.end_shift_ms
        else "",
    ]
    return f"Shifted: {', '.join(filter(None, parts))} than OpenAI's hosted server_vad."


def _which(shift: float, above: str) -> str:
    below = {"higher": "lower", "later": "earlier"}
    return above if shift > 0 else below[above]


def _how_well(best: Explanation) -> str:
    n_edges = len(best.edges)
    if best.exact == n_edges:
        return f"Every edge is explained to the millisecond ({n_edges} of {n_edges})."
    words = f"{best.exact} of {n_edges} edges are explained to the millisecond"
    if best.exact / n_edges >= _WELL:
        return f"{words}, which is well."
    if best.within_frame / n_edges >= _WELL:
        return f"{words}, nearly all others within a frame."
    return f"{words}: three numbers do not say what this server does."


def _shares(told: Explanation) -> dict[str, Any]:
    n_edges = len(told.edges)
    return {
        "exact": told.exact,
        "within_frame": told.within_frame,
        "exact_share": round(told.exact / n_edges, 4) if n_edges else None,
        "within_frame_share": round(told.within_frame / n_edges, 4) if n_edges else None,
    }


def _share(count: int, told: Explanation) -> str:
    n_edges = len(told.edges)
    return f"{count:4d} of {n_edges}  {count / n_edges:4.0%}"


def _range(found: Range) -> str:
    low, high = (f"{value:+g}" for value in found)
    return f"95 %: {low}" if low == high else f"95 %: {low} to {high}"


def _unexplained(each: Explained) -> str:
    edge = each.reported
    where = f"{each.session}, {edge.at:.2f} s: {edge.side} at {edge.audio_ms:,} ms"
    if each.expected_ms is None:
        return f"{where}, none expected near it"
    return f"{where}, expected at {each.expected_ms:,} ms ({each.off_ms:+,} ms)"
