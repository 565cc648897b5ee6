"""Sequences and mappings that never change, and whose changed copies share almost all with them.

A copy with one entry more, or another one, costs the same however long the whole is: it makes a few
tuples of at most 32 entries anew. What two of them have in common is found as cheaply.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from itertools import chain
from typing import Any, TypeVar, overload

from typing_extensions import override

Value = TypeVar("Value")
Default = TypeVar("Default")
Key = TypeVar("Key")

_BITS = 5
_WIDTH = 1 << _BITS
_MASK = _WIDTH - 1
_FRESH = 32
"""So many keys are copied at most when one is added to those that came last."""

_Node = tuple[Any, ...]
"""At the lowest level values, above it nodes; all but those at the end are full."""


class Series(Sequence[Value]):
    """A sequence whose copies share what did not change; equal to a tuple of the same values.

    The values stand in a tree whose leaves are tuples of 32; the last ones, up to 32, stand in a
    tuple of their own, because that is where most changes are.
    """

    __slots__ = ("_count", "_root", "_shift", "_tail")

    def __init__(self, values: Iterable[Value] = ()) -> None:
        known = tuple(values)
        leaves = [known[at : at + _WIDTH] for at in range(0, len(known), _WIDTH)]
        self._count, self._shift = len(known), _BITS
        self._tail: tuple[Value, ...] = leaves.pop() if leaves else ()
        self._root: _Node = tuple(leaves)
        while len(self._root) > _WIDTH:
            nodes = range(0, len(self._root), _WIDTH)
            self._root = tuple(self._root[at : at + _WIDTH] for at in nodes)
            self._shift += _BITS

    def added(self, value: Value) -> Series[Value]:
        """With one more value at the end."""
        count, tail = self._count, self._tail
        if len(tail) < _WIDTH:
            return self._made(count + 1, self._shift, self._root, (*tail, value))
        root, shift, first = self._root, self._shift, count - _WIDTH
        if first >> _BITS >= 1 << shift:
            root, shift = (root,), shift + _BITS
        return self._made(count + 1, shift, _with_leaf(root, shift, first, tail), (value,))

    def replaced(self, at: int, value: Value) -> Series[Value]:
        """With another value at `at`, which is in `range(len(self))`."""
        count, shift, root, tail = self._count, self._shift, self._root, self._tail
        place = at - count + len(tail)
        if place >= 0:
            return self._made(count, shift, root, (*tail[:place], value, *tail[place + 1 :]))
        return self._made(count, shift, _replaced(root, shift, at, value), tail)

    @classmethod
    def _made(cls, count: int, shift: int, root: _Node, tail: tuple[Value, ...]) -> Series[Value]:
        series: Series[Value] = cls.__new__(cls)
        series._count, series._shift, series._root, series._tail = count, shift, root, tail
        return series

    def same_until(self, other: Series[Any]) -> int:
        """How many values both begin with, being the same objects."""
        return next(self.differing(other), min(self._count, other._count))

    def differing(self, other: Series[Any]) -> Iterator[int]:
        """Places within both at which another object stands, in their order."""
        if self._shift != other._shift:
            pairs = enumerate(zip(self, other, strict=False))
            yield from (at for at, (mine, theirs) in pairs if mine is not theirs)
            return
        mine, theirs = self._count - len(self._tail), other._count - len(other._tail)
        shared = min(mine, theirs)
        yield from _differing(self._root, other._root, self._shift, 0, shared)
        if mine == theirs and self._tail is other._tail:
            return
        for at in range(shared, min(self._count, other._count)):
            if self[at] is not other[at]:
                yield at

    @overload
    def __getitem__(self, at: int) -> Value: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Value, ...]: ...

    @override
    def __getitem__(self, at: int | slice) -> Value | tuple[Value, ...]:
        if isinstance(at, slice):
            return tuple(self[place] for place in range(*at.indices(self._count)))
        if at < 0:
            at += self._count
        if not 0 <= at < self._count:
            raise IndexError(at)
        before = self._count - len(self._tail)
        if at >= before:
            return self._tail[at - before]
        node, shift = self._root, self._shift
        while shift:
            node = node[at >> shift & _MASK]
            shift -= _BITS
        value: Value = node[at & _MASK]
        return value

    @override
    def __len__(self) -> int:
        return self._count

    @override
    def __iter__(self) -> Iterator[Value]:
        return chain(chain.from_iterable(_leaves(self._root, self._shift)), self._tail)

    @override
    def __reversed__(self) -> Iterator[Value]:
        leaves = _leaves(self._root, self._shift, reversed)
        return chain(reversed(self._tail), chain.from_iterable(map(reversed, leaves)))

    @override
    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if isinstance(other, Series):
            same = self._count == other._count and self._tail == other._tail
            return same and self._root == other._root
        return isinstance(other, tuple) and len(other) == self._count and tuple(self) == other

    @override
    def __hash__(self) -> int:
        return hash(tuple(self))

    @override
    def __repr__(self) -> str:
        return f"Series({list(self)!r})"


def _with_leaf(node: _Node, shift: int, first: int, leaf: _Node) -> _Node:
    """With the leaf of the values from `first` on, which are the last."""
    if shift == _BITS:
        return (*node, leaf)
    place = first >> shift & _MASK
    below = node[place] if place < len(node) else ()
    return (*node[:place], _with_leaf(below, shift - _BITS, first, leaf))


def _replaced(node: _Node, shift: int, at: int, value: object) -> _Node:
    place = at >> shift & _MASK
    entry = value if not shift else _replaced(node[place], shift - _BITS, at, value)
    return (*node[:place], entry, *node[place + 1 :])


def _leaves(
    node: _Node, shift: int, order: Callable[[_Node], Iterator[_Node]] = iter
) -> Iterator[_Node]:
    if shift == _BITS:
        yield from order(node)
        return
    for below in order(node):
        yield from _leaves(below, shift - _BITS, order)


def _differing(mine: _Node, theirs: _Node, shift: int, first: int, end: int) -> Iterator[int]:
    """Places before `end` at which the nodes, whose values begin at `first`, hold other objects."""
    if mine is theirs:
        return
    for place, (one, other) in enumerate(zip(mine, theirs, strict=False)):
        at = first + (place << shift)
        if at >= end:
            return
        if one is other:
            continue
        if shift:
            yield from _differing(one, other, shift - _BITS, at, end)
        else:
            yield at


class Register(Mapping[Key, Value]):
    """A mapping in the order in which keys were added, whose copies share what did not change.

    Where each key stands is told by dictionaries that are never written to again: the latest keys
    in a small one, those before them in ever larger ones, of which two of a size become one.
    """

    __slots__ = ("_places", "key_series", "series")

    series: Series[Value]
    """The values, in the order of their keys."""
    key_series: Series[Key]

    def __init__(self, entries: Mapping[Key, Value] | Iterable[tuple[Key, Value]] = ()) -> None:
        pairs = dict(entries)
        self.key_series = Series(pairs)
        self._places: tuple[dict[Key, int], ...] = ()
        if pairs:
            self._places = ({key: place for place, key in enumerate(pairs)},)
        self.series = Series(pairs.values())

    def put(self, key: Key, value: Value) -> Register[Key, Value]:
        """With this value for a key, which keeps its place if it has one."""
        register: Register[Key, Value] = Register.__new__(Register)
        place = self.place_of(key)
        if place is None:
            register.key_series, register.series = (
                self.key_series.added(key),
                self.series.added(value),
            )
            register._places = _with_key(self._places, key, len(self.key_series))
        else:
            register.key_series, register._places = self.key_series, self._places
            register.series = self.series.replaced(place, value)
        return register

    def place_of(self, key: Key) -> int | None:
        """Where the value of a key stands in `series`; None where there is none."""
        for places in self._places:
            if key in places:
                return places[key]
        return None

    @overload
    def get(self, key: Key, /) -> Value | None: ...

    @overload
    def get(self, key: Key, default: Value | Default, /) -> Value | Default: ...

    @override
    def get(self, key: Key, default: Value | Default | None = None, /) -> Value | Default | None:
        """The value of a key, else the default."""
        for places in self._places:
            if key in places:
                return self.series[places[key]]
        return default

    @override
    def __getitem__(self, key: Key) -> Value:
        place = self.place_of(key)
        if place is None:
            raise KeyError(key)
        return self.series[place]

    @override
    def __contains__(self, key: object) -> bool:
        return any(key in places for places in self._places)

    @override
    def __len__(self) -> int:
        return len(self.key_series)

    @override
    def __iter__(self) -> Iterator[Key]:
        return iter(self.key_series)

    def __reversed__(self) -> Iterator[Key]:
        return reversed(self.key_series)

    @override
    def values(self) -> ValuesView[Value]:
        """The values in the order of their keys."""
        return _Values(self)

    @override
    def items(self) -> ItemsView[Key, Value]:
        """Keys and values in the order of the keys."""
        return _Items(self)

    @override
    def __repr__(self) -> str:
        return f"Register({dict(self.items())!r})"


def _with_key(
    places: tuple[dict[Key, int], ...], key: Key, place: int
) -> tuple[dict[Key, int], ...]:
    if places and len(places[0]) < _FRESH:
        return ({**places[0], key: place}, *places[1:])
    merged: dict[Key, int] = {}
    older = places
    while older and len(older[0]) <= max(len(merged), _FRESH):
        merged, older = {**older[0], **merged}, older[1:]
    return ({key: place}, merged, *older) if merged else ({key: place}, *older)


class _Values(ValuesView[Value]):
    _mapping: Register[Any, Value]

    @override
    def __iter__(self) -> Iterator[Value]:
        return iter(self._mapping.series)


class _Items(ItemsView[Key, Value]):
    _mapping: Register[Key, Value]

    @override
    def __iter__(self) -> Iterator[tuple[Key, Value]]:
        return zip(self._mapping, self._mapping.series, strict=True)
