"""Replies from any OpenAI-compatible `/chat/completions` endpoint, streamed, with tools."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.core.errors import StudioError
from studio.core.text import one_line, without_secrets
from studio.server.replies.context import (
    Call,
    Called,
    Context,
    ReplyPiece,
    Returned,
    Said,
    TextPiece,
    Turn,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2

_CONNECT_S = 10.0
_SILENCE_S = 60.0
_LONGEST_REPLY_CHARACTERS = 100_000
_MOST_CALLS = 32


class _NoReplyError(Exception):
    """The endpoint answered, but with no reply."""


@dataclass(slots=True)
class _PartialCall:
    name: str = ""
    arguments: str = ""


class ChatReplier:
    """A chat model behind HTTP.

    Args:
        base_url: up to and including the version, such as `http://127.0.0.1:11434/v1`.
        model: the model's name there.
        api_key: sent as bearer token; none where empty.
        transport: how requests travel; the network where None.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._model = model
        self._api_key = api_key
        self._transport = transport

    async def reply(self, context: Context) -> AsyncIterator[ReplyPiece]:
        """The model's text as it comes, then its calls.

        Raises:
            StudioError: the endpoint cannot be reached, refuses, or answers with something else.
        """
        import httpx2

        headers = {"Authorization": f"Bearer {self._api_key}"} if self._api_key else {}
        timeout = httpx2.Timeout(_SILENCE_S, connect=_CONNECT_S)
        client = httpx2.AsyncClient(timeout=timeout, headers=headers, transport=self._transport)
        try:
            async with (
                client,
                client.stream("POST", self._url, json=self._body(context)) as answer,
            ):
                if answer.status_code != httpx2.codes.OK:
                    raise await self._refusal(answer)
                async for piece in _pieces(answer):
                    yield piece
        except (httpx2.HTTPError, httpx2.InvalidURL, _NoReplyError) as failure:
            raise self._fault(str(failure) or type(failure).__name__) from failure

    def _body(self, context: Context) -> dict[str, Any]:
        system = [{"role": "system", "content": context.instructions}] * bool(context.instructions)
        body: dict[str, Any] = {
            "model": self._model,
            "stream": True,
            "messages": [*system, *(_message(turn) for turn in context.turns)],
        }
        if context.tools:
            body["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": tool.name,
                        "description": tool.description,
                        "parameters": tool.parameters or {"type": "object", "properties": {}},
                    },
                }
                for tool in context.tools
            ]
            body["tool_choice"] = _choice(context.tool_choice)
        return body

    async def _refusal(self, answer: httpx2.Response) -> StudioError:
        text = (await answer.aread()).decode(errors="replace")
        return self._fault(f"status {answer.status_code}: {one_line(text, 300)}")

    def _fault(self, words: str) -> StudioError:
        return StudioError(
            one_line(without_secrets(f"{self._url}: {words}", self._api_key), 500),
            title="The language model did not answer",
            hint="Check --llm-base-url, --llm-model and the endpoint's key.",
        )


def _message(turn: Turn) -> dict[str, Any]:
    match turn:
        case Said(role, text, images) if images:
            pictures = [{"type": "image_url", "image_url": {"url": url}} for url in images]
            return {"role": role, "content": [{"type": "text", "text": text}, *pictures]}
        case Said(role, text):
            return {"role": role, "content": text}
        case Called(call_id, name, arguments):
            function = {"name": name, "arguments": arguments}
            call = {"id": call_id, "type": "function", "function": function}
            return {"role": "assistant", "content": None, "tool_calls": [call]}
        case Returned(call_id, output):
            return {"role": "tool", "tool_call_id": call_id, "content": output}


def _choice(choice: str) -> str | dict[str, Any]:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}


async def _pieces(answer: httpx2.Response) -> AsyncIterator[ReplyPiece]:
    calls: dict[int, _PartialCall] = {}
    length = 0
    is_stream = False
    async for line in answer.aiter_lines():
        delta = _delta(line)
        if delta is None:
            continue
        is_stream = True
        text = delta.get("content")
        if isinstance(text, str) and text:
            length += len(text)
            yield TextPiece(text)
        for part in delta.get("tool_calls") or ():
            length += _grow(calls, part)
        if length > _LONGEST_REPLY_CHARACTERS:
            break
    if not is_stream:
        raise _NoReplyError("the answer is no stream of chat completion chunks")
    for call in calls.values():
        yield Call(call.name, call.arguments or "{}")


def _grow(calls: dict[int, _PartialCall], part: object) -> int:
    """Put one piece of a streamed call in its place; gives its length."""
    if not isinstance(part, dict):
        return 0
    index = part.get("index", 0)
    function = part.get("function") or {}
    if not isinstance(index, int) or not 0 <= index < _MOST_CALLS or not isinstance(function, dict):
        return 0
    call = calls.setdefault(index, _PartialCall())
    call.name += str(function.get("name") or "")
    arguments = str(function.get("arguments") or "")
    call.arguments += arguments
    return len(arguments)


def _delta(line: str) -> dict[str, Any] | None:
    """The first choice's delta in one line of server-sent events; None where there is none.

    Raises:
        _NoReplyError: the line tells of an error instead.
    """
    if not line.startswith("data:"):
        return None
    try:
        chunk = json.loads(line.removeprefix("data:"))
    except (ValueError, RecursionError):
        return None
    if isinstance(chunk, dict) and chunk.get("error"):
        raise _NoReplyError(one_line(json.dumps(chunk["error"]), 300))
    try:
        delta = chunk["choices"][0]["delta"]
    except (LookupError, TypeError):
        return None
    return delta if isinstance(delta, dict) else None
