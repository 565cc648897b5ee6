"""The ways in which JSON spells a text."""

from __future__ import annotations

import json


def spellings(text: str, *, in_escapes: bool) -> set[str]:
    """A text as it may stand in a frame: as it is, with JSON's escapes, with those of its letters.

    Args:
        text: what is looked for, in capitals or not.
        in_escapes: whether letters beyond ASCII may stand as escapes, each case as one of its own.
    """
    found = {text, json.dumps(text, ensure_ascii=False)[1:-1]}
    if in_escapes:
        cases = (text, text.lower(), text.upper(), text.title())
        found.update(json.dumps(each)[1:-1] for each in cases if not each.isascii())
    return found
