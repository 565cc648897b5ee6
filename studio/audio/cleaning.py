"""What is done to a microphone's sound before it is sent: a choice, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Echo = Literal["off", "cancel", "half-duplex"]


@dataclass(frozen=True, slots=True)
class Cleaning:
    """How a card's sound is cleaned; a virtual microphone's is sent as it is.

    Only `half-duplex` holds for every microphone, so that a talk by script meets it, too.

    Attributes:
        echo: `cancel` takes what the speaker played out of the microphone's sound; `half-duplex`
            sends silence while the speaker plays, so that nobody can break in by speaking.
        noise_suppression: whether steady noise is taken out.
        gain_control: whether quiet speech is made louder.
    """

    echo: Echo = "cancel"
    noise_suppression: bool = False
    gain_control: bool = False
