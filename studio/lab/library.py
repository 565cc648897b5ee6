"""All takes at hand: a person's own, and those that come with the studio."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.shipped import PREFIX, shipped_takes
from studio.lab.take_store import Listing, TakeStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.lab.take_files import StoredTake

_TAG = "tag:"


class TakeLibrary:
    """Finds takes by name, by pattern and by tag.

    Attributes:
        own: the takes that can be changed.
    """

    def __init__(self, own: TakeStore) -> None:
        self.own = own

    def listing(self) -> Listing:
        """A person's own takes by name, then those that are shipped."""
        own = self.own.listing()
        return Listing(own.takes + shipped_takes(), own.faults)

    def find(self, name: str) -> StoredTake:
        """A take by its exact name.

        Raises:
            StudioError: there is none, or its sound cannot be used.
        """
        if not name.startswith(PREFIX):
            return self.own.find(name)
        return self.chosen([name])[0]

    def chosen(self, wanted: Sequence[str]) -> tuple[StoredTake, ...]:
        """The takes that are meant, each once, in the order of the list.

        Args:
            wanted: names, patterns such as `shipped/*`, or tags such as `tag:phone`.

        Raises:
            StudioError: one of them means no take.
        """
        listing = self.listing()
        meant: set[str] = set()
        for each in wanted:
            fitting = {take.name for take in listing.takes if _fits(take, each)}
            if not fitting:
                raise _unknown(each, listing)
            meant |= fitting
        return tuple(take for take in listing.takes if take.name in meant)


def _fits(take: StoredTake, wanted: str) -> bool:
    if wanted.startswith(_TAG):
        return wanted.removeprefix(_TAG).lower() in take.tags
    return take.name == wanted or fnmatchcase(take.name, wanted)


def _unknown(wanted: str, listing: Listing) -> StudioError:
    for fault in listing.faults:
        if fault.name == wanted:
            return StudioError(f"{wanted}: {fault.message}", title="The take cannot be used")
    near = get_close_matches(wanted, [take.name for take in listing.takes], 1, 0.5)
    return StudioError(
        f"No take is called {one_line(wanted, 80)}.",
        title="No such take",
        hint=f"Did you mean {near[0]}?" if near else "List them with: studio lab takes",
    )
