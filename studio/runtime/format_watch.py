"""Whether a service sends the encoding that it says: each answer's first second is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.audio.format_doubt import likely_format
from studio.audio.formats import AudioFormat
from studio.session.local import ProblemSeen

if TYPE_CHECKING:
    from studio.runtime.output import Key, Output

_ENOUGH_MS = 1_000
_NAMES = {AudioFormat.PCM16: "PCM16", AudioFormat.PCMU: "µ-law", AudioFormat.PCMA: "A-law"}


class FormatWatch:
    """Doubts the stated encoding, once in a session.

    Args:
        stated: what the sound is decoded as.
    """

    def __init__(self, stated: AudioFormat) -> None:
        self._stated = stated
        self._looked_at: set[Key] = set()
        self._has_told = False

    def look(self, output: Output) -> ProblemSeen | None:
        """What is wrong with the parts that are being played, if it was not told before."""
        if self._has_told:
            return None
        enough_bytes = self._stated.ms_to_bytes(_ENOUGH_MS)
        for key, pcm in output.begun(enough_bytes):
            if key in self._looked_at:
                continue
            self._looked_at.add(key)
            likely = likely_format(bytes(pcm[:enough_bytes]))
            if likely is not None and likely is not self._stated:
                self._has_told = True
                return self._problem(likely)
        return None

    def _problem(self, likely: AudioFormat) -> ProblemSeen:
        stated, sent = _NAMES[self._stated], _NAMES[likely]
        return ProblemSeen(
            severity="error",
            title="The audio is not in the format it is said to be",
            message=f"The service says {stated} and sends {sent}: played as {stated} it is noise.",
            hint=f"Choose {sent} as the output format and start a new session; if the service "
            "ignores that, report it to its provider.",
        )
