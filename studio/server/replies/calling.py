"""Deciding by words alone whether a declared function is meant, and what its arguments are.

A function is meant when the user's words share what is special about its name, or several words of
its description. Arguments are read from the words by the schema: values of an enum, numbers, flags,
names after "in", "for" and the like. Where a required argument cannot be found, the user is asked.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.server.replies.numbers import numbers_in

if TYPE_CHECKING:
    from studio.server.replies.context import Tool

_WORD = re.compile(r"[A-Za-z0-9']+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ORDINARY = _words(
    """
    a an and are as at be by call can current do does fetch find for from function get
    give given has have i in info information is it its look lookup me my name of on or
    our please query return returns run set show tell that the this to tool up use used
    user what when where which who will with you your
    """
)
_AFTER = r"\b(?:in|for|at|of|to|from|about|on|named|called|near|with)\s+"
_STOP = (
    r"(?=\s+(?:in|for|at|of|to|from|about|on|and|please|today|tomorrow|with|right|now)\b|[,.?!;]|$)"
)
_PHRASE = re.compile(f"{_AFTER}(?:the\\s+)?(.+?){_STOP}", re.IGNORECASE)
_NAME = re.compile(r"(?<!^)(?<![.?!]\s)\b[A-Z][\w'-]*(?:\s+[A-Z][\w'-]*)*")
_DAY = re.compile(
    r"\b(today|tonight|tomorrow|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_WHOLE_TEXT = _words(
    """
    query text message note content question input prompt title task description body
    """
)
_DAY_NAMES = _words("date day when")
_DENIAL = re.compile(r"\b(off|no|not|don't|without|disable|stop)\b", re.IGNORECASE)
_NAME_WEIGHT = 2
_MEANT_FROM = 2


@dataclass(frozen=True, slots=True)
class Arguments:
    """What was found in the words; `missing` names the required ones that were not."""

    found: dict[str, Any]
    missing: tuple[str, ...]

    def as_json(self) -> str:
        """The arguments as JSON text."""
        return json.dumps(self.found, ensure_ascii=False)


def meant_tool(words: str, tools: tuple[Tool, ...]) -> Tool | None:
    """The function that the words fit best, where they fit any."""
    spoken = _stems(words)
    best = max(tools, key=lambda tool: _fit(spoken, tool), default=None)
    return best if best is not None and _fit(spoken, best) >= _MEANT_FROM else None


def arguments_for(words: str, tool: Tool) -> Arguments:
    """The function's arguments, as far as the words hold them."""
    properties = tool.parameters.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    required = tool.parameters.get("required")
    required = required if isinstance(required, list) else []
    reader = _Reader(words)
    found = {}
    for name, schema in properties.items():
        value = reader.read(name, schema if isinstance(schema, dict) else {}, name in required)
        if value is not None:
            found[name] = value
    missing = tuple(str(name) for name in required if name in properties and name not in found)
    return Arguments(found, missing)


def spoken_name(name: str) -> str:
    """An identifier as words: `get_weather` and `getWeather` are "get weather"."""
    return " ".join(_CAMEL.sub(" ", name).replace("_", " ").replace("-", " ").lower().split())


def _fit(spoken: set[str], tool: Tool) -> int:
    name, about = _stems(spoken_name(tool.name)), _stems(tool.description)
    return _NAME_WEIGHT * len(spoken & name) + len(spoken & (about - name))


def _stems(text: str) -> set[str]:
    words = (word.lower() for word in _WORD.findall(text))
    return {_stem(word) for word in words if word not in _ORDINARY}


def _stem(word: str) -> str:
    for ending in ("'s", "ing", "es", "s", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


class _Reader:
    """Reads values from one utterance, each number and phrase once."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._numbers = numbers_in(words)
        named = [match.group().strip() for match in _NAME.finditer(words)]
        named = [each for each in named if each != "I" and not each.startswith("I'")]
        after = [match.group(1).strip() for match in _PHRASE.finditer(words)]
        capital = [each for each in after if each[:1].isupper()]
        self._phrases = list(dict.fromkeys([*capital, *named, *after]))

    def read(self, name: str, schema: dict[str, Any], required: bool) -> Any:  # noqa: ANN401, FBT001
        """A value for one parameter; None where the words hold none."""
        options = schema.get("enum")
        if isinstance(options, list):
            return self._option(options)
        match schema.get("type"):
            case "integer":
                return int(self._numbers.pop(0)) if self._numbers else None
            case "number":
                return self._numbers.pop(0) if self._numbers else None
            case "boolean":
                return self._flag(name, required=required)
            case "string" | None:
                return self._text(name, required=required)
            case _:
                return None

    def _option(self, options: list[Any]) -> Any:  # noqa: ANN401
        heard = self._words.lower()
        return next(
            (each for each in options if str(each).lower().replace("_", " ") in heard), None
        )

    def _flag(self, name: str, *, required: bool) -> bool | None:
        mentioned = bool(_stems(spoken_name(name)) & _stems(self._words))
        return not _DENIAL.search(self._words) if mentioned or required else None

    def _text(self, name: str, *, required: bool) -> str | None:
        parts = set(spoken_name(name).split())
        if parts & _DAY_NAMES:
            day = _DAY.search(self._words)
            return day.group(1).lower() if day else None
        if parts & _WHOLE_TEXT:
            return self._words
        return self._phrases.pop(0) if required and self._phrases else None
