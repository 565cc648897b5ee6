"""Small things that the screen keeps between runs, in one JSON file; no fault costs more than them.

Another studio may keep something at the same time: what it wrote under other names stays.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from studio.config.files import replace_file

if TYPE_CHECKING:
    from studio.ui.desk import Json

FILE_NAME = "screen.json"
_LARGEST_BYTES = 4 * 2**20


class Kept:
    """Values by name in a file; one that is damaged, unreadable or unwritable counts as empty."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._before = self._read()
        self._mine: dict[str, Json] = {}

    def get(self, name: str) -> Json:
        """What is kept under a name; None where nothing is."""
        return self._mine.get(name, self._before.get(name))

    def put(self, name: str, value: Json) -> None:
        """Keep it, in this run even where the file cannot be written."""
        if self.get(name) == value:
            return
        self._mine[name] = value
        content = json.dumps({**self._read(), **self._mine}, ensure_ascii=False)
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._file, content.encode("utf-8", "surrogatepass"))

    def _read(self) -> dict[str, Json]:
        try:
            with self._file.open("rb") as file:
                values = json.loads(file.read(_LARGEST_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}
