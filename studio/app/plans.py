"""The plans that the screen can start with, and what its hand changed of the preferences."""

from __future__ import annotations

from dataclasses import asdict

from studio.app.choices import CARD, Choices
from studio.app.setup import Setup, connect_plan
from studio.config.preferences import Preferences
from studio.core.errors import StudioError
from studio.protocol.settings import changed_fields, get_path
from studio.runtime.plan import ConnectPlan

Told = tuple[str, str, str]
"""A fault as title, message and hint."""

_LASTING = ("auto", CARD, "silence", "silent")


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
    sound = _changes_of_sound(before, after)
    if after.provider != before.provider:
        return sound | {"provider": after.provider, "base_url": "", "model": "", "dialect": ""}
    paths = changed_fields(before.settings, after.settings)
    changed = {path: get_path(after.settings, path) for path in paths}
    return sound | ({"session": {**setup.preferences.session, **changed}} if changed else {})


def _changes_of_sound(before: ConnectPlan, after: ConnectPlan) -> dict[str, object]:
    """What is another microphone, speaker or cleaning than before, as far as it is for good."""
    was, now = _lasting_sound(before), _lasting_sound(after)
    return {name: value for name, value in now.items() if was.get(name) != value}


def _lasting_sound(plan: ConnectPlan) -> dict[str, object]:
    """Cards, their stand-ins and the cleaning, by preference.

    A script or a sound file is something to say once, not a microphone to own: the next start would
    say it again to whoever is called then, or miss the file.
    """
    ends = {"microphone": plan.microphone, "speaker": plan.speaker}
    lasting = {end: name for end, name in ends.items() if name.partition(":")[0] in _LASTING}
    return asdict(plan.cleaning) | lasting
