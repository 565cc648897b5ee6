"""The timeline of a report: who sounded when, in rows of equal length, as shares of a row.

A row is a strip of the session that fits on a page; all positions in it are percentages, so that
the page scales it to whatever width it has without scaling its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.core.units import clock
from studio.export.cues import user_speech
from studio.export.sound import on_time_line
from studio.export.told import Told, Track

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TRACKS: tuple[Track, Track] = ("input", "output")
_ROW_LENGTHS_S = {
    15: 3,
    30: 5,
    60: 10,
    120: 20,
    300: 60,
    600: 120,
    1200: 300,
    1800: 300,
    3600: 600,
    7200: 1200,
}
"""How long a row may be, and how far apart its times stand."""
_MOST_ROWS = 12
_BINS = 360
"""Columns of a row's waveform."""
_FLOOR_DB = -54.0
_LONGEST_S = 12 * 3600
_LEAST_WIDTH = 0.2
_NUMBER_WIDTH = 6.0


class Stretch(NamedTuple):
    """A stretch of a row, in percent of its width.

    Attributes:
        left: where it begins.
        width: how long it is; never so small that it could not be seen.
        turn: the number of its turn; 0 for none.
        words: what it is, with its time.
    """

    left: float
    width: float
    turn: int
    words: str


class Tick(NamedTuple):
    """A time on the axis of a row."""

    left: float
    words: str


class Row(NamedTuple):
    """A strip of the timeline.

    Attributes:
        label: the time at which it begins.
        words: what is in it: its times, and how often each happens.
        user: the user's speech, as the local VAD heard it.
        server: the user's speech, as the server heard it.
        assistant: the voices, as they were heard.
        cuts: where a voice was stopped.
        turns: where turns begin, as far as their numbers have room.
        ticks: times on its axis.
        user_wave: the outline of the user's sound as a path 360 wide and 100 high; may be empty.
        assistant_wave: that of the assistant's.
    """

    label: str
    words: str
    user: tuple[Stretch, ...]
    server: tuple[Stretch, ...]
    assistant: tuple[Stretch, ...]
    cuts: tuple[Stretch, ...]
    turns: tuple[Stretch, ...]
    ticks: tuple[Tick, ...]
    user_wave: str
    assistant_wave: str


class _Happening(NamedTuple):
    begins_s: float
    ends_s: float
    turn: int
    words: str


def timeline(told: Told, *, with_sound: bool) -> tuple[Row, ...]:
    """The rows of a session.

    Args:
        told: the session.
        with_sound: whether the outlines of its sound are drawn.
    """
    ends_s = min(told.ends_s, _LONGEST_S)
    length_s = next(each for each in _ROW_LENGTHS_S if ends_s <= each * _MOST_ROWS)
    count = max(1, int(-(-ends_s // length_s)))
    waves = {
        track: _waves(told, track, count, length_s) if with_sound else [""] * count
        for track in _TRACKS
    }
    lanes = [[*lane(told)] for lane in (_user, _server, _assistant, _cuts, _turns)]
    rows = []
    for number in range(count):
        begins_s = number * length_s
        user, server, assistant, cuts, turns = (
            tuple(_within(lane, begins_s, length_s)) for lane in lanes
        )
        rows.append(
            Row(
                label=clock(begins_s),
                words=(
                    f"From {clock(begins_s)} to {clock(min(ends_s, begins_s + length_s))}. "
                    f"User: {len(user)}, assistant: {len(assistant)}, stopped: {len(cuts)}."
                ),
                user=user,
                server=server,
                assistant=assistant,
                cuts=cuts,
                turns=tuple(_with_room(turns)),
                ticks=tuple(_ticks(begins_s, length_s)),
                user_wave=waves["input"][number],
                assistant_wave=waves["output"][number],
            )
        )
    return tuple(rows)


def _user(told: Told) -> Iterator[_Happening]:
    for turn in told.turns:
        speech = user_speech(turn, told)
        if speech is not None:
            yield _Happening(*speech, turn.index, "user speaks")


def _server(told: Told) -> Iterator[_Happening]:
    for span in told.state.speech.server:
        begins_s = told.placement.moment_of_input(span.start_ms)
        ends_s = told.placement.moment_of_input(span.end_ms or span.start_ms)
        if begins_s is not None and ends_s is not None and not span.timed_out:
            yield _Happening(begins_s, ends_s, 0, "server hears speech")


def _assistant(told: Told) -> Iterator[_Happening]:
    turn_of = {said.item.id: turn.index for turn in told.turns for said in turn.said}
    form = told.placement.output_format
    for placed in told.placement.output:
        ends_s = placed.at_s + form.bytes_to_ms(placed.n_bytes) / 1000
        turn = turn_of.get(placed.item_id, 0)
        yield _Happening(placed.at_s, ends_s, turn, "assistant speaks")


def _cuts(told: Told) -> Iterator[_Happening]:
    for turn in told.turns:
        for cut in turn.interruptions:
            at = cut.silent_at if cut.silent_at is not None else cut.flushed_at
            yield _Happening(at, at, turn.index, f"stopped ({cut.reason})")


def _turns(told: Told) -> Iterator[_Happening]:
    for turn in told.turns:
        yield _Happening(turn.started_at, turn.started_at, turn.index, f"turn {turn.index}")


def _within(lane: Iterable[_Happening], begins_s: float, length_s: float) -> Iterator[Stretch]:
    """What of a lane lies in a row; what goes on into the next one stands in both."""
    for each in lane:
        if each.begins_s >= begins_s + length_s or max(each.begins_s, each.ends_s) < begins_s:
            continue
        left = max(0.0, (each.begins_s - begins_s) / length_s * 100)
        right = min(100.0, (each.ends_s - begins_s) / length_s * 100)
        words = f"{clock(each.begins_s)} {each.words}"
        if each.ends_s > each.begins_s:
            words = f"{words} for {each.ends_s - each.begins_s:.1f} s"
        yield Stretch(round(left, 3), round(max(_LEAST_WIDTH, right - left), 3), each.turn, words)


def _with_room(turns: Iterable[Stretch]) -> Iterator[Stretch]:
    """Those whose number does not stand on the one before."""
    free = 0.0
    for each in turns:
        if each.left >= free:
            free = each.left + _NUMBER_WIDTH
            yield each


def _ticks(begins_s: int, length_s: int) -> Iterator[Tick]:
    for at_s in range(0, length_s, _ROW_LENGTHS_S[length_s]):
        yield Tick(round(at_s / length_s * 100, 3), clock(begins_s + at_s))


def _waves(told: Told, track: Track, rows: int, row_s: float) -> list[str]:
    """The outline of a track for every row, from the loudest sample of each column."""
    peaks = np.zeros(rows * _BINS, np.float32)
    per_s = _BINS / row_s
    for second, block in enumerate(on_time_line(told, track)):
        first, last = int(second * per_s), int((second + 1) * per_s)
        if first >= peaks.size:
            break
        pieces = np.array_split(np.abs(block.astype(np.float32)), max(1, last - first))
        for at, piece in enumerate(pieces, first):
            if at < peaks.size:
                peaks[at] = max(peaks[at], piece.max(initial=0.0))
    return [_path(peaks[row * _BINS : (row + 1) * _BINS]) for row in range(rows)]


def _path(peaks: NDArray[np.float32]) -> str:
    """A stroke for every column that is not silent, mirrored about the middle."""
    db = 20 * np.log10(np.maximum(peaks, 1.0) / 32768)
    heights = np.clip((db - _FLOOR_DB) / -_FLOOR_DB, 0, 1) ** 1.5 * 48
    return "".join(
        f"M{at + 0.5:g} {50 - height:.0f}V{50 + height:.0f}"
        for at, height in enumerate(heights)
        if height >= 1
    )
