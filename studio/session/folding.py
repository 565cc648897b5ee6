"""The shape of the fold's parts.

A slice's module says, by type of event, how the slice changes. Every handler is given the state as
it was before the event, stamped with the event's `last_seq` and `last_at`, and gives its slice
back: the same object where nothing changed. Handlers never raise, whatever order events come in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from studio.session.effects import Effect
from studio.session.state import SessionState

Slice = TypeVar("Slice")

Handler = Callable[[SessionState, Any], Slice]
"""From the state before an event, and the event, to a slice after it."""

Reaction = Callable[[SessionState, SessionState, Any], tuple[Effect, ...]]
"""From the states before and after an event, and the event, to what is to be done about it."""
