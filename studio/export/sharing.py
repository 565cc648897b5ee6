"""What of a session is withheld when it is shared: its sound, its words, its ids.

Words become `███`, one for each, so that neither they nor their lengths can be read; what ends a
sentence stays. Ids become short names (`item_3`) that are the same wherever the id stands. In JSON
what is known to be neither word nor id is kept; a field that nobody knows counts as words.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection

from studio.core.errors import StudioError
from studio.core.text import one_line, without_secrets
from studio.session.state import SessionState

WITHHELD = ("audio", "text", "ids")
"""What can be withheld."""

_MASK = "███"
_SENTENCE_SIGNS = ".,;:!?…\u3002\uff01\uff1f\uff0c"
_ID = re.compile(r"[\w-](?:[\w.:-]*[\w-])?")
_ID_KINDS = frozenset({"item", "resp", "event", "call", "sess", "conv", "msg", "evt", "mcp", "fc"})
_PLAIN = re.compile(r"[\w.:/+-]{1,64}\Z")
"""What a kept value looks like: a word of the protocol, not a sentence."""
_DRAWN = re.compile(r"(?=.*[0-9A-Z])[A-Za-z0-9]{5,}\Z")
"""What follows the kind in an id: drawn by lot, no word such as `not_found`."""
_KEPT = frozenset(
    (
        "code",
        "dialect",
        "direction",
        "eagerness",
        "effort",
        "format",
        "include",
        "input_audio_format",
        "input_format",
        "kind",
        "language",
        "max_output_tokens",
        "max_response_output_tokens",
        "modalities",
        "model",
        "name",
        "object",
        "output_audio_format",
        "output_format",
        "output_modalities",
        "provider",
        "reason",
        "role",
        "severity",
        "status",
        "tool_choice",
        "track",
        "truncation",
        "type",
        "voice",
    )
)
"""Fields whose value is a word of the protocol or a choice of settings."""
_FREE = frozenset(
    {"arguments", "bytes", "input_schema", "logprobs", "metadata", "parameters", "variables"}
)
"""Fields that may hold anything; withheld whole with the words, unless they are text."""
_SECRET = frozenset({"api_key", "authorization", "client_secret", "headers", "token"})


class Redaction:
    """Withholds the same things in the same way throughout one session.

    Args:
        without: of `WITHHELD`.

    Raises:
        StudioError: something else is to be withheld.
    """

    def __init__(self, without: Collection[str] = ()) -> None:
        unknown = sorted(set(without) - set(WITHHELD))
        if unknown:
            raise StudioError(
                f"{one_line(unknown[0], 40)!r} cannot be left out of an export.",
                title="Unknown choice",
                hint=f"Choose from: {', '.join(WITHHELD)}.",
            )
        self.audio = "audio" not in without
        """Whether sound is shared."""
        self.words = "text" not in without
        """Whether words are shared."""
        self.ids = "ids" not in without
        """Whether ids are shared as they are."""
        self._aliases: dict[str, str] = {}
        self._counts: Counter[str] = Counter()

    @property
    def is_open(self) -> bool:
        """Whether nothing is withheld."""
        return self.audio and self.words and self.ids

    def learn(self, state: SessionState) -> None:
        """Know the ids of a session, so that they are found in the middle of sentences too."""
        session_id = (state.connection.session_id,)
        for known in (session_id, state.items.by_id, state.responses.by_id, state.tools.calls):
            for each in known:
                self.id(each)

    def text(self, text: str) -> str:
        """Somebody's words."""
        return self.note(text) if self.words else masked(text)

    def note(self, text: str) -> str:
        """A sentence that holds nobody's words, but maybe an id."""
        text = without_secrets(text)
        return text if self.ids else _ID.sub(self._noted, text)

    def _noted(self, match: re.Match[str]) -> str:
        word = match.group()
        kind, _, rest = word.partition("_")
        is_id = word in self._aliases or (kind in _ID_KINDS and _DRAWN.match(rest))
        return self.id(word) if is_id else word

    def id(self, known: str) -> str:
        """An id, or its short name."""
        if self.ids or not known:
            return known
        alias = self._aliases.get(known)
        if alias is None:
            prefix = re.split("[_-]", known, maxsplit=1)[0]
            kind = prefix if prefix in _ID_KINDS else "id"
            self._counts[kind] += 1
            alias = self._aliases[known] = f"{kind}_{self._counts[kind]}"
        return alias

    def protocol_word(self, word: str) -> str:
        """What should be a word of the protocol, such as an event's type; words where it is not."""
        return self.note(word) if _PLAIN.match(word) else self.text(word)

    def value(self, key: str, value: object) -> object:
        """A JSON value that stands under this key; what is secret is withheld in any case."""
        self._learn_ids({key: value})
        return self._shared(value, key, "")

    def frame(self, frame: str) -> str:
        """A frame of the wire or other JSON; the very same text where nothing is withheld."""
        if self.is_open:
            return frame
        try:
            value = json.loads(frame)
            kind = value.get("type") if isinstance(value, dict) else None
            self._learn_ids(value)
            shared = self._shared(value, "", kind if isinstance(kind, str) else "")
            return json.dumps(shared, ensure_ascii=False, separators=(",", ":"))
        except (ValueError, RecursionError):
            return json.dumps(f"[{len(frame)} characters that are no JSON]")

    def _learn_ids(self, value: object) -> None:
        if isinstance(value, dict):
            for key, each in value.items():
                if _is_id(key) and isinstance(each, str):
                    self.id(each)
                else:
                    self._learn_ids(each)
        elif isinstance(value, list):
            for each in value:
                self._learn_ids(each)

    def _shared(self, value: object, key: str, kind: str) -> object:
        if isinstance(value, str):
            return self._shared_text(value, key, kind)
        if key in _SECRET and value is not None:
            return "[secret]"
        if key in _FREE and not self.words and value is not None:
            return _MASK
        if isinstance(value, dict):
            return {self._key(each): self._shared(value[each], each, kind) for each in value}
        if isinstance(value, list):
            return [self._shared(each, key, kind) for each in value]
        return value

    def _key(self, key: str) -> str:
        return key if _PLAIN.match(key) else self.text(key)

    def _shared_text(self, text: str, key: str, kind: str) -> str:
        if key in _SECRET:
            return "[secret]"
        if _is_audio(key, kind):
            return text if self.audio else f"[{_decoded_bytes(text)} bytes of audio]"
        if _is_id(key):
            return self.id(text)
        is_named_here = key == "name" and kind.startswith("local.")
        is_kept = key in _KEPT and not is_named_here
        return self.protocol_word(text) if is_kept else self.text(text)


def masked(text: str) -> str:
    """Every word as `███`; a sign at its end that shapes a sentence stays."""
    return re.sub(r"\S+", _masked_word, text)


def _masked_word(match: re.Match[str]) -> str:
    sign = match.group()[-1]
    return f"{_MASK}{sign}" if sign in _SENTENCE_SIGNS else _MASK


def _is_id(key: str) -> bool:
    return key == "id" or key.endswith("_id")


def _is_audio(key: str, kind: str) -> bool:
    return key == "audio" or (key == "delta" and kind.endswith("audio.delta"))


def _decoded_bytes(base64: str) -> int:
    return max(0, len(base64) * 3 // 4 - base64[-2:].count("="))
