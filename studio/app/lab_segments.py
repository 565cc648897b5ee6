"""`studio lab segments`: what turn detection with these settings makes of sound files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.config.paths import studio_paths
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.hearing import listener
from studio.lab.profiles import profile_named
from studio.lab.sound_file import files_in, read_wire_sound
from studio.lab.take import Take
from studio.vad.whole import segments

if TYPE_CHECKING:
    from studio.lab.twin import Twin
    from studio.vad.profile import Profile
    from studio.vad.segmenter import SegmenterSettings
    from studio.vad.whole import Segment

Say = Callable[[str], None]

_HEAD = ("speech begins", "silence begins", "ended", "audio_start_ms", "audio_end_ms")


def print_segments(
    environ: Mapping[str, str],
    *,
    files: Sequence[Path],
    settings: SegmenterSettings,
    profile: str,
    as_json: bool,
    say: Say,
    warn: Say,
) -> int:
    """Print the speech edges of each file; the exit status, 1 where a file was skipped.

    Raises:
        StudioError: there is no such profile or no detector, or the only file cannot be used.
    """
    paths = studio_paths(environ)
    chosen = profile_named(profile, paths.profiles_dir)
    twin = listener(paths.cache_dir)
    if len(files) == 1 and not files[0].is_dir():
        found = _segments(files[0], twin, settings, chosen)
        say(json.dumps(_wire(found)) if as_json else _table(found, chosen))
        return 0
    told: dict[str, list[dict[str, int | None]]] = {}
    skipped = 0
    for file in files_in(files):
        try:
            found = _segments(file, twin, settings, chosen)
        except StudioError as error:
            skipped += 1
            warn(f"Skipped: {error.message}")
            continue
        if as_json:
            told[str(file)] = _wire(found)
        else:
            say(f"{one_line(str(file), 200)}\n{_table(found, chosen)}\n")
    if as_json:
        say(json.dumps(told))
    return 1 if skipped else 0


def _segments(
    file: Path, twin: Twin, settings: SegmenterSettings, profile: Profile
) -> list[Segment]:
    sound = read_wire_sound(file)
    heard = twin.hear(Take(file.name, sound.audio, sound.audio_format))
    return segments(heard, settings, profile)


def _wire(found: list[Segment]) -> list[dict[str, int | None]]:
    """As the wire names them; an end is null where the sound ends before its end is decided."""
    return [
        {"audio_start_ms": each.audio_start_ms, "audio_end_ms": each.audio_end_ms} for each in found
    ]


def _table(found: list[Segment], profile: Profile) -> str:
    if not found:
        return "No speech."
    rows = [
        (
            _ms(each.speech_start_ms),
            _ms(each.silence_start_ms),
            _ms(None if each.audio_end_ms is None else each.audio_end_ms - profile.end_shift_ms),
            _ms(each.audio_start_ms),
            _ms(each.audio_end_ms),
        )
        for each in found
    ]
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in (_HEAD, *rows)
    )


def _ms(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"
