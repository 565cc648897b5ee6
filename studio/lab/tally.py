"""What every setting of a grid made of takes, counted: small, and it adds up.

The size of a tally depends on the grid alone, never on how many takes are counted in it. To know
how far the figures can be trusted, counts are kept apart for a few dozen units of evidence, which
the bootstrap draws from: each take is its own unit, or, of more takes, some share one.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import numpy as np
from typing_extensions import override

from studio.core.units import VAD_FRAME_MS
from studio.lab.score import TOLERANCE_MS, Fates, clipping, outcome
from studio.vad.segmenter import Rules, SegmenterSettings
from studio.vad.whole import Pauses

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from studio.lab.batch import Batch
    from studio.lab.grid import Grid
    from studio.vad.profile import Profile
    from studio.vad.whole import Spans

    Counts = NDArray[np.int64]

UNITS = 64

COUNTED = ("cut_off", "cuts", "missed", "merged", "late", "ghosts", "noise_ghosts")
"""`cut_off`, `missed`, `merged` and `late` are true turns, each by the worst that happened to it;
`cuts` are ends within true turns; `ghosts` are predicted turns, `noise_ghosts` those with noise
that is labelled."""

LEAST_DELAY_MS = -TOLERANCE_MS
MOST_DELAY_MS = 5_120
"""Delays are told apart to the millisecond up to this; what is slower counts as this."""

_DELAYS = MOST_DELAY_MS - LEAST_DELAY_MS + 1
STEPS = -(-_DELAYS // VAD_FRAME_MS)
"""Steps of one frame in which each unit keeps its delays."""


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts by threshold, silence, and what is named.

    Attributes:
        turns: true turns of each unit.
        audio_ms: length of each unit's takes.
        noises: labelled noises of each unit.
        counts: by threshold, silence, one of `COUNTED`, unit.
        clipped: turns whose beginning is lost, by threshold, silence, prefix, unit.
        delays: turns by threshold, silence, and ms from `LEAST_DELAY_MS` on; only those that are
            not lost, for what is cut off is answered at any time.
        unit_delays: the same in steps of a frame, by threshold, silence, unit, step.
    """

    turns: Counts
    audio_ms: Counts
    noises: Counts
    counts: Counts
    clipped: Counts
    delays: Counts
    unit_delays: Counts

    @staticmethod
    def none(grid: Grid) -> Tally:
        """Nothing counted yet."""
        thresholds, silences, prefixes = grid.shape
        pair = (thresholds, silences)
        return Tally(
            np.zeros(UNITS, np.int64),
            np.zeros(UNITS, np.int64),
            np.zeros(UNITS, np.int64),
            np.zeros((*pair, len(COUNTED), UNITS), np.int32),
            np.zeros((*pair, prefixes, UNITS), np.int32),
            np.zeros((*pair, _DELAYS), np.int32),
            np.zeros((*pair, UNITS, STEPS), np.int32),
        )

    def add(self, other: Tally) -> None:
        """Count in what another one counted."""
        for own, its in zip(self.arrays().values(), other.arrays().values(), strict=True):
            np.add(own, its, out=own)

    def count(self, batch: Batch, grid: Grid, profile: Profile) -> None:
        """Count in what each setting makes of these takes."""
        self.count_evidence(batch)
        for at, threshold in enumerate(grid.thresholds):
            bars = Rules.of(SegmenterSettings(threshold), profile)
            pauses = Pauses(batch.probabilities, bars)
            row = _Row(grid)
            for silence, silence_ms in enumerate(grid.silences_ms):
                rules = [
                    Rules.of(SegmenterSettings(threshold, prefix_ms, silence_ms), profile)
                    for prefix_ms in grid.prefixes_ms
                ]
                row.place(silence, pauses.spans(rules[0].silence_frames), rules, batch)
            self._fill(at, row)

    def count_spans(
        self, batch: Batch, grid: Grid, silence: int, spans: Spans, rules: Rules
    ) -> None:
        """Count in turns that something else than the silence of a grid made of these takes."""
        row = _Row(grid)
        row.place(silence, spans, (rules,), batch)
        self._fill(0, row)

    def _fill(self, threshold: int, row: _Row) -> None:
        _fill(self.counts[threshold], row.counts)
        _fill(self.clipped[threshold], row.clipped)
        _fill(self.delays[threshold], row.delays)
        _fill(self.unit_delays[threshold], row.unit_delays)

    def count_evidence(self, batch: Batch) -> None:
        """Count in how much there is to judge by in these takes."""
        self.turns[:] += np.bincount(batch.turn_units, minlength=UNITS)
        self.audio_ms[:] += batch.audio_ms(UNITS)
        noises = batch.units_at(batch.noises.begin_ms // VAD_FRAME_MS)
        self.noises[:] += np.bincount(noises, minlength=UNITS)

    def packed(self) -> bytes:
        """As a file, compressed: most of it is zero."""
        buffer = io.BytesIO()
        with ZipFile(buffer, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            for name, counts in self.arrays().items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.save(member, counts, allow_pickle=False)
        return buffer.getvalue()

    @staticmethod
    def unpacked(content: bytes) -> Tally:
        """What `packed` made.

        Raises:
            ValueError: it did not.
        """
        names = Tally.__dataclass_fields__
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                return Tally(**{name: arrays[name] for name in names})
        except (OSError, EOFError, KeyError, BadZipFile, zlib.error) as failure:
            raise ValueError("not a tally") from failure

    @override
    def __reduce__(self) -> tuple[Callable[[bytes], Tally], tuple[bytes]]:
        """Between processes and machines, it goes compressed."""
        return Tally.unpacked, (self.packed(),)

    def fits(self, grid: Grid) -> bool:
        """Whether it counts for this grid."""
        own, its = self.arrays(), Tally.none(grid).arrays()
        return all(own[name].shape == its[name].shape for name in own)

    def arrays(self) -> dict[str, Counts]:
        """All that is counted, by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class _Row:
    """What is to be counted at one threshold, as places in its arrays; one look counts them all."""

    def __init__(self, grid: Grid) -> None:
        self._prefixes = len(grid.prefixes_ms)
        self.counts: list[Counts] = []
        self.clipped: list[Counts] = []
        self.delays: list[Counts] = []
        self.unit_delays: list[Counts] = []

    def place(self, silence: int, spans: Spans, rules: Sequence[Rules], batch: Batch) -> None:
        """Note what one silence, with each prefix, makes of the takes."""
        found = outcome(spans, rules[0], batch.turns, batch.noises)
        units, fates = batch.turn_units, Fates.of(found)
        for at, counted in enumerate(
            (
                units[fates.cut_off],
                np.repeat(units, found.cuts),
                units[fates.missed],
                units[fates.merged],
                units[fates.late],
                batch.units_at(spans.first_voiced[found.ghost]),
                batch.units_at(spans.first_voiced[found.noise]),
            )
        ):
            self.counts.append(counted + (silence * len(COUNTED) + at) * UNITS)
        for prefix, each in enumerate(rules):
            lost = clipping(spans, each, batch.turns, found.first, found.missed) > 0
            self.clipped.append(units[lost] + (silence * self._prefixes + prefix) * UNITS)
        delays = found.delay_ms[fates.fine] - LEAST_DELAY_MS
        delays = np.minimum(np.maximum(delays, 0), _DELAYS - 1)
        self.delays.append(delays + silence * _DELAYS)
        steps = units[fates.fine] * STEPS + delays // VAD_FRAME_MS
        self.unit_delays.append(steps + silence * UNITS * STEPS)


def _fill(counts: Counts, places: Sequence[Counts]) -> None:
    """Count the places in."""
    found = np.bincount(np.concatenate(places), minlength=counts.size)
    counts += found.reshape(counts.shape).astype(counts.dtype)
