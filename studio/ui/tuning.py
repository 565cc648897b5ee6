"""What is being tuned: a take or the session on the screen, two settings, and what can be undone.

No Textual here; the screen draws it, and tells it what the hand does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from studio.core.errors import StudioError
from studio.lab.reading import Reading
from studio.ui.fields import Field, at_share, field_at, stepped, written
from studio.vad.segmenter import SegmenterSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.lab.labels import Truth
    from studio.lab.reading import Counts
    from studio.lab.take import Take
    from studio.protocol.knobs import TurnDetection
    from studio.ui.present.meter import Bit
    from studio.ui.present.tuning_lanes import Sound
    from studio.vad.whole import Probabilities

Which = Literal["a", "b"]

_TURNS = "turn_detection"
SLIDERS: tuple[Field, ...] = (
    replace(field_at(f"{_TURNS}.threshold"), step=0.01),
    field_at(f"{_TURNS}.silence_duration_ms"),
    field_at(f"{_TURNS}.prefix_padding_ms"),
)
"""What can be turned, from top to bottom."""

_KEPT_DEEDS = 500
_KEPT_COUNTS = 2_000


def slider_named(path: str) -> Field:
    """The slider of a path."""
    return next(each for each in SLIDERS if each.path == path)


def knob(slider: Field) -> str:
    """A slider's name among the settings of the segmenter."""
    return slider.path.rpartition(".")[2]


def value_of(settings: SegmenterSettings, slider: Field) -> float:
    """Where a slider stands."""
    return float(getattr(settings, knob(slider)))


def _with(settings: SegmenterSettings, slider: Field, value: object) -> SegmenterSettings:
    changes: dict[str, Any] = {knob(slider): value}
    return replace(settings, **changes)


def settings_of(detection: TurnDetection | None) -> SegmenterSettings:
    """What a session's turn detection asks of the segmenter; what it does not say is usual."""
    usual = SegmenterSettings()
    if detection is None or detection.type != "server_vad":
        return usual
    said = {
        name: value
        for name in ("threshold", "silence_duration_ms", "prefix_padding_ms")
        if (value := getattr(detection, name, None)) is not None
    }
    return replace(usual, **said)


def differences(before: SegmenterSettings, after: SegmenterSettings) -> dict[str, object]:
    """What has another value, by the path that a session's settings have for it."""
    return {
        each.path: getattr(after, knob(each))
        for each in SLIDERS
        if value_of(before, each) != value_of(after, each)
    }


def settings_words(settings: SegmenterSettings) -> str:
    """`threshold 0.50, silence 500 ms, prefix 300 ms`."""
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

    a: SegmenterSettings
    b: SegmenterSettings | None = None
    edits: Which = "a"

    @property
    def edited(self) -> SegmenterSettings:
        """What the sliders move."""
        return self.b if self.edits == "b" and self.b is not None else self.a

    def with_edited(self, settings: SegmenterSettings) -> Pair:
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

    def __init__(self, settings: SegmenterSettings | None = None) -> None:
        self.pair = Pair(settings or SegmenterSettings())
        self.subject: Subject | None = None
        self.slider = SLIDERS[0].path
        self._deeds: list[Deed] = []
        self._is_sliding = False
        self._readings: dict[Which, Reading] = {}
        self._counts: dict[tuple[int, SegmenterSettings], tuple[object, object, Counts]] = {}

    # What the settings make of the subject

    def reading(self, which: Which = "a") -> Reading | None:
        """What a setting makes of the subject, made anew where either is another."""
        settings, subject = getattr(self.pair, which), self.subject
        if subject is None or settings is None or not subject.probabilities.size:
            return None
        kept = self._readings.get(which)
        if (
            kept is None
            or kept.settings != settings
            or kept.probabilities is not subject.probabilities
            or kept.truth is not subject.truth
        ):
            kept = Reading(subject.probabilities, settings, subject.truth)
            self._readings[which] = kept
        return kept

    def counts(self, probabilities: Probabilities, truth: Truth) -> Counts | None:
        """What the setting under edit makes of any take in numbers."""
        key = (id(probabilities), self.pair.edited)
        kept = self._counts.get(key)
        if kept is not None and kept[0] is probabilities and kept[1] is truth:
            return kept[2]
        counts = Reading(probabilities, self.pair.edited, truth).counts
        if counts is not None:
            if len(self._counts) > _KEPT_COUNTS:
                self._counts.clear()
            self._counts[key] = (probabilities, truth, counts)
        return counts

    # The sliders

    def move(self, rows: int) -> None:
        """Go to another slider."""
        paths = [each.path for each in SLIDERS]
        self.slider = paths[min(max(paths.index(self.slider) + rows, 0), len(paths) - 1)]

    def step(self, steps: int) -> None:
        """Move the slider at the cursor."""
        slider = slider_named(self.slider)
        self._set(slider, stepped(slider, value_of(self.pair.edited, slider), steps))

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
        self._is_sliding = False

    # Two settings

    def compare(self) -> None:
        """Lay a copy beside the setting and edit that; or edit the other of the two."""
        pair = self.pair
        if pair.b is None:
            self._become(replace(pair, b=pair.a, edits="b"))
        else:
            self._become(replace(pair, edits="a" if pair.edits == "b" else "b"))

    def swap(self) -> None:
        """Let the two change places."""
        if self.pair.b is not None:
            self._become(replace(self.pair, a=self.pair.b, b=self.pair.a))

    def single(self) -> None:
        """Keep the setting under edit alone."""
        self._become(Pair(self.pair.edited))

    def use(self, settings: SegmenterSettings) -> None:
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
        return deed
