"""The formats that sessions are exported in: what each is, and how a session becomes its files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from studio.app.prices import Billed, PriceList
from studio.core.text import printable
from studio.export.sharing import Redaction
from studio.session.cost import turn_usages

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from studio.export.told import Told
    from studio.session.envelope import Envelope
    from studio.session.turns import Turn
    from studio.storage.reader import Frame, StoredSession

_EVERY = 500
"""Events between two looks at the progress."""
_FOLDED = 0.5
"""How much of the work reading a session counts for, where it is read before it is written."""
_HEAD_BYTES = 60
"""What a line of the log has beside its frame, about."""


class Work:
    """One session on its way into a format.

    Args:
        stored: the session.
        without: what is withheld, of `export.sharing.WITHHELD`.
        tick: told how far it is, from 0 to about 1.
        prices: what models cost.
    """

    def __init__(
        self,
        stored: StoredSession,
        without: Collection[str],
        tick: Callable[[float], None],
        prices: PriceList | None = None,
    ) -> None:
        self.stored = stored
        self.redaction = Redaction(without)
        self.tick = tick
        self._told: Told | None = None
        self._prices = prices or PriceList()
        if not self.redaction.ids:
            self.redaction.learn(self.told().state)

    @property
    def name(self) -> str:
        """What its files are called."""
        return self.stored.path.resolve().name.removesuffix(".gz").removesuffix(".jsonl")

    def told(self) -> Told:
        """The session folded to its end."""
        from studio.export.told import tell

        if self._told is None:
            stored = self.stored
            self._told = tell(self.name, stored.header, self._envelopes(), stored.read_track)
        return self._told

    def cost_usd(self, turn: Turn) -> Decimal | None:
        """What a turn cost in US dollars; None where not all of it is known."""
        header, state = self.stored.header, self.told().state
        model = state.connection.model or header.model
        billed = Billed(header.provider, model, header.url, header.started_at)
        cost = self._prices.cost(turn_usages(state, turn), billed)
        return None if cost.missing else cost.money

    def frames(self) -> Iterator[Frame]:
        """What crossed the wire, while the progress is told."""
        tracks = sum(map(size_of, self.stored.path.glob("*.wav")))
        total = size_of(self.stored.log) + tracks * 4 / 3 + 1
        done = 0
        for number, frame in enumerate(self.stored.frames()):
            done += len(frame.text)
            if number % _EVERY == 0:
                self.tick(done / total)
            yield frame

    def _envelopes(self) -> Iterator[Envelope]:
        total = size_of(self.stored.log) + 1
        done = 0
        for number, envelope in enumerate(self.stored.envelopes()):
            done += len(envelope.raw) + _HEAD_BYTES
            if number % _EVERY == 0:
                self.tick(done / total * _FOLDED)
            yield envelope


Sink = Callable[[bytes], object]
"""Takes the next bytes of a file."""
Write = Callable[[Work, Sink], None]


class Format(NamedTuple):
    """A format that sessions can be written in.

    Attributes:
        help: what it is, in a few words.
        files: what is written, by the end of the file's name.
        is_printed: whether it goes to the terminal where no file is named.
        needs_audio: whether nothing is left of it without sound.
    """

    help: str
    files: Mapping[str, Write]
    is_printed: bool = True
    needs_audio: bool = False


def _markdown(work: Work, sink: Sink) -> None:
    from studio.export.markdown import export_markdown

    sink(_encoded(printable(export_markdown(work.told(), work.redaction))))


def _subtitles(work: Work, sink: Sink) -> None:
    from studio.export.cues import cues
    from studio.export.subtitles import export_vtt

    _write(sink, export_vtt(cues(work.told()), work.redaction))


def _subrip(work: Work, sink: Sink) -> None:
    from studio.export.cues import cues
    from studio.export.subtitles import export_srt

    _write(sink, export_srt(cues(work.told()), work.redaction))


def _csv(work: Work, sink: Sink) -> None:
    from studio.export.turns_csv import export_csv

    _write(sink, export_csv(work.told(), work.redaction, work.cost_usd))


def _jsonl(work: Work, sink: Sink) -> None:
    from studio.export.jsonl import export_jsonl

    _write(sink, (f"{line}\n" for line in export_jsonl(work, work.redaction)))


def _wire(work: Work, sink: Sink) -> None:
    from studio.export.jsonl import export_wire

    _write(sink, (f"{line}\n" for line in export_wire(work, work.redaction)))


def _parquet(work: Work, sink: Sink) -> None:
    from studio.export.parquet import write_parquet
    from studio.storage.store import open_store

    told = work.told()
    events = open_store(work.stored)
    write_parquet(told, events, sink, work.redaction, lambda part: work.tick(_second_half(part)))


def _wav(work: Work, sink: Sink) -> None:
    from studio.export.sound import export_wav

    told = work.told()
    for second, piece in enumerate(export_wav(told)):
        work.tick(_second_half(second / (told.ends_s + 1)))
        sink(piece)


def _labels(work: Work, sink: Sink) -> None:
    from studio.export.sound import export_labels

    _write(sink, export_labels(work.told(), work.redaction))


def _report(work: Work, sink: Sink) -> None:
    from studio.export.report import export_report

    told = work.told()

    def tick(turn: int) -> None:
        work.tick(_second_half(turn / (len(told.turns) + 1)))

    _write(sink, export_report(told, work.redaction, work.stored.problems, tick))


FORMATS: Mapping[str, Format] = {
    "md": Format("a transcript in Markdown", {".md": _markdown}),
    "html": Format("a report in one file, with sound", {".html": _report}, is_printed=False),
    "vtt": Format("WebVTT subtitles", {".vtt": _subtitles}),
    "srt": Format("SRT subtitles", {".srt": _subrip}),
    "wav": Format(
        "stereo sound, user left, assistant right, with labels",
        {".wav": _wav, ".labels.txt": _labels},
        is_printed=False,
        needs_audio=True,
    ),
    "csv": Format("a table of turns", {".csv": _csv}),
    "jsonl": Format("every frame as JSON, audio and all", {".jsonl": _jsonl}),
    "jsonl-wire": Format("every frame as its exact text", {".wire.jsonl": _wire}),
    "parquet": Format("a table of events", {".parquet": _parquet}, is_printed=False),
}
"""All formats by name."""


def size_of(path: Path) -> int:
    """The size of a file in bytes; 0 where it is not to be seen."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _write(sink: Sink, pieces: Iterable[str]) -> None:
    for piece in pieces:
        sink(_encoded(piece))


def _encoded(text: str) -> bytes:
    """UTF-8; a lone surrogate, which it cannot hold, becomes a question mark."""
    return text.encode("utf-8", "replace")


def _second_half(part: float) -> float:
    return _FOLDED + (1 - _FOLDED) * part
