"""Recognitions under way: who waits for which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.protocol.events import (
    ConversationItemInputAudioTranscriptionCompleted,
    ConversationItemInputAudioTranscriptionDelta,
    ConversationItemInputAudioTranscriptionFailed,
)
from studio.protocol.values import ErrorDetail, Usage
from studio.server.engine.work import DropRecognition, Recognise

if TYPE_CHECKING:
    from studio.audio.formats import AudioFormat
    from studio.core.ids import IdSource
    from studio.server.engine.conversation import Entry
    from studio.server.engine.outbox import Outbox


@dataclass(slots=True)
class Recognition:
    """One piece of audio on its way to words.

    Attributes:
        words: what was heard; None until it is known.
        fault: why nothing could be recognised; empty where that did not happen.
        entry: the item that the words belong to, once there is one.
        shown: whether the client is told.
    """

    id: str
    words: str | None = None
    fault: str = ""
    entry: Entry | None = None
    shown: bool = False

    @property
    def settled(self) -> bool:
        """Whether the recogniser has answered."""
        return self.words is not None


class Transcripts:
    """Starts recognitions, and brings their words to items and to clients."""

    def __init__(self, outbox: Outbox, ids: IdSource) -> None:
        self._outbox = outbox
        self._ids = ids
        self._open: dict[str, Recognition] = {}

    def start(self, audio: bytes, audio_format: AudioFormat) -> Recognition:
        """Recognise audio, for an item or on speculation."""
        recognition = Recognition(self._ids.new("rec"))
        self._open[recognition.id] = recognition
        self._outbox.do(Recognise(recognition.id, audio, audio_format))
        return recognition

    def drop(self, recognition: Recognition) -> None:
        """The speculation was wrong: the user went on speaking."""
        if self._open.pop(recognition.id, None) is not None:
            self._outbox.do(DropRecognition(recognition.id))

    def assign(self, recognition: Recognition, entry: Entry, *, shown: bool) -> None:
        """The recognised audio has become an item, which gets its words now or later."""
        recognition.entry, recognition.shown = entry, shown
        entry.words = None

    def answer(self, recognition_id: str, words: str, fault: str = "") -> Recognition | None:
        """The recogniser's answer; None where nobody waits for it any more."""
        recognition = self._open.pop(recognition_id, None)
        if recognition is not None:
            recognition.words, recognition.fault = words, fault
        return recognition

    def deliver(self, recognition: Recognition) -> None:
        """Give the item its words, and tell the client where it wants to know."""
        entry = recognition.entry
        assert entry is not None
        entry.words = recognition.words or ""
        if not recognition.shown:
            return
        place = {"item_id": entry.item.id, "content_index": 0}
        if recognition.fault:
            error = ErrorDetail(
                type="server_error",
                code="recognition_failed",
                message=recognition.fault,
                param=None,
            )
            self._outbox.send(ConversationItemInputAudioTranscriptionFailed, **place, error=error)
            return
        if entry.words:
            self._outbox.send(
                ConversationItemInputAudioTranscriptionDelta, **place, delta=entry.words
            )
        self._show_in_item(entry)
        self._outbox.send(
            ConversationItemInputAudioTranscriptionCompleted,
            **place,
            transcript=entry.words,
            usage=_billed(entry),
        )

    def _show_in_item(self, entry: Entry) -> None:
        parts = tuple(
            part.model_copy(update={"transcript": entry.words})
            if part.type == "input_audio"
            else part
            for part in entry.item.content
        )
        entry.item = entry.item.model_copy(update={"content": parts})


def _billed(entry: Entry) -> Usage:
    seconds = round(entry.audio_ms / 1000) if entry.words else 0
    return Usage(type="duration", seconds=seconds)
