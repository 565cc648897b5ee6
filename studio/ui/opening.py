"""What the screen is given once it stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.runtime.link import Feed
    from studio.runtime.plan import ConnectPlan
    from studio.ui.desk import Desk


async def _nothing() -> None:
    """Leave things as they are."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What the screen is given once it stands.

    Attributes:
        feed: the worker's messages and cells.
        plan: what the first session is to be.
        plans: a plan for each provider that can be chosen, by its name.
        restart: starts the worker again after it went.
        connect: whether the first session begins at once.
        faults: what went wrong so far, as (title, message, hint).
        desk: the files; None where there are none.
        recording: the stored session to open at once; empty for none.
    """

    feed: Feed
    plan: ConnectPlan
    plans: Mapping[str, ConnectPlan] = field(default_factory=dict)
    restart: Callable[[], Awaitable[None]] = _nothing
    connect: bool = True
    faults: Sequence[tuple[str, str, str]] = ()
    desk: Desk | None = None
    recording: str = ""
