"""The responses slice: what the model was asked for, what it is saying, how that ended.

`active` is the one response of the default conversation that can run at a time; a second
`response.create` would be refused, so it is queued. A response is muted once it was interrupted:
audio of it that is still on its way is not played.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from studio.core.persistent import Register
from studio.protocol.events import (
    Error,
    InputAudioBufferSpeechStarted,
    ResponseContentPartAdded,
    ResponseCreate,
    ResponseCreated,
    ResponseDone,
    ResponseFunctionCallArgumentsDelta,
    ResponseOutputAudioDelta,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputItemAdded,
    ResponseOutputItemDone,
    ResponseOutputTextDelta,
)
from studio.protocol.values import Response as WireResponse
from studio.session import speech, tools
from studio.session.folding import Handler
from studio.session.local import (
    ConnectionClosed,
    InterruptWanted,
    PlaybackFlushed,
    TalkKeySet,
    TextWanted,
    ToolAnswered,
)
from studio.session.playback import sounding
from studio.session.state import Response, Responses, SessionState
from studio.session.usage import usage_of

ALREADY_ACTIVE = "conversation_already_has_active_response"
"""The error code for a `response.create` that came too early."""

_Delta = (
    ResponseOutputTextDelta
    | ResponseOutputAudioTranscriptDelta
    | ResponseFunctionCallArgumentsDelta
)


def _with(responses: Responses, response: Response) -> Responses:
    known = responses.by_id.get(response.id)
    if known == response:
        return responses
    by_id = responses.by_id.put(response.id, response)
    if known is not None and known.item_ids == response.item_ids:
        return replace(responses, by_id=by_id)
    return replace(responses, by_id=by_id, by_item=_with_outputs(responses, by_id, response))


def _with_outputs(
    responses: Responses, by_id: Register[str, Response], response: Response
) -> Register[str, str]:
    """Which response made which item, of several the first."""
    by_item, place = responses.by_item, by_id.place_of(response.id) or 0
    for item_id in response.item_ids:
        first = by_item.get(item_id)
        if first is None or (by_id.place_of(first) or 0) > place:
            by_item = by_item.put(item_id, response.id)
    return by_item


def _known(state: SessionState, response_id: str) -> Response:
    """The response, as it is or as it must have begun: its deltas may be the first news of it."""
    known = state.responses.by_id.get(response_id)
    return known or Response(
        id=response_id,
        created_at=state.last_at,
        created_seq=state.last_seq,
        rtt_ms=state.sound.rtt_ms,
    )


def _asked(state: SessionState, event: ResponseCreate) -> Responses:
    if (event.response or {}).get("conversation") == "none":
        return state.responses
    return replace(state.responses, awaited_since=state.last_at, awaited_id=event.event_id or "")


def _created(state: SessionState, event: ResponseCreated) -> Responses:
    """A response began; one that waited in the queue is not needed, this one has seen its items."""
    responses, wire = state.responses, event.response
    if not wire.id:
        return responses
    inside = _in_conversation(wire)
    known, unwanted = _known(state, wire.id), inside and responses.unwanted
    response = replace(
        known,
        asked_at=responses.awaited_since if inside else None,
        in_conversation=inside,
        muted=known.muted or unwanted,
    )
    responses = _with(responses, response)
    if not inside or response.done_at is not None:
        return responses
    return replace(
        responses,
        active=wire.id,
        create_queued=responses.create_queued and unwanted,
        awaited_since=None,
        awaited_id="",
        unwanted=False,
    )


def _in_conversation(wire: WireResponse) -> bool:
    """Out-of-band responses state a null conversation; look-alikes leave the field out."""
    return wire.conversation_id is not None or "conversation_id" not in wire.model_fields_set


def _ended(state: SessionState, event: ResponseDone) -> Responses:
    responses, wire = state.responses, event.response
    if not wire.id:
        return responses
    known = _known(state, wire.id)
    details = wire.status_details
    error = details.error if details is not None else None
    item_ids = dict.fromkeys((*known.item_ids, *(item.id for item in wire.output if item.id)))
    response = replace(
        known,
        status=wire.status or "completed",
        reason=(details.reason if details is not None else None) or "",
        error=(error.message or error.code or "") if error is not None else "",
        done_at=known.done_at if known.done_at is not None else state.last_at,
        done_seq=known.done_seq or state.last_seq,
        item_ids=tuple(item_ids),
        usage=usage_of(event) or known.usage,
    )
    responses = _with(responses, response)
    if responses.active != wire.id:
        return responses
    queued = responses.create_queued
    sends = queued and not tools.unanswered(state, wire.id)
    return replace(
        responses,
        active="",
        create_queued=queued and not sends,
        awaited_since=state.last_at if sends else responses.awaited_since,
    )


def _grew(state: SessionState, event: _Delta | ResponseContentPartAdded) -> Responses:
    response = _with_item(_known(state, event.response_id), event.item_id)
    if response.first_delta_at is None and not isinstance(event, ResponseContentPartAdded):
        response = replace(response, first_delta_at=state.last_at, first_delta_seq=state.last_seq)
    return _with(state.responses, response)


def _spoke(state: SessionState, event: ResponseOutputAudioDelta) -> Responses:
    response = _with_item(_known(state, event.response_id), event.item_id)
    if response.first_audio_at is None:
        if response.first_delta_at is None:
            response = replace(
                response, first_delta_at=state.last_at, first_delta_seq=state.last_seq
            )
        response = replace(response, first_audio_at=state.last_at, first_audio_seq=state.last_seq)
    return _with(state.responses, response)


def _has_item(
    state: SessionState, event: ResponseOutputItemAdded | ResponseOutputItemDone
) -> Responses:
    if not event.item.id:
        return state.responses
    return _with(state.responses, _with_item(_known(state, event.response_id), event.item.id))


def _with_item(response: Response, item_id: str) -> Response:
    if item_id in response.item_ids:
        return response
    return replace(response, item_ids=(*response.item_ids, item_id))


def _refused(state: SessionState, event: Error) -> Responses:
    """Our `response.create` was refused. One that came too early is asked again when it can be."""
    responses, error = state.responses, event.error
    if responses.awaited_since is None:
        return responses
    if error.event_id and error.event_id != responses.awaited_id:
        return responses
    return replace(
        responses,
        awaited_since=None,
        awaited_id="",
        unwanted=False,
        create_queued=responses.create_queued or error.code == ALREADY_ACTIVE,
    )


def _wanted(state: SessionState, _event: TextWanted) -> Responses:
    return asked_or_queued(state)


def _answered(state: SessionState, event: ToolAnswered) -> Responses:
    """The model goes on once every call of the response has its answer."""
    call = tools.call_of(state, event.call_id)
    open_calls = tools.unanswered(state, call.response_id) if call is not None else ()
    others = [each for each in open_calls if each.call_id != event.call_id]
    return state.responses if others else asked_or_queued(state)


def asked_or_queued(state: SessionState) -> Responses:
    """The responses after a `response.create` was asked for: queued where it would be refused."""
    responses = state.responses
    if responses.busy:
        return replace(responses, create_queued=True)
    return replace(responses, awaited_since=state.last_at, awaited_id="", create_queued=False)


def _talk_key(state: SessionState, event: TalkKeySet) -> Responses:
    if event.held:
        return _silenced(state)
    return asked_or_queued(state) if speech.commits_on_release(state) else state.responses


def _barge_in(state: SessionState, _event: InputAudioBufferSpeechStarted) -> Responses:
    return _muted(state) if speech.interrupts(state) else state.responses


def _interrupted(state: SessionState, _event: InterruptWanted) -> Responses:
    return _silenced(state)


def _silenced(state: SessionState) -> Responses:
    """The person's hand took the floor: also from a response that was asked for and not begun."""
    responses = _muted(state)
    return replace(responses, unwanted=True) if responses.awaited_since is not None else responses


def _muted(state: SessionState) -> Responses:
    """What is being said and what is still to be heard has been stopped."""
    responses = state.responses
    cut = {head.response_id for head in sounding(state.playback)} | {responses.active}
    for response_id in cut:
        response = responses.by_id.get(response_id)
        if response is not None and not response.muted:
            responses = _with(responses, replace(response, muted=True))
    return responses


def _flushed(state: SessionState, event: PlaybackFlushed) -> Responses:
    """Whoever flushed it, the rest of this response is not to be heard."""
    responses = state.responses
    owner = responses.by_item.get(event.item_id)
    if owner is None or responses.by_id[owner].muted:
        return responses
    return _with(responses, replace(responses.by_id[owner], muted=True))


def _cut_off(state: SessionState, _event: ConnectionClosed) -> Responses:
    """Nothing more comes of a response whose connection is gone."""
    responses = state.responses
    for response in responses.by_id.values():
        if response.done_at is None:
            ended = replace(
                response, status="incomplete", reason="connection closed", done_at=state.last_at
            )
            responses = _with(responses, ended)
    if not responses.active and not responses.create_queued and responses.awaited_since is None:
        return responses
    return replace(
        responses,
        active="",
        create_queued=False,
        awaited_since=None,
        awaited_id="",
        unwanted=False,
    )


HANDLERS: Mapping[type, Handler[Responses]] = {
    ResponseCreate: _asked,
    ResponseCreated: _created,
    ResponseDone: _ended,
    ResponseOutputItemAdded: _has_item,
    ResponseOutputItemDone: _has_item,
    ResponseContentPartAdded: _grew,
    ResponseOutputTextDelta: _grew,
    ResponseOutputAudioTranscriptDelta: _grew,
    ResponseFunctionCallArgumentsDelta: _grew,
    ResponseOutputAudioDelta: _spoke,
    Error: _refused,
    TextWanted: _wanted,
    ToolAnswered: _answered,
    TalkKeySet: _talk_key,
    InputAudioBufferSpeechStarted: _barge_in,
    InterruptWanted: _interrupted,
    PlaybackFlushed: _flushed,
    ConnectionClosed: _cut_off,
}
"""What changes the responses, by type of event."""
