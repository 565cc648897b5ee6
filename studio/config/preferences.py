"""What the person prefers: defaults, then the settings file, the environment, the command line.

Every fault is reported with its place, and costs only the setting it is in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from typing_extensions import override

from studio.audio.cleaning import Echo
from studio.config.files import replace_file
from studio.config.glance import DEFAULT_THEME
from studio.core.errors import StudioError
from studio.core.text import one_line

ENVIRONMENT_PREFIX = "STUDIO_"


class Preferences(BaseSettings):
    """The studio's settings; each stands in the file, or as `STUDIO_<NAME>` in the environment."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=ENVIRONMENT_PREFIX, env_ignore_empty=True
    )

    provider: str = "local"
    """Whom to talk to: a name from `studio doctor`'s list of providers."""
    base_url: str = ""
    """Where the provider is, if not at its usual address."""
    model: str = ""
    """The model, if not the provider's usual one."""
    dialect: Literal["", "ga", "beta"] = ""
    """The wire's dialect, if not the provider's usual one."""
    microphone: str = "auto"
    """`auto`, `device`, `device:NAME`, `demo`, `silence`, `say:TEXT` or a sound file's path."""
    speaker: str = "auto"
    """`auto`, `device`, `device:NAME` or `silent`."""
    echo: Echo = "cancel"
    """What is done about the speaker's sound in a microphone: `off`, `cancel` or `half-duplex`."""
    noise_suppression: bool = False
    """Whether steady noise is taken out of a microphone's sound."""
    gain_control: bool = False
    """Whether quiet speech in a microphone's sound is made louder."""
    theme: str = DEFAULT_THEME
    """The theme's name."""
    sessions_dir: Path | None = None
    """Where sessions are kept, if not in the usual place."""
    session: dict[str, Any] = Field(default_factory=dict)
    """Session settings by dotted path, such as `turn_detection.threshold`."""
    keymap: dict[str, str] = Field(default_factory=dict)
    """Keys by action id."""

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed in: `load_preferences` reads each source itself, with its place."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


@dataclass(frozen=True, slots=True)
class Fault:
    """A setting that could not be used: where it stands, what is wrong, what holds instead."""

    place: str
    message: str

    def in_words(self) -> str:
        """One line for a person."""
        return f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class LoadedPreferences:
    """Preferences that hold, and the faults of those that do not."""

    preferences: Preferences
    faults: tuple[Fault, ...]


def load_preferences(
    file: Path, environ: Mapping[str, str], overrides: Mapping[str, object]
) -> LoadedPreferences:
    """Read all sources; a broken one is reported and passed over.

    Args:
        file: the TOML settings file; it need not exist.
        environ: the environment to read `STUDIO_…` from.
        overrides: values of the command line; `None` counts as not given.
    """
    faults: list[Fault] = []
    sources: list[tuple[str, Mapping[str, Any]]] = [
        (str(file), _from_file(file, faults)),
        ("environment", _from_environment(environ, faults)),
        ("command line", {key: value for key, value in overrides.items() if value is not None}),
    ]
    merged: dict[str, Any] = {}
    place_of: dict[str, str] = {}
    for place, values in sources:
        for key, value in values.items():
            merged[key] = value
            place_of[key] = place
    while True:
        try:
            return LoadedPreferences(Preferences(**merged), tuple(faults))
        except ValidationError as error:
            for detail in error.errors():
                key = str(detail["loc"][0])
                if key in merged:
                    faults.append(_fault(place_of[key], key, merged.pop(key), detail["msg"]))


def save_preferences(file: Path, changes: Mapping[str, object]) -> None:
    """Write some settings into the file, keeping its comments and its other settings.

    Raises:
        StudioError: the file cannot be read as TOML (it is left alone), or cannot be written.
    """
    import tomlkit
    from tomlkit.exceptions import ParseError

    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        document = tomlkit.parse(text)
    except (OSError, UnicodeDecodeError, ParseError) as error:
        raise StudioError(
            f"{file} cannot be read: {one_line(str(error))}. It was left as it is.",
            title="Settings not saved",
            hint="Mend the file, or move it away and the studio will write a fresh one.",
        ) from error
    for key, value in changes.items():
        if value in ("", None, {}):
            document.pop(key, None)
        else:
            document[key] = value
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, tomlkit.dumps(document).encode())
    except OSError as error:
        raise StudioError(
            f"{file} cannot be written: {error.strerror or error}",
            title="Settings not saved",
            hint="Check that the folder exists, is yours and has room.",
        ) from error


def _from_file(file: Path, faults: list[Fault]) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(
            Fault(str(file), f"not read ({one_line(str(error))}); the defaults hold instead")
        )
        return {}


def _from_environment(environ: Mapping[str, str], faults: list[Fault]) -> Mapping[str, Any]:
    names = {f"{ENVIRONMENT_PREFIX}{name}".upper() for name in Preferences.model_fields}
    values: dict[str, Any] = {}
    for name, text in environ.items():
        if name.upper() not in names or not text:
            continue
        source = EnvSettingsSource(Preferences)
        source.env_vars = {name.lower(): text}
        try:
            values.update(source())
        except ValueError:
            faults.append(Fault("environment", f"{name} is not usable: it has to hold JSON"))
    return values


def _fault(place: str, key: str, value: object, why: str) -> Fault:
    if why.startswith("Extra inputs"):
        return Fault(place, f"there is no setting named {one_line(key, 60)!r}; it was passed over")
    return Fault(
        place, f"{key} = {one_line(repr(value), 60)} is not usable: {why}; the default holds"
    )
