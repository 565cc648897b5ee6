"""Folds a session for no more than what `facts` reads of it: turns, their anchors, problems.

Most of a long session are pieces of sound and of words. Once the first of a kind has told that its
item, part and response are there, the next one tells nothing more that is asked for here; what it
is made of is checked in its bytes, since a malformed frame is a problem. All else is decoded and
folded into the few slices that turns, anchors and problems come from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec.structs import replace
from pydantic import BaseModel

from studio.protocol.beta import SERVER_NAMES
from studio.protocol.dialect import Dialect
from studio.protocol.events import (
    ConversationItemInputAudioTranscriptionDelta,
    InputAudioBufferAppend,
    ResponseFunctionCallArgumentsDelta,
    ResponseOutputAudioDelta,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputTextDelta,
)
from studio.session.envelope import Envelope, Origin
from studio.session.local import LOCAL_EVENTS
from studio.session.reduce import by_event, changed
from studio.session.state import SessionState

_HANDLERS = by_event(("settings", "items", "responses", "speech", "sound", "tools", "problems"))
"""What turns begin and are decided by, what belongs to them, and what that goes by."""

_Index: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
_Place: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=10**18)]
_ESCAPE = b"\\u"
_HALF = re.compile(rb"\\u[dD]")
"""How the escapes begin that are text in pairs only: the codec is to judge them."""


class _Span(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    track: Literal["input", "output"]
    offset: _Place
    bytes: _Place


class _Cut(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    span: _Span = msgspec.field(name="$audio")


class _Piece(msgspec.Struct, gc=False, forbid_unknown_fields=True, kw_only=True):
    """A frame that is one of many, of no shape but that which the codec takes for well-formed."""

    type: str
    event_id: str | None = None
    response_id: str = ""
    item_id: str = ""
    content_index: _Index = 0
    output_index: _Index = 0
    obfuscation: str | None = None


class _Block(_Piece, kw_only=True):
    audio: str | _Cut


class _Voice(_Piece, kw_only=True):
    item_id: str
    response_id: str
    delta: str | _Cut


class _Words(_Piece, kw_only=True):
    item_id: str
    response_id: str
    delta: str


class _Arguments(_Words, kw_only=True):
    call_id: str


class _Heard(_Piece, kw_only=True):
    item_id: str
    delta: str | None = None
    logprobs: None = None


_PIECES: Mapping[type[BaseModel], type[_Piece]] = {
    InputAudioBufferAppend: _Block,
    ResponseOutputAudioDelta: _Voice,
    ResponseOutputAudioTranscriptDelta: _Words,
    ResponseOutputTextDelta: _Words,
    ResponseFunctionCallArgumentsDelta: _Arguments,
    ConversationItemInputAudioTranscriptionDelta: _Heard,
}
_OF_NO_ACCOUNT = frozenset(kind for kind, event in LOCAL_EVENTS.items() if event not in _HANDLERS)
"""Local events that change none of the slices; one that is malformed changes nothing, either."""


class _Kind(NamedTuple):
    """Frames of one type: as which event they are decoded, who sends them, what they look like."""

    event: type
    origin: Origin
    decode: Callable[[bytes], _Piece]


_Key = tuple[type, str, str, int]


class Skimming:
    """A session that is folded for its turns, their anchors and its problems.

    Args:
        dialect: of its wire.

    Attributes:
        state: what is known; of words, times and sound it holds less than a fold does.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.state = SessionState()
        self._kinds = _kinds(dialect)
        self._told: set[_Key] = set()
        self._sent_bytes = 0

    def passes_over(self, kind: str, origin: Origin, frame: bytes, audio_bytes: int) -> bool:
        """Whether an event need not be taken; each is asked about before it is.

        Args:
            kind: the wire's word for its type.
            origin: where it comes from.
            frame: as the log keeps it; empty where that is not known.
            audio_bytes: of the audio in it, decoded.
        """
        known = self._kinds.get(kind)
        if known is None:
            return origin is Origin.LOCAL and kind in _OF_NO_ACCOUNT
        if known.origin is not origin or (_ESCAPE in frame and _HALF.search(frame)):
            return False
        try:
            piece = known.decode(frame)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return False
        if (known.event, piece.response_id, piece.item_id, piece.content_index) not in self._told:
            return False
        if known.event is InputAudioBufferAppend:
            self._sent_bytes += audio_bytes
        return True

    def take(self, envelope: Envelope) -> None:
        """Take an event that is not passed over."""
        event, speech = envelope.event, self.state.speech
        if self._sent_bytes:
            speech = replace(speech, sent_bytes=speech.sent_bytes + self._sent_bytes)
            self._sent_bytes = 0
        state = replace(self.state, last_seq=envelope.seq, last_at=envelope.at, speech=speech)
        self.state = changed(state, event, _HANDLERS)
        if type(event) in _PIECES:
            self._told.add(_key_of(event))
        else:
            self._told.clear()


def _key_of(event: BaseModel) -> _Key:
    """What pieces have in common of which the first tells all there is to know here.

    A field that its type does not have can hold anything.
    """
    kind = type(event)
    found: list[Any] = [
        getattr(event, name) if name in kind.model_fields else none
        for name, none in (("response_id", ""), ("item_id", ""), ("content_index", 0))
    ]
    return kind, *found


def _kinds(dialect: Dialect) -> Mapping[str, _Kind]:
    """The pieces by the words of a dialect."""
    kinds = {}
    for event, piece in _PIECES.items():
        is_sent = event is InputAudioBufferAppend
        origin = Origin.CLIENT if is_sent else Origin.SERVER
        decode = msgspec.json.Decoder(piece).decode
        kinds[event.model_fields["type"].default] = _Kind(event, origin, decode)
    if dialect is Dialect.BETA:
        kinds |= {beta: kinds[ga] for beta, ga in SERVER_NAMES.items() if ga in kinds}
    return kinds
