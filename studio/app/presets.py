"""The presets' folder: for the screen, and for `studio presets`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.config.files import replace_file
from studio.config.presets import (
    ENDING,
    Preset,
    PresetLoad,
    Provenance,
    checked_name,
    preset_named,
    preset_text,
    read_preset,
    read_presets,
    renamed,
    write_preset,
)
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.protocol.settings import SessionSettings
from studio.session.compare import setting_pairs

if TYPE_CHECKING:
    from studio.core.clock import Clock

Say = Callable[[str], None]


class FolderPresets:
    """The presets in a folder, and the way back from what was done to them.

    Args:
        folder: where the files are; made when the first one is kept.
        clock: dates what is saved.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._load: PresetLoad | None = None
        self._undoes: list[tuple[str, Callable[[], None]]] = []

    @property
    def entries(self) -> Sequence[Preset]:
        """The presets, by name."""
        return self._known.presets

    @property
    def faults(self) -> Sequence[str]:
        """What is wrong with files that are none."""
        return self._known.faults

    @property
    def _known(self) -> PresetLoad:
        if self._load is None:
            self._load = read_presets(self._folder)
        return self._load

    def look(self) -> None:
        """Read the folder again."""
        load = read_presets(self._folder)
        if load != self._load:
            self._load = load

    def named(self, name: str) -> Preset:
        """The preset of a name, or the only one whose name begins so.

        Raises:
            StudioError: there is none, or there are several.
        """
        return preset_named(self._folder, name)

    def check_free(self, name: str) -> None:
        """Make sure that a name can be given to a preset.

        Raises:
            StudioError: it is no name for a preset, or another one has it.
        """
        _ = self._free_or_replaced(checked_name(name), replaces=False)

    def save(
        self,
        name: str,
        settings: SessionSettings,
        provenance: Provenance,
        note: str = "",
        *,
        replaces: bool = False,
    ) -> Preset:
        """Keep settings under a name.

        Raises:
            StudioError: it is no name for a preset, another one has it, or it cannot be written.
        """
        name = checked_name(name)
        before = self._free_or_replaced(name, replaces=replaces)
        if not provenance.made_at:
            made_at = self._clock.wall().isoformat(timespec="seconds")
            provenance = replace(provenance, made_at=made_at)
        preset = Preset(name, settings, provenance, note)
        self._write(preset)
        self._can_undo(f"saving {name}", lambda: self._put_back(name, before))
        return preset

    def rename(self, name: str, to: str) -> None:
        """Give a preset another name.

        Raises:
            StudioError: it is no name for a preset, another one has it, or it cannot be written.
        """
        preset = self.named(name)
        other = renamed(preset, to)
        if other.name == preset.name:
            return
        self._free_or_replaced(other.name, replaces=False)
        self._write(other)
        self._remove(preset.name)

        def back() -> None:
            self._write(preset)
            self._remove(other.name)

        self._can_undo(f"renaming {preset.name}", back)

    def note(self, name: str, words: str) -> None:
        """Note something about a preset.

        Raises:
            StudioError: it cannot be written.
        """
        preset = self.named(name)
        self._write(replace(preset, note=words.strip()))
        self._can_undo(f"the note on {preset.name}", lambda: self._write(preset))

    def delete(self, name: str) -> None:
        """Take a preset away.

        Raises:
            StudioError: it cannot be removed.
        """
        preset = self.named(name)
        self._remove(preset.name)
        self._can_undo(f"deleting {preset.name}", lambda: self._write(preset))

    def undo(self) -> str:
        """Take the last deed back; says what that was, empty where there is none.

        Raises:
            StudioError: it cannot be written.
        """
        if not self._undoes:
            return ""
        words, back = self._undoes[-1]
        back()
        self._undoes.pop()
        return words

    def export(self, name: str, file: str) -> str:
        """Write a preset to a file of its own; says where.

        Raises:
            StudioError: there is one already, or it cannot be written.
        """
        preset = self.named(name)
        target = Path(file).expanduser()
        if target.is_dir():
            target /= f"{preset.name}{ENDING}"
        if target.exists():
            raise StudioError(
                f"{one_line(str(target), 200)} exists.",
                title="The preset is not written",
                hint="Name another file.",
            )
        try:
            replace_file(target, preset_text(preset).encode())
        except OSError as failure:
            raise StudioError(
                f"{one_line(str(target), 200)}: {failure.strerror or failure}.",
                title="The preset is not written",
                hint="Name a file in a folder that exists and is yours.",
            ) from failure
        return str(target)

    def take_in(self, file: str) -> Preset:
        """Keep what a file holds: a preset, or a provider's session object.

        Raises:
            StudioError: it holds neither, or its name is taken.
        """
        read = read_preset(Path(file).expanduser())
        return self.save(read.name, read.settings, read.provenance, read.note)

    def _free_or_replaced(self, name: str, *, replaces: bool) -> Preset | None:
        self.look()
        taken = next((each for each in self.entries if each.name.lower() == name.lower()), None)
        if taken is not None and not replaces:
            raise StudioError(
                f"There is a preset {taken.name} already.",
                title="The preset is not kept",
                hint="Choose another name, or delete that one first.",
            )
        return taken

    def _put_back(self, name: str, before: Preset | None) -> None:
        self._remove(name)
        if before is not None:
            self._write(before)

    def _write(self, preset: Preset) -> None:
        write_preset(self._folder, preset)
        self._load = None

    def _remove(self, name: str) -> None:
        file = self._folder / f"{name}{ENDING}"
        try:
            file.unlink(missing_ok=True)
        except OSError as failure:
            raise StudioError(
                f"{one_line(str(file), 200)}: {failure.strerror or failure}.",
                title="The preset is not removed",
            ) from failure
        self._load = None

    def _can_undo(self, words: str, back: Callable[[], None]) -> None:
        self._undoes.append((words, back))


def presets_of(environ: Mapping[str, str]) -> FolderPresets:
    """The person's presets."""
    from studio.config.paths import studio_paths
    from studio.runtime.clock import SystemClock

    return FolderPresets(studio_paths(environ).presets_dir, SystemClock())


def list_presets(environ: Mapping[str, str], *, as_json: bool, say: Say, warn: Say) -> None:
    """Print the presets, one a line."""
    presets = presets_of(environ)
    for fault in presets.faults:
        warn(fault)
    if as_json:
        say(json.dumps([_json(each) for each in presets.entries]))
        return
    if not presets.entries:
        warn("No preset is kept yet. P in the studio keeps the settings of the moment.")
    width = max((len(each.name) for each in presets.entries), default=0)
    for each in presets.entries:
        told = each.note or each.provenance.words
        stated = ", ".join(f"{path.rpartition('.')[2]} {value}" for path, value in each.stated)
        say(f"{each.name:<{width}}  {one_line(stated, 80)}  {one_line(told, 60)}".rstrip())


def show_preset(environ: Mapping[str, str], name: str, *, as_json: bool, say: Say) -> None:
    """Print a preset: what it states, and where that comes from.

    Raises:
        StudioError: there is none of this name.
    """
    preset = presets_of(environ).named(name)
    if as_json:
        say(json.dumps(_json(preset)))
        return
    say(preset.name)
    for pair in setting_pairs(SessionSettings(), preset.settings):
        say(f"  {pair.path} = {one_line(pair.other, 100)}")
    for line in (*([preset.note] if preset.note else []), *preset.provenance.lines()):
        say(f"  {one_line(line, 300)}")


def compare_presets(environ: Mapping[str, str], one: str, other: str, *, say: Say) -> None:
    """Print what differs between two presets.

    Raises:
        StudioError: there is none of one of these names.
    """
    presets = presets_of(environ)
    first, second = presets.named(one), presets.named(other)
    pairs = setting_pairs(first.settings, second.settings)
    if not pairs:
        say(f"{first.name} and {second.name} state the same.")
    for pair in pairs:
        say(f"{pair.path}: {one_line(pair.one, 60)} → {one_line(pair.other, 60)}")


def _json(preset: Preset) -> dict[str, object]:
    return {"name": preset.name, **json.loads(preset_text(preset))}
