"""What a command line chose, before files and environment are asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import StudioError

CARD = "device"


@dataclass(frozen=True, slots=True)
class Choices:
    """Options of the command line; `None` leaves the matter to the settings file."""

    provider: str | None = None
    base_url: str | None = None
    model: str | None = None
    dialect: str | None = None
    microphone: str | None = None
    speaker: str | None = None
    echo: str | None = None
    noise_suppression: bool | None = None
    gain_control: bool | None = None
    theme: str | None = None
    sessions_dir: Path | None = None
    preset: str | None = None
    sets: tuple[str, ...] = ()

    @property
    def name_a_session(self) -> bool:
        """Whether something was chosen that can turn out unusable."""
        return bool(
            self.provider or self.base_url or self.model or self.dialect or self.preset or self.sets
        )

    def overrides(self) -> dict[str, object]:
        """The choices as preferences, for `load_preferences`."""
        return {
            "provider": self.provider,
            "base_url": self.base_url,
            "model": self.model,
            "dialect": self.dialect,
            "microphone": self.microphone,
            "speaker": self.speaker,
            "echo": self.echo,
            "noise_suppression": self.noise_suppression,
            "gain_control": self.gain_control,
            "theme": self.theme,
            "sessions_dir": self.sessions_dir,
        }


def sound_end(option: str, wanted: str | None, card_option: str, card: str | None) -> str | None:
    """The microphone or the speaker that two options name together: one of any kind, or a card.

    Args:
        option: how the command line calls the first.
        wanted: its value, such as `silence` or `device:USB`.
        card_option: how the command line calls the second.
        card: its value, a card's index or part of its name.

    Raises:
        StudioError: they name different things.
    """
    if card is None:
        return wanted
    named = f"{CARD}:{card}"
    if wanted not in (None, CARD, named):
        raise StudioError(
            f"{option} {wanted} and {card_option} {card} name different things",
            title="Cannot use both options",
            hint=f"Leave one of them away; {card_option} {card} means {option} {named}.",
        )
    return named
