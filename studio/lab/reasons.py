"""Why a setting does well or badly by a true turn, in sentences with the figures that decide it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from studio.core.text import one_line
from studio.core.units import VAD_FRAME_MS
from studio.vad.endofturn import Ending, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.lab.labels import Label
    from studio.vad.whole import Spans

_QUOTED_WORDS, _QUOTED_CELLS = 5, 60


class SpokenPause(NamedTuple):
    """A pause, and what its turn had said until it.

    Attributes:
        first_silent: the frame with which it begins.
        next_voiced: the frame in which speech goes on; the recording's length where none does.
        words: of the turn, up to the pause.
        wait_ms: how long a pause after these words must last to end the turn by `semantic_vad`.
    """

    first_silent: int
    next_voiced: int
    words: str
    wait_ms: int


class Predicted(NamedTuple):
    """A true turn, and the predicted ones that hold speech of it.

    Attributes:
        first: the place of the first predicted turn.
        last: the place of the last one.
        delay_ms: from its last sound to the decision that it is over.
    """

    turn: Label
    spans: Spans
    first: int
    last: int
    delay_ms: int

    @property
    def cut_from(self) -> int:
        """The frame in which the silence of the first predicted end begins."""
        return int(self.spans.first_silent[self.first])

    @property
    def goes_on(self) -> int | None:
        """The frame in which its person goes on after that; None where nothing is heard of it."""
        if self.first + 1 >= self.spans.first_voiced.size:
            return None
        frame = int(self.spans.first_voiced[self.first + 1])
        return frame if frame * VAD_FRAME_MS < self.turn.end_ms else None

    @property
    def ends_from(self) -> int:
        """The frame in which the silence of the last predicted end begins."""
        return int(self.spans.first_silent[self.last])

    @property
    def held_ms(self) -> int:
        """How long sound went on after its person was done."""
        return (self.ends_from + 1) * VAD_FRAME_MS - self.turn.end_ms


class Reasons(Protocol):
    """Says why."""

    def cut_off(self, found: Predicted) -> str:
        """Why its end was decided too early."""
        ...

    def merged(self, found: Predicted) -> str:
        """Why its end was not decided before the next turn."""
        ...

    def late(self, found: Predicted, tolerance_ms: int) -> str:
        """Why its end was decided so late."""
        ...

    def fine(self, found: Predicted) -> str:
        """When its end was decided."""
        ...


@dataclass(frozen=True)
class TimedReasons:
    """Of `server_vad`: a silence of one length ends a turn.

    Attributes:
        pauses: words at pauses, as far as they are known; they decide nothing here.
    """

    silence_ms: int
    pauses: Sequence[SpokenPause] = ()

    def cut_off(self, found: Predicted) -> str:
        """A pause that lasted too long, and the word before it where that is known."""
        if found.goes_on is None:
            return _faded(found)
        pause = pause_in(self.pauses, found.cut_from, found.goes_on)
        said = quoted(pause.words, 1) if pause is not None else ""
        after = f" after {said}" if said else ""
        return (
            f"A pause of {_pause_s(found):.2f} s{after} is longer than the {self.silence_ms:,} ms "
            "to wait."
        )

    def merged(self, _found: Predicted) -> str:
        """The next turn began too soon."""
        return (
            "Its end was never decided: the silence before the next turn was shorter than "
            f"{self.silence_ms:,} ms."
        )

    def late(self, found: Predicted, tolerance_ms: int) -> str:
        """Sound that held it open, or the silence itself."""
        if found.held_ms > tolerance_ms:
            return _held(found, self.silence_ms)
        return f"The silence to wait for is {self.silence_ms:,} ms."

    def fine(self, found: Predicted) -> str:
        """When its end was decided."""
        return f"Its end was decided {found.delay_ms:,} ms after it."


_SOUNDS = {
    Ending.COMPLETE: "the words so far sound complete",
    Ending.OPEN: "the words so far do not say whether more comes",
    Ending.UNFINISHED: "the words so far want more",
}


@dataclass(frozen=True)
class WordReasons:
    """Of `semantic_vad`: the words before a pause say how long it may last."""

    pauses: Sequence[SpokenPause]

    def cut_off(self, found: Predicted) -> str:
        """The pause that ended it, and what its words sounded like."""
        pause = self._pause(found.cut_from)
        if found.goes_on is None or pause is None:
            return _faded(found)
        ending = judge(pause.words)
        wait = f"{pause.wait_ms:,} ms to wait"
        why = f"{_SOUNDS[ending]} ({wait})"
        if ending is Ending.UNFINISHED:
            why = f"{_SOUNDS[ending]}, but it is longer than the {wait}"
        return f"A pause of {_pause_s(found):.2f} s{_after(pause)} ended it: {why}."

    def merged(self, found: Predicted) -> str:
        """The words had it wait longer than the next turn took to begin."""
        end = found.turn.end_ms // VAD_FRAME_MS
        pause = next((each for each in self.pauses if each.next_voiced > end), None)
        if pause is None:
            return "Its end was never decided: the silence before the next turn was too short."
        return (
            "Its end was never decided: the silence before the next turn was shorter than the "
            f"{pause.wait_ms:,} ms to wait{_after(pause)}: {_SOUNDS[judge(pause.words)]}."
        )

    def late(self, found: Predicted, tolerance_ms: int) -> str:
        """Sound that held it open, or words that want more."""
        pause = self._pause(found.ends_from)
        if pause is None:
            return f"Its end was decided {found.delay_ms:,} ms after it."
        if found.held_ms > tolerance_ms:
            return _held(found, pause.wait_ms)
        return (
            f"The silence to wait for{_after(pause)} is {pause.wait_ms:,} ms: "
            f"{_SOUNDS[judge(pause.words)]}."
        )

    def fine(self, found: Predicted) -> str:
        """When its end was decided, and the longest pause in it that did not end it."""
        begin = int(found.spans.first_voiced[found.first])
        within = [
            each
            for each in self.pauses
            if begin < each.first_silent and each.next_voiced * VAD_FRAME_MS < found.turn.end_ms
        ]
        said = ""
        if within:
            longest = max(within, key=lambda each: each.next_voiced - each.first_silent)
            lasts_s = (longest.next_voiced - longest.first_silent - 1) * VAD_FRAME_MS / 1000
            said = f"A pause of {lasts_s:.2f} s{_after(longest)} was waited out. "
        return f"{said}Its end was decided {found.delay_ms:,} ms after it."

    def _pause(self, first_silent: int) -> SpokenPause | None:
        return next((each for each in self.pauses if each.first_silent == first_silent), None)


def pause_in(
    pauses: Sequence[SpokenPause], first_silent: int, next_voiced: int
) -> SpokenPause | None:
    """The pause that has most of these frames: at another threshold, its edges are others."""

    def shared(each: SpokenPause) -> int:
        return min(each.next_voiced, next_voiced) - max(each.first_silent, first_silent)

    found = max(pauses, key=shared, default=None)
    return found if found is not None and shared(found) > 0 else None


def quoted(words: str, most: int = _QUOTED_WORDS) -> str:
    """The last of the words in quotation marks; empty where there are none."""
    said = words.split()
    text = one_line(" ".join(said[-most:]).rstrip(".,!…-"), _QUOTED_CELLS)
    return f"“{text}”" if text else ""


def _after(pause: SpokenPause) -> str:
    said = quoted(pause.words)
    return f" after {said}" if said else " in which no words were heard"


def _pause_s(found: Predicted) -> float:
    frames = (found.goes_on or 0) - found.cut_from - 1
    return frames * VAD_FRAME_MS / 1000


def _faded(found: Predicted) -> str:
    left_s = (found.turn.end_ms - (found.cut_from + 1) * VAD_FRAME_MS) / 1000
    return f"The last {left_s:.2f} s stayed below the threshold and counted as silence."


def _held(found: Predicted, wait_ms: int) -> str:
    return (
        f"Sound held it open for {found.held_ms:,} ms after the last word, then came the "
        f"{wait_ms:,} ms to wait."
    )
