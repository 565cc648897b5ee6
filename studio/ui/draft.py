"""What the person has set so far: the plan of the next session and the settings of this one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.ui.fields import PLAN_PATHS, changed, with_plan_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.protocol.settings import SessionSettings
    from studio.runtime.plan import ConnectPlan
    from studio.session.state import RefusedUpdate

_KEPT_CHANGES = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan under edit, and the plans before each change.

    Attributes:
        plan: what a session begun now would be; its settings are what is asked of this one.
        before: earlier plans, oldest first.
    """

    plan: ConnectPlan
    before: tuple[ConnectPlan, ...] = ()

    @property
    def settings(self) -> SessionSettings:
        """The settings under edit."""
        return self.plan.settings

    def edited(self, path: str, value: object, plans: Mapping[str, ConnectPlan]) -> Draft:
        """With a row's value changed.

        Args:
            path: a row's path.
            value: the value, or text that stands for it.
            plans: the plan of each provider that can be chosen, by its name.

        Raises:
            StudioError: the value is not one the setting takes.
        """
        return self.with_plan(self._with(path, value, plans))

    def with_plan(self, plan: ConnectPlan) -> Draft:
        """With another plan, as a change that can be taken back."""
        if plan == self.plan:
            return self
        return Draft(plan, (*self.before, self.plan)[-_KEPT_CHANGES:])

    def undone(self) -> Draft:
        """With the last change taken back."""
        return Draft(self.before[-1], self.before[:-1]) if self.before else self

    def refused(self, update: RefusedUpdate, asked: SessionSettings) -> Draft:
        """With the fields of a refused update as they are asked now, or unstated."""
        names = {path.partition(".")[0] for path in update.fields}
        mine, theirs = self.settings.model_fields_set, asked.model_fields_set
        fields = {name: getattr(self.settings, name) for name in mine - names}
        fields |= {name: getattr(asked, name) for name in theirs & names}
        settings = type(asked).model_construct(_fields_set=set(fields), **fields)
        return replace(self, plan=self.plan.model_copy(update={"settings": settings}))

    def _with(self, path: str, value: object, plans: Mapping[str, ConnectPlan]) -> ConnectPlan:
        if path == "provider":
            chosen = plans.get(str(value), self.plan)
            peer = {"provider", "url", "model", "dialect", "key_env"}
            return self.plan.model_copy(update={name: getattr(chosen, name) for name in peer})
        if path in PLAN_PATHS:
            return with_plan_value(self.plan, path, value)
        return self.plan.model_copy(update={"settings": changed(self.settings, path, value)})
