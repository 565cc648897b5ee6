"""The plans that the screen can start with, and what its hand changed of the preferences."""

from __future__ import annotations

from studio.app.choices import Choices
from studio.app.setup import Setup, connect_plan
from studio.config.preferences import Preferences
from studio.core.errors import StudioError
from studio.protocol.settings import changed_fields, get_path
from studio.runtime.plan import ConnectPlan

Told = tuple[str, str, str]
"""A fault as title, message and hint."""


def first_plan(setup: Setup, choices: Choices) -> tuple[ConnectPlan, list[Told]]:
    """The plan of the first session, with the defaults where the stored settings allow none."""
    try:
        plan, faults = connect_plan(setup, choices)
    except StudioError as error:
        plan, faults = connect_plan(Setup(setup.paths, Preferences(), ()), Choices())
        refused = [(error.title, f"{setup.paths.config_file}: {error.message}", error.hint)]
    else:
        refused = []
    passed_over = (*setup.faults, *faults)
    return plan, [*refused, *(("Setting passed over", each.in_words(), "") for each in passed_over)]


def plan_for(provider: str, plan: ConnectPlan, setup: Setup) -> ConnectPlan:
    """The plan that choosing another provider on the screen leads to."""
    if provider == plan.provider:
        return plan
    elsewhere = {"provider": provider, "base_url": "", "model": "", "dialect": ""}
    preferences = setup.preferences.model_copy(update=elsewhere)
    return connect_plan(Setup(setup.paths, preferences, ()), Choices())[0]


def changes_between(setup: Setup, before: ConnectPlan, after: ConnectPlan) -> dict[str, object]:
    """What the screen's draft changed of the preferences."""
    if after.provider != before.provider:
        return {"provider": after.provider, "base_url": "", "model": "", "dialect": ""}
    paths = changed_fields(before.settings, after.settings)
    changed = {path: get_path(after.settings, path) for path in paths}
    return {"session": {**setup.preferences.session, **changed}} if changed else {}
