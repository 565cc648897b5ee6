"""A sweep as data for machines: JSON and CSV, and settings as providers read them.

`docs/sweep.md` describes both. Rates are shares from 0 to 1, delays ms; an endless delay is null in
JSON and empty in CSV.
"""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from studio.lab.by_words import doubts_by_words, evidence_by_words, session_of
from studio.lab.figures import RATES
from studio.lab.tally import COUNTED
from studio.protocol.dialect import Dialect
from studio.protocol.knobs import TurnDetection
from studio.protocol.settings import SessionSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio.lab.bootstrap import Trust
    from studio.lab.by_words import ByWords
    from studio.lab.fail_if import Condition
    from studio.lab.figures import Figures
    from studio.lab.verdicts import Doubt
    from studio.lab.weighing import Weighed
    from studio.vad.segmenter import SegmenterSettings

SCHEMA = "studio.sweep/1"

_SETTINGS = ("threshold", "silence_duration_ms", "prefix_padding_ms")
COLUMNS = (
    *_SETTINGS, "on_front", "recommended", "turns", *COUNTED, "clipped", *RATES, "eagerness",
)  # fmt: skip
"""The header of the table."""


def session_settings(settings: SegmenterSettings) -> SessionSettings:
    """The settings as a session's, nothing else stated."""
    return SessionSettings(
        turn_detection=TurnDetection(
            type="server_vad",
            threshold=settings.threshold,
            prefix_padding_ms=settings.prefix_padding_ms,
            silence_duration_ms=settings.silence_duration_ms,
        )
    )


def session_update(settings: SegmenterSettings, dialect: Dialect) -> dict[str, Any]:
    """The event that asks a provider for these settings, in its dialect."""
    return update_of(session_settings(settings), dialect)


def update_of(settings: SessionSettings, dialect: Dialect) -> dict[str, Any]:
    """The event that asks a provider for settings of a session."""
    return {"type": "session.update", "session": settings.to_wire(dialect)}


def provider_text(settings: SegmenterSettings) -> str:
    """Both dialects' events, to be copied."""
    said = (("GA", Dialect.GA), ("beta", Dialect.BETA))
    return "\n\n".join(
        f"{name}:\n{json.dumps(session_update(settings, dialect), indent=2)}"
        for name, dialect in said
    )


def figures_at(figures: Figures, at: int) -> dict[str, float]:
    """The rates of one setting, by name."""
    return {name: float(values[at]) for name, values in figures.rates().items()}


def document(
    weighed: Weighed,
    doubts: Sequence[Doubt],
    failed: Sequence[Condition] = (),
    by_words: ByWords | None = None,
) -> dict[str, Any]:
    """All that the sweep found."""
    swept, grid, chosen = weighed.swept, weighed.grid, weighed.chosen
    pair = weighed.pair(chosen)
    whole: dict[str, Any] = {
        "schema": SCHEMA,
        "takes": swept.takes,
        "skipped": [asdict(each) for each in swept.skipped],
        "turns": weighed.figures.turns,
        "audio_s": weighed.figures.audio_ms / 1000,
        "profile": swept.plan.profile.name,
        "augmentations": [str(each) for each in swept.plan.variants],
        "grid": {
            "threshold": list(grid.thresholds),
            "silence_duration_ms": list(grid.silences_ms),
            "prefix_padding_ms": list(grid.prefixes_ms),
        },
        "budget": weighed.budget,
        "recommendation": {
            **_row(weighed, chosen),
            **_trusted(weighed.trust, pair),
            "evidence": list(weighed.evidence),
            "doubts": list(weighed.doubts),
            **_asked(session_settings(weighed.settings)),
        },
        "doubtful": [
            {
                "take": each.here.take,
                "augmentation": each.here.variant,
                "at_ms": each.here.at_ms,
                "words": each.here.words,
                "verdict": each.here.verdict,
                "reason": each.here.reason,
                "other": {
                    "settings": _settings(each.settings),
                    "verdict": each.there.verdict,
                    "reason": each.there.reason,
                },
            }
            for each in doubts
        ],
        "front": [_row(weighed, at) for at in weighed.front],
        "settings": [_row(weighed, at) for at in range(grid.size)],
        "failed": [each.text for each in failed],
    }
    return whole if by_words is None else whole | _document_by_words(weighed, by_words, whole)


def _trusted(trust: Trust, pair: int) -> dict[str, Any]:
    """How far figures can be trusted."""
    return {
        "wins": float(trust.wins[pair]),
        "intervals": {
            name: [_finite(edge) for edge in getattr(trust, name)[pair]]
            for name in ("cutoff_rate", "lost_rate", "ghost_rate", "delay_p50_ms")
        },
    }


def _asked(settings: SessionSettings) -> dict[str, Any]:
    """A session's settings as providers take them."""
    dialects = (Dialect.GA, Dialect.BETA)
    return {
        "turn_detection": settings.to_wire(Dialect.BETA)["turn_detection"],
        "session": {each.value: update_of(settings, each)["session"] for each in dialects},
    }


def _document_by_words(weighed: Weighed, found: ByWords, whole: dict[str, Any]) -> dict[str, Any]:
    """What words decide; the recommendation too, where that is better."""
    rows = [
        {
            "settings": {"type": "semantic_vad", "eagerness": eagerness},
            **_measured(found.figures, at),
            **_trusted(found.trust, at),
        }
        for at, eagerness in enumerate(found.eagernesses)
    ]
    fronts = zip(rows, found.on_front, strict=True)
    told: dict[str, Any] = {
        "by_words": [row | {"on_front": is_on_front} for row, is_on_front in fronts],
        "front": [
            *(_row(weighed, at) for at in weighed.front if at not in found.beaten),
            *(row for row, is_on_front in zip(rows, found.on_front, strict=True) if is_on_front),
        ],
    }
    if found.best is not None:
        told["server_vad"] = whole["recommendation"]
        told["recommendation"] = {
            **rows[found.best],
            "evidence": list(evidence_by_words(weighed, found)),
            "doubts": list(doubts_by_words(found)),
            **_asked(session_of(found.recommended)),
        }
    return told


def table(weighed: Weighed, by_words: ByWords | None = None) -> Iterator[str]:
    """Every setting as a row of CSV, its header first; each ends in CRLF."""
    yield _line(COLUMNS)
    front = frozenset(weighed.front) - (by_words.beaten if by_words is not None else frozenset())
    chosen = weighed.chosen if by_words is None or by_words.best is None else None
    for at in range(weighed.grid.size):
        settings = _settings(weighed.grid.at(at)).values()
        stands = (int(at in front), int(at == chosen))
        yield _line((*settings, *stands, *_cells(weighed.figures, at), ""))
    for at, eagerness in enumerate(by_words.eagernesses if by_words is not None else ()):
        assert by_words is not None
        stands = (int(by_words.on_front[at]), int(at == by_words.best))
        yield _line((*("" for _ in _SETTINGS), *stands, *_cells(by_words.figures, at), eagerness))


def _cells(figures: Figures, at: int) -> Iterator[object]:
    measured = _measured(figures, at)
    counts, rates = measured["counts"], measured["rates"]
    yield figures.turns
    yield from (counts[name] for name in (*COUNTED, "clipped"))
    yield from ("" if rates[name] is None else rates[name] for name in RATES)


def _line(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _row(weighed: Weighed, at: int) -> dict[str, Any]:
    return {"settings": _settings(weighed.grid.at(at)), **_measured(weighed.figures, at)}


def _measured(figures: Figures, at: int) -> dict[str, Any]:
    return {
        "rates": {name: _finite(each) for name, each in figures_at(figures, at).items()},
        "counts": {name: int(getattr(figures, name)[at]) for name in (*COUNTED, "clipped")},
    }


def _settings(settings: SegmenterSettings) -> dict[str, float]:
    return {name: getattr(settings, name) for name in _SETTINGS}


def _finite(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None
