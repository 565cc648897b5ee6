"""Whether a pause ends the user's turn, judged by the words so far: what `semantic_vad` adds.

No sound is judged here, and no model: the evidence is the transcript of what was said before the
pause. A question or a short answer is over soon; words that want more ("I would like to",
"my number is five five") get patience, up to the eagerness's longest wait. The wait is counted
from the pause's beginning. Without words, nothing shortens it.
"""

from __future__ import annotations

import re
from enum import Enum

from studio.core.units import EAGERNESS_WAIT_MS

LONGEST_WAIT_MS = EAGERNESS_WAIT_MS

WORDS_AFTER_MS = 96
"""How long a pause lasts before its words are looked for: longer than the gaps between most words,
since each wrong guess costs a recognition."""


class Ending(Enum):
    """What the words so far sound like."""

    COMPLETE = "a sentence, a question or a short answer that stands by itself"
    OPEN = "no sign either way"
    UNFINISHED = "the last word wants another one"


_SHARE_OF_LONGEST = {Ending.COMPLETE: 0.10, Ending.OPEN: 0.25, Ending.UNFINISHED: 1.0}
_SHORTEST_WAIT_MS = 256


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLERS = _words("uh um uhm er erm hmm mm like well so")
_FUNCTION_WORDS = _words(
    """
    a an the this these my your his her its our their some any every each another and or
    but because if when while although though unless until than that which who whose of to
    in on at by for with from into about between through during without under over near i
    we they he she you it's i'm i'd i'll we're they're there's am is are was were be been
    being do does did have has had will would shall should can could may might must want
    need let going gonna wanna very really quite too not also just please
    """
)
_NUMBER_WORDS = _words(
    """
    zero oh one two three four five six seven eight nine ten eleven twelve thirteen
    fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty
    seventy eighty ninety
    """
)
_SHORT_ANSWERS = _words(
    """
    yes no yeah yep nope ok okay sure right thanks thank-you stop hello hi hey bye goodbye
    please-do go-ahead of-course not-really i-do i-don't i-am i-can i-will it-is they-are
    """
)
_MAY_END_A_QUESTION = _words("to for of in on at by with from about do does did are is")
_QUESTION_WORDS = _words("who what when where why how which whose")
_DIGITS_IN_A_ROW = 2
_WORD = re.compile(r"[a-z0-9']+")


def judge(words: str) -> Ending:
    """What the words so far sound like.

    A recogniser ends most of what it writes with a full stop, so that one counts for nothing by
    itself; a question mark does count.
    """
    spoken = _WORD.findall(words.lower().replace("’", "'"))
    if not spoken:
        return Ending.OPEN
    if words.rstrip().endswith(("...", "…", "-", ",")):
        return Ending.UNFINISHED
    if "-".join(spoken) in _SHORT_ANSWERS:
        return Ending.COMPLETE
    last = spoken[-1]
    asks = spoken[0] in _QUESTION_WORDS or words.rstrip().endswith("?")
    if asks and last in _MAY_END_A_QUESTION and len(spoken) > _DIGITS_IN_A_ROW:
        return Ending.OPEN
    if last in _FILLERS or last in _FUNCTION_WORDS or _number_goes_on(spoken):
        return Ending.UNFINISHED
    if words.rstrip().endswith(("?", ".", "!")):
        return Ending.COMPLETE
    return Ending.OPEN


def wait_ms(words: str | None, eagerness: str) -> int:
    """How long a pause after these words must last to end the turn; None is "not known yet"."""
    longest = LONGEST_WAIT_MS[eagerness]
    if words is None:
        return longest
    return max(_SHORTEST_WAIT_MS, round(longest * _SHARE_OF_LONGEST[judge(words)]))


def _number_goes_on(spoken: list[str]) -> bool:
    """A run of single digits, as telephone and card numbers are said, is seldom over at a pause."""
    run = 0
    for word in reversed(spoken):
        digit = word in _NUMBER_WORDS or (word.isdigit() and len(word) == 1)
        if not digit:
            break
        run += 1
    return run >= _DIGITS_IN_A_ROW
