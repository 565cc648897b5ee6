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

from studio.lab.figures import RATES
from studio.lab.tally import COUNTED
from studio.protocol.dialect import Dialect
from studio.protocol.knobs import TurnDetection
from studio.protocol.settings import SessionSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio.lab.fail_if import Condition
    from studio.lab.figures import Figures
    from studio.lab.verdicts import Doubt
    from studio.lab.weighing import Weighed
    from studio.vad.segmenter import SegmenterSettings

SCHEMA = "studio.sweep/1"

_SETTINGS = ("threshold", "silence_duration_ms", "prefix_padding_ms")
COLUMNS = (*_SETTINGS, "on_front", "recommended", "turns", *COUNTED, "clipped", *RATES)
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
    return {"type": "session.update", "session": session_settings(settings).to_wire(dialect)}


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
    weighed: Weighed, doubts: Sequence[Doubt], failed: Sequence[Condition] = ()
) -> dict[str, Any]:
    """All that the sweep found."""
    swept, grid, chosen = weighed.swept, weighed.grid, weighed.chosen
    pair = weighed.pair(chosen)
    update = {
        dialect.value: session_update(weighed.settings, dialect)["session"]
        for dialect in (Dialect.GA, Dialect.BETA)
    }
    return {
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
            "wins": float(weighed.trust.wins[pair]),
            "intervals": {
                name: [_finite(edge) for edge in getattr(weighed.trust, name)[pair]]
                for name in ("cutoff_rate", "lost_rate", "ghost_rate", "delay_p50_ms")
            },
            "evidence": list(weighed.evidence),
            "doubts": list(weighed.doubts),
            "turn_detection": session_settings(weighed.settings).to_wire(Dialect.BETA)[
                "turn_detection"
            ],
            "session": update,
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


def table(weighed: Weighed) -> Iterator[str]:
    """Every setting as a row of CSV, its header first; each ends in CRLF."""
    yield _line(COLUMNS)
    front = frozenset(weighed.front)
    for at in range(weighed.grid.size):
        row = _row(weighed, at)
        counts, rates = row["counts"], row["rates"]
        yield _line(
            (
                *row["settings"].values(),
                int(at in front),
                int(at == weighed.chosen),
                weighed.figures.turns,
                *(counts[name] for name in (*COUNTED, "clipped")),
                *("" if rates[name] is None else rates[name] for name in RATES),
            )
        )


def _line(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _row(weighed: Weighed, at: int) -> dict[str, Any]:
    figures = weighed.figures
    return {
        "settings": _settings(weighed.grid.at(at)),
        "rates": {name: _finite(each) for name, each in figures_at(figures, at).items()},
        "counts": {name: int(getattr(figures, name)[at]) for name in (*COUNTED, "clipped")},
    }


def _settings(settings: SegmenterSettings) -> dict[str, float]:
    return {name: getattr(settings, name) for name in _SETTINGS}


def _finite(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None
