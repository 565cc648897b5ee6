"""The conversation that runs where nobody speaks: what a first look at the studio shows."""

from __future__ import annotations

from studio.runtime.caller import Line

DEMO = (
    Line("Hello, who are you?"),
    Line("What time is it?"),
    Line("Please tell me a long story."),
    Line("Stop, please. That is enough.", over_ms=4000),
    Line("Can you count to five?"),
    Line("Thank you, goodbye."),
)
"""A greeting, a question, a long answer that is broken into, and an end."""
