"""Reading and changing session settings by dotted path and text, as people type them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import from_json

from studio.core.errors import StudioError
from studio.protocol.knobs import (
    DEFAULT_TRANSCRIPTION,
    DEFAULT_TURN_DETECTION,
    KNOBS,
    TurnDetection,
)
from studio.protocol.values import Value

if TYPE_CHECKING:
    from studio.protocol.settings import SessionSettings

_OFF = frozenset({"off", "none", "null"})
_ON = frozenset({"on", "true"})
_LISTS = frozenset({"output_modalities", "include"})
_PLAIN_TEXT = frozenset(
    {"instructions", "model", "voice", "transcription.prompt", "transcription.model"}
)


def get_path(settings: SessionSettings, path: str) -> object:
    """What stands at `path`; None where it is off or not stated.

    Raises:
        StudioError: there is no such setting.
    """
    _require_known(path)
    value: Any = settings
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    return value


def with_path(settings: SessionSettings, path: str, value: object) -> SessionSettings:
    """`settings` with `value` at `path`; text is read by what the path accepts.

    "off", "none" and "null" turn off what can be off; `turn_detection` and `transcription` take a
    type or a model as a short way, and `on` for the default. A knob of turn detection that is off
    turns it on.

    Raises:
        StudioError: there is no such setting, or it does not accept the value.
    """
    _require_known(path)
    if isinstance(value, str):
        _require_sendable(path, value)
    name, _, knob = path.partition(".")
    read = _read_text(path, value) if isinstance(value, str) else value
    if knob:
        read = _with_knob(settings, name, knob, read)
    elif isinstance(read, str) and name in ("turn_detection", "transcription"):
        read = _short_form(settings, name, read)
    stated = {each: getattr(settings, each) for each in settings.model_fields_set}
    try:
        return type(settings).model_validate(stated | {name: read})
    except ValidationError as error:
        raise _refused(path, value, error) from None


def _require_known(path: str) -> None:
    if path in KNOBS or path.startswith("extra."):
        return
    by_last_word = {known.rpartition(".")[2]: known for known in KNOBS}
    near = difflib.get_close_matches(path, [*KNOBS, *by_last_word], n=1, cutoff=0.6)
    raise StudioError(
        f"there is no setting called {path!r}",
        title="Unknown setting",
        hint=f"Did you mean {by_last_word.get(near[0], near[0])}?"
        if near
        else f"Settings: {', '.join(KNOBS)}.",
    )


def _require_sendable(path: str, text: str) -> None:
    """Refuse bytes from a command line that were no UTF-8: the wire cannot carry them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise StudioError(
            f"the value of {path} is not valid text",
            title="Setting refused",
            hint="Write it in UTF-8.",
        ) from None


def _read_text(path: str, text: str) -> object:
    """The value that text stands for at a path; what is no JSON or number is left as text."""
    word = text.strip().lower()
    knob = KNOBS.get(path)
    if path in _PLAIN_TEXT and not (knob and knob.off and word in _OFF):
        return text
    if word == "null" or (knob and knob.off and word in _OFF):
        return None
    if path in _LISTS and not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    if knob is None or text.lstrip().startswith(("{", "[")):
        try:
            return from_json(text, allow_inf_nan=False)
        except ValueError:
            return text
    return text.strip()


def _with_knob(settings: SessionSettings, name: str, knob: str, value: object) -> object:
    if name == "extra":
        return settings.extra | {knob: value}
    if value is None and knob in ("type", "model"):
        return None
    held = getattr(settings, name)
    if knob == "type" and isinstance(value, str):
        return _short_form(settings, name, value)
    if held is None and knob == "eagerness":
        held = TurnDetection(type="semantic_vad")
    return _stated(held) | {knob: value}


def _short_form(settings: SessionSettings, name: str, word: str) -> object:
    """A nested value from one word: `on`, a type of turn detection, a transcription model."""
    if name == "transcription":
        held = settings.transcription
        on = word.lower() in _ON
        return (held or DEFAULT_TRANSCRIPTION) if on else _stated(held) | {"model": word}
    return _turned_on(settings.turn_detection, word)


def _turned_on(held: TurnDetection | None, word: str) -> object:
    """Turn detection of the type `word`, with that type's default knobs and what both share."""
    if held and (word.lower() in _ON or word == held.type):
        return held
    wanted = DEFAULT_TURN_DETECTION.type if word.lower() in _ON else word
    semantic = {"eagerness": "auto"}
    knobs = semantic if wanted == "semantic_vad" else _stated(DEFAULT_TURN_DETECTION)
    shared = {"create_response", "interrupt_response"}
    before = _stated(held or DEFAULT_TURN_DETECTION)
    return knobs | {key: before[key] for key in shared & before.keys()} | {"type": wanted}


def _stated(value: Value | None) -> dict[str, Any]:
    return {} if value is None else value.model_dump(exclude_unset=True)


def _refused(path: str, value: object, error: ValidationError) -> StudioError:
    knob = KNOBS.get(path)
    faults = error.errors(include_url=False, include_input=False)
    message = f"{path} does not accept {value!r}"
    for fault in faults:
        if fault["type"] == "value_error":
            message += f": {fault['ctx']['error']}"
    return StudioError(
        message,
        title="Setting refused",
        hint=f"It takes {knob.accepts}." if knob else "",
    )
