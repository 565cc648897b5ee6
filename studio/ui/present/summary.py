"""What an event says, on one line: the words, numbers and ids that tell it from its like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from studio.core.text import one_line
from studio.protocol import events as wire
from studio.protocol.values import Item, payload_bytes
from studio.session import local
from studio.ui.present.words import short_id, size, span, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable


PCM16_BYTES_PER_MS = 48.0
_LONGEST = 300
_WORDS = {True: "on", False: "off", None: "null"}


def summary(event: object, bytes_per_ms: float = PCM16_BYTES_PER_MS) -> str:
    """An event on one line without control codes; empty where its type says all.

    Args:
        event: a wire event or a local one.
        bytes_per_ms: how much audio a millisecond takes on this wire.
    """
    if isinstance(event, wire.InputAudioBufferAppend):
        return audio(payload_bytes(event.audio), bytes_per_ms)
    if isinstance(event, wire.ResponseOutputAudioDelta):
        return audio(payload_bytes(event.delta), bytes_per_ms)
    describe = _BY_CLASS.get(type(event))
    return one_line(describe(event), _LONGEST) if describe else ""


def run_summary(deltas: Iterable[object], width: int) -> str:
    """The words of a run of text deltas, as many as `width` cells need."""
    words = ""
    for delta in deltas:
        words += str(delta or "")
        if len(words) > width:
            break
    return quoted(words)


def audio(count: int, bytes_per_ms: float) -> str:
    """Audio bytes as duration and size: `200 ms · 9.6 kB`."""
    return f"{span(count / bytes_per_ms)} · {size(count)}"


def quoted(text: str) -> str:
    """Outside words on one line, in quotation marks; empty for none."""
    words = one_line(text, _LONGEST)
    return f"“{words}”" if words else ""


def _item(item: Item) -> str:
    words = " ".join(part.text or part.transcript or "" for part in item.content)
    if item.type == "function_call":
        return f"call {item.name} {item.arguments or ''} {short_id(item.id)}"
    if item.type == "function_call_output":
        return f"output {quoted(str(item.output or ''))} {short_id(item.call_id or '')}"
    pictures = sum(part.type == "input_image" for part in item.content)
    shown = "" if not pictures else "a picture" if pictures == 1 else f"{pictures} pictures"
    facts = [item.role or item.type, quoted(words), shown, short_id(item.id)]
    if item.status and item.status != "completed":
        facts.append(item.status.replace("_", " "))
    return " · ".join(fact for fact in facts if fact)


def _response_done(event: wire.ResponseDone) -> str:
    response = event.response
    facts = [response.status or ""]
    if response.status_details and response.status_details.reason:
        facts.append(response.status_details.reason.replace("_", " "))
    if response.usage:
        facts.append(f"{response.usage.input_tokens:,} in, {response.usage.output_tokens:,} out")
    return " · ".join((*facts, short_id(response.id or "")))


def _leaves(value: Any, path: str = "") -> Iterable[str]:  # noqa: ANN401 JSON of any shape
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    else:
        yield f"{path.rpartition('.')[2]} {_plain(value)}"


def _plain(value: object) -> str:
    if isinstance(value, str):
        return one_line(value, 40)
    if isinstance(value, list):
        return ", ".join(_plain(inner) for inner in value) or "none"
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    return one_line(str(value), 40)


def _greeting(session: Mapping[str, Any]) -> str:
    return f"{session.get('model', '')} · {short_id(str(session.get('id', '')))}"


def _closed(event: local.ConnectionClosed) -> str:
    return f"{event.code} {event.reason or event.message}"


def _sound(event: local.SoundWanted) -> str:
    facts = [event.microphone or "", event.speaker or ""]
    if event.cleaning is not None:
        cleaning = event.cleaning
        facts.append(f"echo {cleaning.echo}")
        facts.append(f"noise suppression {_WORDS[cleaning.noise_suppression]}")
        facts.append(f"gain control {_WORDS[cleaning.gain_control]}")
    return " · ".join(fact for fact in facts if fact)


def _part(event: wire.ResponseContentPartAdded | wire.ResponseContentPartDone) -> str:
    if event.part is None:
        return ""
    words = quoted(event.part.text or event.part.transcript or "")
    return " · ".join(fact for fact in (event.part.type, words) if fact)


_Describe = Callable[[Any], str]

_BY_CLASS: Mapping[type, _Describe] = {
    wire.Malformed: lambda e: e.why,
    wire.SessionCreated: lambda e: _greeting(e.session),
    wire.SessionUpdated: lambda e: _greeting(e.session),
    wire.SessionUpdate: lambda e: " · ".join(
        leaf for leaf in _leaves(e.session) if leaf != "type realtime"
    ),
    wire.Error: lambda e: f"{e.error.code or e.error.type or ''} · {e.error.message}",
    wire.ConversationItemCreate: lambda e: _item(e.item),
    wire.ConversationItemAdded: lambda e: _item(e.item),
    wire.ConversationItemCreated: lambda e: _item(e.item),
    wire.ConversationItemDone: lambda e: _item(e.item),
    wire.ConversationItemDelete: lambda e: short_id(e.item_id),
    wire.ConversationItemDeleted: lambda e: short_id(e.item_id),
    wire.ConversationItemTruncate: lambda e: f"at {e.audio_end_ms:,} ms · {short_id(e.item_id)}",
    wire.ConversationItemTruncated: lambda e: f"at {e.audio_end_ms:,} ms · {short_id(e.item_id)}",
    wire.ConversationItemInputAudioTranscriptionDelta: lambda e: quoted(e.delta or ""),
    wire.ConversationItemInputAudioTranscriptionCompleted: lambda e: quoted(e.transcript),
    wire.ConversationItemInputAudioTranscriptionFailed: lambda e: e.error.message,
    wire.InputAudioBufferCommitted: lambda e: short_id(e.item_id),
    wire.InputAudioBufferSpeechStarted: lambda e: (
        f"at {e.audio_start_ms:,} ms · {short_id(e.item_id)}"
    ),
    wire.InputAudioBufferSpeechStopped: lambda e: (
        f"at {e.audio_end_ms:,} ms · {short_id(e.item_id)}"
    ),
    wire.InputAudioBufferTimeoutTriggered: lambda e: (
        f"{e.audio_start_ms:,}–{e.audio_end_ms:,} ms · {short_id(e.item_id)}"
    ),
    wire.RateLimitsUpdated: lambda e: " · ".join(
        f"{one.name} {one.remaining or 0:,} of {one.limit or 0:,}" for one in e.rate_limits
    ),
    wire.ResponseCreate: lambda e: " · ".join(_leaves(e.response or {})),
    wire.ResponseCreated: lambda e: short_id(e.response.id or ""),
    wire.ResponseDone: _response_done,
    wire.ResponseOutputItemAdded: lambda e: _item(e.item),
    wire.ResponseOutputItemDone: lambda e: _item(e.item),
    wire.ResponseContentPartAdded: _part,
    wire.ResponseContentPartDone: _part,
    wire.ResponseOutputTextDelta: lambda e: quoted(e.delta),
    wire.ResponseOutputTextDone: lambda e: quoted(e.text),
    wire.ResponseOutputAudioTranscriptDelta: lambda e: quoted(e.delta),
    wire.ResponseOutputAudioTranscriptDone: lambda e: quoted(e.transcript),
    wire.ResponseOutputAudioDone: lambda e: short_id(e.item_id),
    wire.ResponseFunctionCallArgumentsDelta: lambda e: quoted(e.delta),
    wire.ResponseFunctionCallArgumentsDone: lambda e: f"{e.name} {e.arguments}",
    local.ConnectWanted: lambda e: f"{e.provider} · {e.model}",
    local.ConnectionFailed: lambda e: f"{e.title}: {e.message}",
    local.ConnectionClosed: _closed,
    local.SettingsAsked: lambda e: " · ".join(
        _leaves(e.settings.model_dump(mode="json", exclude_unset=True))
    ),
    local.MuteSet: lambda e: "muted" if e.muted else "open",
    local.TalkKeySet: lambda e: "down" if e.held else "up",
    local.TextWanted: lambda e: quoted(e.text),
    local.SpeakWanted: lambda e: quoted(e.text),
    local.SoundWanted: _sound,
    local.CallerSaid: lambda e: quoted(e.text),
    local.ToolAnswered: lambda e: quoted(e.output),
    local.DeviceOpened: lambda e: f"{e.direction}  {e.name} · {e.rate_hz:,} Hz",
    local.DeviceFailed: lambda e: f"{e.direction} · {e.name}: {e.message}",
    local.LocalSpeechStarted: lambda e: f"at {e.audio_ms:,} ms",
    local.LocalSpeechStopped: lambda e: f"at {e.audio_ms:,} ms",
    local.PlaybackStarted: lambda e: short_id(e.item_id),
    local.PlaybackFinished: lambda e: f"{span(e.played_ms)} heard · {short_id(e.item_id)}",
    local.PlaybackFlushed: lambda e: (
        f"{span(e.played_ms)} of {span(e.received_ms)} heard, {e.reason} · {short_id(e.item_id)}"
    ),
    local.PlaybackSilenced: lambda e: f"at {stamp(e.silent_at)}",
    local.EchoScored: lambda e: (
        f"{e.score:.0%} alike, {e.lag_ms:,.0f} ms later · {short_id(e.item_id)}"
    ),
    local.LinkMeasured: lambda e: f"{e.rtt_ms:,.1f} ms there and back",
    local.AudioDropped: lambda e: f"{e.direction}  {span(e.lost_ms)} · {e.reason}",
    local.ProblemSeen: lambda e: f"{e.title}: {e.message}",
    local.SessionEnded: lambda e: e.reason,
}
