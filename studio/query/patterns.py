"""What a word is held against: a glob, the exact word, or a regular expression.

Regular expressions are those of Rust's `regex` crate, which pydantic brings along: they take time
in proportion to the text, whatever the pattern, so that none can hang the screen. The price is
that they know neither look-around nor back-references.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

_CARET = re.compile(r"^ {4}( *)\^+$", re.MULTILINE)
_REASON = re.compile(r"^error: (.+)$", re.MULTILINE)
_TOKENS = re.compile(
    r"""
    (?P<class>\[\^?[^\[\]\\]+\])
    | (?P<unclear>\\[xuUpP]|\(\?|\[)
    | (?P<escape>\\.)
    | (?P<maybe>[?*]|\{[^{}]*\})
    | (?P<open>\()
    | (?P<close>\))
    | (?P<bar>\|)
    | (?P<letter>[A-Za-z0-9_\ -])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PAIR_OR_SLASH = re.compile(r"\\.|/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Exact:
    """The word itself; the empty one is that of an event which has none."""

    word: str


@dataclass(frozen=True, slots=True)
class Glob:
    """`*` is any run of characters, `?` is one; no event without a word is ever meant.

    What stands for less than a whole word without them is said by the term: the start of an id,
    the first words of a type.
    """

    text: str

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it is a wildcard."""
        return not set("*?") & set(self.text)

    @property
    def literal_start(self) -> str:
        """What stands before the first wildcard."""
        return re.split(r"[*?]", self.text, maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression, as it stands between slashes: a slash in it is escaped."""

    source: str
    ignore_case: bool = False


Pattern = Exact | Glob | Regex


class BadRegexError(ValueError):
    """A pattern that cannot be compiled: the reason, and where in the source it is."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


def regex_of(source: str) -> Regex:
    """A regular expression that was written without slashes around it."""
    return Regex(
        _PAIR_OR_SLASH.sub(lambda each: r"\/" if each.group() == "/" else each.group(), source)
    )


def word_test(pattern: Pattern, *, boundary: str = "") -> Callable[[str], bool]:
    """Whether a word is meant.

    Args:
        pattern: what it is held against.
        boundary: what has to follow a plain glob that is only the word's beginning; empty where
            any beginning will do.
    """
    if isinstance(pattern, Exact):
        return pattern.word.__eq__
    if isinstance(pattern, Regex):
        return regex_test(pattern)
    if not pattern.is_plain:
        matches = re.compile(_glob_source(pattern.text), re.DOTALL).fullmatch
        return lambda word: bool(word) and matches(word) is not None
    start, whole = pattern.text + boundary, pattern.text
    return lambda word: bool(word) and (word == whole or word.startswith(start))


def _glob_source(text: str) -> str:
    """`*` in a row count once, so that no glob takes longer than it must."""
    parts = re.split(r"(\*+|\?)", text)
    return "".join(
        ".*" if part.startswith("*") else "." if part == "?" else re.escape(part) for part in parts
    )


def regex_test(regex: Regex) -> Callable[[str], bool]:
    """Whether a text holds a match.

    Raises:
        BadRegexError: it cannot be compiled.
    """
    search = _compiled(regex)

    def test(text: str) -> bool:
        return search(text if text.isascii() else text.encode("utf-8", "replace").decode())

    return test


def literal_in(regex: Regex) -> str:
    """The longest text that every match holds, as far as the source shows; often none.

    It spares a search most frames. What stands in groups and classes is passed over; so are, where
    capitals are ignored, the letters that are alike to some letter beyond ASCII.
    """
    runs, depth = [""], 0
    for token in _TOKENS.finditer(regex.source):
        kind, text = token.lastgroup, token.group()
        if kind == "unclear" or (kind == "bar" and not depth):
            return ""
        depth += (kind == "open") - (kind == "close")
        if depth:
            continue
        if kind == "letter" and not (regex.ignore_case and text in "kKsS"):
            runs[-1] += text
            continue
        if kind == "maybe":
            runs[-1] = runs[-1][:-1]
        runs.append("")
    return max(runs, key=len)


@lru_cache(maxsize=64)
def _compiled(regex: Regex) -> Callable[[str], bool]:
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    flags = "(?i)" if regex.ignore_case else ""
    schema = core_schema.str_schema(
        pattern=flags + regex.source, regex_engine="rust-regex", strict=True
    )
    try:
        return SchemaValidator(schema).isinstance_python
    except SchemaError as failure:
        words = str(failure)
    caret, reason = _CARET.search(words), _REASON.search(words)
    at = max(0, len(caret.group(1)) - len(flags)) if caret else 0
    raise BadRegexError(reason.group(1) if reason else "it is too large", at)
