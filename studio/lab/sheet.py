"""An audition's sheet: what every voice made of the lines, and what people noted of it.

A folder holds `sheet.json` and a WAV file for each reading, exactly the bytes that were received.
The gain that makes the readings equally loud is computed from what was measured; no second copy of
the sound is kept.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.config.files import replace_file
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.audition import Order, Reading
from studio.lab.voice_measures import Measures, Pace, matching_target_lufs
from studio.lab.wording import Wording, compared, share_of
from studio.session.word_diff import bare_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SHEET_NAME = "sheet.json"
AUDITIONS = "auditions"
"""The folder of sheets in `paths.lab_dir`."""
MOST_STARS = 3

_LARGEST_BYTES = 32 * 2**20
_STAMP = "%Y-%m-%dT%H-%M-%S"
_TRIES = 100


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class Spoken(_Value):
    """One line as it was read.

    Attributes:
        text: the line.
        transcript: what the service says that it said.
        heard: what the local recogniser heard; None where it was not asked.
        begin_ms: where in the reading's sound it begins.
        end_ms: where it ends.
        first_audio_ms: from the request to the first audio; None where none came.
        lead_ms: silence before its first word.
        span_ms: from its first word to the end of its last.
        pauses_ms: silences in between, in order.
    """

    text: str
    transcript: str = ""
    heard: str | None = None
    begin_ms: float = 0.0
    end_ms: float = 0.0
    first_audio_ms: float | None = None
    lead_ms: float = 0.0
    span_ms: float = 0.0
    pauses_ms: tuple[float, ...] = ()

    @property
    def words(self) -> int:
        """How many words were said: those of the transcript, or of the line without one."""
        return len(bare_words(self.transcript or self.text))

    @property
    def wording(self) -> Wording:
        """The line beside the transcript."""
        return compared(self.text, self.transcript)


class Place(NamedTuple):
    """A place in a reading that every other reading has, too, whatever its pace."""

    line: int
    share: float


class Tokens(_Value):
    """Tokens that were billed, cached ones among them."""

    text_in: int = 0
    audio_in: int = 0
    text_out: int = 0
    audio_out: int = 0


class Row(_Value):
    """What came of one reading.

    Attributes:
        reading: whose it is.
        problem: why it is missing or not whole, in words; empty where it is whole.
        session: the name of the session's folder; empty where there is none.
        file: the sound's file beside the sheet; empty without sound.
        lines: those that were read, in order.
        lufs: integrated loudness of the whole, None without sound; so are peak and pitch.
        clipped: samples in runs at full scale.
        tokens: what the service counted; None where it did not.
        cost_usd: what it cost, None where no price is known.
        stars: how good somebody found it, 0 to 3.
        note: what somebody noted.
    """

    reading: Reading
    problem: str = ""
    session: str = ""
    file: str = ""
    lines: tuple[Spoken, ...] = ()
    lufs: float | None = None
    true_peak_db: float | None = None
    clipped: int = 0
    pitch_hz: float | None = None
    tokens: Tokens | None = None
    cost_usd: float | None = None
    stars: int = Field(default=0, ge=0, le=MOST_STARS)
    note: str = ""

    @property
    def key(self) -> str:
        """By which the sheet knows it."""
        return self.reading.key

    @property
    def sound_ms(self) -> float:
        """How long its sound is."""
        return self.lines[-1].end_ms if self.lines else 0.0

    def place_at(self, ms: float) -> Place:
        """Which line sounds there, and how much of it is over."""
        number = max(0, sum(line.begin_ms <= ms for line in self.lines) - 1)
        if not self.lines:
            return Place(0, 0.0)
        line = self.lines[number]
        length = line.end_ms - line.begin_ms
        return Place(number, min(1.0, max(0.0, (ms - line.begin_ms) / length)) if length else 0.0)

    def ms_at(self, place: Place) -> float:
        """Where the same words are said, about; the beginning where it has no such line."""
        if place.line >= len(self.lines):
            return 0.0
        line = self.lines[place.line]
        return line.begin_ms + place.share * (line.end_ms - line.begin_ms)

    @property
    def first_audio_ms(self) -> float | None:
        """The median over its lines."""
        known = [each.first_audio_ms for each in self.lines if each.first_audio_ms is not None]
        return median(known) if known else None

    @property
    def pace(self) -> Pace:
        """That of all lines together; what is between lines is no pause."""
        return Pace(
            sound_ms=self.sound_ms,
            lead_ms=self.lines[0].lead_ms if self.lines else 0.0,
            span_ms=sum(each.span_ms for each in self.lines),
            pauses_ms=tuple(pause for each in self.lines for pause in each.pauses_ms),
        )

    @property
    def words_per_minute(self) -> float | None:
        """Over the time from the first word of each line to the end of its last."""
        return self.pace.words_per_minute(sum(each.words for each in self.lines))

    @property
    def said_share(self) -> float | None:
        """How much of the lines the service says that it said."""
        return share_of(each.wording for each in self.lines)

    @property
    def heard_share(self) -> float | None:
        """How much of them the local recogniser heard; None where it was not asked."""
        heard = [each for each in self.lines if each.heard is not None]
        return share_of(compared(each.text, each.heard or "") for each in heard)

    @property
    def measures(self) -> Measures:
        """What was measured of the whole."""
        return Measures(self.lufs, self.true_peak_db, self.clipped, self.pitch_hz)


class Sheet(_Value):
    """All readings of an audition.

    Attributes:
        made_at: when it was begun, with its zone.
        provider: who was asked.
        model: which of its models.
        parallel: how many sessions were open at once; the more, the later first audio may come.
        order: what was to be heard.
        rows: what came of it, as far as it has come.
        remarks: what there is to know of all of it, in sentences.
    """

    schema_: Literal["studio.audition/1"] = Field(default="studio.audition/1", alias="schema")
    made_at: datetime
    provider: str
    model: str = ""
    parallel: int = 1
    order: Order
    rows: tuple[Row, ...] = ()
    remarks: tuple[str, ...] = ()

    @cached_property
    def target_lufs(self) -> float:
        """The loudness that all readings can be played at."""
        return matching_target_lufs(row.measures for row in self.rows)

    def gain_db(self, row: Row) -> float:
        """What makes a reading as loud as the others."""
        return 0.0 if row.lufs is None else self.target_lufs - row.lufs

    @property
    def is_whole(self) -> bool:
        """Whether every reading that was ordered has come, well or not."""
        return len(self.rows) >= len(self.order.readings)

    @property
    def failed(self) -> int:
        """How many readings are missing or not whole."""
        return sum(bool(row.problem) for row in self.rows)

    def row(self, key: str) -> Row | None:
        """The row of a reading."""
        return next((row for row in self.rows if row.key == key), None)

    def with_row(self, row: Row) -> Sheet:
        """With this row in place of the one of its key, in the order of the readings."""
        rows = {each.key: each for each in self.rows} | {row.key: row}
        places = {each.key: place for place, each in enumerate(self.order.readings)}
        ordered = sorted(rows.values(), key=lambda each: places.get(each.key, len(places)))
        return self.model_copy(update={"rows": tuple(ordered)})

    def with_heard(self, heard: dict[str, tuple[str, ...]]) -> Sheet:
        """With what the local recogniser heard of each reading, line by line."""
        rows = tuple(_with_heard(row, heard.get(row.key, ())) for row in self.rows)
        return self.model_copy(update={"rows": rows})


def _with_heard(row: Row, heard: tuple[str, ...]) -> Row:
    if len(heard) != len(row.lines):
        return row
    lines = tuple(
        line.model_copy(update={"heard": text}) for line, text in zip(row.lines, heard, strict=True)
    )
    return row.model_copy(update={"lines": lines})


def make_sheet_folder(lab_dir: Path, made_at: datetime, provider: str) -> Path:
    """Make the folder `auditions/<when>_<provider>` of a sheet.

    Raises:
        StudioError: it cannot be made.
    """
    stem = f"{made_at.strftime(_STAMP)}_{provider}"
    for number in range(1, _TRIES):
        folder = lab_dir / AUDITIONS / (stem if number == 1 else f"{stem}_{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as failure:
            raise _unwritable(folder, failure) from failure
        return folder
    raise _unwritable(lab_dir / AUDITIONS / stem, OSError("every name is taken"))


def keep_sheet(folder: Path, sheet: Sheet) -> None:
    """Write the sheet into its folder, whole or not at all.

    Raises:
        StudioError: it cannot be written.
    """
    try:
        written = sheet.model_dump_json(indent=1, by_alias=True)
        replace_file(folder / SHEET_NAME, written.encode("utf-8", "replace"))
    except OSError as failure:
        raise _unwritable(folder, failure) from failure


def read_sheet(folder: Path) -> Sheet:
    """The sheet of a folder.

    Raises:
        StudioError: there is none, or it is damaged.
    """
    file = folder / SHEET_NAME
    try:
        with file.open("rb") as opened:
            return Sheet.model_validate_json(opened.read(_LARGEST_BYTES))
    except OSError as failure:
        raise _unreadable(folder, failure.strerror or str(failure)) from failure
    except ValidationError as failure:
        raise _unreadable(folder, f"it has {failure.error_count()} faults") from failure


def change_row(folder: Path, key: str, change: Callable[[Row], Row]) -> Sheet:
    """Change a row of a sheet as it is on disk now, and keep it.

    Raises:
        StudioError: it cannot be read or written.
    """
    sheet = read_sheet(folder)
    row = sheet.row(key)
    if row is not None:
        sheet = sheet.with_row(change(row))
        keep_sheet(folder, sheet)
    return sheet


def sheet_folders(lab_dir: Path) -> tuple[Path, ...]:
    """The folders of all sheets, the latest first."""
    try:
        found = [each for each in (lab_dir / AUDITIONS).iterdir() if (each / SHEET_NAME).is_file()]
    except OSError:
        return ()
    return tuple(sorted(found, key=lambda each: each.name, reverse=True))


def sound_of(folder: Path, rows: Iterable[Row]) -> dict[str, Path]:
    """The sound files of rows by key, as far as they are in the sheet's own folder."""
    return {
        row.key: folder / row.file
        for row in rows
        if row.file and Path(row.file).name == row.file and (folder / row.file).is_file()
    }


def _unwritable(folder: Path, failure: OSError) -> StudioError:
    return StudioError(
        f"{one_line(str(folder), 200)}: {failure.strerror or failure}.",
        title="Cannot keep the audition",
        hint="Free some disk space, or choose another folder with --out.",
    )


def _unreadable(folder: Path, reason: str) -> StudioError:
    return StudioError(
        f"{one_line(str(folder), 200)}: {one_line(reason, 200)}.",
        title="Cannot open the audition",
        hint=f"An audition is a folder with a {SHEET_NAME}.",
    )
