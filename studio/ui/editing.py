"""What a key on a row of the config pane makes of its value, given what the session knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.protocol.providers import PROVIDERS
from studio.ui.fields import PLAN_PATHS, Field, field_at, is_stated, stepped, value_at, written

if TYPE_CHECKING:
    from studio.ui.live import Live


def current(live: Live, path: str) -> object:
    """What holds at a row: what is asked, else what the server echoed."""
    if path in PLAN_PATHS:
        return getattr(live.draft.plan, path)
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
    """The values to choose from; the provider knows its models and voices."""
    if row.path == "provider":
        return tuple(live.plans)
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
