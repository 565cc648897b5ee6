"""Auditions without a service: sheets whose voices buzz."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from studio.audio.formats import AudioFormat
from studio.audio.samples import encode, to_float
from studio.audio.wav import WavTrackWriter
from studio.lab.audition import Order
from studio.lab.sheet import Row, Sheet, Spoken, Tokens, keep_sheet, make_sheet_folder
from studio.lab.voice_measures import measured, pace_of
from tests.fakes.voices import LEVELS, PITCHES_HZ, RATE_HZ, buzz

LINES = ("A table for two, please.", "What time is it now?")
MADE_AT = datetime(2026, 1, 2, 15, 4, 5, tzinfo=UTC)


def kept_sheet(
    lab_dir: Path, lines: tuple[str, ...] = LINES, *, hostile: str = "", made_at: datetime = MADE_AT
) -> tuple[Path, Sheet]:
    """A sheet of four voices on disk; the last one failed. `hostile` stands wherever text may."""
    order = Order.of(lines, [*PITCHES_HZ])
    folder = make_sheet_folder(lab_dir, made_at, "local")
    sheet = Sheet(
        made_at=made_at,
        provider="local",
        model=f"studio-host{hostile}",
        parallel=2,
        order=order,
        remarks=(f"One at a time.{hostile}",),
    )
    for place, reading in enumerate(order.readings):
        row = Row(reading=reading, problem=f"No voice: it is hoarse.{hostile}")
        if place < len(order.readings) - 1:
            row = _row(folder, sheet, place, hostile)
        sheet = sheet.with_row(row)
    keep_sheet(folder, sheet)
    return folder, sheet


def _row(folder: Path, sheet: Sheet, place: int, hostile: str) -> Row:
    reading = sheet.order.readings[place]
    voice, form = reading.voice, AudioFormat.PCM16
    name, at, spoken, whole = f"{reading.key}.wav", 0.0, [], b""
    for line in sheet.order.lines:
        sound = buzz(len(line.split()), PITCHES_HZ[voice], LEVELS[voice], 1 + 0.1 * place)
        pace = pace_of(to_float(sound), RATE_HZ)
        end = at + sound.size * 1000 / RATE_HZ
        spoken.append(
            Spoken(
                text=line,
                transcript=line + hostile,
                heard=line,
                begin_ms=at,
                end_ms=end,
                first_audio_ms=300 + 100 * place,
                lead_ms=pace.lead_ms,
                span_ms=pace.span_ms,
                pauses_ms=pace.pauses_ms,
            )
        )
        at = end
        whole += encode(sound, form)
    with WavTrackWriter(folder / name, form) as file:
        file.append(whole)
        samples = to_float(buzz(4, PITCHES_HZ[voice], LEVELS[voice]))
    figures = measured(samples, RATE_HZ)
    return Row(
        reading=reading,
        session=f"2026-01-02T15-04-0{place}_local_8f3a",
        file=name,
        lines=tuple(spoken),
        lufs=figures.lufs,
        true_peak_db=figures.true_peak_db,
        pitch_hz=figures.pitch_hz,
        tokens=Tokens(text_in=120, text_out=20, audio_out=90 + place),
        cost_usd=0.0,
        note=hostile,
    )
