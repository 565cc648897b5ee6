"""What is being tuned: a take or the session on the screen, two settings, and what can be undone.

No Textual here; the screen draws it, and tells it what the hand does.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from studio.core.errors import StudioError
from studio.lab.reading import Reading, WordedReading
from studio.protocol.knobs import TurnDetection
from studio.ui.fields import Field, at_share, field_at, stepped, written
from studio.vad.segmenter import SegmenterSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.lab.labels import Truth
    from studio.lab.reading import Counts
    from studio.lab.reasons import SpokenPause
    from studio.lab.semantic import Worded
    from studio.lab.take import Take
    from studio.ui.present.meter import Bit
    from studio.ui.present.tuning_picture import Sound
    from studio.vad.whole import Probabilities

Which = Literal["a", "b"]

_TURNS = "turn_detection"
SLIDERS: tuple[Field, ...] = (
    replace(field_at(f"{_TURNS}.threshold"), step=0.01),
    field_at(f"{_TURNS}.silence_duration_ms"),
    field_at(f"{_TURNS}.prefix_padding_ms"),
)
"""What can be turned of `server_vad`, from top to bottom."""

DETECTION: Field = replace(field_at(f"{_TURNS}.type"), choices=("server_vad", "semantic_vad"))
"""What ends a turn: a silence, or the words before it."""

EAGERNESS: Field = replace(field_at(f"{_TURNS}.eagerness"), choices=("low", "medium", "high"))
"""What can be turned of `semantic_vad`."""

_KEPT_DEEDS = 500
_KEPT_COUNTS = 2_000


@dataclass(frozen=True, slots=True)
class Detection(SegmenterSettings):
    """A turn detection: what `server_vad` asks, and what `semantic_vad` does.

    Attributes:
        type: which of the two is in use; the other keeps what it was set to.
        eagerness: of `semantic_vad`.
    """

    type: str = "server_vad"
    eagerness: str = "medium"

    @property
    def by_words(self) -> bool:
        """Whether words decide."""
        return self.type == "semantic_vad"

    @property
    def wire(self) -> TurnDetection:
        """As a session is asked for it."""
        if self.by_words:
            return TurnDetection.model_validate({"type": self.type, "eagerness": self.eagerness})
        return TurnDetection(
            type="server_vad",
            threshold=self.threshold,
            prefix_padding_ms=self.prefix_padding_ms,
            silence_duration_ms=self.silence_duration_ms,
        )


def rows_of(settings: Detection) -> tuple[Field, ...]:
    """What can be turned of a setting, from top to bottom."""
    return (DETECTION, EAGERNESS) if settings.by_words else (DETECTION, *SLIDERS)


def slider_named(path: str) -> Field:
    """The slider of a path."""
    return next(each for each in (DETECTION, *SLIDERS, EAGERNESS) if each.path == path)


def knob(slider: Field) -> str:
    """A slider's name among the settings of the segmenter."""
    return slider.path.rpartition(".")[2]


def value_of(settings: Detection, slider: Field) -> float | str:
    """Where a slider stands: at a number, or at one of its choices."""
    value = getattr(settings, knob(slider))
    return str(value) if slider.choices else float(value)


def _with(settings: Detection, slider: Field, value: object) -> Detection:
    changes: dict[str, Any] = {knob(slider): value}
    return replace(settings, **changes)


def settings_of(detection: TurnDetection | None) -> Detection:
    """What a session's turn detection asks; what it does not say is usual."""
    usual = Detection()
    if detection is None:
        return usual
    if detection.type == "semantic_vad":
        eager = detection.eagerness
        held = usual.eagerness if eager in (None, "auto") else str(eager)
        return replace(usual, type=detection.type, eagerness=held)
    said = {
        name: value
        for name in ("threshold", "silence_duration_ms", "prefix_padding_ms")
        if (value := getattr(detection, name, None)) is not None
    }
    return replace(usual, **said)


def differences(before: Detection, after: Detection) -> dict[str, object]:
    """What has another value, by the path that a session's settings have for it."""
    return {
        each.path: getattr(after, knob(each))
        for each in rows_of(after)
        if value_of(before, each) != value_of(after, each)
    }


def settings_words(settings: Detection) -> str:
    """`threshold 0.50, silence 500 ms, prefix 300 ms`; `semantic_vad, eagerness low`."""
    if settings.by_words:
        return f"{settings.type}, {EAGERNESS.label} {settings.eagerness}"
    return ", ".join(f"{each.label} {written(each, value_of(settings, each))}" for each in SLIDERS)


@dataclass(frozen=True, eq=False)
class Subject:
    """A take, or the session on the screen.

    Attributes:
        name: a take's; empty for the session.
        probabilities: as far as the pass has come.
        share: how far that is, from 0 to 1.
        server: what the server said; None for a take.
    """

    name: str = ""
    duration_ms: float = 0.0
    sound: Sound | None = None
    probabilities: Probabilities = field(default_factory=lambda: np.zeros(0))
    share: float = 0.0
    truth: Truth | None = None
    take: Take | None = None
    server: Sequence[Bit] | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """The setting under edit beside another one.

    Attributes:
        b: None where nothing is compared.
        edits: which of them the sliders move.
    """

    a: Detection
    b: Detection | None = None
    edits: Which = "a"

    @property
    def edited(self) -> Detection:
        """What the sliders move."""
        return self.b if self.edits == "b" and self.b is not None else self.a

    def with_edited(self, settings: Detection) -> Pair:
        """With another one in place of what the sliders move."""
        return replace(self, b=settings) if self.edits == "b" else replace(self, a=settings)


@dataclass(frozen=True, slots=True)
class Relabelled:
    """Labels of a take as they were before a change."""

    take: str
    truth: Truth | None


@dataclass(frozen=True, slots=True)
class PutAway:
    """A take that was put away."""

    take: str


Deed = Pair | Relabelled | PutAway
"""What can be taken back: settings as they were, labels as they were, a take that is gone."""


class Tuning:
    """Two settings on one subject.

    Attributes:
        subject: None before one is chosen.
        slider: the path of the slider at the cursor.
    """

    def __init__(self, settings: Detection | None = None) -> None:
        self.pair = Pair(settings or Detection())
        self.subject: Subject | None = None
        self.slider = SLIDERS[0].path
        self._deeds: list[Deed] = []
        self._is_sliding = False
        self._readings: dict[Which, Reading] = {}
        self._counts: dict[tuple[int, Detection], tuple[object, object, Counts]] = {}
        self._words: dict[tuple[int, str], tuple[Probabilities, Worded]] = {}

    # What the settings make of the subject

    def reading(self, which: Which = "a") -> Reading | None:
        """What a setting makes of the subject, made anew where either is another."""
        settings, subject = getattr(self.pair, which), self.subject
        if subject is None or settings is None or not subject.probabilities.size:
            return None
        made, kept = (
            self._made(settings, subject.probabilities, subject.truth),
            self._readings.get(which),
        )
        if made is None:
            return None
        if kept is None or not kept.is_of(made):
            self._readings[which] = kept = made
        return kept

    def _made(
        self, settings: Detection, probabilities: Probabilities, truth: Truth | None
    ) -> Reading | None:
        """A setting applied; None where words decide that are not known yet."""
        if not settings.by_words:
            return Reading(probabilities, settings, truth, said=self._said(probabilities))
        worded = self.worded(probabilities, settings.eagerness)
        if worded is None or worded.share < 1:
            return None
        return WordedReading(
            probabilities, settings, truth, worded=worded, eagerness=settings.eagerness
        )

    def counts(self, probabilities: Probabilities, truth: Truth) -> Counts | None:
        """What the setting under edit makes of any take in numbers."""
        key = (id(probabilities), self.pair.edited)
        kept = self._counts.get(key)
        if kept is not None and kept[0] is probabilities and kept[1] is truth:
            return kept[2]
        reading = self._made(self.pair.edited, probabilities, truth)
        counts = reading.counts if reading is not None else None
        if counts is not None:
            if len(self._counts) > _KEPT_COUNTS:
                self._counts.clear()
            self._counts[key] = (probabilities, truth, counts)
        return counts

    # Words at pauses

    def know(self, probabilities: Probabilities, eagerness: str, worded: Worded) -> None:
        """Words were recognised, so far, in the take of these probabilities."""
        if len(self._words) > _KEPT_COUNTS:
            self._words.clear()
        self._words[id(probabilities), eagerness] = probabilities, worded

    def worded(self, probabilities: Probabilities, eagerness: str) -> Worded | None:
        """What is known of `semantic_vad` so far; None where nothing is."""
        kept = self._words.get((id(probabilities), eagerness))
        return kept[1] if kept is not None and kept[0] is probabilities else None

    def _said(self, probabilities: Probabilities) -> tuple[SpokenPause, ...]:
        """Words at pauses, where they are known: more of them where turns are longer."""
        for eagerness in EAGERNESS.choices:
            worded = self.worded(probabilities, eagerness)
            if worded is not None and worded.share >= 1:
                return worded.pauses
        return ()

    def wanting(self) -> str:
        """The eagerness whose words are wanted and not all known; empty where there is none."""
        subject = self.subject
        if subject is None or subject.take is None or subject.share < 1:
            return ""
        for each in (self.pair.a, self.pair.b):
            if each is not None and each.by_words:
                worded = self.worded(subject.probabilities, each.eagerness)
                if worded is None or worded.share < 1:
                    return each.eagerness
        return ""

    # The sliders

    def switch(self) -> None:
        """Have the other type of turn detection in place of the one under edit."""
        edited = self.pair.edited
        self._set(DETECTION, stepped(DETECTION, edited.type, -1 if edited.by_words else 1))

    def move(self, rows: int) -> None:
        """Go to another slider."""
        paths = [each.path for each in rows_of(self.pair.edited)]
        self._stay()
        self.slider = paths[min(max(paths.index(self.slider) + rows, 0), len(paths) - 1)]

    def step(self, steps: int) -> None:
        """Move the slider at the cursor."""
        slider = slider_named(self.slider)
        self._set(slider, stepped(slider, value_of(self.pair.edited, slider), steps))

    def cycle(self) -> None:
        """Have the next choice of the slider at the cursor, after the last one the first."""
        slider = slider_named(self.slider)
        at = slider.choices.index(str(value_of(self.pair.edited, slider)))
        self._set(slider, slider.choices[(at + 1) % len(slider.choices)])

    def slide(self, path: str, share: float, *, is_drag: bool = False) -> None:
        """Put a slider at a share of its length; all of a drag is one change."""
        self.slider, slider = path, slider_named(path)
        self._set(slider, at_share(slider, share), is_noted=not (is_drag and self._is_sliding))
        self._is_sliding = True

    def type(self, text: str) -> None:
        """Put the slider at the cursor to a value that was typed.

        Raises:
            StudioError: it is no value that the setting takes.
        """
        slider = slider_named(self.slider)
        try:
            value = float(text.strip().removesuffix("ms").strip().replace(",", "."))
        except ValueError:
            value = float("nan")
        is_share = slider.digits > 0
        if not (0 <= value <= (1 if is_share else 100_000)):
            span = "between 0 and 1" if is_share else "in milliseconds"
            raise StudioError(
                f"{slider.label} takes a number {span}.",
                title="Not a value",
                hint=f"It is still {written(slider, value_of(self.pair.edited, slider))}.",
            )
        self._set(slider, round(value, slider.digits) if is_share else round(value))

    def _set(self, slider: Field, value: object, *, is_noted: bool = True) -> None:
        changed = _with(self.pair.edited, slider, value)
        self._become(self.pair.with_edited(changed), is_noted=is_noted)

    def _become(self, pair: Pair, *, is_noted: bool = True) -> None:
        if pair != self.pair:
            if is_noted:
                self.note(self.pair)
            self.pair = pair
        self._stay()
        self._is_sliding = False

    def _stay(self) -> None:
        """Have the cursor on a slider that there is."""
        paths = [each.path for each in rows_of(self.pair.edited)]
        if self.slider not in paths:
            self.slider = paths[1]

    # Two settings

    def compare(self) -> None:
        """Lay a copy beside the setting and edit that; or edit the other of the two."""
        pair = self.pair
        if pair.b is None:
            self._become(replace(pair, b=pair.a, edits="b"))
        else:
            self._become(replace(pair, edits="a" if pair.edits == "b" else "b"))

    def swap(self) -> bool:
        """Let the two change places; whether there are two."""
        if self.pair.b is None:
            return False
        self._become(replace(self.pair, a=self.pair.b, b=self.pair.a))
        return True

    def single(self) -> None:
        """Keep the setting under edit alone."""
        self._become(Pair(self.pair.edited))

    def lay(self, a: SegmenterSettings, b: SegmenterSettings | None = None) -> None:
        """Have these of `server_vad` in place of the pair."""
        one = Detection(**asdict(a))
        self._become(Pair(one, None if b is None else Detection(**asdict(b))))

    def use(self, settings: Detection) -> None:
        """Take a setting over in place of the one under edit."""
        self._become(self.pair.with_edited(settings))

    # Taking back

    def note(self, deed: Deed) -> None:
        """Remember what can be taken back."""
        self._deeds = [*self._deeds[-_KEPT_DEEDS:], deed]

    def undo(self) -> Deed | None:
        """The last deed, taken back where it is one of the sliders; None where there is none."""
        if not self._deeds:
            return None
        *self._deeds, deed = self._deeds
        if isinstance(deed, Pair):
            self.pair = deed
            self._stay()
        return deed
