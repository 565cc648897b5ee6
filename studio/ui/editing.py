"""What a key on a row of the config pane makes of its value, given what the session knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.protocol.providers import PROVIDERS
from studio.session.echo import higher_threshold
from studio.session.speech import turn_detection
from studio.ui.cards import card_names
from studio.ui.fields import (
    CARD_PATHS,
    PLAN_PATHS,
    Field,
    field_at,
    is_stated,
    plan_value,
    stepped,
    value_at,
    written,
)

if TYPE_CHECKING:
    from studio.ui.live import Live


def current(live: Live, path: str) -> object:
    """What holds at a row: what is asked, else what the server echoed."""
    if path in PLAN_PATHS:
        return plan_value(live.draft.plan, path)
    settings, echoed = live.draft.settings, live.state.settings.echoed
    if not is_stated(settings, path) and echoed is not None:
        settings = echoed
    return value_at(settings, path)


def step(live: Live, path: str, steps: int) -> object:
    """The value that many steps on."""
    row = field_at(path)
    held = current(live, path)
    names = choices_for(live, row)
    if not names or row.kind == "number":
        return stepped(row, held, steps) if row.kind in ("number", "toggle") else held
    word = "off" if held is None else str(held)
    place = names.index(word) if word in names else -1
    return names[(place + (1 if steps > 0 else -1)) % len(names)]


def choices_for(live: Live, row: Field) -> tuple[str, ...]:
    """The values to choose from; the provider knows its models and voices, the worker the cards."""
    if row.path == "provider":
        return tuple(live.plans)
    if row.path in CARD_PATHS:
        return card_names(live.cards, row.path)
    provider = PROVIDERS.get(live.draft.plan.provider)
    if row.path == "voice" and provider and provider.voices:
        return provider.voices
    if row.path == "model" and provider and len(provider.models) > 1:
        return provider.models
    return row.choices


def text_for(live: Live, row: Field) -> str:
    """A row's value as one types it."""
    held = current(live, row.path)
    if row.kind == "number" and isinstance(held, int | float):
        return written(row, held).removesuffix(row.unit).replace(",", "")
    return "off" if held is None and row.can_be_off else str(held if held is not None else "")


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change of a row that helps where the assistant hears itself."""

    words: str
    aside: str
    path: str
    value: object


_THRESHOLD = "turn_detection.threshold"


def echo_remedies(live: Live) -> list[Remedy]:
    """What is not in force yet, the surest first; each is one change that undo takes back."""
    held = live.draft.plan.cleaning.echo
    remedies = []
    if held != "cancel":
        words = "cancel the echo"
        aside = "out of the microphone's sound"
        remedies.append(Remedy(words, aside, "cleaning.echo", "cancel"))
    asked = live.draft.settings
    is_asked = "turn_detection" in asked.model_fields_set
    higher = higher_threshold(asked.turn_detection if is_asked else turn_detection(live.state))
    if higher is not None:
        words = f"raise the threshold to {higher:.2f}"
        remedies.append(Remedy(words, "echo is fainter", _THRESHOLD, higher))
    if held != "half-duplex":
        aside = "deaf while the assistant speaks"
        remedies.append(Remedy("half-duplex", aside, "cleaning.echo", "half-duplex"))
    return remedies
