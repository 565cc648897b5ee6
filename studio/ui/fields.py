"""The config pane's rows as a table: what each setting is called, how it steps, when it matters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from studio.core.errors import StudioError
from studio.protocol.editing import get_path, with_path

if TYPE_CHECKING:
    from studio.protocol.settings import SessionSettings
    from studio.runtime.plan import ConnectPlan

Kind = Literal["plan", "number", "choice", "toggle", "text"]

CARD_PATHS = ("microphone", "speaker")
"""Rows that choose where sound comes from and goes to."""

_CLEANING = "cleaning"
CLEANING_PATHS = (
    f"{_CLEANING}.echo",
    f"{_CLEANING}.noise_suppression",
    f"{_CLEANING}.gain_control",
)
"""Rows of what is done to a card's sound before it is sent."""

SOUND_PATHS = (*CARD_PATHS, *CLEANING_PATHS)
"""Rows of this machine's sound: a session takes them over while it goes on."""

PLAN_PATHS = ("provider", "model", *SOUND_PATHS)
"""Rows that stand in the plan of a session rather than in its settings."""


@dataclass(frozen=True, slots=True)
class Field:
    """A row.

    Attributes:
        path: dotted path in the settings, or a name of `PLAN_PATHS`.
        label: what people read.
        help: one sentence.
        kind: how it is changed.
        group: the heading it stands under.
        low: least value of a number.
        high: greatest value that the slider shows; more may be typed.
        step: how far one key goes.
        unit: written after a number.
        digits: decimals of a number.
        choices: the values of a choice, in order; "off" stands for null.
        is_open: whether a name that is not among the choices can be typed: providers add some.
        only_for: the turn detection type that it belongs to; empty for any.
        typing: what may be typed, where `help` does not say it.
    """

    path: str
    label: str
    help: str
    kind: Kind
    group: str
    low: float = 0
    high: float = 1
    step: float = 1
    unit: str = ""
    digits: int = 0
    choices: tuple[str, ...] = ()
    is_open: bool = False
    only_for: str = ""
    typing: str = ""

    @property
    def how(self) -> str:
        """What stands beside the line it is typed on."""
        return self.typing or self.help

    @property
    def can_be_off(self) -> bool:
        """Whether "off" is one of its values."""
        return "off" in self.choices


_VOICES = (
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "marin", "sage", "shimmer", "verse",
)  # fmt: skip
_FORMATS = ("pcm16", "pcmu", "pcma")
_TURNS = "turn_detection"

FIELDS: tuple[Field, ...] = (
    Field("provider", "provider", "Who answers. Changes with the next session.", "plan", "session"),
    Field("model", "model", "A session keeps its model to the end.", "plan", "session",
          is_open=True),
    Field("microphone", "microphone", "A card, or a voice of this machine; auto takes the "
          "system's card where there is one.", "choice", "sound", is_open=True,
          typing="device:NAME or device:NUMBER, say:WORDS // MORE WORDS, or a sound file."),
    Field("speaker", "speaker", "A card, or silent; auto takes the system's card where there is "
          "one.", "choice", "sound", is_open=True, typing="device:NAME or device:NUMBER."),
    Field("cleaning.echo", "echo", "cancel takes the assistant's voice out of the microphone; "
          "half-duplex sends silence while it speaks.", "choice", "sound",
          choices=("cancel", "half-duplex", "off")),
    Field("cleaning.noise_suppression", "suppress noise", "Takes steady noise out of a card's "
          "sound before it is sent.", "toggle", "sound"),
    Field("cleaning.gain_control", "gain control", "Makes quiet speech of a card louder before it "
          "is sent.", "toggle", "sound"),
    Field("voice", "voice", "Fixed once the assistant has spoken.", "choice", "voice",
          choices=_VOICES, is_open=True),
    Field("speed", "speed", "How fast it speaks; counts from the next turn.", "number", "voice",
          low=0.25, high=1.5, step=0.05, digits=2, unit="×"),
    Field("output_modalities", "answers in", "Speech with its words, or text alone.", "choice",
          "voice", choices=("audio", "text")),
    Field("instructions", "instructions", "Enter types what the model is told about its part.",
          "text", "voice"),
    Field(f"{_TURNS}.type", "detection", "Who decides that a turn is over; off means you do.",
          "choice", "turns", choices=("server_vad", "semantic_vad", "off")),
    Field(f"{_TURNS}.threshold", "threshold", "Probability from which sound counts as speech; "
          "higher for noisy rooms.", "number", "turns", step=0.05, digits=2,
          only_for="server_vad"),
    Field(f"{_TURNS}.prefix_padding_ms", "prefix", "Sound kept from before speech began.",
          "number", "turns", high=1000, step=20, unit=" ms", only_for="server_vad"),
    Field(f"{_TURNS}.silence_duration_ms", "silence", "Silence that ends a turn: shorter answers "
          "sooner, longer lets people think.", "number", "turns", high=2000, step=20, unit=" ms",
          only_for="server_vad"),
    Field(f"{_TURNS}.idle_timeout_ms", "idle timeout", "Silence after which the assistant asks "
          "whether somebody is there.", "number", "turns", low=5000, high=30_000, step=500,
          unit=" ms", choices=("off",), only_for="server_vad"),
    Field(f"{_TURNS}.eagerness", "eagerness", "How soon it believes that a thought is finished.",
          "choice", "turns", choices=("low", "medium", "high", "auto"), only_for="semantic_vad"),
    Field(f"{_TURNS}.create_response", "auto-answer", "Whether the end of a turn brings an answer.",
          "toggle", "turns"),
    Field(f"{_TURNS}.interrupt_response", "barge-in", "Whether speech cuts the assistant off.",
          "toggle", "turns"),
    Field("transcription.model", "transcription", "What writes down the caller's words.",
          "choice", "at the server", choices=("off", "whisper-1", "gpt-4o-transcribe",
          "gpt-4o-mini-transcribe", "gpt-realtime-whisper"), is_open=True),
    Field("noise_reduction", "noise filter", "The server's own: for a headset (near) or a room "
          "(far).", "choice", "at the server", choices=("off", "near_field", "far_field")),
    Field("input_format", "format in", "Fixed once sound was sent.", "choice", "at the server",
          choices=_FORMATS),
    Field("output_format", "format out", "Fixed once the assistant has spoken.", "choice",
          "at the server", choices=_FORMATS),
)  # fmt: skip
"""Every row, in order."""


_BY_PATH = {field.path: field for field in FIELDS}


def field_at(path: str) -> Field:
    """The row of a path."""
    return _BY_PATH[path]


def rows_for(settings: SessionSettings) -> tuple[Field, ...]:
    """The rows that mean something with this turn detection."""
    turns = settings.turn_detection
    chosen = turns.type if turns else ""
    return tuple(
        field
        for field in FIELDS
        if (not field.only_for or field.only_for == chosen)
        and (chosen or not field.path.startswith(f"{_TURNS}.") or field.path == f"{_TURNS}.type")
    )


def value_at(settings: SessionSettings, path: str) -> object:
    """What stands at a row's path, as one value: the only modality, a format's name."""
    value = get_path(settings, path)
    if path == "output_modalities" and isinstance(value, tuple):
        return value[0] if value else None
    return value


def is_stated(settings: SessionSettings, path: str) -> bool:
    """Whether the settings say anything about a path; a stated null says "off"."""
    name, _, knob = path.partition(".")
    if name not in settings.model_fields_set:
        return False
    held = getattr(settings, name)
    return held is None or not knob or knob == "type" or knob in held.model_fields_set


def plan_value(plan: ConnectPlan, path: str) -> str | bool:
    """What stands in a plan at one of `PLAN_PATHS`."""
    holder, _, knob = path.rpartition(".")
    return getattr(getattr(plan, holder) if holder else plan, knob)  # type: ignore[no-any-return]


def with_plan_value(plan: ConnectPlan, path: str, value: object) -> ConnectPlan:
    """The plan with another value at one of `PLAN_PATHS`; a toggle's is read from `on`, `off`.

    Raises:
        StudioError: the value is not one of the row's choices, or there is none.
    """
    row, (holder, _, knob) = field_at(path), path.rpartition(".")
    word = value if isinstance(value, bool) else str(value).strip()
    if row.kind == "toggle" and not isinstance(word, bool):
        word = word == "on"
    if word == "" or (row.choices and not row.is_open and word not in row.choices):
        known = " or ".join(row.choices)
        raise StudioError(f"{row.label} takes {known or 'a name'}", title="Setting refused")
    if not holder:
        return plan.model_copy(update={knob: word})
    return plan.model_copy(update={holder: replace(getattr(plan, holder), **{knob: word})})


def written(field: Field, value: object) -> str:
    """A value as a row shows it: `0.50`, `300 ms`, `on`, `off`."""
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return f"{value:,.{field.digits}f}{field.unit}"
    return str(value)


def stepped(field: Field, value: object, steps: int) -> object:
    """The value that many steps on; a number and a choice stop at their ends."""
    if field.kind == "choice":
        place = field.choices.index(str(value)) + steps
        return field.choices[min(max(place, 0), len(field.choices) - 1)]
    if field.kind == "toggle":
        return not value
    if not isinstance(value, int | float):
        return _number(field, field.low) if steps > 0 else "off"
    target = round((value + steps * field.step) / field.step) * field.step
    if target < field.low - 1e-9 and field.can_be_off and value <= field.low:
        return "off"
    return _number(field, min(max(target, field.low), field.high))


def at_share(field: Field, share: float) -> object:
    """The number, or the choice, at a place on the slider, from 0 at its left end to 1."""
    if field.kind == "choice":
        return field.choices[min(max(int(share * len(field.choices)), 0), len(field.choices) - 1)]
    raw = field.low + min(max(share, 0.0), 1.0) * (field.high - field.low)
    return _number(field, min(max(round(raw / field.step) * field.step, field.low), field.high))


def _number(field: Field, value: float) -> float | int:
    return round(value, field.digits) if field.digits else round(value)


def changed(settings: SessionSettings, path: str, value: object) -> SessionSettings:
    """The settings with a row's value; several knobs move together where one asks for it.

    Raises:
        StudioError: the value is not one the setting takes.
    """
    if path == "output_modalities":
        return with_path(settings, path, (str(value),))
    if path == f"{_TURNS}.type" and value == "off":
        return with_path(settings, _TURNS, None)
    if isinstance(value, str) and not value.strip() and path != "instructions":
        raise StudioError(f"{path} cannot be empty", title="Setting refused")
    return with_path(settings, path, value)
