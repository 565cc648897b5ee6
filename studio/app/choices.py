"""What a command line chose, before files and environment are asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Choices:
    """Options of the command line; `None` leaves the matter to the settings file."""

    provider: str | None = None
    base_url: str | None = None
    model: str | None = None
    dialect: str | None = None
    microphone: str | None = None
    speaker: str | None = None
    theme: str | None = None
    sessions_dir: Path | None = None
    sets: tuple[str, ...] = ()

    @property
    def name_a_session(self) -> bool:
        """Whether something was chosen that can turn out unusable."""
        return bool(self.provider or self.base_url or self.model or self.dialect or self.sets)

    def overrides(self) -> dict[str, object]:
        """The choices as preferences, for `load_preferences`."""
        return {
            "provider": self.provider,
            "base_url": self.base_url,
            "model": self.model,
            "dialect": self.dialect,
            "microphone": self.microphone,
            "speaker": self.speaker,
            "theme": self.theme,
            "sessions_dir": self.sessions_dir,
        }
