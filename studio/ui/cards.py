"""The sound cards of this machine as entries to choose from, beside what stands in for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.text import one_line
from studio.ui.choice import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.runtime.messages import CardsSeen

AUTO = "auto"
DEVICE = "device"
LOOK_AGAIN = "\n"
"""What the entry gives back that has the cards looked for again: no name of anything."""

_STAND_INS = {
    "microphone": (("demo", "a local voice calls"), ("silence", "nothing is heard")),
    "speaker": (("silent", "nothing sounds, all is timed as if it did"),),
}
_NONE_FOUND = {
    "microphone": "No microphone was found.",
    "speaker": "No speaker was found.",
}


def card_names(cards: CardsSeen | None, path: str) -> tuple[str, ...]:
    """Every value that a key steps through: `auto`, the cards as `device:NAME`, the stand-ins."""
    virtual = tuple(name for name, _ in _STAND_INS[path])
    return (AUTO, *(f"{DEVICE}:{name}" for name in _names(cards, path)), *virtual)


def card_choices(cards: CardsSeen | None, path: str, held: str) -> list[Choice]:
    """What the list offers for `microphone` or `speaker`.

    Args:
        cards: what the worker saw last; None while it has not answered.
        path: the row.
        held: what the row says, which stands in the list even where nobody has seen it.
    """
    default = _default(cards, path)
    entries = [Choice(AUTO, AUTO, one_line(default) or "a stand-in: there is no card")]
    entries += [
        Choice(f"{DEVICE}:{name}", one_line(name), "system default" if name == default else "")
        for name in _names(cards, path)
    ]
    entries += [Choice("", words, is_note=True) for words in _empty_words(cards, path)]
    entries += [Choice(name, name, what) for name, what in _STAND_INS[path]]
    if held not in [entry.value for entry in entries]:
        is_card = held.partition(":")[0] == DEVICE
        is_missing = is_card and cards is not None and ":" in held
        entries.append(Choice(held, shown_name(held), "not seen now" if is_missing else ""))
    return [*entries, Choice(LOOK_AGAIN, "look for cards again", stays=True)]


def shown_name(value: str) -> str:
    """What a row says of a microphone or a speaker: a card by its name alone."""
    kind, _, name = value.partition(":")
    return one_line(name if kind == DEVICE and name else value)


def _names(cards: CardsSeen | None, path: str) -> Sequence[str]:
    if cards is None:
        return ()
    return tuple(dict.fromkeys(cards.inputs if path == "microphone" else cards.outputs))


def _default(cards: CardsSeen | None, path: str) -> str:
    if cards is None:
        return ""
    return cards.default_input if path == "microphone" else cards.default_output


def _empty_words(cards: CardsSeen | None, path: str) -> tuple[str, ...]:
    if cards is None:
        return ("Looking for cards…",)
    if _names(cards, path):
        return ()
    return (_NONE_FOUND[path], *([one_line(cards.problem)] if cards.problem else []))
