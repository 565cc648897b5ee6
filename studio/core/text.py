"""Text from outside is hostile until it has been through here."""

from __future__ import annotations

import re

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_SECRET = re.compile(r"\b(sk|ek|key|tok)([-_])[A-Za-z0-9_\-]{8,}|(?<=Bearer )[A-Za-z0-9._\-]{8,}")


def printable(text: str) -> str:
    """Replace terminal control codes, bidi overrides and lone surrogates by visible pictures.

    Newlines and tabs stay; C0 codes become their Unicode control pictures, the rest `U+FFFD`.
    """

    def picture(match: re.Match[str]) -> str:
        code = ord(match.group())
        return chr(0x2400 + code) if code < 0x20 else "\ufffd"

    return _CONTROL.sub(picture, text)


def one_line(text: str, limit: int = 0) -> str:
    """`printable` text folded onto one line, cut with an ellipsis after `limit` characters."""
    folded = " ".join(printable(text).split())
    return folded if not limit or len(folded) <= limit else folded[: limit - 1] + "…"


def without_secrets(text: str, *known: str) -> str:
    """Cut out API keys, ephemeral tokens, bearer values and every secret in `known`."""
    for secret in known:
        if secret:
            text = text.replace(secret, "[secret]")
    return _SECRET.sub(
        lambda match: f"{(match.group(1) or '')}{match.group(2) or ''}[secret]", text
    )
