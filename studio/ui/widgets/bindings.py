"""Key bindings made from the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding

from studio.ui.actions import actions_of

if TYPE_CHECKING:
    from textual.binding import BindingType

    from studio.ui.actions import Scope


def bindings_of(scope: Scope) -> list[BindingType]:
    """One binding for each action of a scope, under the action's id."""
    return [
        Binding(action.keys, action.do, action.label, id=action.id, tooltip=action.help)
        for action in actions_of(scope)
    ]
