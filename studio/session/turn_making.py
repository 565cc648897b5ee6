"""A turn as a value, and how it is made of what the session knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from studio.session.echo import is_likely_echo
from studio.session.latency import TurnLatency
from studio.session.state import (
    Echo,
    Epoch,
    Head,
    Interruption,
    Item,
    Response,
    SpeechSpan,
    ToolCall,
    Transcription,
)


@dataclass(frozen=True, slots=True)
class Said:
    """An assistant message of a turn, and its audio where it has any."""

    item: Item
    head: Head | None
    response: Response | None

    @property
    def cut(self) -> bool:
        """Whether its voice was stopped."""
        return self.head is not None and bool(self.head.cut)


@dataclass(frozen=True, slots=True)
class Turn:
    """A user message and everything until the next.

    Attributes:
        index: 1 for the first turn.
        started_at: session seconds of the first news of it.
        user_item_id: None while the user still speaks, and in a turn that no user began.
        added_seq: the event that brought its first item; 0 where it has none.
        transcription_seq: the event that completed the transcription, or failed it.
        said: the assistant's messages in conversation order.
        server_span: the user's speech as the server heard it; None for typed text.
        local_span: the same speech as the local VAD heard it.
        interruptions: how the assistant's voice was stopped in this turn.
        echo: whether the user's speech was rather the assistant's own voice; None where the speaker
            was silent, or nobody listened for it.
        tags: what is particular: speaking, greeting, typed, push-to-talk, timeout, tool; why a
            voice was cut (barge-in, interrupt, talk-key, closed), and self-interruption where the
            assistant was likely stopped by its own voice; how a response ended where it did not
            complete (cancelled, failed, incomplete); not transcribed.
    """

    index: int
    started_at: float
    user_item_id: str | None = None
    user_text: str = ""
    transcription: Transcription = "none"
    added_seq: int = 0
    transcription_seq: int = 0
    said: tuple[Said, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    responses: tuple[Response, ...] = ()
    server_span: SpeechSpan | None = None
    local_span: SpeechSpan | None = None
    latency: TurnLatency = field(default_factory=TurnLatency)
    interruptions: tuple[Interruption, ...] = ()
    echo: Echo | None = None
    tags: tuple[str, ...] = ()

    @property
    def assistant_text(self) -> str:
        """All that the assistant said or wrote."""
        return " ".join(said.item.text for said in self.said if said.item.text)

    @property
    def done(self) -> bool:
        """Whether nothing more is expected: every response ended and every voice fell silent."""
        return (
            bool(self.responses)
            and all(response.done_at is not None for response in self.responses)
            and all(said.head is None or said.head.ended_at is not None for said in self.said)
            and all(call.output is not None for call in self.calls)
        )


@dataclass(frozen=True, slots=True)
class Ingredients:
    """All that a turn is made from."""

    index: int
    user: Item | None
    others: tuple[Item, ...]
    said: tuple[tuple[Item, Head | None, Response | None], ...]
    responses: tuple[Response, ...]
    calls: tuple[ToolCall, ...]
    server_span: SpeechSpan | None
    local_span: SpeechSpan | None
    epoch: Epoch | None
    interruptions: tuple[tuple[Interruption, Echo | None], ...]
    echo: Echo | None

    def objects(self) -> tuple[object, ...]:
        """Every ingredient, in an order that tells which is which."""
        return (
            self.user,
            self.server_span,
            self.local_span,
            self.epoch,
            self.echo,
            *self.others,
            _ASIDE,
            *chain.from_iterable(self.said),
            _ASIDE,
            *self.responses,
            _ASIDE,
            *self.calls,
            _ASIDE,
            *chain.from_iterable(self.interruptions),
        )

    def names(self) -> Iterator[str]:
        """The ids of whatever of the session may become, or cease to be, one of these."""
        for item in (self.user, *self.others):
            if item is not None:
                yield item.id
                yield item.response_id
        if self.server_span is not None:
            yield self.server_span.item_id
        yield from (cut.speech_item_id for cut, _ in self.interruptions)


_ASIDE = object()


def is_spoken(user: Item) -> bool:
    """Whether the user said it, and did not type it."""
    return any(part.type == "input_audio" for part in user.parts)


def turn_of(made_of: Ingredients) -> Turn:
    """The turn that is made of these."""
    user, span = made_of.user, made_of.server_span
    first = user or (made_of.others[0] if made_of.others else None)
    started_at = span.started_at if span is not None else first.added_at if first else 0.0
    return Turn(
        index=made_of.index,
        started_at=started_at,
        user_item_id=user.id if user is not None else None,
        user_text=user.text if user is not None else "",
        transcription=user.transcription if user is not None else "none",
        added_seq=first.added_seq if first is not None else 0,
        transcription_seq=user.transcription_seq if user is not None else 0,
        said=tuple(Said(*each) for each in made_of.said),
        calls=made_of.calls,
        responses=made_of.responses,
        server_span=span,
        local_span=made_of.local_span,
        latency=_latency(made_of),
        interruptions=tuple(cut for cut, _ in made_of.interruptions),
        echo=made_of.echo,
        tags=tuple(_tags(made_of)),
    )


def _latency(made_of: Ingredients) -> TurnLatency:
    responses, span = made_of.responses, made_of.server_span
    first = responses[0] if responses else None
    speaking = next((each for each in responses if each.first_audio_at is not None), None)
    written = next(
        (
            response
            for item, _, response in made_of.said
            if item.text and response is not None and response.done_at is not None
        ),
        None,
    )
    output = speaking or written
    stopped_at = made_of.local_span.stopped_at if made_of.local_span is not None else None
    by_server = span is not None
    decided_at = span.stopped_at if span is not None else first.asked_at if first else None
    heads = [head for _, head, _ in made_of.said if head is not None]
    heard = min(
        ((head.heard_at, head.device_ms) for head in heads if head.heard_at is not None),
        default=(None, 0.0),
    )
    agrees = stopped_at is None or decided_at is None or stopped_at <= decided_at
    return TurnLatency(
        user_stopped_at=stopped_at if agrees else None,
        decided_at=decided_at,
        created_at=first.created_at if first else None,
        speaking_at=output.created_at if output else None,
        first_output_at=(output.first_audio_at or output.first_delta_at) if output else None,
        heard_at=heard[0],
        card_ms=heard[1],
        silence_duration_ms=_silence_asked_for(made_of.epoch),
        rtt_ms=first.rtt_ms if first else None,
        by_server=by_server,
        written=speaking is None and written is not None,
    )


def _silence_asked_for(epoch: Epoch | None) -> float | None:
    detection = epoch.settings.turn_detection if epoch is not None else None
    return detection.silence_duration_ms if detection is not None else None


def _tags(made_of: Ingredients) -> Iterator[str]:
    user, span = made_of.user, made_of.server_span
    if user is None:
        yield "speaking" if span is not None else "greeting"
    elif not is_spoken(user):
        yield "typed"
    elif span is None:
        yield "push-to-talk"
    if span is not None and span.timed_out:
        yield "timeout"
    if made_of.calls:
        yield "tool"
    reasons = dict.fromkeys(head.cut for _, head, _ in made_of.said if head is not None)
    yield from (reason for reason in reasons if reason)
    if any(is_likely_echo(echo) for _, echo in made_of.interruptions):
        yield "self-interruption"
    statuses = dict.fromkeys(response.status for response in made_of.responses)
    yield from (status for status in statuses if status in ("cancelled", "failed", "incomplete"))
    if user is not None and user.transcription == "failed":
        yield "not transcribed"
