"""The conversation as turns: what the user said, what came of it, how long that took.

A turn begins with a user message. What comes before the first one is a turn without a user; so is
what a system message of the server brings about. A turn whose ingredients have not changed is the
same object as before, so that a widget can compare turns with `is`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import is_

from studio.session.echo import is_likely_echo
from studio.session.latency import TurnLatency
from studio.session.settings import epoch_at
from studio.session.state import (
    Echo,
    Epoch,
    Head,
    Interruption,
    Item,
    Response,
    SessionState,
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
        """Whether its voice was cut off."""
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
        interruptions: how the assistant's voice was cut off in this turn.
        echo: whether the user's speech was rather the assistant's own voice; None where the speaker
            was silent, or nobody listened for it.
        tags: what is particular: speaking, greeting, typed, push-to-talk, timeout, tool; why a
            voice was cut (barge-in, interrupt, talk-key, closed), and self-interruption where the
            assistant was likely cut off by its own voice; how a response ended where it did not
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
class _Ingredients:
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


_ASIDE = object()


def _same(mine: tuple[object, ...], theirs: tuple[object, ...]) -> bool:
    """Whether these are the same objects; much cheaper than comparing their values."""
    return len(mine) == len(theirs) and all(map(is_, mine, theirs))


class TurnReader:
    """Reads the turns of a state and keeps those that did not change since the last reading."""

    def __init__(self) -> None:
        self._sources: tuple[object, ...] = ()
        self._known: list[tuple[tuple[object, ...], Turn]] = []
        self._turns: tuple[Turn, ...] = ()

    def read(self, state: SessionState) -> tuple[Turn, ...]:
        """All turns in conversation order."""
        speech = state.speech
        sources: tuple[object, ...] = (
            state.items,
            state.responses,
            state.playback.heads,
            state.tools,
            speech.server,
            speech.local,
            state.settings.epochs,
            state.interruptions,
            state.sound.echoes,
        )
        if _same(self._sources, sources):
            return self._turns
        known = []
        for at, ingredients in enumerate(_ingredients(state)):
            objects = ingredients.objects()
            if at < len(self._known) and _same(self._known[at][0], objects):
                known.append(self._known[at])
            else:
                known.append((objects, _turn(ingredients)))
        # What is known of later turns serves whoever goes to and fro in a recording.
        self._sources, self._known = sources, known + self._known[len(known) :]
        self._turns = tuple(turn for _, turn in known)
        return self._turns


_READER = TurnReader()


def turns(state: SessionState) -> tuple[Turn, ...]:
    """All turns of a session in conversation order."""
    return _READER.read(state)


def _ingredients(state: SessionState) -> Iterator[_Ingredients]:
    heads: dict[str, Head] = {}
    for head in state.playback.heads:
        heads.setdefault(head.item_id, head)
    calls = {call.item_id: call for call in state.tools.calls.values()}
    spans = {span.item_id: span for span in state.speech.server}
    local = _LocalSpeech(state.speech.local)
    echoes = state.sound.echoes
    cuts: dict[str, list[tuple[Interruption, Echo | None]]] = {}
    for cut in state.interruptions.values():
        cuts.setdefault(cut.item_id, []).append((cut, echoes.get(cut.speech_item_id)))
    since = 0.0
    for at, group in enumerate(_groups(state), 1):
        user = next((each for each in group if _is_user(each)), None)
        said = tuple(
            (each, heads.get(each.id), state.responses.by_id.get(each.response_id))
            for each in group
            if each.type == "message" and each.role == "assistant"
        )
        ids = dict.fromkeys(each.response_id for each in group if each.response_id)
        own_span = spans.get(user.id) if user is not None else None
        if not group:
            own_span = state.speech.server[-1]
        ended_at = own_span.stopped_at if own_span is not None else None
        yield _Ingredients(
            index=at,
            user=user,
            others=tuple(each for each in group if each is not user),
            said=said,
            responses=tuple(
                state.responses.by_id[each] for each in ids if each in state.responses.by_id
            ),
            calls=tuple(calls[each.id] for each in group if each.id in calls),
            server_span=own_span,
            local_span=local.of_turn(own_span, user, since),
            epoch=epoch_at(state.settings, ended_at) if ended_at is not None else None,
            interruptions=tuple(chain.from_iterable(cuts.get(item.id, ()) for item, _, _ in said))
            if cuts
            else (),
            echo=echoes.get(own_span.item_id) if own_span is not None else None,
        )
        since = since if user is None else user.added_at


def _groups(state: SessionState) -> list[list[Item]]:
    """Items by turn; an empty group at the end where the user speaks and has no item yet."""
    groups: list[list[Item]] = []
    for item_id in state.items.order:
        item = state.items.by_id[item_id]
        if item.deleted:
            continue
        opens = _is_user(item) or item.role == "system"
        if not groups or (opens and not _only_system(groups[-1])):
            groups.append([])
        groups[-1].append(item)
    latest = state.speech.server[-1] if state.speech.server else None
    if latest is not None and latest.item_id not in state.items.by_id:
        groups.append([])
    return groups


def _is_user(item: Item) -> bool:
    return item.type == "message" and item.role == "user"


def _only_system(group: list[Item]) -> bool:
    return all(item.role == "system" for item in group)


class _LocalSpeech:
    """The local VAD's spans, found by time instead of by going through them all."""

    def __init__(self, spans: Sequence[SpeechSpan]) -> None:
        self._spans = spans
        self._starts_ms = [span.start_ms for span in spans]
        self._starts = [span.started_at for span in spans]

    def of_turn(
        self, server: SpeechSpan | None, user: Item | None, since: float
    ) -> SpeechSpan | None:
        """The last stretch of speech that the local VAD heard within the server's span.

        Without a server's span it is the last that began before the user's audio became an item,
        and after the item of the user before it, at session second `since`.
        """
        if server is None:
            return (
                None if user is None or not _spoken(user) else self._between(since, user.added_at)
            )
        if server.timed_out:
            return None
        end = len(self._spans)
        if server.end_ms is not None:
            end = bisect_left(self._starts_ms, server.end_ms)
        span = self._spans[end - 1] if end else None
        too_early = span is not None and span.end_ms is not None and span.end_ms <= server.start_ms
        return None if too_early else span

    def _between(self, since: float, moment: float) -> SpeechSpan | None:
        end = bisect_right(self._starts, moment)
        return self._spans[end - 1] if end and self._starts[end - 1] > since else None


def _spoken(user: Item) -> bool:
    return any(part.type == "input_audio" for part in user.parts)


def _turn(made_of: _Ingredients) -> Turn:
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


def _latency(made_of: _Ingredients) -> TurnLatency:
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


def _tags(made_of: _Ingredients) -> Iterator[str]:
    user, span = made_of.user, made_of.server_span
    if user is None:
        yield "speaking" if span is not None else "greeting"
    elif not _spoken(user):
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
