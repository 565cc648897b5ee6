"""How a provider's turn detection differs from the hosted `server_vad` of OpenAI.

Providers run the same kind of detector on the same grid, and differ in where they put the bar and
in which edge they name. Three numbers say how; `studio lab fit` finds them from recorded sessions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """What a provider adds to the arithmetic of the segmenter.

    Attributes:
        name: of the provider or deployment.
        threshold_shift: added to the threshold that a client asks for; above 0, speech begins later
            and silence earlier.
        start_shift_ms: added to every `audio_start_ms`.
        end_shift_ms: added to every `audio_end_ms`.
        source: what the numbers rest on, in a sentence.
    """

    name: str
    threshold_shift: float = 0.0
    start_shift_ms: int = 0
    end_shift_ms: int = 0
    source: str = ""


OPENAI = Profile(
    "openai",
    source="Edges of recorded sessions of the hosted service, each equal to the millisecond.",
)
"""The hosted `server_vad`, and the local server's."""
