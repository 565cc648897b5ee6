"""What a session cost in money: what was used, at which rates, and what cannot be told.

Nothing is guessed. A model without a price, tokens whose kind the service does not say, and
responses that ended without a count stand in `Cost.missing` in words; what is left is a lower
bound then. Cached tokens are a part of the input tokens and are taken out of them; reasoning tokens
are a part of the text tokens and are not counted again. Every response bills the conversation so
far anew, so that the sum over responses is the session's. Where rates come from is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import reduce
from operator import is_
from typing import Any, Literal

from studio.core.text import one_line
from studio.protocol.values import CachedTokens, InputTokens, OutputTokens, Usage
from studio.session.settings import epoch_at
from studio.session.state import Item, Response, SessionState
from studio.session.turns import Turn
from studio.session.usage_sums import RunningSum

Kind = Literal[
    "text in", "cached text in", "audio in", "cached audio in", "image in", "cached image in",
    "text out", "audio out",
]  # fmt: skip
KINDS: tuple[Kind, ...] = (
    "text in", "cached text in", "audio in", "cached audio in", "image in", "cached image in",
    "text out", "audio out",
)  # fmt: skip
"""Tokens that have a price of their own; `text in` and its like are those that were not cached."""

MILLION, MINUTE, ONE = Decimal(1_000_000), Decimal(60), Decimal(1)
_PER = {MILLION: "per million", MINUTE: "per minute", ONE: "each"}
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rates:
    """What a model costs, in US dollars.

    Attributes:
        source: whose prices these are, in words.
        per_million: a million tokens, by kind; a kind that is missing has no known price.
        per_minute: a minute of audio, where a service bills time instead of tokens.
        per_message: a text message that is sent to the model, where a service bills those.
        is_free: nothing is billed.
    """

    source: str
    per_million: Mapping[Kind, Decimal] = field(default_factory=dict)
    per_minute: Decimal | None = None
    per_message: Decimal | None = None
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class Used:
    """What a model was used for.

    Attributes:
        tokens: by kind, without those that are 0.
        unsorted: tokens whose kind the service does not say.
        seconds: audio that the service says it bills.
        untimed: how many did not say so.
        messages: text messages that were sent.
        uncounted: how many ended without any count.
    """

    tokens: Mapping[Kind, int] = field(default_factory=dict)
    unsorted: int = 0
    seconds: float = 0.0
    untimed: int = 0
    messages: int = 0
    uncounted: int = 0

    def __add__(self, other: Used) -> Used:
        """Both together."""
        both = {kind: self.tokens.get(kind, 0) + other.tokens.get(kind, 0) for kind in KINDS}
        return Used(
            tokens={kind: count for kind, count in both.items() if count},
            unsorted=self.unsorted + other.unsorted,
            seconds=self.seconds + other.seconds,
            untimed=self.untimed + other.untimed,
            messages=self.messages + other.messages,
            uncounted=self.uncounted + other.uncounted,
        )


@dataclass(frozen=True, slots=True)
class Usages:
    """What a session or a turn used: of its model, and of what transcribed the user, by model."""

    model: Used = field(default_factory=Used)
    transcription: Mapping[str, Used] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Charge:
    """One figure of a bill: so many, at such a price for `per` of them."""

    what: str
    count: Decimal
    unit: str
    price: Decimal
    per: Decimal

    @property
    def money(self) -> Decimal:
        """US dollars."""
        return self.count * self.price / self.per

    @property
    def short(self) -> str:
        """`1,234 tokens, $0.0395`."""
        return f"{self.count.normalize():,f} {self.unit}, {dollars(self.money)}"

    @property
    def words(self) -> str:
        """`1,234 tokens of audio in × $32.00 per million = $0.0395`."""
        count = f"{self.count.normalize():,f}"
        cents = round(self.price, 2)
        price = f"${cents if cents == self.price else self.price.normalize():f}"
        told = f"{count} {self.unit} of {self.what} × {price} {_PER[self.per]}"
        return f"{told} = {dollars(self.money)}"


@dataclass(frozen=True, slots=True)
class Cost:
    """A bill, and what could not be put on it.

    Attributes:
        charges: its figures.
        missing: what was used but has no known price or count, in sentences.
        sources: whose prices were taken.
    """

    charges: tuple[Charge, ...] = ()
    missing: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def money(self) -> Decimal | None:
        """US dollars; a lower bound where something is missing, None where nothing is known."""
        if not self.charges and self.missing:
            return None
        return sum((charge.money for charge in self.charges), _NOTHING)

    @property
    def short(self) -> str:
        """`$0.0123`, `≥ $0.0123` where something is missing, `?` where nothing is known."""
        money = self.money
        if money is None:
            return "?"
        return f"≥ {dollars(money)}" if self.missing else dollars(money)

    def explain(self) -> tuple[str, ...]:
        """A line for each figure, for what is missing, and for where the prices are from."""
        charges = (charge.words for charge in self.charges)
        prices = (f"Prices: {source}." for source in self.sources)
        return (*charges, *self.missing, *prices)


def dollars(money: Decimal) -> str:
    """`$12.34`, `$0.0123`, `$0`: cents, and below a dollar hundredths of them."""
    if not money:
        return "$0"
    if money >= 1:
        return f"${money:,.2f}"
    return f"${money:.4f}" if money >= Decimal("0.00005") else "< $0.0001"


class UsageReader:
    """Tells what a session used; cheap to ask again while little more was used."""

    def __init__(self) -> None:
        self._settings: tuple[object, ...] = ()
        self._responses = RunningSum(Used(), _with_response)
        self._items = RunningSum(Usages(), _with_item(SessionState()))

    def read(self, state: SessionState) -> Usages:
        """What it used so far, also in responses outside its conversation."""
        settings = (state.settings.epochs, state.settings.asked)
        if not (self._settings and all(map(is_, settings, self._settings))):
            self._settings = settings
            self._items = RunningSum(Usages(), _with_item(state))
        heard = self._items.of(state.items.by_id.series)
        return replace(heard, model=self._responses.of(state.responses.by_id.series) + heard.model)


def session_usages(state: SessionState) -> Usages:
    """What a whole session used, also in responses outside its conversation."""
    return UsageReader().read(state)


def turn_usages(state: SessionState, turn: Turn) -> Usages:
    """What a turn used."""
    user = state.items.by_id.get(turn.user_item_id or "")
    heard = Usages() if user is None else _with_item(state)(Usages(), user)
    return replace(heard, model=reduce(_with_response, turn.responses, Used()) + heard.model)


def _with_response(used: Used, response: Response) -> Used:
    return used if response.done_at is None else used + _spoken(response.usage)


def _with_item(state: SessionState) -> Callable[[Usages, Item], Usages]:
    """Adds what an item used, by the settings of this state."""

    def add(usages: Usages, item: Item) -> Usages:
        if item.type != "message" or item.role != "user":
            return usages
        model, by_ears = usages.model, usages.transcription
        if any(part.type == "input_text" for part in item.parts):
            model += Used(messages=1)
        if item.transcription == "completed":
            ears = _transcriber(state, item)
            heard = by_ears.get(ears, Used()) + _heard(item.transcription_usage)
            by_ears = {**by_ears, ears: heard}
        return Usages(model, by_ears)

    return add


def _transcriber(state: SessionState, item: Item) -> str:
    epoch = epoch_at(state.settings, item.added_at)
    settings = epoch.settings if epoch is not None else state.settings.asked
    asked = settings.transcription
    return (asked.model or "") if asked is not None else ""


def _spoken(usage: Usage | None) -> Used:
    if usage is None or not (usage.input_tokens or usage.output_tokens or usage.total_tokens):
        return Used(uncounted=1, untimed=1)
    seconds = _number((usage.model_extra or {}).get("billable_audio_seconds"))
    timed = Used(seconds=seconds or 0.0, untimed=int(seconds is None))
    return timed + _input(usage) + _output(usage)


def _heard(usage: Usage | None) -> Used:
    if usage is None:
        return Used(uncounted=1, untimed=1)
    if usage.seconds is not None:
        return Used(seconds=usage.seconds)
    return Used(untimed=1) + _input(usage) + _output(usage)


def _input(usage: Usage) -> Used:
    given = usage.input_token_details
    if given is None:
        return Used(unsorted=usage.input_tokens)
    cached = _cached(given)
    if cached is None:
        return Used(unsorted=given.text_tokens + given.audio_tokens + given.image_tokens)
    fresh = {
        "text in": given.text_tokens - cached.text_tokens,
        "audio in": given.audio_tokens - cached.audio_tokens,
        "image in": given.image_tokens - cached.image_tokens,
        "cached text in": cached.text_tokens,
        "cached audio in": cached.audio_tokens,
        "cached image in": cached.image_tokens,
    }
    return _sorted(fresh)


def _cached(given: InputTokens) -> CachedTokens | None:
    """The cached tokens by kind; None where there are some and the service does not say which."""
    if given.cached_tokens_details is not None:
        return given.cached_tokens_details
    if not given.cached_tokens:
        return CachedTokens()
    kinds = ("text_tokens", "audio_tokens", "image_tokens")
    used = [kind for kind in kinds if getattr(given, kind)]
    return CachedTokens(**{used[0]: given.cached_tokens}) if len(used) == 1 else None


def _output(usage: Usage) -> Used:
    made: OutputTokens | None = usage.output_token_details
    if made is None:
        return Used(unsorted=usage.output_tokens)
    return _sorted({"text out": made.text_tokens, "audio out": made.audio_tokens})


def _sorted(counts: Mapping[Any, int]) -> Used:
    return Used(tokens={kind: max(0, count) for kind, count in counts.items() if count > 0})


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and value >= 0 else None  # type: ignore[arg-type, operator]


def cost_of(
    usages: Usages, model: str, rates: Rates | None, transcription: Mapping[str, Rates | None]
) -> Cost:
    """The bill for what was used.

    Args:
        usages: of a session or of a turn.
        model: its name, for the words about what is missing.
        rates: of the model; None where they are not known.
        transcription: of the models that transcribed, by their names.
    """
    bills = [_bill(usages.model, one_line(model, 60) or "an unnamed model", rates, "")]
    for ears, used in usages.transcription.items():
        name = one_line(ears, 60)
        found = transcription.get(ears) if name else None
        if rates is not None and rates.is_free:
            found = rates
        bills.append(_bill(used, name or "an unnamed model", found, " (transcription)"))
    return reduce(_together, bills)


def _together(one: Cost, other: Cost) -> Cost:
    return Cost(
        charges=one.charges + other.charges,
        missing=one.missing + other.missing,
        sources=tuple(dict.fromkeys((*one.sources, *other.sources))),
    )


def _bill(used: Used, model: str, rates: Rates | None, label: str) -> Cost:
    """What one model costs; `label` says what it was for, empty for the one that talks."""
    if used == Used():
        return Cost(sources=(rates.source,) if rates is not None else ())
    if rates is None:
        return Cost(missing=(f"No price is known for {model}{label}.",))
    known = Cost(sources=(rates.source,))
    if rates.is_free:
        return known
    if rates.per_minute is not None or rates.per_message is not None:
        return _together(known, _by_time(used, model, rates, label))
    return _together(known, _by_tokens(used, model, rates, label))


def _by_tokens(used: Used, model: str, rates: Rates, label: str) -> Cost:
    charges, missing = [], []
    for kind, count in used.tokens.items():
        price = rates.per_million.get(kind)
        if price is None:
            missing.append(f"{count:,} tokens of {kind}: {model}{label} has no price for them.")
        else:
            charges.append(Charge(f"{kind}{label}", Decimal(count), "tokens", price, MILLION))
    if used.unsorted:
        missing.append(f"{used.unsorted:,} tokens{label}: the service does not say of which kind.")
    if used.seconds and not used.tokens:
        missing.append(f"{used.seconds:,.1f} s of audio{label}: {model} has no price for time.")
    if used.uncounted:
        missing.append(_uncounted(used.uncounted, model, label))
    return Cost(tuple(charges), tuple(missing))


def _by_time(used: Used, model: str, rates: Rates, label: str) -> Cost:
    charges, missing = [], []
    if rates.per_minute is not None and used.seconds:
        seconds = Decimal(str(used.seconds))
        charges.append(Charge(f"audio{label}", seconds, "s", rates.per_minute, MINUTE))
    if rates.per_message is not None and used.messages:
        count = Decimal(used.messages)
        charges.append(Charge("text", count, "messages", rates.per_message, ONE))
    if rates.per_minute is not None and used.untimed:
        missing.append(_uncounted(used.untimed, model, label))
    return Cost(tuple(charges), tuple(missing))


def _uncounted(count: int, model: str, label: str) -> str:
    what = "transcript" if label else "response"
    plural = what if count == 1 else f"{what}s"
    return f"{count:,} {plural}: the service did not say what {model} used."
