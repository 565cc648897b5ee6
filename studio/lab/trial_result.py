"""What came of a trial: what the server did, held to the twin and to what is true of the takes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from studio.core.errors import StudioError
from studio.core.units import VAD_FRAME_MS
from studio.lab.explained import explain, hear
from studio.lab.logged import read_logged
from studio.lab.nearest_rank import percentile
from studio.lab.score import Bounds, Fates, outcome
from studio.session.reduce import fold
from studio.session.turns import turns
from studio.storage.reader import open_session
from studio.vad.profile import OPENAI, Profile
from studio.vad.segmenter import Rules
from studio.vad.whole import Pauses, Spans

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from pathlib import Path

    from studio.lab.explained import Explanation
    from studio.lab.logged import Logged
    from studio.lab.score import Outcome
    from studio.lab.semantic import SemanticTwin
    from studio.lab.take import Take
    from studio.lab.trials import Arm, Done, Trial
    from studio.lab.twin import Twin
    from studio.vad.whole import Probabilities


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened to true turns, and what was taken for one, as a sweep counts them."""

    turns: int = 0
    cut_off: int = 0
    cuts: int = 0
    missed: int = 0
    merged: int = 0
    late: int = 0
    ghosts: int = 0
    noise_ghosts: int = 0
    clipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(self))
        )


@dataclass(frozen=True, slots=True)
class Tried:
    """One session of a trial.

    Attributes:
        edges: what the server reported beside what the twin expects.
        observed: counts by the server's own edges; None for a take without labels.
        predicted: counts by the twin, of the take alone; None where words decide and none can be
            recognised. By words, they are what the local server's rule would do.
        end_delay_ms: from the person's last sound to the server's decision, of audio, of each turn
            that is not lost.
        latency_ms: total latency of each answer that was heard.
        notice_ms: from the person's last sound until the end of the turn was known here, in time.
        notes: what stands in the way of taking it at its word, in sentences.
    """

    done: Done
    folder: Path
    edges: Explanation
    observed: Counts | None
    predicted: Counts | None
    end_delay_ms: tuple[int, ...]
    latency_ms: tuple[float, ...]
    notice_ms: tuple[float, ...]
    cost: Decimal | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArmResult:
    """What came of one of the settings.

    Attributes:
        tried: its sessions.
        repeats: of each repeat that is whole, the counts over all takes with labels.
        predicted: the twin's counts for one repeat; None where it predicts none.
        part: where no repeat is whole, the counts of what was held, and the twin's for the same.
    """

    arm: Arm
    tried: tuple[Tried, ...]
    repeats: tuple[Counts, ...]
    predicted: Counts | None
    part: tuple[Counts, Counts | None] | None = None

    def delay_ms(self, share: float) -> int | None:
        """The delay of audio that so large a share of its turns has at most, as a sweep has it."""
        return percentile(sorted(ms for each in self.tried for ms in each.end_delay_ms), share)


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What came of a trial.

    Attributes:
        failed: the sessions that were not held, and why.
        left: how many were not begun.
    """

    trial: Trial
    profile: Profile
    arms: tuple[ArmResult, ...]
    failed: tuple[Done, ...]
    left: int


def result_of(
    trial: Trial,
    done: Sequence[Done],
    twin: Twin,
    profile: Profile = OPENAI,
    words: SemanticTwin | None = None,
) -> TrialResult:
    """Read what was held, and compare.

    Args:
        trial: what was planned.
        done: what came of it.
        twin: predicts what time decides.
        profile: whose detector.
        words: predicts what words decide; None predicts nothing of that.
    """
    tried: list[Tried] = []
    failed: list[Done] = []
    for each in done:
        if each.held is None:
            failed.append(each)
            continue
        try:
            tried.append(_tried(trial, each, each.held.folder, twin, profile, words))
        except StudioError as failure:
            failed.append(type(each)(each.run, failure=failure.message))
    arms = tuple(
        _arm(trial, arm, tuple(each for each in tried if each.done.run.arm == at))
        for at, arm in enumerate(trial.arms)
    )
    return TrialResult(trial, profile, arms, tuple(failed), len(trial.runs()) - len(done))


def counted(found: Outcome) -> Counts:
    """An outcome's figures."""
    fates = Fates.of(found)
    return Counts(
        turns=found.missed.size,
        cut_off=int(fates.cut_off.sum()),
        cuts=int(found.cuts.sum()),
        missed=int(fates.missed.sum()),
        merged=int(fates.merged.sum()),
        late=int(fates.late.sum()),
        ghosts=int(found.ghost.sum()),
        noise_ghosts=int(found.noise.sum()),
        clipped=int((found.clipped_ms > 0).sum()),
    )


def reported_spans(logged: Logged, heard: Probabilities, rules: Rules) -> Spans:
    """The turns that a server reported, in frames; where a silence began is the twin's to say."""
    begins: list[int] = []
    silents: list[int] = []
    decides: list[int] = []
    for edge in logged.edges:
        if edge.side == "start":
            begins.append(max(0, round((edge.audio_ms - rules.start_offset_ms) / VAD_FRAME_MS)))
        elif len(decides) < len(begins):
            deciding = round((edge.audio_ms - rules.end_offset_ms) / VAD_FRAME_MS) - 1
            decides.append(max(begins[-1], deciding))
            silents.append(_silent_from(heard, rules, begins[-1], decides[-1]))
    is_open = len(begins) > len(decides)
    if is_open:
        silents.append(heard.size)
        decides.append(heard.size + rules.silence_frames)
    return Spans(
        np.array(begins, np.int64),
        np.array(silents, np.int64),
        np.array(decides, np.int64),
        is_open,
    )


def _silent_from(heard: Probabilities, rules: Rules, begins: int, decides: int) -> int:
    within = heard[begins : decides + 1]
    voiced = np.flatnonzero(within >= rules.voiced_from)
    after = int(voiced[-1]) + 1 if voiced.size else 0
    silent = np.flatnonzero(within[after:] < rules.silent_below)
    return begins + after + (int(silent[0]) if silent.size else 0)


def _predicted(
    take: Take, arm: Arm, twin: Twin, rules: Rules, words: SemanticTwin | None
) -> tuple[Spans, Rules] | None:
    """The turns that are expected of a take, and the rules that make them."""
    if arm.is_timed:
        return Pauses(twin.hear(take), rules).spans(rules.silence_frames), rules
    if words is None or not arm.eagerness:
        return None
    return words.spans(take, twin.hear(take), arm.eagerness), words.rules(arm.eagerness)


def _tried(
    trial: Trial,
    done: Done,
    folder: Path,
    twin: Twin,
    profile: Profile,
    words: SemanticTwin | None,
) -> Tried:
    take, arm = trial.takes[done.run.take], trial.arms[done.run.arm]
    stored = open_session(folder)
    logged = read_logged(stored)
    state = fold(stored.envelopes())
    heard = hear(logged, twin)
    rules = Rules.of(arm.segmenter, profile)
    observed = predicted = None
    delays: tuple[int, ...] = ()
    if take.truth is not None and heard.stretches:
        bounds = Bounds.of(take.truth.turns), Bounds.of(take.truth.noises)
        said = reported_spans(logged, heard.stretches[0].probabilities, rules)
        found = outcome(said, rules, *bounds)
        observed = counted(found)
        delays = tuple(found.delay_ms[Fates.of(found).fine].tolist())
        expected = _predicted(take, arm, twin, rules, words)
        if expected is not None:
            predicted = counted(outcome(*expected, *bounds))
    latencies = [turn.latency for turn in turns(state)]
    totals = (each.total_ms for each in latencies)
    notices = (each.endpointing_ms for each in latencies)
    assert done.held is not None
    return Tried(
        done,
        folder,
        explain([heard], profile),
        observed,
        predicted,
        delays,
        tuple(each for each in totals if each is not None),
        tuple(each for each in notices if each is not None),
        done.held.cost,
        (*done.held.problems, *logged.left_out, *_lost(logged, take)),
    )


def _lost(logged: Logged, take: Take) -> tuple[str, ...]:
    """Whether the take went over the wire as it is."""
    if logged.audio.startswith(take.audio):
        return ()
    sent_ms = logged.audio_format.bytes_to_ms(len(logged.audio))
    if sent_ms < take.duration_ms:
        return (f"Only {sent_ms:,.0f} of {take.duration_ms:,.0f} ms of the take were sent.",)
    return ("Not the take's own bytes were sent: some of its sound was lost on the way.",)


def _arm(trial: Trial, arm: Arm, tried: tuple[Tried, ...]) -> ArmResult:
    labelled = sum(take.truth is not None for take in trial.takes)
    repeats = []
    for repeat in range(trial.repeats):
        found = [
            each.observed
            for each in tried
            if each.done.run.repeat == repeat and each.observed is not None
        ]
        if labelled and len(found) == labelled:
            repeats.append(sum(found, Counts()))
    by_take = {each.done.run.take: each.predicted for each in tried if each.predicted is not None}
    is_whole = labelled and len(by_take) == labelled
    part = None if repeats else _part(tried)
    return ArmResult(
        arm, tried, tuple(repeats), sum(by_take.values(), Counts()) if is_whole else None, part
    )


def _part(tried: tuple[Tried, ...]) -> tuple[Counts, Counts | None] | None:
    found = [each for each in tried if each.observed is not None]
    if not found:
        return None
    foretold = [each.predicted for each in found if each.predicted is not None]
    return (
        sum((each.observed for each in found if each.observed is not None), Counts()),
        sum(foretold, Counts()) if len(foretold) == len(found) else None,
    )


def middle(values: Sequence[float]) -> float | None:
    """The median; None of nothing."""
    return median(values) if values else None
