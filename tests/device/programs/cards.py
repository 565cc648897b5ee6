"""The machine's cards as the worker loads them, or as if they took one rate only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio.audio.card_thread import CardThread
from studio.audio.devices import SoundCards
from studio.runtime.priority import prefer_this_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.audio.sound_library import LibraryStream


class _OneRate:
    """sounddevice over real cards, refusing in PortAudio's words what `rate_hz` is not."""

    def __init__(self, rate_hz: int) -> None:
        import sounddevice

        self._library = sounddevice
        self._rate_hz = rate_hz

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._library, name)

    def RawInputStream(self, **options: object) -> LibraryStream:  # noqa: N802
        return self._open(self._library.RawInputStream, options)

    def RawOutputStream(self, **options: object) -> LibraryStream:  # noqa: N802
        return self._open(self._library.RawOutputStream, options)

    def _open(
        self, kind: Callable[..., LibraryStream], options: dict[str, object]
    ) -> LibraryStream:
        if options["samplerate"] != self._rate_hz:
            raise self._library.PortAudioError("Error opening stream: Invalid sample rate", -9997)
        return kind(**options)


def cards_taking(rate_hz: int) -> SoundCards:
    """The cards; any rate where `rate_hz` is 0."""
    if not rate_hz:
        return SoundCards.load(CardThread(prefer_this_thread))
    library: Any = _OneRate(rate_hz)
    return SoundCards(library, CardThread(prefer_this_thread))
