"""What a server reported beside what the rules and a profile expect, edge by edge."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from studio.core.units import VAD_FRAME_MS
from studio.lab.course import Expected, expected, stretches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.lab.course import Stretch
    from studio.lab.logged import Logged, Reported, Side
    from studio.lab.twin import Twin
    from studio.vad.profile import Profile

SETTLED_MS = 1_000
"""An edge decided so close to a session's end may not have been told any more."""

NEAR_MS = 10 * VAD_FRAME_MS
"""Edges that are further apart are not the same."""


@dataclass(frozen=True, slots=True)
class Explained:
    """An edge that was reported, beside what the profile expects.

    Attributes:
        expected_ms: None where nothing of its kind is expected near it.
    """

    session: str
    reported: Reported
    expected_ms: int | None

    @property
    def off_ms(self) -> int | None:
        """Reported less expected."""
        return None if self.expected_ms is None else self.reported.audio_ms - self.expected_ms


@dataclass(frozen=True, slots=True)
class Unreported:
    """An edge that the profile expects and nobody reported."""

    session: str
    side: Side
    audio_ms: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """How well a profile explains what was reported.

    Attributes:
        edges: that were reported, and that time decided.
        unreported: what it expects beyond them.
    """

    profile: Profile
    edges: tuple[Explained, ...]
    unreported: tuple[Unreported, ...]

    @property
    def exact(self) -> int:
        """How many edges are equal to the millisecond."""
        return sum(each.off_ms == 0 for each in self.edges)

    @property
    def within_frame(self) -> int:
        """How many are no further off than a frame."""
        return sum(
            each.off_ms is not None and abs(each.off_ms) <= VAD_FRAME_MS for each in self.edges
        )

    @property
    def unexplained(self) -> tuple[Explained, ...]:
        """Those that are not equal."""
        return tuple(each for each in self.edges if each.off_ms != 0)


class Heard(NamedTuple):
    """A session and what the detector heard in it."""

    logged: Logged
    stretches: tuple[Stretch, ...]

    @property
    def lasts_ms(self) -> float:
        """How much was sent."""
        return self.logged.audio_format.bytes_to_ms(len(self.logged.audio))

    def expects(self, threshold_shift: float) -> list[Expected]:
        """The edges that time decides, up to where the session's end leaves them open."""
        return [
            edge
            for edge in expected(self.stretches, threshold_shift)
            if edge.is_timed and edge.decided_ms <= self.lasts_ms
        ]

    def reported(self) -> list[Reported]:
        """What the server said of those."""
        return [edge for edge in self.logged.edges if edge.is_timed]


def hear(logged: Logged, twin: Twin) -> Heard:
    """Listen to a session's input once."""
    return Heard(logged, stretches(logged, twin))


def explain(sessions: Sequence[Heard], profile: Profile) -> Explanation:
    """How well a profile explains what was reported, edge by edge."""
    edges: list[Explained] = []
    unreported: list[Unreported] = []
    for each in sessions:
        name = each.logged.name
        made = each.expects(profile.threshold_shift)
        said = each.reported()
        for side in ("start", "end"):
            here = [edge for edge in said if edge.side == side]
            there = [edge for edge in made if edge.side == side]
            there_ms = [edge.reported_ms(profile) for edge in there]
            pairs, left = paired([edge.audio_ms for edge in here], there_ms)
            edges += [
                Explained(name, edge, None if at is None else there_ms[at])
                for edge, at in zip(here, pairs, strict=True)
            ]
            unreported += [
                Unreported(name, there[at].side, there_ms[at])
                for at in left
                if there[at].decided_ms <= each.lasts_ms - SETTLED_MS
            ]
    edges.sort(key=lambda edge: (edge.session, edge.reported.at, edge.reported.audio_ms))
    return Explanation(profile, tuple(edges), tuple(unreported))


def paired(here_ms: Sequence[int], there_ms: Sequence[int]) -> tuple[list[int | None], list[int]]:
    """For each moment here the place of its fellow there, or None; and the places left over.

    Equal moments belong together first, then the nearest; none further than ten frames.
    """
    gaps = sorted(
        (abs(ms - there_ms[place]), at, place)
        for at, ms in enumerate(here_ms)
        for place in range(*near(there_ms, ms, NEAR_MS))
    )
    found: list[int | None] = [None] * len(here_ms)
    taken: set[int] = set()
    for _, at, place in gaps:
        if found[at] is None and place not in taken:
            found[at] = place
            taken.add(place)
    return found, [place for place in range(len(there_ms)) if place not in taken]


def near(ascending: Sequence[int], ms: int, within_ms: int) -> tuple[int, int]:
    """The places of what lies so close to a moment, as the first and one past the last."""
    return bisect_left(ascending, ms - within_ms), bisect_right(ascending, ms + within_ms)
