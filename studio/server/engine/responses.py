"""All responses of a session: the one that writes to the conversation, and those beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from studio.protocol.events import RateLimitsUpdated
from studio.protocol.values import Item, RateLimit
from studio.server.engine.conversation import Conversation, Entry, turns
from studio.server.engine.errors import (
    cancel_not_active,
    invalid_type,
    invalid_value,
    quoted,
    response_active,
    too_many_responses,
)
from studio.server.engine.items import entry_from
from studio.server.engine.response_run import ResponseRun
from studio.server.engine.work import Think
from studio.server.replies.context import Context

if TYPE_CHECKING:
    from studio.core.ids import IdSource
    from studio.server.engine.outbox import Outbox
    from studio.server.engine.settings import Json, ResponseSettings, SessionValues
    from studio.server.engine.transcripts import Transcripts

MOST_AT_ONCE = 8

_TOKENS_PER_MINUTE = 1_000_000
"""What `rate_limits.updated` names as the limit; nothing is refused for it."""


class Responses:
    """Creates responses, starts their thinking once all words are known, and ends them."""

    def __init__(
        self,
        conversation: Conversation,
        transcripts: Transcripts,
        outbox: Outbox,
        ids: IdSource,
    ) -> None:
        self._conversation = conversation
        self._transcripts = transcripts
        self._outbox = outbox
        self._ids = ids
        self._runs: dict[str, ResponseRun] = {}
        self._waiting: list[ResponseRun] = []
        self._active: ResponseRun | None = None

    @property
    def active(self) -> ResponseRun | None:
        """The response that writes to the conversation."""
        return self._active

    def find(self, response_id: str) -> ResponseRun | None:
        """A response in progress; None once it has ended."""
        return self._runs.get(response_id)

    def create(self, values: SessionValues, params: Json) -> None:
        """Begin a response.

        Raises:
            Refused: the parameters do not fit, or too much is going on.
        """
        settings = values.for_response(params)
        if settings.in_conversation and self._active is not None:
            raise response_active(self._active.id)
        if len(self._runs) >= MOST_AT_ONCE:
            raise too_many_responses(MOST_AT_ONCE)
        context = self._context(values, params.get("input"))
        conversation = self._conversation if settings.in_conversation else None
        run = ResponseRun(settings, context, conversation, self._outbox, self._ids)
        self._runs[run.id] = run
        if conversation is not None:
            self._active = run
        run.begin()
        self._waiting.append(run)
        self.words_arrived()

    def words_arrived(self) -> None:
        """Let every response think whose context has all its words."""
        ready = [run for run in self._waiting if all(e.words is not None for e in run.context)]
        self._waiting = [run for run in self._waiting if run not in ready]
        for run in ready:
            self._outbox.do(Think(run.id, _context(run.settings, run.context)))

    def cancel(self, response_id: str | None, reason: str) -> None:
        """Stop one response, or the active one.

        Raises:
            Refused: it is not in progress.
        """
        run = self._active if response_id is None else self._runs.get(response_id)
        if run is None:
            raise cancel_not_active()
        run.cancel(reason)
        self.settle(run)

    def settle(self, run: ResponseRun) -> None:
        """Forget a response that has ended, and report the limits."""
        if not run.finished or self._runs.pop(run.id, None) is None:
            return
        if run in self._waiting:
            self._waiting.remove(run)
        if run is self._active:
            self._active = None
        left = RateLimit(
            name="tokens",
            limit=_TOKENS_PER_MINUTE,
            remaining=_TOKENS_PER_MINUTE,
            reset_seconds=0.0,
        )
        self._outbox.send(RateLimitsUpdated, rate_limits=(left,))

    def _context(self, values: SessionValues, given: list[Any] | None) -> tuple[Entry, ...]:
        if given is None:
            return tuple(self._conversation)
        made = [self._input(wire, f"response.input[{n}]", values) for n, wire in enumerate(given)]
        for entry in made:
            if entry.words is None and self._conversation.find(entry.item.id) is not entry:
                recognition = self._transcripts.start(entry.audio, entry.audio_format)
                self._transcripts.assign(recognition, entry, shown=False)
        return tuple(made)

    def _input(self, wire: object, param: str, values: SessionValues) -> Entry:
        if not isinstance(wire, dict):
            raise invalid_type(param, "an object", wire)
        if wire.get("type") == "item_reference":
            entry = self._conversation.find(str(wire.get("id")))
            if entry is None:
                reference = quoted(wire.get("id"))
                raise invalid_value(f"{param}.id", f"The item with id {reference} does not exist.")
            return entry
        try:
            item = Item.model_validate(wire)
        except ValidationError as fault:
            raise invalid_value(param, f"Invalid item: {fault.errors()[0]['msg']}.") from None
        return entry_from(item, values.input_format, self._ids, param)


def _context(settings: ResponseSettings, entries: tuple[Entry, ...]) -> Context:
    return Context(settings.instructions, turns(entries), settings.tools, settings.tool_choice)
