"""From what the inspector holds to its lines: a line is made when it comes into sight, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.storage.digest import ORIGINS
from studio.ui.present.event_rows import Look, RowView, row_line
from studio.ui.present.lanes import lane_marks
from studio.ui.present.summary import audio, run_summary, summary
from studio.ui.present.words import span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from studio.ui.inspection import Inspection
    from studio.ui.listing import Place
    from studio.ui.present.lanes import LaneMark
    from studio.ui.strands import Strand

_KEPT_LINES = 240


class EventLines:
    """The lines of the inspector, as they look now.

    Attributes:
        followed: the code of the strand that stands out, 0 for none.
    """

    def __init__(self) -> None:
        self.followed = 0
        self._look: Look | None = None
        self._kept: dict[RowView, Text] = {}
        self._near: tuple[int, int, int] = (0, 0, 0)
        self._strands: Sequence[Strand] = ()

    def restart(self) -> None:
        """Another session: nothing that was drawn is of use."""
        self._kept.clear()
        self._near = (0, 0, 0)

    def begin(self, held: Inspection, top: int, height: int, look: Look) -> None:
        """Lines from `top` on, `height` of them, are about to be drawn like this."""
        if look != self._look or len(self._kept) > _KEPT_LINES:
            self._look, self._kept = look, {}
        listing = held.listing
        last = min(top + height, len(listing)) - 1
        if last < 0 or "lanes" not in look.widths:
            return
        ends = [listing.position(listing.place(line)) for line in (min(top, last), last)]
        near = (min(ends), max(ends), held.strands.total)
        if near != self._near:
            self._near, self._strands = near, held.strands.lanes(near[0], near[1])

    def line(self, held: Inspection, index: int) -> Text:
        """The line at an index."""
        assert self._look is not None
        place = held.listing.place(index)
        view = self._view(held, place, self._look)
        if view not in self._kept:
            self._kept[view] = row_line(view, _words(held, place, view, self._look), self._look)
        return self._kept[view]

    def strand(self, held: Inspection, index: int) -> int:
        """The code of the strand that a line belongs to, 0 for none."""
        listing = held.listing
        if not 0 <= index < len(listing):
            return 0
        position = listing.position(listing.place(index))
        return held.strands.of_one(listing.columns, position)

    def _view(self, held: Inspection, place: Place, look: Look) -> RowView:
        listing, columns = held.listing, held.listing.columns
        row = listing.rows[place.row]
        is_member = place.member >= 0
        first = last = listing.position(place)
        if not is_member:
            last = row.last
        at = float(columns.at[first])
        return RowView(
            at=at,
            type=held.store.word(int(columns.type[first])),
            origin=ORIGINS[columns.origin[first]],
            gap_s=at - float(columns.at[columns.before[first]]) if first else None,
            anchor_s=held.facts.since_anchor_s(first, at) if "anchor" in look.widths else None,
            turn=held.facts.turn_of(first) if "turn" in look.widths else 0,
            count=1 if is_member else row.events,
            size_bytes=int(columns.size[first]) if is_member else row.size_bytes,
            audio_bytes=0 if is_member else row.audio_bytes,
            took_s=float(columns.at[last]) - at,
            first=first,
            lanes=self._lanes(held, first, look),
            is_open=not is_member and listing.is_open(place.row),
            is_member=is_member,
            is_marked=bool(held.marks) and held.holds_mark(first, last, place.row),
            is_match=held.holds_match(first, last, place.row),
            is_here=not held.is_complete and _is_here(held, place),
            is_ahead=first > held.here and not held.is_complete,
        )

    def _lanes(self, held: Inspection, position: int, look: Look) -> tuple[LaneMark, ...]:
        cells = look.widths.get("lanes", 0) - 1
        if cells < 1:
            return ()
        own = held.strands.of_one(held.listing.columns, position)
        return lane_marks(self._strands, position, own, self.followed, cells, look.palette)


def _is_here(held: Inspection, place: Place) -> bool:
    """Whether the recording has come to this row, or to this event, and no further."""
    listing, here = held.listing, held.here
    if place.member >= 0:
        return listing.position(place) == here
    firsts = listing.rows.firsts
    return int(firsts[place.row]) <= here and (
        place.row + 1 == len(firsts) or int(firsts[place.row + 1]) > here
    )


def _words(held: Inspection, place: Place, view: RowView, look: Look) -> str:
    """What a row says; of a run of words, as many as there is room for."""
    if view.count == 1:
        try:
            return summary(held.store.envelope(view.first).event, look.bytes_per_ms)
        except StudioError:
            return "unreadable"
    if view.audio_bytes:
        return f"{audio(view.audio_bytes, look.bytes_per_ms)} in {span(view.took_s * 1000)}"
    return run_summary(_deltas(held, place.row), look.widths["words"])


def _deltas(held: Inspection, row: int) -> Iterator[object]:
    """The pieces of a run of words."""
    for position in held.listing.members(row).tolist():
        payload = held.store.payload(position)
        if isinstance(payload, dict):
            yield payload.get("delta")
