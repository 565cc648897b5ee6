"""An audition as one HTML page: for colleagues who are to listen and have no studio.

The page holds all it shows, sound too; its policy forbids it to load anything. Its one script plays
the voices equally loud, hides their names in another order where one wants to judge blindly, and
keeps stars and notes in the page's own memory for as long as it is open. Without scripts, players,
names and figures are all there.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import studio
from studio.config.files import replace_file
from studio.core.errors import StudioError
from studio.core.text import one_line, without_secrets
from studio.lab.sheet import MOST_STARS, read_sheet, sound_of
from studio.lab.sheet_figures import FIGURES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jinja2 import Environment

    from studio.lab.sheet import Row, Sheet

PAGE_NAME = "audition.html"
"""The page's file beside the sheet."""

_LONGEST_LINE = 2000
_FIGURES = tuple(each for each in FIGURES if each.name != "stars")
"""Stars stand beside the players."""


class _Line(NamedTuple):
    """A line as it was read."""

    text: str
    transcript: str
    heard: str | None
    differences: str
    begin_s: float


class _Voice(NamedTuple):
    """A reading: its figures, what it said, and its sound."""

    key: str
    name: str
    voice: str
    manner: str
    stars: int
    note: str
    problem: str
    gain: float
    seconds: float
    address: str
    figures: tuple[str, ...]
    lines: tuple[_Line, ...]


def write_page(folder: Path, to: Path | None = None) -> Path:
    """Write the page of a sheet beside it, or elsewhere; returns the file.

    Raises:
        StudioError: the sheet cannot be read, or the page cannot be written.
    """
    sheet = read_sheet(folder)
    file = to or folder / PAGE_NAME
    try:
        replace_file(file, "".join(audition_page(sheet, folder)).encode("utf-8", "replace"))
    except OSError as failure:
        raise StudioError(
            f"{one_line(str(file), 200)} cannot be written: {failure.strerror or failure}.",
            title="No page",
            hint="Choose another file.",
        ) from failure
    return file


def audition_page(sheet: Sheet, folder: Path) -> Iterator[str]:
    """The page in pieces; its sound is read from the sheet's folder."""
    environment = _environment()
    assert environment.loader is not None
    script = environment.loader.get_source(environment, "audition.js")[0]
    sounds = sound_of(folder, sheet.rows)
    yield from environment.get_template("audition.html.jinja").generate(
        title=_text(f"{sheet.provider} {sheet.model}"),
        made=sheet.made_at.strftime("%A, %d %B %Y, %H:%M %Z").strip(),
        made_iso=sheet.made_at.isoformat(),
        lines=[_text(line) for line in sheet.order.lines],
        voices=[_voice(sheet, row, sounds) for row in sheet.rows],
        figures=_FIGURES,
        target=f"{sheet.target_lufs:.1f}",
        remarks=[_text(each) for each in sheet.remarks],
        failed=sheet.failed,
        most_stars=MOST_STARS,
        script=script,
        script_hash=_hash(script),
        version=studio.__version__,
    )


@cache
def _environment() -> Environment:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loaders = [PackageLoader("studio.lab", "."), PackageLoader("studio.export", ".")]
    return Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _hash(script: str) -> str:
    """By which the page's policy knows its one script."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _voice(sheet: Sheet, row: Row, sounds: dict[str, Path]) -> _Voice:
    file = sounds.get(row.key)
    sound = base64.b64encode(file.read_bytes()).decode() if file is not None else ""
    return _Voice(
        key=row.key,
        name=_text(row.reading.name),
        voice=_text(row.reading.voice),
        manner=_text(row.reading.manner),
        stars=row.stars,
        note=_text(row.note),
        problem=_text(row.problem),
        gain=round(10 ** (sheet.gain_db(row) / 20), 5),
        seconds=row.sound_ms / 1000,
        address=f"data:audio/wav;base64,{sound}" if sound else "",
        figures=tuple(each.words(row) for each in _FIGURES),
        lines=tuple(
            _Line(
                text=_text(each.text),
                transcript=_text(each.transcript),
                heard=None if each.heard is None else _text(each.heard),
                differences=_text(each.wording.differences),
                begin_s=round(each.begin_ms / 1000, 3),
            )
            for each in row.lines
        ),
    )


def _text(text: str) -> str:
    return one_line(without_secrets(text), _LONGEST_LINE)
