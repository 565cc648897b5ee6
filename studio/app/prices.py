"""What models cost: the list of genai-prices, under a person's own `prices.toml`; no network.

A price is taken for a service at its own address only: a gateway may ask for more or for less, so
that its prices have to stand in the file. Entries there go before the list, the first that fits:

    [[price]]
    provider = "litellm"                 # a pattern; left out, any provider
    model = "openai/gpt-realtime*"       # a pattern; left out, any model
    same_as = "gpt-realtime"             # OpenAI's price of that model, or
    audio_in = 32.00                     # dollars for a million tokens, by kind, or
    per_minute = 0.08                    # dollars for a minute of audio
    per_message = 0.004                  # dollars for a text message
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core.text import one_line
from studio.session.cost import (
    KINDS,
    Cost,
    Kind,
    Rates,
    UsageReader,
    Usages,
    cost_of,
    turn_usages,
)

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice

    from studio.session.state import SessionState
    from studio.session.turns import Turn

PRICES_NAME = "prices.toml"
"""The file beside the settings file."""

_FREE = Rates("the local server costs nothing", is_free=True)
_KEYS: Mapping[str, Kind] = {kind.replace(" ", "_"): kind for kind in KINDS}
_LISTED: Mapping[Kind, str] = {
    "text in": "input_mtok",
    "cached text in": "cache_read_mtok",
    "text out": "output_mtok",
    "audio in": "input_audio_mtok",
    "cached audio in": "cache_audio_read_mtok",
    "audio out": "output_audio_mtok",
    "image in": "input_image_mtok",
    "cached image in": "cache_image_read_mtok",
}
"""The list's names of the kinds. Its prices of plain tokens are those of text."""

_LATEST = datetime(9999, 1, 1, tzinfo=UTC)
_LISTED_WRONGLY = ("gpt-4o-realtime-preview-2024-10-01",)
"""Models that the list gives the price of a later version."""


@dataclass(frozen=True, slots=True)
class Billed:
    """Who bills a session: enough to find its prices."""

    provider: str
    model: str
    url: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """An entry of the person's own file."""

    provider: str
    model: str
    same_as: str
    rates: Rates


class _UnusableError(Exception):
    """What is wrong with an entry."""


class PriceList:
    """Prices by provider and model.

    Args:
        own: the person's entries, in their order.
    """

    def __init__(self, own: tuple[OwnPrice, ...] = ()) -> None:
        self._own = own
        self._usages = UsageReader()

    def load(self) -> None:
        """Import the list, which takes a tenth of a second, before it is wanted."""
        from genai_prices.data_snapshot import get_snapshot

        _ = get_snapshot()

    def cost(self, usages: Usages, billed: Billed) -> Cost:
        """What a session or a turn cost, as far as that is known."""
        ears = {name: self.rates(billed, name) for name in usages.transcription if name}
        return cost_of(usages, billed.model, self.rates(billed, billed.model), ears)

    def session_cost(self, state: SessionState, header: Mapping[str, Any]) -> Cost:
        """What a session cost so far; what its state does not know is in its log's first line."""
        return self.cost(self._usages.read(state), _billed(state, header))

    def turn_cost(self, state: SessionState, turn: Turn, header: Mapping[str, Any]) -> Cost:
        """What a turn of a session cost so far."""
        return self.cost(turn_usages(state, turn), _billed(state, header))

    def rates(self, billed: Billed, model: str) -> Rates | None:
        """What `model` costs with the service that bills; None where that is not known."""
        for own in self._own:
            if fnmatchcase(billed.provider, own.provider) and fnmatchcase(model, own.model):
                return _listed("openai", own.same_as, billed.at) if own.same_as else own.rates
        if billed.provider == "local":
            return _FREE
        service = _service_at(billed.url)
        return _listed(service, model, billed.at) if service and model else None


def _billed(state: SessionState, header: Mapping[str, Any]) -> Billed:
    known, began = state.connection, header.get("started_at")
    return Billed(
        provider=known.provider or str(header.get("provider", "")),
        model=known.model or str(header.get("model", "")),
        url=known.url or str(header.get("url", "")),
        at=datetime.fromisoformat(began) if isinstance(began, str) else None,
    )


def read_prices(file: Path) -> tuple[PriceList, tuple[str, ...]]:
    """The person's prices over the list, and what of the file cannot be used, in sentences."""
    try:
        with file.open("rb") as opened:
            entries = tomllib.load(opened).get("price", [])
    except FileNotFoundError:
        return PriceList(), ()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        return PriceList(), (f"{file.name}: {one_line(str(failure), 200)}.",)
    if not isinstance(entries, list):
        return PriceList(), (f"{file.name}: write each price under [[price]].",)
    own, faults = [], []
    for number, entry in enumerate(entries, 1):
        place = f"{file.name}, price {number}"
        try:
            own.append(_own(entry, file.name))
        except _UnusableError as fault:
            faults.append(f"{place}: {fault}; it is passed over.")
    return PriceList(tuple(own)), tuple(faults)


def _own(entry: object, name: str) -> OwnPrice:
    """An entry of the file.

    Raises:
        _UnusableError: it is none, in words.
    """
    if not isinstance(entry, dict):
        raise _UnusableError("it is not a table")
    fields: dict[str, Any] = dict(entry)
    patterns = {key: fields.pop(key, "*") for key in ("provider", "model")}
    patterns["same_as"] = fields.pop("same_as", "")
    for key, value in patterns.items():
        if not isinstance(value, str):
            raise _UnusableError(f"{key} is a text in quotes")
    known = {*_KEYS, "per_minute", "per_message"}
    if unknown := fields.keys() - known:
        name = one_line(min(unknown), 40)
        raise _UnusableError(f"{name} is not one of {', '.join(sorted(known))}")
    prices = {key: _price(key, value) for key, value in fields.items()}
    rates = Rates(
        source=f"your {name}",
        per_million={kind: prices[key] for key, kind in _KEYS.items() if key in prices},
        per_minute=prices.get("per_minute"),
        per_message=prices.get("per_message"),
    )
    return OwnPrice(**patterns, rates=rates)


def _price(key: str, value: object) -> Decimal:
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        price = Decimal(-1)
    if isinstance(value, bool) or not price.is_finite() or price < 0:
        raise _UnusableError(f"{key} is a number of dollars, 0 or more")
    return price


def _service_at(url: str) -> str:
    """The list's name of the service at an address; empty where it knows none."""
    from genai_prices.data_snapshot import get_snapshot

    address = url.replace("wss://", "https://", 1)
    try:
        return get_snapshot().find_provider(None, None, address).id if address else ""
    except LookupError:
        return ""


def _listed(service: str, model: str, at: datetime | None) -> Rates | None:
    from importlib.metadata import version

    from genai_prices.data_snapshot import get_snapshot

    if model in _LISTED_WRONGLY:
        return None
    try:
        provider, found = get_snapshot().find_provider_model(model, None, service, None)
    except LookupError:
        return None
    prices: ModelPrice = found.get_prices(at or _LATEST)
    million = {kind: _plain(prices, key) for kind, key in _LISTED.items()}
    hour = _plain(prices, "audio_hours") or _plain(prices, "input_audio_hours")
    messages = _plain(prices, "input_text_messages_kcount")
    return Rates(
        source=f"{provider.name}, {found.id}, of genai-prices {version('genai-prices')}",
        per_million={kind: price for kind, price in million.items() if price is not None},
        per_minute=None if hour is None else hour / 60,
        per_message=None if messages is None else messages / 1000,
    )


def _plain(prices: ModelPrice, key: str) -> Decimal | None:
    """A price that is the same for however many; None where there is none."""
    price = prices.__dict__.get(key)
    return price if isinstance(price, Decimal) else None
