"""What an audition is likely to cost, before it is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studio.app.prices import Billed
from studio.session.cost import Usages, Used

if TYPE_CHECKING:
    from studio.app.prices import PriceList
    from studio.lab.audition import Order
    from studio.runtime.plan import ConnectPlan
    from studio.session.cost import Cost

_WORDS_PER_MINUTE = 150
_SECONDS_AT_LEAST = 1.0
_AUDIO_TOKENS_PER_S = 20
"""Of an assistant's audio, as OpenAI bills it: one for 50 ms."""
_CHARACTERS_PER_TOKEN = 4
_TOKENS_PER_MESSAGE = 4


class Estimate(NamedTuple):
    """How much will be said, and what that costs.

    Attributes:
        readings: how many sessions.
        seconds: of speech, altogether.
        cost: without what is cached, so rather too much; a service may count otherwise.
        is_free: whether nothing is billed at all.
    """

    readings: int
    seconds: float
    cost: Cost
    is_free: bool

    def in_words(self, provider: str, model: str) -> str:
        """One sentence, with how sure it is."""
        count = f"{self.readings} reading{'' if self.readings == 1 else 's'}"
        told = f"{count} by {provider} {model}, about {self.seconds:,.0f} s of speech".strip()
        if self.is_free:
            return f"{told}; it costs nothing."
        if self.cost.money is None:
            return f"{told}; no price of it is known."
        return f"{told}: about {self.cost.short}."


def estimated(order: Order, plan: ConnectPlan, prices: PriceList) -> Estimate:
    """Add up what every reading is likely to use; each line bills those before it anew."""
    used, seconds = Used(), 0.0
    for reading in order.readings:
        text = len(reading.instructions) / _CHARACTERS_PER_TOKEN
        audio = 0.0
        for line in order.lines:
            spoken_s = max(_SECONDS_AT_LEAST, len(line.split()) / _WORDS_PER_MINUTE * 60)
            spoken_s /= reading.speed
            words = len(line) / _CHARACTERS_PER_TOKEN
            text += words + _TOKENS_PER_MESSAGE
            used += Used(
                tokens={
                    "text in": round(text),
                    "audio in": round(audio),
                    "text out": round(words),
                    "audio out": round(spoken_s * _AUDIO_TOKENS_PER_S),
                },
                seconds=spoken_s,
                messages=1,
            )
            audio += spoken_s * _AUDIO_TOKENS_PER_S
            seconds += spoken_s
    billed = Billed(plan.provider, plan.model, plan.url)
    rates = prices.rates(billed, plan.model)
    cost = prices.cost(Usages(used), billed)
    return Estimate(len(order.readings), seconds, cost, rates is not None and rates.is_free)
