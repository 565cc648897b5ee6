"""The built-in host: a replier of rules, for when no language model is at hand.

It listens to what was said and answers small talk, the time, sums, counting, spelling and
repeating; it tells a story long enough to be interrupted; it calls declared functions and speaks
their results. It is no language model, says so, and admits what it has not understood. Of the
instructions it obeys two kinds: a sentence in quotes that it is told to say when nobody has spoken,
and to read aloud, word for word, what it is given. It has one way of reading, whatever it is told.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from studio.server.replies.calling import arguments_for, meant_tool, spoken_name
from studio.server.replies.context import (
    Call,
    Context,
    ReplyPiece,
    Returned,
    Said,
    TextPiece,
    Tool,
)
from studio.server.replies.numbers import in_words, numbers_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from studio.core.clock import Clock

_WORDS = re.compile(r"\S+\s*")
_TO_SAY = re.compile(r"\b(?:say|greet|open|begin|start)\b[^\"“]*[\"“]([^\"”]+)[\"”]", re.IGNORECASE)
_READ_ALOUD = re.compile(
    r"\bread (?:it |this )?(?:aloud|out loud)\b.*\b(?:word for word|verbatim|exactly)\b",
    re.IGNORECASE | re.DOTALL,
)
_MY_NAME = re.compile(r"\b(?:my name is|my name's|call me)\s+([A-Za-z][\w'-]*)", re.IGNORECASE)
_SPELL = re.compile(r"\bspell\s+(?:the word\s+|my name\s*)?(.*)", re.IGNORECASE)
_REPEAT = re.compile(r"\b(?:repeat after me|repeat|say)\b[\s,:]+(.+)", re.IGNORECASE)
_SUM = re.compile(
    r"(plus|\+|minus|-|times|multiplied by|\*|x|divided by|over|/)\s*(?=[a-z0-9])", re.IGNORECASE
)
_MOST_COUNTED = 100
_LONGEST_SPELT = 30

_GREETING = "Hello! I'm the studio's built-in host. Ask me the time, to count, or to tell a story."
_IDENTITY = (
    "I'm the studio's built-in host. I work by simple rules and I'm no language model. "
    "I can tell the time, count, spell, repeat, add numbers, tell a story, "
    "and call the functions that you declare."
)
_STORY = (
    "Here is a long one, so interrupt me whenever you like. "
    "Once there was a lighthouse keeper called Ada, who lived on a rock at the edge of a cold sea. "
    "Every evening she climbed two hundred steps and lit the lamp. "
    "Every morning she climbed down again and wrote one line about the night into a blue book. "
    "One winter the fog came and did not leave. "
    "For nine days nobody saw the light, and no ship passed. "
    "On the tenth day Ada heard a bell, far out, ringing without any rhythm. "
    "She had no boat, so she carried her kettle to the top of the tower and beat it with a spoon. "
    "She beat it for an hour, three strokes and a pause, three strokes and a pause. "
    "Slowly the bell began to answer, three strokes and a pause. "
    "Then a small grey ship slid out of the fog, so close that she could read its name. "
    "The captain waved his hat and shouted a question, but the wind took it away. "
    "Ada shouted back the only thing she could think of, which was the way to the harbour. "
    "The ship turned, the bell grew quiet, and in the evening the fog was gone. "
    "That night she wrote two lines into the blue book. "
    "The first said that the light had not been seen. "
    "The second said that it had been heard. And that is the end of the story."
)


class Host:
    """Answers by rules; needs only a clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def reply(self, context: Context) -> AsyncIterator[ReplyPiece]:
        """The reply, word by word, or a call."""
        answer = self._answer(context)
        if isinstance(answer, Call):
            yield answer
            return
        for word in _WORDS.findall(answer):
            yield TextPiece(word)

    def _answer(self, context: Context) -> str | Call:
        last = context.turns[-1] if context.turns else None
        if isinstance(last, Returned):
            return _result_in_words(last.output)
        if not isinstance(last, Said) or last.role != "user":
            return _unasked(context)
        if not last.text:
            return _unheard(context, last)
        if _READ_ALOUD.search(context.instructions):
            return last.text
        called = _call(context, last.text)
        return called if called is not None else self._small_talk(context, last.text)

    def _small_talk(self, context: Context, words: str) -> str:
        plain = re.sub(r"[^\w\s'+*/-]", " ", words.lower().replace("’", "'"))
        plain = " ".join(plain.split())
        skills: tuple[Callable[[], str | None], ...] = (
            lambda: _spelling(words, plain),
            lambda: _repeating(words),
            lambda: _name(context, words, plain),
            lambda: _counting(plain),
            lambda: _sum(plain),
            lambda: self._time(plain),
            lambda: _phrase(plain),
        )
        return next((said for skill in skills if (said := skill())), f"I heard: {words}")

    def _time(self, plain: str) -> str | None:
        now = self._clock.wall().astimezone()
        if re.search(r"\b(?:what time|the time|what's the time|time is it)\b", plain):
            return f"It is {time_in_words(now)}."
        if re.search(r"\bwhat (?:day|date)\b|\bwhat's the date\b|\btoday's date\b", plain):
            return f"Today is {now:%A}, {now:%B} {now.day}."
        return None


def time_in_words(moment: datetime) -> str:
    """The time of day as people say it: "ten past three" comes out as "three ten"."""
    if moment.minute == 0 and moment.hour in (0, 12):
        return "midnight" if moment.hour == 0 else "noon"
    hour = in_words((moment.hour - 1) % 12 + 1)
    part = "morning" if moment.hour < 12 else "afternoon" if moment.hour < 18 else "evening"
    minute = moment.minute
    if minute == 0:
        return f"{hour} o'clock in the {part}"
    tail = f"oh {in_words(minute)}" if minute < 10 else in_words(minute)
    return f"{hour} {tail} in the {part}"


def _unasked(context: Context) -> str:
    told = _TO_SAY.search(context.instructions)
    return told.group(1) if told else _GREETING


def _unheard(context: Context, last: Said) -> str:
    if last.images:
        return "I got your picture, but I cannot look at pictures."
    before = context.turns[-2] if len(context.turns) > 1 else None
    if isinstance(before, Said) and before.role == "system":
        return "Are you still there?"
    return "I didn't catch that. Could you say it again?"


def _call(context: Context, words: str) -> str | Call | None:
    """The call that is meant or demanded, a question for what it lacks, or nothing."""
    if context.tool_choice == "none" or not context.tools:
        return None
    tool = _demanded(context, words) or meant_tool(words, context.tools)
    if tool is None:
        return None
    arguments = arguments_for(words, tool)
    if arguments.missing and context.tool_choice == "auto":
        return f"Which {spoken_name(arguments.missing[0])} do you mean?"
    return Call(tool.name, arguments.as_json())


def _demanded(context: Context, words: str) -> Tool | None:
    if context.tool_choice == "auto":
        return None
    if context.tool_choice == "required":
        return meant_tool(words, context.tools) or context.tools[0]
    return next((tool for tool in context.tools if tool.name == context.tool_choice), None)


def _result_in_words(output: str) -> str:
    try:
        value = json.loads(output)
    except ValueError:
        value = output
    said = _value_in_words(value).strip() or "The function gave nothing back"
    said = said[0].upper() + said[1:]
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _value_in_words(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{spoken_name(k)} is {_value_in_words(v)}" for k, v in value.items())
        case list():
            return ", ".join(_value_in_words(each) for each in value)
        case bool():
            return "yes" if value else "no"
        case None:
            return "nothing"
        case _:
            return str(value)


def _spelling(words: str, plain: str) -> str | None:
    asked = _SPELL.search(words)
    if asked is None or not plain.startswith(("spell", "can you spell", "please spell", "how do")):
        return None
    letters = [each.upper() for each in asked.group(1) if each.isalnum()][:_LONGEST_SPELT]
    return f"{asked.group(1).strip(' .?!')} is spelt {', '.join(letters)}." if letters else None


def _repeating(words: str) -> str | None:
    asked = _REPEAT.match(words)
    return asked.group(1) if asked else None


def _name(context: Context, words: str, plain: str) -> str | None:
    told = _MY_NAME.search(words)
    if told:
        return f"Nice to meet you, {told.group(1).capitalize()}."
    if not re.search(r"\bwhat(?:'s| is) my name\b|\bwho am i\b", plain):
        return None
    earlier = (turn.text for turn in reversed(context.turns) if isinstance(turn, Said))
    known = next((match.group(1) for text in earlier if (match := _MY_NAME.search(text))), None)
    return f"Your name is {known.capitalize()}." if known else "You haven't told me your name."


def _counting(plain: str) -> str | None:
    if not re.search(r"\bcount\b", plain):
        return None
    bounds = [round(number) for number in numbers_in(plain)]
    last = min(bounds[-1], _MOST_COUNTED) if bounds else 10
    first = bounds[0] if len(bounds) > 1 else 1
    step = 1 if first <= last else -1
    numbers = list(range(first, last + step, step))[:_MOST_COUNTED]
    return ", ".join(in_words(number) for number in numbers).capitalize() + "."


def _sum(plain: str) -> str | None:
    sign = _SUM.search(plain)
    if sign is None:
        return None
    left, right = numbers_in(plain[: sign.start()]), numbers_in(plain[sign.end() :])
    if not left or not right:
        return None
    return _sum_in_words(left[-1], sign.group(1).lower(), right[0])


def _sum_in_words(left: float, sign: str, right: float) -> str:
    match sign:
        case "plus" | "+":
            result = left + right
        case "minus" | "-":
            result = left - right
        case "times" | "multiplied by" | "*" | "x":
            result = left * right
        case _:
            if right == 0:
                return "Nothing can be divided by zero."
            result = left / right
    said = in_words(int(result)) if result == int(result) else f"{result:.6g}"
    return f"That makes {said}."


_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), answer)
    for pattern, answer in (
        (r"\bstory\b", _STORY),
        (r"\b(?:who|what) are you\b|\bare you (?:a |an )?(?:ai|model|human|real|bot|robot)\b"
         r"|\byour name\b|\bwhat can you do\b|^help\b", _IDENTITY),
        (r"\bhow are you\b|\bhow do you do\b|\bhow's it going\b",
         "I'm fine, thank you. How can I help you?"),
        (r"^(?:hello|hi|hey|good (?:morning|afternoon|evening))\b", _GREETING),
        (r"\bthank(?:s| you)\b", "You're welcome."),
        (r"\b(?:bye|goodbye|good night|see you)\b", "Goodbye! It was nice talking to you."),
        (r"\bjoke\b", "Why did the microphone blush? It had heard everything."),
        (r"\bcan you hear me\b|\bare you there\b|^(?:test|testing)\b", "I can hear you well."),
        (r"\bweather\b",
         "I cannot look at the weather by myself. Declare a function for it, and I'll call it."),
        (r"^(?:stop|wait|never mind|quiet|be quiet)\b", "All right."),
        (r"^(?:yes|yeah|no|nope|ok|okay|sure|right)$", "All right. What would you like to do?"),
    )
)  # fmt: skip


def _phrase(plain: str) -> str | None:
    return next((answer for pattern, answer in _PHRASES if pattern.search(plain)), None)
