"""Presets as rows of a list, and the one at the cursor in words: what it would change, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import one_line
from studio.session.compare import setting_pairs
from studio.ui.present.wrapping import fitted, wrapped

if TYPE_CHECKING:
    from studio.config.presets import Preset
    from studio.protocol.settings import SessionSettings
    from studio.ui.present.palette import Palette

_NAME_CELLS = 26
_FROM_CELLS = 20
_FROM_FROM_CELLS = 84
_PATH_CELLS = 38
_LONGEST_VALUE = 60


def stated_words(preset: Preset) -> str:
    """What a preset states, in a few words: `server_vad, threshold 0.6, silence 700 ms`."""
    return ", ".join(_short(path, value) for path, value in preset.stated)


def _short(path: str, value: object) -> str:
    if path == "turn_detection.type":
        return str(value)
    name = path.rpartition(".")[2]
    told = "off" if value is None else one_line(str(value), 24)
    if name.endswith("_ms") and value is not None:
        return f"{name.removesuffix('_ms').replace('_', ' ')} {told} ms"
    return f"{name.replace('_', ' ')} {told}"


def preset_line(preset: Preset, palette: Palette, width: int, *, is_at: bool, holds: bool) -> Text:
    """A preset in the list; one that holds already has a check mark."""
    line = Text("▌" if is_at else " ", palette.accent, no_wrap=True, end="")
    line.append("✓ " if holds else "  ", palette.good)
    line.append(fitted(preset.name, _NAME_CELLS), palette.foreground if is_at else palette.muted)
    told = preset.provenance
    source = f"{told.source} {told.made_at[:10]}".strip()
    has_room = width >= _FROM_FROM_CELLS
    cells = width - line.cell_len - 2 - (_FROM_CELLS if has_room else 0)
    line.append("  " + fitted(stated_words(preset), max(0, cells)), palette.muted)
    if has_room:
        line.append(fitted(source, _FROM_CELLS).rstrip().rjust(_FROM_CELLS), palette.faint)
    return line


def preset_lines(
    preset: Preset, settings: SessionSettings, palette: Palette, width: int
) -> list[Text]:
    """The preset at the cursor: what it would change of these settings, and where it comes from."""
    lines = [Text(f" {preset.name}", f"bold {palette.accent}", no_wrap=True, end="")]
    lines += _wrapped(preset.note, palette.foreground, width)
    pairs = setting_pairs(settings, preset.over(settings))
    changes = "It changes:" if pairs else "Your settings are these already."
    lines += [Text(end=""), *_wrapped(changes, palette.muted, width)]
    for pair in pairs:
        line = Text(f"   {fitted(pair.path, min(_PATH_CELLS, width // 2))} ", palette.muted, end="")
        line.append(one_line(pair.one, _LONGEST_VALUE), palette.faint)
        line.append(" → ", palette.faint)
        line.append(one_line(pair.other, _LONGEST_VALUE), f"bold {palette.foreground}")
        lines.append(line)
    lines.append(Text(end=""))
    for told in preset.provenance.lines():
        lines += _wrapped(told, palette.muted, width)
    return lines


def told_lines(words: tuple[str, ...], palette: Palette, width: int) -> list[Text]:
    """Words where there is no preset."""
    return [line for each in words for line in _wrapped(each, palette.muted, width)]


def fault_lines(faults: tuple[str, ...], palette: Palette, width: int) -> list[Text]:
    """What is wrong with files that are no presets."""
    return [line for each in faults for line in _wrapped(f"! {each}", palette.warning, width)]


def _wrapped(words: str, color: str, width: int) -> list[Text]:
    if not words:
        return []
    return [Text(f" {each}", color, no_wrap=True, end="") for each in wrapped(words, width - 2)]
