"""Where the studio keeps things, by the platform's own customs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "STUDIO_HOME"
"""Environment variable that puts everything under one folder (tests, portable set-ups)."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The studio's own files and folders; nothing is made until it is needed."""

    config_file: Path
    themes_dir: Path
    sessions_dir: Path
    takes_dir: Path
    """Recordings of a user's side, for the lab."""
    lab_dir: Path
    """What the lab found: sweeps, trials and auditions."""
    presets_dir: Path
    profiles_dir: Path
    """How providers' turn detection differs, one file each."""
    log_dir: Path
    cache_dir: Path
    """What can be made again."""


def studio_paths(environ: Mapping[str, str]) -> Paths:
    """The paths for this user, or under `STUDIO_HOME` where that is set."""
    if home := environ.get(HOME_VARIABLE):
        root = Path(home).expanduser()
        config, data, log = root / "config", root / "data", root / "log"
        cache = root / "cache"
    else:
        import platformdirs

        places = platformdirs.PlatformDirs("realtime-studio", appauthor=False)
        config, data, log, cache = (
            places.user_config_path,
            places.user_data_path,
            places.user_log_path,
            places.user_cache_path,
        )
    return Paths(
        config_file=config / "settings.toml",
        themes_dir=config / "themes",
        sessions_dir=data / "sessions",
        takes_dir=data / "takes",
        lab_dir=data / "lab",
        presets_dir=config / "presets",
        profiles_dir=config / "profiles",
        log_dir=log,
        cache_dir=cache,
    )
