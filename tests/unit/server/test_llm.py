"""The chat replier against a small endpoint of our own, in the same process."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from studio.core.errors import StudioError
from studio.server.replies.context import Call, Called, Context, Returned, Said, TextPiece, Tool
from studio.server.replies.llm import ChatReplier


class ChatEndpoint:
    """Streams these deltas, and keeps what it was asked."""

    def __init__(self, *deltas: dict[str, Any], status: int = 200) -> None:
        self.deltas = deltas
        self.status = status
        self.asked: dict[str, Any] = {}
        self.authorization = ""

    async def answer(self, request: Request) -> Response:
        self.asked = await request.json()
        self.authorization = request.headers.get("authorization", "")
        if self.status != 200:
            return JSONResponse({"error": {"message": "no such model"}}, self.status)
        lines = [f"data: {json.dumps({'choices': [{'delta': d}]})}\n\n" for d in self.deltas]
        return StreamingResponse(iter([": hi\n\n", *lines, "data: [DONE]\n\n"]))

    def replier(self, key: str = "") -> ChatReplier:
        app = Starlette(routes=[Route("/v1/chat/completions", self.answer, methods=["POST"])])
        transport = httpx2.ASGITransport(app=app)
        return ChatReplier("http://chat/v1/", "small", key, transport)


async def test_text_comes_piece_by_piece() -> None:
    endpoint = ChatEndpoint({"role": "assistant"}, {"content": "Hel"}, {"content": "lo."})
    context = Context("Be kind.", (Said("user", "Hi", ("data:image/png;base64,AA",)),))
    pieces = [piece async for piece in endpoint.replier("secret").reply(context)]
    assert pieces == [TextPiece("Hel"), TextPiece("lo.")]
    assert endpoint.authorization == "Bearer secret"
    system, user = endpoint.asked["messages"]
    assert system == {"role": "system", "content": "Be kind."}
    assert user["content"][1]["image_url"]["url"] == "data:image/png;base64,AA"
    assert endpoint.asked["stream"] is True


async def test_calls_are_put_together_and_results_go_back() -> None:
    endpoint = ChatEndpoint(
        {"tool_calls": [{"index": 0, "function": {"name": "look", "arguments": '{"a'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '": 1}'}}]},
        {"tool_calls": [{"index": 1, "function": {"name": "wait"}}]},
    )
    turns = (Said("user", "x"), Called("c1", "look", "{}"), Returned("c1", "a cat"))
    context = Context(turns=turns, tools=(Tool("look", "", {}),), tool_choice="look")
    pieces = [piece async for piece in endpoint.replier().reply(context)]
    assert pieces == [Call("look", '{"a": 1}'), Call("wait", "{}")]
    assert endpoint.asked["messages"][1]["tool_calls"][0]["id"] == "c1"
    assert endpoint.asked["messages"][2]["role"] == "tool"
    assert endpoint.asked["tool_choice"] == {"type": "function", "function": {"name": "look"}}


@pytest.mark.parametrize(
    "delta",
    [{"content": 7}, {"tool_calls": [3, {"index": "x"}, {"index": -1}, {"function": "f"}]}, {}],
)
async def test_nonsense_is_skipped(delta: dict[str, Any]) -> None:
    endpoint = ChatEndpoint(delta, {"content": "ok"})
    pieces = [piece async for piece in endpoint.replier().reply(Context())]
    assert pieces == [TextPiece("ok")]


async def test_a_refusal_is_told_in_words_without_the_key() -> None:
    endpoint = ChatEndpoint(status=404)
    with pytest.raises(StudioError, match=r"status 404.*no such model"):
        _ = [piece async for piece in endpoint.replier("secret").reply(Context())]


async def test_an_endpoint_that_is_not_there() -> None:
    replier = ChatReplier("http://127.0.0.1:1/v1", "small")
    with pytest.raises(StudioError, match=r"127\.0\.0\.1:1"):
        _ = [piece async for piece in replier.reply(Context())]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('data: {"error": {"message": "overloaded"}}\n\n', "overloaded"),
        ("<html>Welcome</html>", "no stream of chat"),
        ('{"choices": [{"message": {"content": "All at once."}}]}', "no stream of chat"),
        ("data: {\n\n", "no stream of chat"),
    ],
)
async def test_an_answer_without_a_reply_is_told_in_words(body: str, words: str) -> None:
    async def answer(_request: Request) -> Response:
        return Response(body)

    app = Starlette(routes=[Route("/chat/completions", answer, methods=["POST"])])
    replier = ChatReplier("http://chat", "small", transport=httpx2.ASGITransport(app=app))
    with pytest.raises(StudioError, match=words):
        _ = [piece async for piece in replier.reply(Context())]
