"""From what is known of a session to what the turn view draws: pure, made anew each time.

All of a recording is drawn, wherever it is being played: a line shows where that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.session.curves import Blocks, captured_at
from studio.session.settings import epoch_at
from studio.session.speech import turn_detection
from studio.session.tags import Tag, tags
from studio.session.turns import Turn, turns
from studio.ui.curves import blocks_of
from studio.ui.present.meter import Bit, heard_bits
from studio.ui.present.time_sheet import Flag
from studio.ui.present.timeline import Opened, Sign, Timeline
from studio.ui.present.turn_rows import (
    FindingRow,
    FindingSheet,
    ListRow,
    Moment,
    Proof,
    TurnRow,
    TurnSheet,
)
from studio.ui.present.words import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio.session.cost import Cost
    from studio.session.state import SessionState, SpeechSpan
    from studio.ui.shown import Shown

_USUAL_THRESHOLD = 0.5


def list_rows(live: Shown) -> list[ListRow]:
    """Every turn, and under it what was found in it, in order of time."""
    state = live.whole
    known, found = turns(state), [tag for tag in tags(state, live.curves) if tag.is_finding]
    by_turn: dict[int | None, list[Tag]] = {}
    for tag in found:
        by_turn.setdefault(tag.turn_index, []).append(tag)
    rows: list[ListRow] = [_finding_row(tag) for tag in by_turn.get(None, ())]
    for turn in known:
        rows.append(_turn_row(turn))
        rows += [_finding_row(tag) for tag in by_turn.get(turn.index, ())]
    return rows


def _turn_row(turn: Turn) -> TurnRow:
    return TurnRow(
        number=turn.index,
        at=turn.started_at,
        words=title_of(turn),
        total_ms=turn.latency.total_ms,
        notes=tuple(name for name in turn.tags if name != "self-interruption"),
    )


def _finding_row(tag: Tag) -> FindingRow:
    return FindingRow(
        key=(tag.name, tag.at),
        number=tag.turn_index,
        at=tag.at,
        name=tag.name,
        words=tag.words,
        hint=tag.hint,
        seqs=tag.seqs,
        is_mild=tag.is_mild,
    )


def first_seq(live: Shown, row: ListRow) -> int:
    """The event that a row begins with; 0 where none is known."""
    if isinstance(row, FindingRow):
        return row.seqs[0] if row.seqs else 0
    turn = _turn(live, row.number)
    if turn is None:
        return 0
    return turn.server_span.started_seq if turn.server_span is not None else turn.added_seq


def end_of(live: Shown, row: TurnRow) -> float:
    """Session seconds of the last that is known of a turn; of one that goes on, the latest."""
    turn = _turn(live, row.number)
    if turn is None or (not turn.done and live.is_connected):
        return live.whole.last_at
    heads = [said.head.ended_at for said in turn.said if said.head is not None]
    responses = [response.done_at for response in turn.responses]
    span = turn.server_span
    known = [*heads, *responses, span.stopped_at if span is not None else None]
    return max([turn.started_at, *(at for at in known if at is not None)])


def turn_of(live: Shown, row: ListRow | None) -> Turn | None:
    """The turn that a row is; None where it is none."""
    return _turn(live, row.number) if isinstance(row, TurnRow) else None


def _turn(live: Shown, number: int) -> Turn | None:
    known = turns(live.whole)
    return known[number - 1] if 0 < number <= len(known) else None


def sheet_of(
    live: Shown, row: ListRow, cost: Cost | None = None
) -> TurnSheet | FindingSheet | None:
    """What there is to say about a row, which cost so much; None where it is gone."""
    if isinstance(row, FindingRow):
        return FindingSheet(row, tuple(_proofs(live, row.seqs)))
    turn = _turn(live, row.number)
    if turn is None:
        return None
    notes = [
        (tag.name, tag.words)
        for tag in tags(live.whole, live.curves)
        if tag.turn_index == turn.index and not tag.is_finding
    ]
    return TurnSheet(
        row=row,
        user=turn.user_text,
        assistant=turn.assistant_text,
        moments=sorted(_moments(turn)),
        notes=notes,
        cost=cost if turn.responses or turn.transcription == "completed" else None,
    )


def _proofs(live: Shown, seqs: Sequence[int]) -> Iterator[Proof]:
    store = live.store
    column = store.columns.seq
    for seq in seqs:
        place = int(column.searchsorted(seq))
        if place < len(store) and int(column[place]) == seq:
            row = store.row(place)
            yield Proof(seq, row.at, row.type)


def _moments(turn: Turn) -> Iterator[Moment]:
    latency, cuts = turn.latency, turn.interruptions
    known = [
        (latency.user_stopped_at, "the user's last sound (local VAD)"),
        (turn.server_span.started_at if turn.server_span is not None else None, "speech_started"),
        (latency.decided_at, "speech_stopped" if latency.by_server else "response.create sent"),
        (latency.created_at, "response.created"),
        (latency.first_output_at, "first words" if latency.written else "first audio"),
        (latency.heard_at, "first sound heard"),
    ]
    for cut in cuts:
        known.append((cut.flushed_at, f"voice stopped after {cut.played_ms / 1000:.2f} s"))
        known.append((cut.applied_at, "conversation.item.truncated"))
    since = latency.user_stopped_at
    for at, words in known:
        if at is not None:
            yield Moment(at, words, None if since is None or at < since else (at - since) * 1000)


def timeline(live: Shown) -> Timeline:
    """The lanes."""
    state = live.whole
    blocks = blocks_of(state, live.store) if live.curves is None else live.curves.blocks
    known, clock = turns(state), _SoundClock(blocks)
    detection = turn_detection(state)
    threshold = None
    if detection is not None and detection.type == "server_vad":
        threshold = _USUAL_THRESHOLD if detection.threshold is None else detection.threshold
    return Timeline(
        end=max(state.last_at, 0.0 if live.is_recording else live.now),
        now=live.now if live.is_recording else None,
        threshold=threshold,
        turns=[Opened(turn.started_at, turn.index, title_of(turn)) for turn in known],
        server=clock.bits(state),
        model=[Bit(each.created_at, each.done_at) for each in state.responses.by_id.values()],
        heard=heard_bits(state.playback.heads),
        signs={
            "server": _commits(state),
            "model": sorted(_model_signs(state)),
            "voice": sorted(_voice_signs(state)),
        },
        flags=[
            Flag(tag.at, tag.name, tag.is_mild)
            for tag in tags(state, live.curves)
            if tag.is_finding
        ],
        curves=live.curves,
    )


def _spoken_until_ms(state: SessionState, span: SpeechSpan) -> float:
    """Where the server's silence began, as far as its settings tell; it waited from there on."""
    if span.end_ms is None or span.stopped_at is None or span.timed_out:
        return span.start_ms if span.end_ms is None else span.end_ms
    epoch = epoch_at(state.settings, span.stopped_at)
    detection = epoch.settings.turn_detection if epoch is not None else None
    silence_ms = (detection.silence_duration_ms if detection is not None else None) or 0
    return max(span.start_ms, span.end_ms - silence_ms)


class _SoundClock:
    """When the audio of the input track was at the microphone."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks

    def bits(self, state: SessionState) -> list[Bit]:
        """The server's spans as stretches of session time."""
        import numpy as np

        spans = state.speech.server
        ends = [_spoken_until_ms(state, span) for span in spans]
        places = np.array([*(span.start_ms for span in spans), *ends], np.float64)
        order = np.argsort(places, kind="stable")
        at = np.empty_like(places)
        at[order] = captured_at(self._blocks, places[order])
        return [
            Bit(
                begin=float(at[number]),
                end=None if span.end_ms is None else float(at[len(spans) + number]),
                waited_until=span.stopped_at,
            )
            for number, span in enumerate(spans)
        ]


def _commits(state: SessionState) -> list[Sign]:
    user = (state.items.by_id[each] for each in state.items.order)
    return [
        Sign(item.added_at, "commit")
        for item in user
        if item.role == "user" and any(part.type == "input_audio" for part in item.parts)
    ]


def _model_signs(state: SessionState) -> Iterator[Sign]:
    for each in state.responses.by_id.values():
        yield Sign(each.created_at, "created")
        first = each.first_audio_at if each.first_audio_at is not None else each.first_delta_at
        if first is not None:
            yield Sign(first, "first delta")


def _voice_signs(state: SessionState) -> Iterator[Sign]:
    for head in state.playback.heads:
        if head.heard_at is not None:
            yield Sign(head.heard_at, "first sound")
            if head.cut and head.ended_at is not None:
                yield Sign(head.ended_at, "cut")
    for cut in state.interruptions.values():
        if cut.requested_at is not None:
            yield Sign(cut.requested_at, "truncate")
