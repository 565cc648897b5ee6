"""The start buffer at work in a playout whose card fetches 10 ms blocks, on links of all kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest

from studio.audio.formats import AudioFormat
from studio.audio.playout import Playout
from studio.audio.start_buffer import LEAST_MS, MOST_MS, Arrivals, StartBuffer

BLOCK_S = 0.01
PART_S = 5.0
Piece = tuple[float, int]
"""When it comes, and its milliseconds."""


class Told(NamedTuple):
    """One part as it was played."""

    delay_ms: float
    underruns: int
    silent_ms: float
    depth_ms: float


def link(
    parts: int, piece_ms: int, *, speed: float = 1.0, jitter_s: float = 0.0, hiccup: float = 0.0
) -> list[list[Piece]]:
    """Parts of 5 s on a connection that keeps the order of what it carries.

    With a hiccup, nothing comes for so many seconds in the middle of the third part.
    """
    random = np.random.default_rng(5)
    made: list[list[Piece]] = []
    begins = 1.0
    for part in range(parts):
        made.append([])
        comes = 0.0
        for sent in np.arange(0, PART_S - 1e-6, piece_ms / 1000):
            due = begins + float(sent) / speed + float(random.uniform(-jitter_s, jitter_s))
            if hiccup and part == 2 and sent >= 2:
                due = max(due, begins + 2 + hiccup)
            comes = max(comes, due)
            made[-1].append((comes, piece_ms))
        begins = max(comes, begins + PART_S) + 1
    return made


def played(parts: list[list[Piece]], phase_s: float = 0.003) -> list[Told]:
    playout = Playout(AudioFormat.PCM16, 24_000)
    return [_played(playout, f"part {at}", pieces, phase_s) for at, pieces in enumerate(parts)]


def _played(playout: Playout, name: str, pieces: list[Piece], phase_s: float) -> Told:
    underruns, silent_ms = playout.underruns, playout.late_audio_ms
    left: Iterator[Piece] = iter(pieces)
    piece = next(left, None)
    now = pieces[0][0] + phase_s
    begun_at: float | None = None
    missing = sum(ms for _, ms in pieces) * 24
    while missing:
        while piece is not None and piece[0] <= now:
            playout.play(name, 0, b"\1\0" * (piece[1] * 24), piece[0])
            piece = next(left, None)
            if piece is None:
                playout.end(name, 0)
        sound = int(np.count_nonzero(playout.pull(240, now + 0.03, now)))
        begun_at = now if sound and begun_at is None else begun_at
        missing -= sound
        now += BLOCK_S
    assert begun_at is not None
    return Told(
        (begun_at - pieces[0][0]) * 1000,
        playout.underruns - underruns,
        playout.late_audio_ms - silent_ms,
        playout.start_buffer_ms,
    )


@pytest.mark.parametrize("piece_ms", [20, 100, 200])
@pytest.mark.parametrize("speed", [1, 5, 50])
def test_on_a_good_link_nothing_waits(piece_ms: int, speed: float) -> None:
    for told in played(link(5, piece_ms, speed=speed)):
        assert told.delay_ms == pytest.approx(3)  # until the card next fetches a block
        assert (told.underruns, told.silent_ms) == (0, 0)
        assert told.depth_ms == pytest.approx(LEAST_MS)


def test_jitter_does_not_matter_where_sound_comes_ahead_of_its_need() -> None:
    for told in played(link(8, 200, speed=5, jitter_s=0.08)):
        assert told.delay_ms < 4
        assert told.underruns == 0


@pytest.mark.parametrize("piece_ms", [20, 100, 200])
def test_a_jittery_link_is_learnt(piece_ms: int) -> None:
    (
        first,
        *_,
    ) = told = played(link(24, piece_ms, jitter_s=0.08))
    assert first.underruns >= 1
    learnt = told[4:]
    assert sum(each.underruns for each in learnt) <= 0.4 * len(learnt)
    assert sum(each.silent_ms for each in learnt) <= 15 * len(learnt)
    assert max(each.delay_ms for each in learnt) <= 200
    assert max(each.depth_ms for each in told) <= 220


def test_one_hiccup_is_soon_forgotten() -> None:
    told = played(link(10, 20, hiccup=0.3))
    assert [each.underruns for each in told] == [0, 0, 1] + [0] * 7
    assert told[2].silent_ms == pytest.approx(310, abs=30)
    delays = [each.delay_ms for each in told]
    assert 100 < delays[3] < 200
    assert delays[4] < 100
    assert max(delays[6:]) < 30


def test_a_link_that_is_too_slow_breaks_seldom_rather_than_at_every_piece() -> None:
    told = played(link(6, 100, speed=0.9))
    assert max(each.underruns for each in told) <= 10  # at 50 pieces
    assert max(each.depth_ms for each in told) == MOST_MS


def test_a_card_whose_blocks_do_not_fit_the_pieces_is_learnt() -> None:
    told = played(link(20, 25), phase_s=0.001)
    assert sum(each.underruns for each in told[10:]) <= 1
    assert max(each.delay_ms for each in told) <= 25


def test_pieces_are_late_against_playing_from_the_first_on() -> None:
    arrivals = Arrivals(first_at=10.0)
    late_s = [arrivals.piece(at, 0.1) for at in (10.0, 10.1, 10.25, 10.2)]
    assert late_s == pytest.approx([0, 0, 0.05, -0.1])
    assert arrivals.earliest_line == pytest.approx(9.9)


def test_the_depth_is_bounded() -> None:
    buffer = StartBuffer()
    assert buffer.depth_ms == LEAST_MS
    buffer.learn(60.0, 0.02)
    assert buffer.depth_ms == MOST_MS
