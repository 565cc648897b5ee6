"""The first line of a session log: what the session was, and in which format it is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from studio.core.errors import StudioError
from studio.core.text import one_line, without_secrets
from studio.protocol.dialect import Dialect
from studio.storage.lines import line_text
from studio.storage.migrations import SCHEMA, migrated

FormatName = Literal["pcm16", "pcmu", "pcma"]

_LONGEST_LINE = 1_000_000
_OPEN_QUERY_KEYS = frozenset(
    {"model", "deployment", "api-version", "intent", "provider", "language"}
)


class Header(BaseModel):
    """What a session was. Fields of later versions are kept."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    schema_name: Literal["studio.session/1"] = Field(default=SCHEMA, alias="schema")
    started_at: datetime
    """The wall clock at session second 0."""
    provider: str = ""
    model: str = ""
    dialect: Dialect = Dialect.GA
    url: str = ""
    studio: str = ""
    """The version of the studio that wrote the log."""
    input_format: FormatName = "pcm16"
    output_format: FormatName = "pcm16"

    @field_validator("url")
    @classmethod
    def _nothing_secret(cls, url: str) -> str:
        return public_url(url)

    def to_line(self) -> str:
        """The header as the log's first line, without its newline."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), separators=(",", ":"))


def public_url(url: str) -> str:
    """The address without user, password and every query value that could be a secret."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    query = [
        (key, value if key in _OPEN_QUERY_KEYS else "[secret]")
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    public = urlunsplit((parts.scheme, host, parts.path, urlencode(query, safe="[]"), ""))
    return without_secrets(public)


def parse_header(line: str) -> tuple[Header, tuple[Callable[[str], str], ...]]:
    """The header of a log from its first line, and what brings the other lines to its version.

    Raises:
        StudioError: it is no header, or of a version that this studio does not know.
    """
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as failure:
        raise _no_header() from failure
    if not isinstance(fields, dict) or not isinstance(fields.get("schema"), str):
        raise _no_header()
    current, to_current = migrated(fields)
    try:
        return Header.model_validate(current), to_current
    except ValidationError as failure:
        raise _no_header() from failure


def lenient_header(fields: Mapping[str, Any], otherwise: datetime) -> tuple[Header, list[str]]:
    """As much of a header as makes sense, and the names of the fields that did not.

    Args:
        fields: the first line's, of whichever version.
        otherwise: when the session began, where the header does not say.
    """
    known: dict[str, Any] = {**fields, "schema": SCHEMA}
    wrong: list[str] = []
    for _ in range(len(known) + 1):
        try:
            return Header.model_validate(known), wrong
        except ValidationError as failure:
            for each in failure.errors(include_url=False, include_context=False):
                name = str(each["loc"][0])
                if name not in wrong:
                    wrong.append(name)
                known.pop(name, None)
                if name == "started_at":
                    known[name] = otherwise
    return Header(started_at=otherwise), wrong


def open_header(log: Path) -> tuple[Header, tuple[Callable[[str], str], ...]]:
    """What `parse_header` finds in the first line of a log file.

    Raises:
        StudioError: the file cannot be read, or does not begin with a header.
    """
    try:
        with log.open("rb") as file:
            line = file.readline(_LONGEST_LINE)
    except OSError as failure:
        raise StudioError(
            f"{one_line(str(log), 200)}: {failure.strerror or failure}.",
            title="Cannot open the session",
            hint="Check the path.",
        ) from failure
    return parse_header(line_text(line))


def read_header(log: Path) -> Header:
    """The header of a log file.

    Raises:
        StudioError: the file cannot be read, or does not begin with a header.
    """
    header, _ = open_header(log)
    return header


def _no_header() -> StudioError:
    return StudioError(
        "The first line is not the header of a session log.",
        title="Not a session",
        hint="A session is a folder with a session.jsonl that the studio wrote.",
    )
