"""From choices, settings file and environment to what a session needs: checked, with its faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.config.paths import Paths, studio_paths
from studio.config.preferences import Fault, Preferences, load_preferences
from studio.core.errors import StudioError
from studio.core.text import one_line

if TYPE_CHECKING:
    from studio.app.choices import Choices
    from studio.protocol.providers import Provider
    from studio.protocol.settings import SessionSettings
    from studio.runtime.plan import ConnectPlan


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that is known before a session begins."""

    paths: Paths
    preferences: Preferences
    faults: tuple[Fault, ...]


def read_setup(choices: Choices, environ: Mapping[str, str]) -> Setup:
    """Paths and preferences, with what could not be used of them."""
    paths = studio_paths(environ)
    loaded = load_preferences(paths.config_file, environ, choices.overrides())
    return Setup(paths, loaded.preferences, loaded.faults)


def connect_plan(setup: Setup, choices: Choices) -> tuple[ConnectPlan, tuple[Fault, ...]]:
    """The plan of the first session, and the faults of stored settings that it goes without.

    For the local provider without an address the plan's URL is empty: the server that is started
    for it knows its address.

    Raises:
        StudioError: a choice of the command line cannot be used.
    """
    from studio.audio.cleaning import Cleaning
    from studio.protocol.dialect import Dialect
    from studio.protocol.providers import default_settings, provider_named
    from studio.runtime.plan import ConnectPlan

    preferences = setup.preferences
    provider = provider_named(preferences.provider)
    dialect = Dialect(preferences.dialect) if preferences.dialect else provider.dialect
    settings = default_settings(provider, dialect)
    if preferences.model:
        settings = settings.model_copy(update={"model": preferences.model})
    settings, faults = _with_stored(settings, setup)
    settings = _with_chosen(_with_preset(settings, setup, choices), choices)
    return ConnectPlan(
        provider=provider.name,
        url=_address(provider, preferences),
        model=settings.model or provider.default_model,
        dialect=dialect,
        settings=settings,
        microphone=preferences.microphone,
        speaker=preferences.speaker,
        cleaning=Cleaning(
            echo=preferences.echo,
            noise_suppression=preferences.noise_suppression,
            gain_control=preferences.gain_control,
        ),
        sessions_dir=preferences.sessions_dir or setup.paths.sessions_dir,
    ), faults


def wants_own_server(plan: ConnectPlan) -> bool:
    """Whether the session needs a local server that the studio starts and ends itself."""
    return plan.provider == "local" and not plan.url


def _address(provider: Provider, preferences: Preferences) -> str:
    if preferences.base_url or provider.name == "local":
        return preferences.base_url
    return provider.base_url


def _with_stored(
    settings: SessionSettings, setup: Setup
) -> tuple[SessionSettings, tuple[Fault, ...]]:
    from studio.protocol.editing import with_path

    faults: list[Fault] = []
    for path, value in setup.preferences.session.items():
        try:
            settings = with_path(settings, path, value)
        except StudioError as error:
            place = f"{setup.paths.config_file}, session.{one_line(path, 60)}"
            faults.append(Fault(place, f"{error.message}; the default holds"))
    return settings, tuple(faults)


def _with_preset(settings: SessionSettings, setup: Setup, choices: Choices) -> SessionSettings:
    if choices.preset is None:
        return settings
    from studio.config.presets import preset_named

    return preset_named(setup.paths.presets_dir, choices.preset).over(settings)


def _with_chosen(settings: SessionSettings, choices: Choices) -> SessionSettings:
    from studio.protocol.editing import with_path

    for assignment in choices.sets:
        path, equals, value = assignment.partition("=")
        if not equals:
            raise StudioError(
                f"--set {assignment!r} has no '='",
                title="Cannot use this setting",
                hint="Write it as --set turn_detection.silence_duration_ms=300",
            )
        settings = with_path(settings, path.strip(), value.strip())
    return settings
