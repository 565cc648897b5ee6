"""What a replier is given, and what it gives back: a conversation in words, and pieces of a reply.

Nothing here knows the wire, audio or a model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True, slots=True)
class Said:
    """A message: who said it, in words, with pictures as data URIs.

    `spoken` tells words that were recognised from audio; they may be empty or wrong.
    """

    role: str
    text: str
    images: tuple[str, ...] = ()
    spoken: bool = False


@dataclass(frozen=True, slots=True)
class Called:
    """The assistant called a function; `arguments` is JSON text."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Returned:
    """The client gave a call's result."""

    call_id: str
    output: str


Turn: TypeAlias = Said | Called | Returned


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the client declared; `parameters` is its JSON schema."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a reply may depend on.

    Attributes:
        instructions: the session's or the response's system prompt.
        turns: the conversation, oldest first.
        tools: functions that may be called.
        tool_choice: `auto`, `none`, `required`, or the name of the one function to call.
    """

    instructions: str = ""
    turns: tuple[Turn, ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"


@dataclass(frozen=True, slots=True)
class TextPiece:
    """The next few characters of what the assistant says."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """The assistant wants a function called; `arguments` is JSON text."""

    name: str
    arguments: str


ReplyPiece: TypeAlias = TextPiece | Call


class Replier(Protocol):
    """Thinks of replies; safe to use for many sessions at once."""

    def reply(self, context: Context) -> AsyncIterator[ReplyPiece]:
        """The reply, piece by piece.

        Raises:
            StudioError: the reply cannot be had; becomes a failed response.
        """
        ...
