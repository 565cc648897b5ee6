"""The default conversation: items in order, each with its audio and the words in it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.audio.formats import AudioFormat
from studio.server.engine.errors import (
    Refused,
    already_shorter,
    invalid_value,
    no_such_item,
    not_truncatable,
    quoted,
)
from studio.server.engine.usage import (
    IMAGE_TOKENS,
    MESSAGE_FRAME_TOKENS,
    Tokens,
    assistant_audio_tokens,
    text_tokens,
    user_audio_tokens,
)
from studio.server.replies.context import Called, Returned, Said, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from studio.protocol.values import Item

MAX_ITEMS = 5_000
KEPT_AUDIO_BYTES = 96 * 1024 * 1024
"""How much audio a session keeps for `retrieve`: over half an hour; the oldest goes first."""

_FORMAT_NAMES = {
    AudioFormat.PCM16: "pcm16",
    AudioFormat.PCMU: "g711_ulaw",
    AudioFormat.PCMA: "g711_alaw",
}


@dataclass(slots=True)
class Entry:
    """An item and what the server knows about it beside the wire.

    Attributes:
        item: as clients see it, without audio.
        audio: its sound in `audio_format`; empty once it is too old to be kept.
        audio_ms: how long the sound is, or was.
        words: what is said in it; None while recognition is still out.
        billed: whether a response has read it already.
    """

    item: Item
    audio: bytes = b""
    audio_format: AudioFormat = AudioFormat.PCM16
    audio_ms: float = 0.0
    words: str | None = ""
    billed: bool = False

    @property
    def tokens(self) -> Tokens:
        """What a model would read for this item."""
        item = self.item
        frame = MESSAGE_FRAME_TOKENS
        if item.type != "message":
            output = item.output if isinstance(item.output, str) else ""
            return Tokens(frame + text_tokens((item.name or "") + (item.arguments or "") + output))
        written = sum(text_tokens(part.text or "") for part in item.content)
        images = sum(part.type == "input_image" for part in item.content)
        if item.role == "assistant":
            spoken = text_tokens(self.words or "") if self.audio_ms else 0
            audio = assistant_audio_tokens(self.audio_ms)
            return Tokens(frame + written + spoken, audio)
        return Tokens(frame + written, user_audio_tokens(self.audio_ms), images * IMAGE_TOKENS)

    def turn(self) -> Turn:
        """The item in words."""
        item = self.item
        if item.type == "function_call":
            return Called(item.call_id or "", item.name or "", item.arguments or "")
        if item.type == "function_call_output":
            output = item.output if isinstance(item.output, str) else ""
            return Returned(item.call_id or "", output)
        written = " ".join(part.text for part in item.content if part.text)
        text = f"{written} {self.words or ''}".strip()
        images = tuple(part.image_url for part in item.content if part.image_url)
        spoken = any(part.type in ("input_audio", "output_audio") for part in item.content)
        return Said(item.role or "user", text, images, spoken)

    def with_audio(self) -> Item:
        """The item as `retrieve` gives it, its sound included."""
        if not self.audio:
            return self.item
        sound = {
            "audio": base64.b64encode(self.audio).decode(),
            "format": _FORMAT_NAMES[self.audio_format],
        }
        content = tuple(
            part.model_copy(update=sound) if part.type.endswith("_audio") else part
            for part in self.item.content
        )
        return self.item.model_copy(update={"content": content})


class Conversation:
    """Items in order, found by id."""

    def __init__(self, conversation_id: str) -> None:
        self.id = conversation_id
        self._order: list[str] = []
        self._entries: dict[str, Entry] = {}
        self._audio_bytes = 0

    def __iter__(self) -> Iterator[Entry]:
        return (self._entries[item_id] for item_id in self._order)

    def find(self, item_id: str) -> Entry | None:
        """The entry with this id, where there is one."""
        return self._entries.get(item_id)

    @property
    def tail_id(self) -> str | None:
        """The last item's id."""
        return self._order[-1] if self._order else None

    def previous_id(self, item_id: str) -> str | None:
        """The id of the item before this one."""
        if item_id not in self._entries:
            return None
        index = self._order.index(item_id)
        return self._order[index - 1] if index else None

    def check_room(self, item_id: str, after: str | None) -> None:
        """Whether an item with this id could be added there.

        Raises:
            Refused: the id is taken, the place does not exist, or the conversation is full.
        """
        if item_id in self._entries:
            raise invalid_value(
                "item.id", f"Error adding item: an item with id {quoted(item_id)} already exists."
            )
        if after not in (None, "root") and after not in self._entries:
            raise invalid_value(
                "previous_item_id",
                f"Error adding item: the previous item with id {quoted(after)} does not exist.",
            )
        if len(self._order) >= MAX_ITEMS:
            raise Refused("conversation_full", f"A conversation holds {MAX_ITEMS} items.")

    def add(self, entry: Entry, after: str | None = None) -> str | None:
        """Put an entry at the end, at the `root`, or after an item; gives the id before it."""
        match after:
            case None:
                place = len(self._order)
            case "root":
                place = 0
            case _:
                place = self._order.index(after) + 1
        self._order.insert(place, entry.item.id)
        self._entries[entry.item.id] = entry
        self._keep_audio_bounded(len(entry.audio))
        return self.previous_id(entry.item.id)

    def sound_grew(self, entry: Entry, audio: bytes) -> None:
        """Give an entry its finished sound."""
        if self._entries.get(entry.item.id) is entry:
            entry.audio = audio
            self._keep_audio_bounded(len(audio))

    def delete(self, item_id: str) -> None:
        """Take an item out.

        Raises:
            Refused: there is no such item.
        """
        entry = self._entries.pop(item_id, None)
        if entry is None:
            raise no_such_item("delete", item_id)
        self._order.remove(item_id)
        self._audio_bytes -= len(entry.audio)

    def retrieve(self, item_id: str) -> Item:
        """An item with its audio.

        Raises:
            Refused: there is no such item.
        """
        entry = self._entries.get(item_id)
        if entry is None:
            raise no_such_item("retrieve", item_id)
        return entry.with_audio()

    def truncate(self, item_id: str, content_index: int, audio_end_ms: int) -> None:
        """Cut an assistant item's audio to what was heard; its transcript goes.

        Of the words, as many are remembered as the share of the audio that was heard.

        Raises:
            Refused: there is no such item, it holds no assistant audio, or it is shorter.
        """
        entry = self._entries.get(item_id)
        if entry is None:
            raise no_such_item("truncate", item_id)
        content = entry.item.content
        if (
            entry.item.role != "assistant"
            or not 0 <= content_index < len(content)
            or content[content_index].type != "output_audio"
        ):
            raise not_truncatable()
        if audio_end_ms < 0:
            raise invalid_value("audio_end_ms", "'audio_end_ms' must not be negative.")
        if audio_end_ms > entry.audio_ms:
            raise already_shorter(int(entry.audio_ms), audio_end_ms)
        words = (entry.words or "").split()
        share = audio_end_ms / entry.audio_ms if entry.audio_ms else 0.0
        entry.words = " ".join(words[: round(share * len(words))])
        entry.audio_ms = float(audio_end_ms)
        kept = entry.audio[: entry.audio_format.ms_to_bytes(audio_end_ms)]
        self._audio_bytes -= len(entry.audio) - len(kept)
        entry.audio = kept
        silent = content[content_index].model_copy(update={"transcript": None})
        parts = (*content[:content_index], silent, *content[content_index + 1 :])
        entry.item = entry.item.model_copy(update={"content": parts})

    def has_assistant_audio(self) -> bool:
        """Whether anything was said aloud, which locks the voice."""
        return any(entry.audio_ms and entry.item.role == "assistant" for entry in self)

    def _keep_audio_bounded(self, added_bytes: int) -> None:
        self._audio_bytes += added_bytes
        for entry in self:
            if self._audio_bytes <= KEPT_AUDIO_BYTES:
                return
            self._audio_bytes -= len(entry.audio)
            entry.audio = b""


def turns(entries: Iterable[Entry]) -> tuple[Turn, ...]:
    """Items in words, oldest first."""
    return tuple(entry.turn() for entry in entries)
