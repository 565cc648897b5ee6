"""What became of each turn of a take, and what other silences would have made of one, as lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import one_line
from studio.ui.present.words import stamp
from studio.ui.present.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio.lab.reading import Reading
    from studio.lab.score import Ghost
    from studio.lab.whatif import AtHand, Ending
    from studio.ui.present.palette import Palette


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A true turn or a ghost, or, without truth, a predicted turn.

    Attributes:
        at: seconds of the take.
        end: where it ends.
        words: what was said, or what makes the noise.
        verdict: of setting A.
        other: of setting B; empty where nothing is compared.
        reason: in a sentence.
    """

    at: float
    end: float
    words: str
    verdict: str
    reason: str
    other: str = ""

    @property
    def is_predicted(self) -> bool:
        """Whether it is what a setting makes of speech that nobody labelled."""
        return self.verdict in ("turn", "open")

    @property
    def is_noise(self) -> bool:
        """Whether nobody says anything here that wants an answer."""
        return "ghost" in (self.verdict, self.other)

    @property
    def why_no_silence(self) -> str:
        """Why no silence to wait for changes anything."""
        if self.is_noise:
            return "No silence helps against a ghost; a higher threshold may."
        return "Nothing here reaches the threshold: a lower one may hear it."

    @property
    def is_problem(self) -> bool:
        """Whether either setting does badly here."""
        return self.verdict not in _FINE or self.other not in _FINE


_REASON_INDENT = 11
_FINE = ("ok", "", "turn", "open", "none")


def verdict_rows(a: Reading | None, b: Reading | None) -> list[VerdictRow]:
    """What became of each true turn, and the ghosts, in order of time."""
    if a is None:
        return []
    if a.score is None:
        return _found_rows(a)
    others = b.score.turns if b is not None and b.score is not None else ()
    rows = []
    for at, each in enumerate(a.score.turns):
        other = others[at] if others else None
        reason = each.reason
        if other is not None and each.verdict == "ok" != other.verdict:
            reason = f"B: {other.reason}"
        turn = each.turn
        said = turn.words or "turn"
        rows.append(
            VerdictRow(
                turn.begin_ms / 1000,
                turn.end_ms / 1000,
                said,
                each.verdict,
                reason,
                other.verdict if other is not None else "",
            )
        )
    rows += _ghost_rows(_ghosts(a), _ghosts(b), has_b=b is not None and b.score is not None)
    return sorted(rows, key=lambda each: each.at)


def _ghosts(reading: Reading | None) -> Sequence[Ghost]:
    return reading.score.ghosts if reading is not None and reading.score is not None else ()


def _ghost_rows(a: Sequence[Ghost], b: Sequence[Ghost], *, has_b: bool) -> Iterator[VerdictRow]:
    """A row for each ghost; one that both settings have, if not for as long, is the same."""
    left = list(b)
    for ghost in a:
        same = [
            each for each in left if each.begin_ms < ghost.end_ms and ghost.begin_ms < each.end_ms
        ]
        left = [each for each in left if each not in same]
        yield _ghost_row(ghost, "ghost", ("ghost" if same else "none") if has_b else "")
    for ghost in left:
        yield _ghost_row(ghost, "none", "ghost")


def _ghost_row(ghost: Ghost, verdict: str, other: str) -> VerdictRow:
    noise = ghost.noise.words if ghost.noise is not None else ""
    reason = ghost.reason if verdict == "ghost" else f"B: {ghost.reason}"
    begin, end = ghost.begin_ms / 1000, ghost.end_ms / 1000
    return VerdictRow(begin, end, noise or "noise", verdict, reason, other)


def _found_rows(reading: Reading) -> list[VerdictRow]:
    rows = []
    for each in reading.stretches:
        said_s = (each.silent_ms - each.speech_ms) / 1000
        ended = "" if each.is_open else f", its end decided {each.end_ms - each.silent_ms:,} ms on"
        rows.append(
            VerdictRow(
                each.speech_ms / 1000,
                each.end_ms / 1000,
                "",
                "open" if each.is_open else "turn",
                f"Speech for {said_s:.2f} s{ended}.",
            )
        )
    return rows


_MARKS = {"ok": "✓", "turn": "·", "open": "·", "none": "✓", "": " "}


def verdict_line(
    row: VerdictRow, width: int, palette: Palette, *, is_at: bool, has_b: bool
) -> Text:
    """When, what became of it, what was said, and why."""
    line = Text("▏" if is_at else " ", palette.muted, no_wrap=True, end="")
    line.append(f"{stamp(row.at):>8}  ", palette.muted)
    for verdict in (row.verdict, row.other) if has_b else (row.verdict,):
        mark = _MARKS.get(verdict, "✗")
        color = verdict_color(verdict, palette)
        line.append(f"{mark} {verdict:<8}", color)
    said = Text(one_line(row.words), palette.foreground, end="")
    said.truncate(min(30, max(10, width // 4)), overflow="ellipsis", pad=True)
    if row.words:
        line.append_text(said).append("  ")
    line.append(one_line(row.reason), palette.muted)
    return line


def reason_lines(row: VerdictRow, width: int, palette: Palette) -> list[Text]:
    """Why, in full, under a line that has no room for it."""
    words = wrapped(one_line(row.reason), max(20, width - _REASON_INDENT - 1))
    indent = " " * _REASON_INDENT
    return [Text(f"{indent}{each}", palette.foreground, no_wrap=True, end="") for each in words]


def verdict_color(verdict: str, palette: Palette) -> str:
    """How bad it is."""
    if verdict in ("ok", "none"):
        return palette.good
    if verdict in _FINE:
        return palette.muted
    return palette.error if verdict == "cut off" else palette.warning


# Other silences


def whatif_lines(
    found: AtHand | None,
    present_ms: int,
    size: tuple[int, int],
    palette: Palette,
    nothing: str = "Speak: when each would end the turn stands here.",
) -> list[Text]:
    """When the turn at hand would have ended for each silence, and what that would have cost.

    `nothing` stands there where there is none.

    Where the height is too little for all, those stay that are next to the least silence that cuts
    the turn nowhere.
    """
    width, height = size
    head = Text(" other silences", f"bold {palette.foreground}", no_wrap=True, end="")
    if found is None:
        return [head.append(f"   {nothing}", f"not bold {palette.muted}")]
    begins = f"   the turn at {found.begin_ms / 1000:.2f} s"
    head.append(begins + (", still open" if found.is_open else ""), f"not bold {palette.muted}")
    if found.whole_from_ms:
        head.append(f" stays whole from {found.whole_from_ms:,} ms on", f"not bold {palette.good}")
    head.truncate(width, overflow="ellipsis")
    lines = [head]
    for each in _nearest(found, max(0, height - 1)):
        line = Text(no_wrap=True, end="")
        is_at = each.silence_ms == present_ms
        line.append("▸" if is_at else " ", palette.accent)
        line.append(f"{each.silence_ms:>5,} ms  ", palette.foreground if is_at else palette.muted)
        words, style = _ending_words(each, found, palette)
        line.append(words, style)
        line.truncate(width, overflow="ellipsis")
        lines.append(line)
    return lines


def _nearest(found: AtHand, count: int) -> Sequence[Ending]:
    """As many endings, around the least silence that cuts the turn nowhere."""
    whole = sum(each.silence_ms < found.whole_from_ms for each in found.endings)
    first = min(max(0, whole - count // 2), max(0, len(found.endings) - count))
    return found.endings[first : first + count]


def _ending_words(each: Ending, found: AtHand, palette: Palette) -> tuple[str, str]:
    if each.end_ms is None:
        if each.left_ms is None:
            return "open: speech goes on", palette.user
        return f"ends in {each.left_ms:,} ms, if nothing more is said", palette.user
    if each.cuts:
        times = "" if each.cuts == 1 else f", {each.cuts} times"
        return (
            f"✗ cuts in at {each.end_ms / 1000:.2f} s: the pause there lasts "
            f"{each.paused_ms / 1000:.2f} s{times}",
            palette.error,
        )
    if each.takes_more:
        return f"✗ takes what follows for a part of it, until {each.end_ms / 1000:.2f} s", (
            palette.warning
        )
    after = each.end_ms - found.said_ms
    return f"✓ ends at {each.end_ms / 1000:.2f} s, {after:,} ms after the last word", palette.good
