"""How long a service asks to wait before the next request, wherever it says so; in seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_PIECE = r"\d{1,9}(?:\.\d{1,9})?\s?(?:ms|[smhd])"
_DURATION = re.compile(rf"(?:{_PIECE})+", re.IGNORECASE)
_PIECES = re.compile(r"([\d.]+)\s?(ms|[smhd])", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
_SAID = re.compile(
    rf"(?:again|retry|wait)[\w\s]{{0,20}}?\s((?:{_PIECE})+|\d{{1,6}}(?:\.\d{{1,6}})?(?=\s?sec))",
    re.IGNORECASE,
)


def duration_s(text: str) -> float | None:
    """What `6m0s`, `1.5s`, `20ms` or a bare number of seconds say; None where it is none."""
    bare = text.strip()
    if _NUMBER.fullmatch(bare):
        return float(bare)
    if not _DURATION.fullmatch(bare):
        return None
    return sum(float(number) * _UNITS_S[unit.lower()] for number, unit in _PIECES.findall(bare))


def wait_said_s(message: str) -> float | None:
    """What a sentence such as `Please try again in 1.2s.` says; None where it says nothing."""
    found = _SAID.search(message)
    return None if found is None else duration_s(found[1])


def wait_in_headers_s(headers: Mapping[str, str]) -> float | None:
    """What the headers of an HTTP answer say: `retry-after`, or when exhausted limits are reset.

    A date is held to the answer's own `date`, for this machine's clock may be another.
    """
    known = {name.lower(): value for name, value in headers.items()}
    if (ms := duration_s(known.get("retry-after-ms", ""))) is not None:
        return ms / 1000
    if (after := known.get("retry-after")) is not None:
        told = duration_s(after)
        return _until_s(after, known.get("date", "")) if told is None else told
    resets = [
        wait_s
        for name, value in known.items()
        if (kind := name.removeprefix("x-ratelimit-reset-")) != name
        and known.get(f"x-ratelimit-remaining-{kind}", "0").strip() == "0"
        and (wait_s := duration_s(value)) is not None
    ]
    return max(resets, default=None)


def _until_s(moment: str, now: str) -> float | None:
    try:
        left = parsedate_to_datetime(moment) - parsedate_to_datetime(now)
    except (ValueError, TypeError):
        return None
    return max(0.0, left.total_seconds())
