"""What one setting makes of a take's probabilities: its turns, and verdicts where truth is known.

It is asked again at every step of a slider, so everything that is not asked for is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from typing_extensions import override

from studio.core.units import VAD_FRAME_MS
from studio.lab.nearest_rank import percentile
from studio.lab.reasons import TimedReasons, WordReasons
from studio.lab.score import Bounds, Fates, judged, outcome
from studio.lab.semantic import SemanticTwin
from studio.vad.endofturn import LONGEST_WAIT_MS
from studio.vad.profile import OPENAI
from studio.vad.segmenter import Rules
from studio.vad.whole import Pauses

if TYPE_CHECKING:
    from studio.lab.labels import Truth
    from studio.lab.reasons import Reasons, SpokenPause
    from studio.lab.score import Outcome, Score
    from studio.lab.semantic import Worded
    from studio.vad.profile import Profile
    from studio.vad.segmenter import SegmenterSettings
    from studio.vad.whole import Probabilities, Spans


_MADE_OF = ("probabilities", "truth", "said", "worded")


class Stretch(NamedTuple):
    """A predicted turn in ms of the take, with what it is made of.

    Attributes:
        start_ms: what `audio_start_ms` would be.
        speech_ms: where its first voiced frame begins; before it is padding.
        silent_ms: where its last speech ends and the silence begins that ends it.
        end_ms: what `audio_end_ms` would be; where the take ends, in an open one.
        is_open: whether the take ends before the turn does.
    """

    start_ms: int
    speech_ms: int
    silent_ms: int
    end_ms: int
    is_open: bool


class Counts(NamedTuple):
    """The verdicts on a take in numbers.

    Attributes:
        delay_ms: of each true turn that is not lost, ascending.
    """

    turns: int = 0
    cut_off: int = 0
    late: int = 0
    missed: int = 0
    merged: int = 0
    ghosts: int = 0
    delay_ms: tuple[int, ...] = ()

    @property
    def problems(self) -> int:
        """How many things there are to complain of."""
        return self.cut_off + self.late + self.missed + self.merged + self.ghosts

    def delay(self, share: float) -> int | None:
        """The delay that so large a share of the turns has at most; None where there is none."""
        return percentile(self.delay_ms, share)


@dataclass(frozen=True, eq=False)
class Reading:
    """A setting applied to probabilities.

    Attributes:
        probabilities: one for each 32 ms frame; not a number where one is not known yet.
        truth: None where nobody has said what is true.
        said: words at pauses, as far as they are known; reasons name them.
    """

    probabilities: Probabilities
    settings: SegmenterSettings
    truth: Truth | None = None
    profile: Profile = OPENAI
    said: tuple[SpokenPause, ...] = ()

    def is_of(self, other: Reading) -> bool:
        """Whether it is made of the same as another one."""
        return self.settings == other.settings and all(
            getattr(self, name, None) is getattr(other, name, None) for name in _MADE_OF
        )

    @cached_property
    def rules(self) -> Rules:
        """The settings in frames."""
        return Rules.of(self.settings, self.profile)

    @cached_property
    def pauses(self) -> Pauses:
        """All that is decided at this threshold."""
        return Pauses(self.probabilities, self.rules)

    @cached_property
    def spans(self) -> Spans:
        """The turns in frames."""
        return self.pauses.spans(self.rules.silence_frames)

    @property
    def reasons(self) -> Reasons:
        """Says why."""
        return TimedReasons(self.settings.silence_duration_ms, self.said)

    def wait_ms(self, _silent_ms: int) -> int:
        """How long the silence that begins here must last to end the turn."""
        return self.settings.silence_duration_ms

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The turns in ms, in order."""
        spans, rules, frames = self.spans, self.rules, self.pauses.frames
        last = spans.first_voiced.size - 1 if spans.is_open else -1
        length = frames * VAD_FRAME_MS
        return tuple(
            Stretch(
                max(0, rules.start_ms(begin)),
                begin * VAD_FRAME_MS,
                min(length, (silent + 1) * VAD_FRAME_MS),
                length if at == last else rules.end_ms(decided),
                at == last,
            )
            for at, (begin, silent, decided) in enumerate(
                zip(*(each.tolist() for each in spans[:3]), strict=True)
            )
        )

    @cached_property
    def score(self) -> Score | None:
        """The verdicts in words; None without truth."""
        if self.truth is None:
            return None
        wait_ms = self.settings.silence_duration_ms
        return judged(
            self.spans, self.rules, self.truth, wait_ms, reasons=self.reasons, found=self._outcome
        )

    @cached_property
    def _outcome(self) -> Outcome:
        """What its turns are to the true ones."""
        assert self.truth is not None
        turns, noises = Bounds.of(self.truth.turns), Bounds.of(self.truth.noises)
        return outcome(self.spans, self.rules, turns, noises)

    @cached_property
    def counts(self) -> Counts | None:
        """The verdicts in numbers; None without truth."""
        if self.truth is None:
            return None
        found = self._outcome
        fates = Fates.of(found)
        return Counts(
            turns=found.first.size,
            cut_off=int(fates.cut_off.sum()),
            late=int(fates.late.sum()),
            missed=int(fates.missed.sum()),
            merged=int(fates.merged.sum()),
            ghosts=int(found.ghost.sum()),
            delay_ms=tuple(sorted(found.delay_ms[fates.fine].tolist())),
        )


@dataclass(frozen=True, eq=False)
class WordedReading(Reading):
    """What `semantic_vad` makes of probabilities and words.

    Attributes:
        worded: its turns, and the words that decided them; all of the take.
    """

    worded: Worded | None = None
    eagerness: str = "auto"

    @cached_property
    @override
    def rules(self) -> Rules:
        """The two bars and the padding."""
        return SemanticTwin.rules(self.eagerness)

    @cached_property
    @override
    def spans(self) -> Spans:
        """The turns in frames, as the words had them end."""
        assert self.worded is not None
        return self.worded.spans

    @property
    @override
    def reasons(self) -> Reasons:
        """Says why, with the words."""
        return WordReasons(self.worded.pauses if self.worded is not None else ())

    @override
    def wait_ms(self, silent_ms: int) -> int:
        """How long the silence that begins here must last to end the turn."""
        frame = silent_ms // VAD_FRAME_MS - 1
        pauses = self.worded.pauses if self.worded is not None else ()
        found = (each.wait_ms for each in pauses if each.first_silent == frame)
        return next(found, LONGEST_WAIT_MS[self.eagerness])
