"""What is particular about the turns of a session, each with its evidence: figures and events.

Findings are what one would mend; notes say what a turn is. Audio is counted in milliseconds of the
input track, on which the server's and the local VAD agree.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf
from operator import is_
from typing import TYPE_CHECKING

from studio.core.text import one_line
from studio.protocol.knobs import DEFAULT_TURN_DETECTION, TurnDetection
from studio.session.echo import higher_threshold, is_likely_echo, verdict
from studio.session.latency_summary import spread_of
from studio.session.settings import epoch_at
from studio.session.state import SessionState, SpeechSpan
from studio.session.turn_notes import NOTES
from studio.session.turns import Turn, turns

if TYPE_CHECKING:
    from studio.session.curves import Curves

CUT_OFF_MS = 1_000
"""Who speaks again so soon after the server's stop had not finished: to take in an answer and begin
one of one's own takes longer."""
HEARD_FIRST_MS = 600
"""Who has heard so much of an answer may be answering it: people need some 600 ms to plan a word,
so that what they say sooner was begun before they heard anything."""
SLOW_MS = 1_500
"""From here on people take the silence for a fault and speak again."""
SLOW_TIMES = 2.0
"""A turn that takes so many times the session's median has a reason of its own."""
SLOW_LEAST_MS = 800
"""Below this a turn is not slow, whatever the others are: people leave such pauses themselves."""
SLOW_LEAST_TURNS = 4
"""A median of fewer turns says nothing."""
MISSED_MS = 400
"""Shorter sounds are coughs and clicks, which a server may well pass over."""
MISSED_AFTER_S = 1.5
"""How long the server has to tell of speech before it counts as missed."""
LATE_MS = 60.0
"""A shorter hole within a voice passes for a stop consonant."""
_SILENCE_STEP_MS = 100
_FRAME_MS = 32

FINDINGS = (
    "cut-off",
    "ghost turn",
    "missed",
    "self-interruption",
    "slow",
    "late audio",
    "refused update",
)
"""The tags that one would mend."""
MILD = ("slow", "late audio")
"""Findings that many turns have on a busy machine: they must not hide the others."""

_WORD = re.compile(r"\w")
_MOST_SEQS = 8


@dataclass(frozen=True, slots=True)
class Tag:
    """Something particular, and how one knows.

    Attributes:
        name: one of `FINDINGS`, or a word of `Turn.tags`.
        turn_index: the turn that it is about; None before the first.
        at: session seconds of it.
        words: a sentence that explains itself, with the figures.
        seqs: the events that prove it, the telling one first.
        hint: what to try; empty for a note.
    """

    name: str
    turn_index: int | None
    at: float
    words: str
    seqs: tuple[int, ...] = ()
    hint: str = ""

    @property
    def is_finding(self) -> bool:
        """Whether one would mend it."""
        return self.name in FINDINGS

    @property
    def is_mild(self) -> bool:
        """Whether it is drawn more quietly than what went wrong."""
        return self.name in MILD


@dataclass(frozen=True, slots=True)
class _Around:
    """What a turn's tags depend on beside the turn.

    `slow_from_ms` is the total from which a turn is slow, and `median_ms` the session's.
    """

    next_span: SpeechSpan | None
    next_local: SpeechSpan | None
    detection: TurnDetection | None
    slow_from_ms: float
    median_ms: float | None
    curves: Curves | None


class TagReader:
    """Reads the tags of a state and keeps those whose turns did not change."""

    def __init__(self, read_turns: Callable[[SessionState], Sequence[Turn]] = turns) -> None:
        self._read_turns = read_turns
        self._sources: tuple[object, ...] = ()
        self._known: dict[int, tuple[Turn, _Around, tuple[Tag, ...]]] = {}
        self._tags: tuple[Tag, ...] = ()

    def read(self, state: SessionState, curves: Curves | None = None) -> tuple[Tag, ...]:
        """All tags in order of time; `curves` add levels to the evidence."""
        known_turns = self._read_turns(state)
        waiting = _missed_wait(state)
        sources: tuple[object, ...] = (
            known_turns, state.speech.server, state.speech.local, state.settings.refusals,
            state.settings.epochs, state.sound.echoes, waiting, curves,
        )  # fmt: skip
        if len(sources) == len(self._sources) and all(map(is_, sources, self._sources)):
            return self._tags
        self._sources = sources
        found = [tag for turn, around in _arounds(state, known_turns, curves)
                 for tag in self._of_turn(state, turn, around)]  # fmt: skip
        found += _missed(state, known_turns, curves)
        found += _refused(state, known_turns)
        self._tags = tuple(sorted(found, key=lambda tag: tag.at))
        return self._tags

    def _of_turn(self, state: SessionState, turn: Turn, around: _Around) -> tuple[Tag, ...]:
        known = self._known.get(turn.index)
        if known is not None and known[0] is turn and known[1] == around:
            return known[2]
        tags = tuple(_tags_of(state, turn, around))
        self._known[turn.index] = (turn, around, tags)
        return tags


_READER = TagReader()


def tags(state: SessionState, curves: Curves | None = None) -> tuple[Tag, ...]:
    """All tags of a session in order of time."""
    return _READER.read(state, curves)


def _arounds(
    state: SessionState, known: Sequence[Turn], curves: Curves | None
) -> Iterator[tuple[Turn, _Around]]:
    spans = [span for span in state.speech.server if not span.timed_out]
    after = {span.item_id: then for span, then in pairwise(spans)}
    local, starts = state.speech.local, [span.start_ms for span in state.speech.local]
    spread = spread_of(turn.latency.total_ms for turn in known)
    median_ms = spread.p50_ms if spread and spread.count >= SLOW_LEAST_TURNS else None
    slow_from_ms = float(SLOW_MS)
    if median_ms is not None:
        slow_from_ms = min(slow_from_ms, max(median_ms * SLOW_TIMES, SLOW_LEAST_MS))
    for turn in known:
        span = turn.server_span
        stopped_at = span.stopped_at if span is not None else None
        own = turn.local_span
        then = None
        if own is not None and own.end_ms is not None:
            place = bisect_left(starts, own.end_ms)
            then = local[place] if place < len(local) else None
        yield (
            turn,
            _Around(
                next_span=after.get(span.item_id) if span is not None else None,
                next_local=then,
                detection=_detection(state, stopped_at) if stopped_at is not None else None,
                slow_from_ms=slow_from_ms,
                median_ms=median_ms,
                curves=curves,
            ),
        )


def _detection(state: SessionState, moment: float) -> TurnDetection | None:
    epoch = epoch_at(state.settings, moment)
    return epoch.settings.turn_detection if epoch is not None else DEFAULT_TURN_DETECTION


def _tags_of(state: SessionState, turn: Turn, around: _Around) -> Iterator[Tag]:
    for find in (_ghost, _cut_off, _slow, _late):
        tag = find(turn, around)
        if tag is not None:
            yield tag
    for name in turn.tags:
        if name == "self-interruption":
            yield from _self_interruptions(state, turn)
        elif name in NOTES:
            words, at, seqs = NOTES[name](turn, name)
            yield Tag(name, turn.index, at, words, _listed(*seqs))


def _ghost(turn: Turn, around: _Around) -> Tag | None:
    """Speech whose transcript has no words; where nothing is transcribed, nobody can tell."""
    span = turn.server_span
    if span is None or span.timed_out or turn.transcription != "completed":
        return None
    if _WORD.search(turn.user_text):
        return None
    item_seq = turn.transcription_seq
    words = f"The server heard {_length(span)} of speech, and its transcript has no words."
    words += _heard_there(around.curves, span, " The microphone reached {} there")
    responses = [response.created_seq for response in turn.responses]
    if responses:
        words += f" {_count(len(responses), 'reply was', 'replies were')} made to it."
    threshold = higher_threshold(around.detection)
    hint = "Find the noise that it was: play the sound around this moment."
    if threshold is not None:
        hint = (
            f"Raise turn_detection.threshold to {threshold:.2g}, or turn noise suppression on: "
            "noise is mostly less like speech than a voice."
        )
    seqs = _listed(item_seq, span.started_seq, span.stopped_seq, *responses)
    return Tag("ghost turn", turn.index, span.started_at, words, seqs, hint)


def _heard_there(curves: Curves | None, span: SpeechSpan, words: str) -> str:
    """The level and the probability around a span that the server told of, as a sentence."""
    if curves is None:
        return ""
    end = span.stopped_at if span.stopped_at is not None else span.started_at
    begin = end - max(0.0, ((span.end_ms or span.start_ms) - span.start_ms) / 1000)
    level = curves.loudest_db(min(begin, span.started_at), end)
    likely = curves.likeliest(min(begin, span.started_at), end)
    if level is None:
        return ""
    told = words.format(_decibel(level))
    return f"{told}." if likely is None else f"{told}, and the local VAD {likely:.2f}."


def _cut_off(turn: Turn, around: _Around) -> Tag | None:
    """The user went on so soon after the server's stop that they cannot have finished."""
    span, then, detection = turn.server_span, around.next_span, around.detection
    if span is None or then is None or span.end_ms is None or detection is None:
        return None
    measured = _local_pause(turn.local_span, around.next_local, then)
    began_ms: float = then.start_ms + (detection.prefix_padding_ms or 0)
    if measured is None:
        silence_ms = detection.silence_duration_ms or 0
        pause_ms: float = began_ms - (span.end_ms - silence_ms)
    else:
        pause_ms, began_ms = measured
    resumed_ms = began_ms - span.end_ms
    if resumed_ms > CUT_OFF_MS or _heard_before(turn, span, resumed_ms) > HEARD_FIRST_MS:
        return None
    source = "by the local VAD" if measured is not None else "by the server's own edges"
    words = (
        f"The turn was ended within a sentence: the user paused for {max(0, pause_ms):,.0f} ms "
        f"({source}) and spoke on {max(0, resumed_ms):,.0f} ms after the server's stop."
    )
    seqs = _listed(then.started_seq, span.stopped_seq, span.started_seq)
    hint = _longer_silence(detection, pause_ms)
    return Tag("cut-off", turn.index, span.stopped_at or then.started_at, words, seqs, hint)


def _local_pause(
    before: SpeechSpan | None, after: SpeechSpan | None, then: SpeechSpan
) -> tuple[float, float] | None:
    """The pause and its end in ms by the local VAD; None where it did not hear both its ends."""
    if before is None or before.end_ms is None or after is None:
        return None
    if then.end_ms is not None and after.start_ms >= then.end_ms:
        return None
    return after.start_ms - before.end_ms, after.start_ms


def _heard_before(turn: Turn, span: SpeechSpan, resumed_ms: float) -> float:
    """For how long the turn's voices had been heard when the user spoke on, in ms.

    An answer that was heard whole counts for ever: a short one can be answered at once.
    """
    moment = (span.stopped_at or span.started_at) + resumed_ms / 1000
    heard = [0.0]
    for head in (said.head for said in turn.said):
        if head is None or head.heard_at is None:
            continue
        ended = head.ended_at if head.ended_at is not None and not head.cut else inf
        heard.append(inf if ended <= moment else (moment - head.heard_at) * 1000)
    return max(heard)


def _longer_silence(detection: TurnDetection, pause_ms: float) -> str:
    if detection.type != "server_vad":
        return (
            "Set turn_detection.eagerness to low: the server then waits longer before it decides."
        )
    enough = ceil((pause_ms + _FRAME_MS) / _SILENCE_STEP_MS) * _SILENCE_STEP_MS
    known = detection.silence_duration_ms
    known = DEFAULT_TURN_DETECTION.silence_duration_ms if known is None else known
    return (
        f"turn_detection.silence_duration_ms {enough:,} would have kept it together (it was "
        f"{known:,}); every answer then comes {max(0, enough - (known or 0)):,} ms later. "
        "Semantic VAD waits only where a sentence is not finished."
    )


_SLOW_HINTS: Mapping[str, str] = {
    "silence": "Lower turn_detection.silence_duration_ms: most of it is waited for on purpose.",
    "vad": "Another turn detection may decide sooner; the latency screen shows what each costs.",
    "network": "The way to the service takes long: choose a nearer region or a better network.",
    "response": "The service took its time before it began: try it at another hour or region.",
    "tools": "Answer the function calls faster, or have the model say something first.",
    "model": "Shorter instructions, a shorter conversation or a smaller model answer sooner.",
    "buffer": "Audio came in too slowly to be played at once: the link is not steady.",
    "device": "The sound card holds much back: choose another one, or a wired headset.",
}


def _slow(turn: Turn, around: _Around) -> Tag | None:
    latency, total_ms = turn.latency, turn.latency.total_ms
    if total_ms is None or total_ms < around.slow_from_ms:
        return None
    parts = [(name, ms) for name, ms in latency.parts() if ms is not None]
    part, part_ms = max(parts, key=lambda each: each[1], default=("", 0.0))
    words = f"The first sound of the answer came after {total_ms / 1000:.2f} s, "
    words += " and ".join(_why_slow(total_ms, around.median_ms))
    if part:
        words += f"; most of it is {part}, {part_ms / 1000:.2f} s"
    span = turn.server_span
    heads = [said.head.heard_seq for said in turn.said if said.head is not None]
    seqs = _listed(
        *heads[:1],
        span.stopped_seq if span is not None else 0,
        *(seq for each in turn.responses for seq in (each.created_seq, each.first_audio_seq)),
    )
    at = latency.user_stopped_at or latency.decided_at or turn.started_at
    return Tag("slow", turn.index, at, f"{words}.", seqs, _SLOW_HINTS.get(part, ""))


def _why_slow(total_ms: float, median_ms: float | None) -> Iterator[str]:
    """The rules by which a turn is slow."""
    if total_ms >= SLOW_MS:
        yield f"later than {SLOW_MS / 1000:.1f} s, when people speak again"
    if median_ms is not None and total_ms >= median_ms * SLOW_TIMES:
        yield f"at least twice the session's median of {median_ms / 1000:.2f} s"


def _late(turn: Turn, _around: _Around) -> Tag | None:
    """Holes within the voice: the next piece came when all before it had been heard."""
    dry = [said.head for said in turn.said if said.head is not None and said.head.dry_seqs]
    lost_ms, seqs = sum(head.dry_ms for head in dry), [s for head in dry for s in head.dry_seqs]
    if lost_ms < LATE_MS:
        return None
    at = dry[0].heard_at if dry[0].heard_at is not None else turn.started_at
    words = (
        f"The voice stood still for at least {lost_ms:,.0f} ms: "
        f"{_count(len(seqs), 'piece', 'pieces')} of audio arrived after all before had been heard."
    )
    hint = (
        "The link is not steady, or the service makes audio slower than it is spoken. The start "
        "buffer grows by itself; a wired network helps more."
    )
    return Tag("late audio", turn.index, at, words, _listed(*seqs), hint)


def _self_interruptions(state: SessionState, turn: Turn) -> Iterator[Tag]:
    for cut in turn.interruptions:
        echo = state.sound.echoes.get(cut.speech_item_id)
        found = verdict(state, cut.speech_item_id) if is_likely_echo(echo) else None
        if echo is None or found is None:
            continue
        words = f"The assistant fell silent at its own voice. {found.evidence}"
        seqs = _listed(echo.seq, cut.flushed_seq, cut.requested_seq)
        hint = " ".join(found.advice)
        yield Tag("self-interruption", turn.index, cut.flushed_at, words, seqs, hint)


def _missed_wait(state: SessionState) -> SpeechSpan | None:
    """The latest local speech, once the server has had its time to tell of it.

    Which is all of the passing of time that the tags depend on.
    """
    due = (
        span
        for span in reversed(state.speech.local)
        if state.last_at - span.started_at > MISSED_AFTER_S
    )
    return next(due, None)


def _missed(state: SessionState, known: Sequence[Turn], curves: Curves | None) -> Iterator[Tag]:
    """Speech by the local VAD that no server's span overlaps, while the server took turns."""
    spans = sorted(state.speech.server, key=lambda span: span.start_ms)
    starts = [span.start_ms for span in spans]
    reached, furthest = 0.0, []
    for span in spans:
        reached = max(reached, inf if span.end_ms is None else span.end_ms)
        furthest.append(reached)
    until = _missed_wait(state)
    for span in state.speech.local if until is not None else ():
        end_ms = span.end_ms if span.end_ms is not None else inf
        before = bisect_left(starts, end_ms)
        told = before > 0 and furthest[before - 1] > span.start_ms
        if not told and end_ms - span.start_ms >= MISSED_MS:
            detection = _detection_told(state, span.started_at)
            if detection is not None:
                yield _missed_tag(span, known, detection, curves)
        if span is until:
            return


def _detection_told(state: SessionState, moment: float) -> TurnDetection | None:
    """The turn detection in force; None also before the settings are known."""
    epoch = epoch_at(state.settings, moment)
    return epoch.settings.turn_detection if epoch is not None else None


def _missed_tag(
    span: SpeechSpan, known: Sequence[Turn], detection: TurnDetection, curves: Curves | None
) -> Tag:
    long = f"{_length(span)} of speech" if span.end_ms is not None else "speech that still lasts"
    words = f"The local VAD heard {long}, and no speech_started came"
    level = None
    if curves is not None and span.stopped_at is not None:
        level = curves.loudest_db(span.started_at, span.stopped_at)
    words += "." if level is None else f"; the microphone reached {_decibel(level)}."
    threshold = detection.threshold
    hint = "The service hears less than the local VAD: come nearer to the microphone."
    if detection.type == "server_vad" and threshold is not None and threshold > 0.3:
        hint = (
            f"Lower turn_detection.threshold (it is {threshold:.2g}), or come nearer to the "
            "microphone."
        )
    seqs = _listed(span.started_seq, span.stopped_seq)
    return Tag("missed", _turn_at(known, span.started_at), span.started_at, words, seqs, hint)


def _refused(state: SessionState, known: Sequence[Turn]) -> Iterator[Tag]:
    for refusal in state.settings.refusals:
        fields = ", ".join(refusal.fields) or "nothing"
        said = one_line(refusal.message or refusal.code or "it did not say why", 300)
        words = f"The server refused session.update as a whole ({one_line(fields, 120)}): {said}"
        others = len(refusal.fields) > 1
        hint = "Nothing of it is in force. " + (_WITHOUT if others else "") + _LATER
        index = _turn_at(known, refusal.at)
        seqs = _listed(*reversed(refusal.seqs))
        yield Tag("refused update", index, refusal.at, words, seqs, hint)


_WITHOUT = "Send its other fields without the one that was refused. "
_LATER = "What is locked waits for a new session."


def _turn_at(known: Sequence[Turn], moment: float) -> int | None:
    """The turn that had begun last by then."""
    index = None
    for turn in known:
        if turn.started_at > moment:
            break
        index = turn.index
    return index


def _listed(*seqs: int) -> tuple[int, ...]:
    """The events that are known, each once, few enough to be read."""
    return tuple(dict.fromkeys(seq for seq in seqs if seq))[:_MOST_SEQS]


def _length(span: SpeechSpan) -> str:
    ms = (span.end_ms if span.end_ms is not None else span.start_ms) - span.start_ms
    return f"{ms:,} ms" if ms < 1_000 else f"{ms / 1000:.2f} s"


def _decibel(level_db: float) -> str:
    return f"{level_db:.0f} dB".replace("-", "−")


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
