"""Checking the items that clients make, and turning them into entries of the conversation."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from studio.protocol.values import ContentPart, Item
from studio.server.engine.conversation import Entry
from studio.server.engine.errors import (
    invalid_value,
    missing_parameter,
    too_long,
    unsupported_value,
)

if TYPE_CHECKING:
    from studio.audio.formats import AudioFormat
    from studio.core.ids import IdSource

LONGEST_ID = 32

_TYPES = ("message", "function_call", "function_call_output")
_PARTS_BY_ROLE = {
    "user": ("input_text", "input_audio", "input_image"),
    "assistant": ("output_text",),
    "system": ("input_text",),
}


def audio_bytes(payload: object, param: str) -> bytes:
    """Base64 as bytes.

    Raises:
        Refused: it is not base64.
    """
    fault = invalid_value(param, f"Invalid '{param}'. Expected base64-encoded audio bytes.")
    if not isinstance(payload, str):
        raise fault
    try:
        return base64.b64decode(payload, validate=True)
    except ValueError:
        raise fault from None


def entry_from(item: Item, audio_format: AudioFormat, ids: IdSource, param: str = "item") -> Entry:
    """A client's item as an entry; audio in it has no words yet.

    Raises:
        Refused: the item is of a kind that clients cannot make, or its fields do not fit.
    """
    if len(item.id) > LONGEST_ID:
        raise too_long(f"{param}.id", LONGEST_ID, len(item.id))
    item_id = item.id or ids.new("item")
    match item.type:
        case "message":
            return _message(item, item_id, audio_format, param)
        case "function_call":
            return Entry(_call(item, item_id, ids, param))
        case "function_call_output":
            return Entry(_call_output(item, item_id, param))
        case _:
            raise unsupported_value(f"{param}.type", item.type, _TYPES)


def _message(item: Item, item_id: str, audio_format: AudioFormat, param: str) -> Entry:
    role = item.role
    if role is None:
        raise missing_parameter(f"{param}.role")
    if role not in _PARTS_BY_ROLE:
        raise unsupported_value(f"{param}.role", role, _PARTS_BY_ROLE)
    audio = bytearray()
    parts = []
    for index, part in enumerate(item.content):
        place = f"{param}.content[{index}]"
        if part.type not in _PARTS_BY_ROLE[role]:
            raise _unfit_part(part, role, place)
        if part.type == "input_audio":
            audio += audio_bytes(part.audio, f"{place}.audio")
        parts.append(_kept_part(part, place))
    kept = Item(id=item_id, type="message", status="completed", role=role, content=tuple(parts))
    spoken = any(part.type == "input_audio" for part in parts)
    sound_ms = audio_format.bytes_to_ms(len(audio))
    return Entry(kept, bytes(audio), audio_format, sound_ms, None if spoken else "")


def _unfit_part(part: ContentPart, role: str, place: str) -> Exception:
    if role == "assistant" and part.type == "output_audio":
        return invalid_value(
            place, "Assistant audio messages cannot be created; create output_text instead."
        )
    return unsupported_value(f"{place}.type", part.type, _PARTS_BY_ROLE[role])


def _kept_part(part: ContentPart, place: str) -> ContentPart:
    match part.type:
        case "input_audio":
            return ContentPart(type="input_audio", transcript=part.transcript)
        case "input_image":
            if not (part.image_url or "").startswith("data:image/"):
                raise invalid_value(
                    f"{place}.image_url", "Expected a data URI of a PNG or JPEG image."
                )
            detail = (part.model_extra or {}).get("detail", "auto")
            if detail not in ("auto", "low", "high"):
                raise unsupported_value(f"{place}.detail", detail, ("auto", "low", "high"))
            fields = {"type": "input_image", "image_url": part.image_url, "detail": detail}
            return ContentPart.model_validate(fields)
        case _:
            if part.text is None:
                raise missing_parameter(f"{place}.text")
            return ContentPart(type=part.type, text=part.text)


def _call(item: Item, item_id: str, ids: IdSource, param: str) -> Item:
    if not item.name:
        raise missing_parameter(f"{param}.name")
    return Item(
        id=item_id,
        type="function_call",
        status="completed",
        name=item.name,
        call_id=item.call_id or ids.new("call"),
        arguments=item.arguments or "",
    )


def _call_output(item: Item, item_id: str, param: str) -> Item:
    if not item.call_id:
        raise missing_parameter(f"{param}.call_id")
    if not isinstance(item.output, str):
        raise missing_parameter(f"{param}.output")
    return Item(id=item_id, type="function_call_output", call_id=item.call_id, output=item.output)
