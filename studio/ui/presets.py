"""What the screen asks of the presets; `studio.app.presets` keeps the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.config.presets import Preset, Provenance
    from studio.protocol.settings import SessionSettings


class Presets(Protocol):
    """Named settings. Each deed can be taken back, one after the other."""

    @property
    def entries(self) -> Sequence[Preset]:
        """The presets, by name, as of the last look or deed."""
        ...

    @property
    def faults(self) -> Sequence[str]:
        """What is wrong with files that are none, in sentences."""
        ...

    def look(self) -> None:
        """Read the folder again."""
        ...

    def save(
        self,
        name: str,
        settings: SessionSettings,
        provenance: Provenance,
        note: str = "",
        *,
        replaces: bool = False,
    ) -> Preset:
        """Keep settings under a name; the time is put on them where it is not stated.

        Raises:
            StudioError: it is no name for a preset, another one has it, or it cannot be written.
        """
        ...

    def rename(self, name: str, to: str) -> None:
        """Give a preset another name.

        Raises:
            StudioError: it is no name for a preset, another one has it, or it cannot be written.
        """
        ...

    def note(self, name: str, words: str) -> None:
        """Note something about a preset.

        Raises:
            StudioError: it cannot be written.
        """
        ...

    def delete(self, name: str) -> None:
        """Take a preset away.

        Raises:
            StudioError: it cannot be removed.
        """
        ...

    def undo(self) -> str:
        """Take the last deed back; says what that was, empty where there is none.

        Raises:
            StudioError: it cannot be written.
        """
        ...

    def export(self, name: str, file: str) -> str:
        """Write a preset to a file of its own; says where.

        Raises:
            StudioError: there is one already, or it cannot be written.
        """
        ...

    def take_in(self, file: str) -> Preset:
        """Keep what a file holds: a preset, or a provider's session object.

        Raises:
            StudioError: it holds neither, or its name is taken.
        """
        ...
