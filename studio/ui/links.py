"""What belongs to an event: request and answer, call and output, words and what brought them.

The wire names a request only in errors. Everything else is matched as the protocol orders it: by
the item that both speak of, or first asked, first answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from studio.query.table import ORIGINS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.storage.store import EventStore

_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "session.update": ("session.updated",),
    "conversation.item.create": ("conversation.item.added", "conversation.item.created"),
    "conversation.item.retrieve": ("conversation.item.retrieved",),
    "conversation.item.truncate": ("conversation.item.truncated",),
    "conversation.item.delete": ("conversation.item.deleted",),
    "input_audio_buffer.commit": ("input_audio_buffer.committed",),
    "input_audio_buffer.clear": ("input_audio_buffer.cleared",),
    "output_audio_buffer.clear": ("output_audio_buffer.cleared",),
    "response.create": ("response.created",),
    "response.cancel": ("response.done",),
}
_REQUESTS = {answer: request for request, answers in _ANSWERS.items() for answer in answers}
_WORD_DELTAS = ("transcript.delta", "text.delta", "transcription.delta")
_WHOLE_WORDS = ("completed", "transcript.done", "text.done", "item.added", "item.created")
_CALLED = "response.function_call_arguments.done"
_MOST = 400
"""Requests and answers that are looked at on either side of an event."""


class Link(NamedTuple):
    """An event that belongs to another, and what it is to it."""

    position: int
    what: str


def links(store: EventStore, position: int) -> tuple[Link, ...]:
    """What belongs to an event, the nearest kin first; empty where nothing does."""
    word = store.word(int(store.columns.type[position]))
    origin = ORIGINS[store.columns.origin[position]]
    found = list(_calls(store, position, origin))
    if origin == "client" and word in _ANSWERS:
        found += _answered(store, position, word)
    elif origin == "server" and word == "error":
        found += _refused(store, position)
    elif origin == "server" and word in _REQUESTS:
        found += (
            Link(request, "the request")
            for request, answer in _pairs(store, position, _REQUESTS[word])
            if answer == position
        )
    return tuple(found)


def _calls(store: EventStore, position: int, origin: str) -> Iterator[Link]:
    """The output of a call, or the call of an output."""
    columns = store.columns
    call = columns.call[position]
    if not call:
        return
    same = np.flatnonzero(columns.call == call)
    ours = columns.origin[same] == ORIGINS.index("client")
    if origin == "server" and not _is_output(store, position):
        if ours.any():
            yield Link(int(same[ours][0]), "its output")
        return
    theirs = same[columns.origin[same] == ORIGINS.index("server")]
    done = theirs[columns.type[theirs] == store.code(_CALLED)]
    if len(theirs):
        yield Link(int(done[0] if len(done) else theirs[0]), "the call")


def _is_output(store: EventStore, position: int) -> bool:
    return _at(store.payload(position), "item", "type") == "function_call_output"


def _answered(store: EventStore, position: int, word: str) -> Iterator[Link]:
    for request, answer in _pairs(store, position, word):
        if request == position:
            is_error = store.word(int(store.columns.type[answer])) == "error"
            yield Link(answer, "the refusal" if is_error else "the answer")


def _refused(store: EventStore, position: int) -> Iterator[Link]:
    """The event that an error names."""
    name = _at(store.payload(position), "error", "event_id")
    if not name or not isinstance(name, str):
        return
    for place in store.find(name, ignore_case=False).tolist():
        is_ours = ORIGINS[store.columns.origin[place]] == "client"
        if is_ours and _at(store.payload(place), "event_id") == name:
            yield Link(place, "what was refused")
            return


def _pairs(store: EventStore, position: int, word: str) -> Iterator[tuple[int, int]]:
    """Requests of a type with what answered each, near a position, in the order of the answers."""
    columns = store.columns
    client, server = (ORIGINS.index(each) for each in ("client", "server"))
    asks = _near(columns.type == store.code(word), columns.origin == client, position)
    codes = [code for each in _ANSWERS[word] if (code := store.code(each)) is not None]
    answers = _near(np.isin(columns.type, codes), columns.origin == server, position)
    errors = _near(columns.type == store.code("error"), columns.origin == server, position)
    waiting: list[int] = []
    is_ask, is_error = set(asks.tolist()), set(errors.tolist())
    for place in np.sort(np.concatenate([asks, answers, errors])).tolist():
        if place in is_ask:
            waiting.append(place)
            continue
        asked = (
            _named(store, waiting, place) if place in is_error else _match(store, waiting, place)
        )
        if asked is not None:
            waiting.remove(asked)
            yield asked, place


def _near(one: Any, other: Any, position: int) -> NDArray[np.intp]:  # noqa: ANN401 masks
    """The places where both hold, the nearest `_MOST` on either side."""
    places = np.flatnonzero(one & other)
    at = int(np.searchsorted(places, position))
    return places[max(0, at - _MOST) : at + _MOST]


def _named(store: EventStore, waiting: list[int], error: int) -> int | None:
    """The request that an error names."""
    name = _at(store.payload(error), "error", "event_id")
    if not name:
        return None
    return next((each for each in waiting if _at(store.payload(each), "event_id") == name), None)


def _match(store: EventStore, waiting: list[int], answer: int) -> int | None:
    """The oldest request that this can be the answer to."""
    item = store.columns.item[answer]
    for each in waiting:
        asked = store.columns.item[each]
        if asked:
            if asked == item:
                return each
        elif not item or _is_kin(store, each, answer):
            return each
    return None


def _is_kin(store: EventStore, request: int, answer: int) -> bool:
    """Whether an item that was asked for without a name is like the one that was added."""
    asked, added = (_at(store.payload(each), "item") for each in (request, answer))
    if not isinstance(asked, Mapping) or not isinstance(added, Mapping):
        return True
    return all(asked.get(key) == added.get(key) for key in ("type", "role", "call_id"))


def _at(payload: object, *path: str) -> object:
    for key in path:
        if not isinstance(payload, Mapping):
            return None
        payload = payload.get(key)
    return payload


def said_at(store: EventStore, item_id: str, character: int) -> int | None:
    """The event that brought a character of an item's words; None where nothing speaks of it."""
    code = store.code(item_id)
    if not code:
        return None
    places = np.flatnonzero(store.columns.item == code)
    words = {place: store.word(int(store.columns.type[place])) for place in places.tolist()}
    read = 0
    for place, word in words.items():
        if word.endswith(_WORD_DELTAS):
            read += len(str(_at(store.payload(place), "delta") or ""))
            if character < read:
                return place
    whole = (place for place, word in words.items() if word.endswith(_WHOLE_WORDS))
    return next(whole, next(iter(words), None))
