"""What a session says about each event: its turn, that turn's anchor, whether it is a problem.

An event belongs to the turn of the item that it speaks of, else of its response, else of its call;
what speaks of none (the microphone's sound, happenings on this machine) belongs to the turn that
had begun last. A turn's anchor is the moment from which its latency is counted: the end of the
user's speech, else the decision that it was over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from studio.session.state import SessionState
from studio.session.turns import Turn, turns


class Columns(Protocol):
    """The events as columns; ids are codes of words, 0 for none."""

    @property
    def at(self) -> NDArray[np.float64]:
        """Session seconds."""

    @property
    def seq(self) -> NDArray[np.uint64]:
        """The envelope's number."""

    @property
    def item(self) -> NDArray[np.uint32]:
        """The item that it speaks of."""

    @property
    def response(self) -> NDArray[np.uint32]:
        """The response that it speaks of."""

    @property
    def call(self) -> NDArray[np.uint32]:
        """The function call that it speaks of."""


class Events(Protocol):
    """The events of a session, or the part of a store that is read here."""

    @property
    def columns(self) -> Columns:
        """All columns."""

    def code(self, word: str) -> int | None:
        """The code of a word, None where no event holds it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Three columns beside those of the events.

    Attributes:
        turn: the number of its turn, 0 for what came before the first.
        problem: whether it told of one.
        anchor_s: the session second of its turn's anchor; NaN where there is none.
    """

    turn: NDArray[np.uint32]
    problem: NDArray[np.bool_]
    anchor_s: NDArray[np.float64]


def facts_of(
    state: SessionState, events: Events, start: int = 0, known: Sequence[Turn] | None = None
) -> Facts:
    """What the session says of its events from `start` on; `known` are its turns, once read.

    Events that have not been folded into `state` yet are dealt with as far as it knows: their turn
    may be another one later.
    """
    known = turns(state) if known is None else known
    turn = _turns_of(known, events, start)
    seqs = np.fromiter((each.seq for each in state.problems), np.uint64)
    anchors = np.full(len(known) + 1, np.nan)
    for each in known:
        anchor_s = anchor_of(each)
        anchors[each.index] = np.nan if anchor_s is None else anchor_s
    return Facts(turn, np.isin(events.columns.seq[start:], seqs), anchors[turn])


def anchor_of(turn: Turn) -> float | None:
    """The session second from which a turn's latency is counted."""
    stopped_at = turn.latency.user_stopped_at
    return turn.latency.decided_at if stopped_at is None else stopped_at


def _turns_of(known: Sequence[Turn], events: Events, start: int) -> NDArray[np.uint32]:
    columns = events.columns
    found = _by_time(known, columns.at[start:])
    for codes, numbers in (
        (columns.call, {call.call_id: turn.index for turn in known for call in turn.calls}),
        (columns.response, {each.id: turn.index for turn in known for each in turn.responses}),
        (columns.item, {name: turn.index for turn in known for name in _items(turn)}),
    ):
        told = _by_id(numbers, events, codes[start:])
        found = np.where(told, told, found)
    return found


def _items(turn: Turn) -> Iterator[str]:
    for response in turn.responses:
        yield from response.item_ids
    yield from (call.item_id for call in turn.calls)
    yield from (said.item.id for said in turn.said)
    if turn.server_span is not None:
        yield turn.server_span.item_id
    if turn.user_item_id is not None:
        yield turn.user_item_id


def _by_id(
    numbers: Mapping[str, int], events: Events, codes: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """The turn that an id belongs to, 0 where it belongs to none."""
    of_code = np.zeros(int(codes.max(initial=0)) + 1, np.uint32)
    for word, number in numbers.items():
        code = events.code(word)
        if code and code < len(of_code):
            of_code[code] = number
    return of_code[codes]


def _by_time(known: Sequence[Turn], at: NDArray[np.float64]) -> NDArray[np.uint32]:
    """The turn that had begun last."""
    starts = np.array([_start_of(turn) for turn in known])
    order = np.argsort(starts, kind="stable")
    numbers = np.zeros(len(known) + 1, np.uint32)
    numbers[1:] = [known[place].index for place in order]
    return numbers[np.searchsorted(starts[order], at, side="right")]


def _start_of(turn: Turn) -> float:
    """Typed words are sent, and a reply to them asked for, before the server tells of the item."""
    decided_at = turn.latency.decided_at
    return turn.started_at if decided_at is None else min(turn.started_at, decided_at)
