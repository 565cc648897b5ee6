"""The settings of a session as one value, its two spellings on the wire, and its changes.

A field that is not in `model_fields_set` is not stated; a stated None means off, or null. Audio
formats are the strings "pcm16", "pcmu" and "pcma". Editing by path and text comes from
`protocol.editing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import ConfigDict, Field, ValidationError

from studio.protocol import session_object
from studio.protocol.dialect import Dialect
from studio.protocol.editing import get_path, with_path
from studio.protocol.knobs import (
    DEFAULT_TRANSCRIPTION,
    DEFAULT_TURN_DETECTION,
    KNOBS,
    AudioFormatName,
    Modality,
    NoiseReduction,
    ReasoningEffort,
    SessionKind,
    Tool,
    Transcription,
    TurnDetection,
)
from studio.protocol.values import Value

__all__ = [
    "DEFAULTS",
    "KNOBS",
    "SessionSettings",
    "Tool",
    "Transcription",
    "TurnDetection",
    "apply",
    "changed_fields",
    "get_path",
    "smallest_update",
    "with_path",
]

_NOT_UPDATABLE = frozenset({"kind", "model"})

_V = TypeVar("_V", bound=Value)


class SessionSettings(Value):
    """Everything that a client can ask of a session."""

    model_config = ConfigDict(extra="forbid")

    kind: SessionKind = "realtime"
    model: str | None = None
    instructions: str | None = None
    output_modalities: tuple[Modality, ...] | None = None
    voice: str | dict[str, Any] | None = None
    speed: float | None = Field(default=None, ge=0.25, le=1.5)
    input_format: AudioFormatName | None = None
    output_format: AudioFormatName | None = None
    turn_detection: TurnDetection | None = None
    transcription: Transcription | None = None
    noise_reduction: NoiseReduction | None = None
    tools: tuple[Tool, ...] | None = None
    tool_choice: str | dict[str, Any] | None = None
    max_output_tokens: Annotated[int, Field(ge=1)] | Literal["inf"] | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    truncation: str | dict[str, Any] | None = None
    tracing: str | dict[str, Any] | None = None
    prompt: dict[str, Any] | None = None
    include: tuple[str, ...] | None = None
    reasoning: ReasoningEffort | None = None
    parallel_tool_calls: bool | None = None
    extra: dict[str, Any] = Field(default_factory=dict)

    def to_wire(self, dialect: Dialect) -> dict[str, Any]:
        """The stated fields as a `session` object, without what `dialect` does not know."""
        return session_object.render(_stated(self), self.kind, dialect)

    @classmethod
    def from_wire(cls, payload: Mapping[str, Any], dialect: Dialect) -> SessionSettings:
        """Read a `session` object of either spelling, or of both mixed.

        Never raises: what cannot be read is not stated. `dialect` says which spelling counts where
        a setting stands in both.
        """
        fields = session_object.read(payload, dialect)
        for name, nested in (("turn_detection", TurnDetection), ("transcription", Transcription)):
            if isinstance(fields.get(name), dict):
                fields[name] = _readable_object(nested, fields[name])
        return _readable(cls, fields)


DEFAULTS = SessionSettings(
    output_modalities=("audio",),
    voice="marin",
    speed=1.0,
    input_format="pcm16",
    output_format="pcm16",
    turn_detection=DEFAULT_TURN_DETECTION,
    transcription=DEFAULT_TRANSCRIPTION,
    noise_reduction=None,
    tools=(),
    tool_choice="auto",
    max_output_tokens="inf",
)
"""Where a session starts when nobody asks for anything; providers differ in models and voices."""


def apply(settings: SessionSettings, change: SessionSettings) -> SessionSettings:
    """`settings` with what `change` states laid over them.

    Turn detection and transcription merge knob by knob, as the service does it; turn detection of
    another type replaces the whole.
    """
    fields = _stated(change)
    for name in ("turn_detection", "transcription"):
        before, after = getattr(settings, name), fields.get(name)
        if before is not None and after is not None:
            fields[name] = _merged(before, after)
    if "extra" in fields:
        fields["extra"] = settings.extra | change.extra
    return settings.model_copy(update=fields)


def changed_fields(old: SessionSettings, new: SessionSettings) -> tuple[str, ...]:
    """Dotted paths of what `new` states otherwise than `old`, in the order of the fields."""
    before = dict(_leaves(old))
    absent = object()
    return tuple(
        path for path, value in _leaves(apply(old, new)) if before.get(path, absent) != value
    )


def smallest_update(
    old: SessionSettings,
    new: SessionSettings,
    dialect: Dialect,
    *,
    full_turn_detection: bool = False,
) -> dict[str, Any] | None:
    """The `session` object of the smallest `session.update` from `old` to `new`.

    None where nothing changes that the dialect knows and that an update can change (model and kind
    cannot). `full_turn_detection` is for services that reset the knobs an update leaves out.
    """
    before, after = _known(old, dialect), _known(apply(old, new), dialect)
    changed = changed_fields(before, after)
    fields: dict[str, Any] = {}
    for name in dict.fromkeys(path.partition(".")[0] for path in changed):
        if name in _NOT_UPDATABLE:
            continue
        knobs = {path.partition(".")[2] for path in changed if path.startswith(f"{name}.")}
        whole = name == "turn_detection" and full_turn_detection
        fields[name] = _part(getattr(before, name), getattr(after, name), knobs, whole=whole)
    return session_object.render(fields, new.kind, dialect) if fields else None


def _part(old: object, new: object, knobs: set[str], *, whole: bool) -> object:
    """What of a field's new value has to be sent, given which of its knobs changed."""
    if isinstance(new, dict) and knobs:
        return {key: new[key] for key in knobs}
    if not isinstance(new, Value) or old is None or whole or "type" in knobs:
        return new
    sent = knobs | ({"model"} & new.model_fields_set)
    return type(new).model_construct(**{key: getattr(new, key) for key in {*sent, *_typed(new)}})


def _typed(value: Value) -> set[str]:
    return {"type"} & type(value).model_fields.keys()


def _known(settings: SessionSettings, dialect: Dialect) -> SessionSettings:
    """The settings as a service of this dialect can be told them."""
    known = SessionSettings.from_wire(settings.to_wire(dialect), dialect)
    return known.model_copy(update={"kind": settings.kind})


def _stated(settings: SessionSettings) -> dict[str, Any]:
    """The stated fields by name, in the order of the class."""
    names = type(settings).model_fields
    return {name: getattr(settings, name) for name in names if name in settings.model_fields_set}


def _leaves(settings: SessionSettings) -> Iterator[tuple[str, object]]:
    for name, value in _stated(settings).items():
        if isinstance(value, Value):
            knobs = (*type(value).model_fields, *(value.model_extra or ()))
            stated = value.model_fields_set | _typed(value)
            yield from ((f"{name}.{key}", getattr(value, key)) for key in knobs if key in stated)
        elif name == "extra":
            yield from ((f"extra.{key}", knob) for key, knob in settings.extra.items())
        else:
            yield name, value


def _merged(old: _V, new: _V) -> _V:
    turned_over = (
        isinstance(old, TurnDetection)
        and isinstance(new, TurnDetection)
        and "type" in new.model_fields_set
        and new.type != old.type
    )
    if turned_over:
        return new
    return old.model_copy(update={key: getattr(new, key) for key in new.model_fields_set})


def _readable_object(model: type[_V], fields: dict[str, Any]) -> object:
    """The readable part of a nested object; unreadable as a whole where its type is unknown."""
    read = _readable(model, fields)
    return fields if "type" in fields and "type" not in read.model_fields_set else read


def _readable(model: type[_V], fields: dict[str, Any]) -> _V:
    """A value of the fields that pass, each tried beside those before it."""
    try:
        return model.model_validate(fields)
    except ValidationError:
        pass
    kept: dict[str, Any] = {}
    read = model()
    for name, value in sorted(fields.items(), key=lambda field: field[0] != "type"):
        try:
            read = model.model_validate(kept | {name: value})
        except ValidationError:
            continue
        kept[name] = value
    return read
