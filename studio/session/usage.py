"""The totals and rate-limit slices: what was used so far, and what is left.

Cached tokens are a part of the input tokens, never beside them; reasoning tokens are a part of the
text tokens. Cancelled and failed responses are billed too, so they count.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace
from pydantic import ValidationError

from studio.protocol.events import (
    ConversationItemInputAudioTranscriptionCompleted,
    RateLimitsUpdated,
    ResponseDone,
)
from studio.protocol.values import CachedTokens, InputTokens, OutputTokens, RateLimit, Usage
from studio.session.folding import Handler
from studio.session.state import SessionState, Totals


def usage_of(event: ResponseDone) -> Usage | None:
    """The tokens of a response; some services state them on the event, beside the response."""
    usage = event.response.usage
    if usage is not None and usage.model_fields_set:
        return usage
    beside = (event.model_extra or {}).get("usage")
    try:
        return Usage.model_validate(beside) if isinstance(beside, dict) else usage
    except ValidationError:
        return usage


def _used(state: SessionState, event: ResponseDone) -> Totals:
    """Counts a response once, however often its end is told."""
    totals = state.totals
    known = state.responses.by_id.get(event.response.id or "")
    if known is not None and known.done_at is not None:
        return totals
    usage = usage_of(event) or Usage()
    given = usage.input_token_details or InputTokens(text_tokens=usage.input_tokens)
    made = usage.output_token_details or OutputTokens(text_tokens=usage.output_tokens)
    cached = given.cached_tokens_details or CachedTokens(text_tokens=given.cached_tokens)
    return replace(
        totals,
        input_text=totals.input_text + given.text_tokens,
        input_audio=totals.input_audio + given.audio_tokens,
        input_image=totals.input_image + given.image_tokens,
        cached_text=totals.cached_text + cached.text_tokens,
        cached_audio=totals.cached_audio + cached.audio_tokens,
        cached_image=totals.cached_image + cached.image_tokens,
        output_text=totals.output_text + made.text_tokens,
        output_audio=totals.output_audio + made.audio_tokens,
        responses=totals.responses + 1,
    )


def _transcribed(
    state: SessionState, event: ConversationItemInputAudioTranscriptionCompleted
) -> Totals:
    totals, usage = state.totals, event.usage
    if usage is None:
        return totals
    return replace(
        totals,
        transcription_seconds=totals.transcription_seconds + (usage.seconds or 0.0),
        transcription_tokens=totals.transcription_tokens + usage.total_tokens,
    )


def _limits(state: SessionState, event: RateLimitsUpdated) -> Mapping[str, RateLimit]:
    limits = {**state.rate_limits, **{limit.name: limit for limit in event.rate_limits}}
    return state.rate_limits if limits == state.rate_limits else limits


TOTALS: Mapping[type, Handler[Totals]] = {
    ResponseDone: _used,
    ConversationItemInputAudioTranscriptionCompleted: _transcribed,
}
"""What changes the totals, by type of event."""

RATE_LIMITS: Mapping[type, Handler[Mapping[str, RateLimit]]] = {RateLimitsUpdated: _limits}
"""What changes the rate limits, by type of event."""
