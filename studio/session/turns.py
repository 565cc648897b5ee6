"""The conversation as turns: what the user said, what came of it, how long that took.

A turn begins with a user message. What comes before the first one is a turn without a user; so is
what a system message of the server brings about. A turn whose ingredients have not changed is the
same object as before, so that a widget can compare turns with `is`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import chain
from math import inf
from operator import is_
from typing import Any, NamedTuple

from studio.core.persistent import Register, Series
from studio.session.settings import epoch_at
from studio.session.state import Item, SessionState
from studio.session.turn_making import Ingredients, Said, Turn, is_spoken, turn_of
from studio.session.turn_sources import ByItem, LocalSpeech

__all__ = ["Said", "Turn", "TurnReader", "turns"]


class _Place(NamedTuple):
    """Where a turn begins, and how far it and those before it look for local speech.

    `start` is an index of the order; `since` is when the user before it spoke. What the local VAD
    heard from `reach_ms` of audio on, or from session second `reach_s` on, is none of theirs.
    """

    start: int
    since: float
    reach_ms: float
    reach_s: float


class TurnReader:
    """Reads the turns of a state, and makes those anew that changed since it read the last one.

    Which they are is told by what differs between the two states, so that a look costs what has
    happened since the one before, however long the session is.
    """

    def __init__(self) -> None:
        self.state = SessionState()
        self._turns: Series[Turn] = Series()
        self._known: list[tuple[tuple[object, ...], Turn]] = []
        self._places: list[_Place] = []
        self._turn_of: dict[str, int] = {}
        self._heads = ByItem(self.state.playback.heads)
        self._calls = ByItem(self.state.tools.calls.series)
        self._spans = ByItem(self.state.speech.server)
        self._cuts = ByItem(self.state.interruptions.series)
        self._local = LocalSpeech()

    def knows(self, state: SessionState) -> bool:
        """Whether the turns of this state are those that were read last."""
        return all(map(is_, _sources(self.state), _sources(state)))

    def read(self, state: SessionState) -> Series[Turn]:
        """All turns in conversation order."""
        if self.knows(state):
            return self._turns
        first = max(0, self._first_changed(state) - 1)
        self.state, known, turns = state, self._known, self._turns
        count = first
        for at, ingredients in enumerate(self._ingredients(first), first):
            objects = ingredients.objects()
            # What is known of later turns serves whoever goes to and fro in a recording.
            if at >= len(known) or not _same(known[at][0], objects):
                known[at : at + 1] = [(objects, turn_of(ingredients))]
                for name in ingredients.names():
                    self._named(name, at)
            turn = known[at][1]
            if at == len(turns):
                turns = turns.added(turn)
            elif turns[at] is not turn:
                turns = turns.replaced(at, turn)
            count = at + 1
        del self._places[count:]
        self._turns = turns if count == len(turns) else Series(turns[:count])
        return self._turns

    def _named(self, name: str, at: int) -> None:
        """What this id is of is, or was, of this turn, or of one before."""
        self._turn_of[name] = min(at, self._turn_of.get(name, at))

    def _first_changed(self, state: SessionState) -> int:
        """A turn before which all are as they were; at most the last."""
        before, turn_of = self.state, self._turn_of
        names = [
            *self._heads.take(state.playback.heads),
            *self._calls.take(state.tools.calls.series),
            *self._spans.take(state.speech.server),
            *self._cuts.take(state.interruptions.series),
            *_changed(before.items.by_id, state.items.by_id),
            *_changed(before.responses.by_id, state.responses.by_id),
            *_changed(before.sound.echoes, state.sound.echoes),
            *_about_order(before.items.order, state.items.order),
        ]
        first = min((turn_of[name] for name in names if name in turn_of), default=inf)
        lowest = self._local.take(state.speech.local)
        if lowest is not None:
            begin_ms, begin_s = lowest
            heard = bisect_right(self._places, begin_ms, key=lambda place: place.reach_ms)
            spoken = bisect_left(self._places, begin_s, key=lambda place: place.reach_s)
            first = min(first, heard, spoken)
        if state.settings.epochs is not before.settings.epochs or not self._local.is_in_order:
            first = 0
        return int(max(0, min(first, len(self._turns) - 1)))

    def _ingredients(self, first: int) -> Iterator[Ingredients]:
        """What the turns from `first` on are made of."""
        places = self._places
        since = places[first].since if first else 0.0
        for at, (start, group) in enumerate(self._groups(first), first):
            made_of = self._made_of(at, group, since)
            reach_ms, reach_s = _reach(made_of)
            if at:
                reach_ms = max(reach_ms, places[at - 1].reach_ms)
                reach_s = max(reach_s, places[at - 1].reach_s)
            places[at : at + 1] = [_Place(start, since, reach_ms, reach_s)]
            since = since if made_of.user is None else made_of.user.added_at
            yield made_of

    def _made_of(self, at: int, group: list[Item], since: float) -> Ingredients:
        state = self.state
        responses, echoes = state.responses.by_id, state.sound.echoes
        user = next((each for each in group if is_user(each)), None)
        said = tuple(
            (each, self._heads.first(each.id), responses.get(each.response_id))
            for each in group
            if each.type == "message" and each.role == "assistant"
        )
        asked = dict.fromkeys(each.response_id for each in group if each.response_id)
        span = self._spans.last(user.id) if user is not None else None
        if not group:
            span = state.speech.server[-1]
        ended_at = span.stopped_at if span is not None else None
        calls = (self._calls.last(each.id) for each in group)
        cuts = chain.from_iterable(self._cuts.all(item.id) for item, _, _ in said)
        return Ingredients(
            index=at + 1,
            user=user,
            others=tuple(each for each in group if each is not user),
            said=said,
            responses=tuple(known for each in asked if (known := responses.get(each)) is not None),
            calls=tuple(call for call in calls if call is not None),
            server_span=span,
            local_span=self._local.of_turn(span, user, since),
            epoch=epoch_at(state.settings, ended_at) if ended_at is not None else None,
            interruptions=tuple((cut, echoes.get(cut.speech_item_id)) for cut in cuts),
            echo=echoes.get(span.item_id) if span is not None else None,
        )

    def _groups(self, first: int) -> Iterator[tuple[int, list[Item]]]:
        """Items by turn from turn `first` on, and where each begins in the order.

        Without items, at the end, is the turn of a user who speaks and has no item yet.
        """
        items, speech = self.state.items, self.state.speech
        begin = self._places[first].start if first else 0
        start, group, number = begin, list[Item](), first
        for place, item_id in enumerate(items.order[begin:], begin):
            item = items.by_id[item_id]
            if item.deleted:
                self._named(item_id, number)
                continue
            opens = is_user(item) or item.role == "system"
            if group and opens and not _only_system(group):
                yield start, group
                group, number = [], number + 1
            if not group:
                start = place
            group.append(item)
        if group:
            yield start, group
        if speech.server and speech.server[-1].item_id not in items.by_id:
            yield len(items.order), []


_READERS = (TurnReader(), TurnReader())
"""Of a recording two states are looked at in turns: that of the play-head, and the last."""


def turns(state: SessionState) -> Series[Turn]:
    """All turns of a session in conversation order."""
    nearest = min(_READERS, key=lambda reader: abs(reader.state.last_seq - state.last_seq))
    return next((each for each in _READERS if each.knows(state)), nearest).read(state)


def is_user(item: Item) -> bool:
    """Whether a turn begins with it."""
    return item.type == "message" and item.role == "user"


def _sources(state: SessionState) -> tuple[object, ...]:
    """All that turns are made of."""
    return (
        state.items,
        state.responses,
        state.playback.by_part,
        state.tools,
        state.speech.server,
        state.speech.local,
        state.settings.epochs,
        state.interruptions,
        state.sound.echoes,
    )


def _same(mine: tuple[object, ...], theirs: tuple[object, ...]) -> bool:
    """Whether these are the same objects; much cheaper than comparing their values."""
    return len(mine) == len(theirs) and all(map(is_, mine, theirs))


def _changed(before: Register[str, Any], after: Register[str, Any]) -> Iterator[str]:
    """Keys whose value is another now, was not there, or is not there any more."""
    places = before.series.differing(after.series)
    one, other = before.key_series, after.key_series
    for place in places:
        yield one[place]
        yield other[place]
    yield from one[len(other) :]
    yield from other[len(one) :]


def _about_order(before: Series[str], after: Series[str]) -> tuple[str, ...]:
    """The items around the first place where the order is another."""
    if before is after:
        return ()
    same = before.same_until(after)
    return before[max(0, same - 1) : same + 1]


def _reach(made_of: Ingredients) -> tuple[float, float]:
    """Up to which ms of audio, and which session second, local speech may be this turn's."""
    span, user = made_of.server_span, made_of.user
    if span is None:
        return -inf, user.added_at if user is not None and is_spoken(user) else -inf
    if span.timed_out:
        return -inf, -inf
    return inf if span.end_ms is None else span.end_ms, -inf


def _only_system(group: list[Item]) -> bool:
    return all(item.role == "system" for item in group)
