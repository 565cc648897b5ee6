"""What a trial will cost, before it is held: an estimate with what it assumes, in words."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from studio.session.cost import MILLION, dollars

if TYPE_CHECKING:
    from studio.lab.trials import Trial
    from studio.session.cost import Rates

_IN_A_MINUTE, _OUT_A_MINUTE = 600, 1_200
"""Tokens that OpenAI counts for a minute of the user's audio, and of the assistant's."""

_ANSWER_MIN = Decimal(1) / 6
"""Assumed of an answer: 10 s of audio."""


def estimate(trial: Trial, rates: Rates | None) -> str:
    """How much is sent, and what it will cost at most, in a sentence or two."""
    runs = trial.runs()
    minutes = Decimal(round(trial.total_ms())) / 60_000
    told = f"{len(runs)} sessions, {minutes:.1f} minutes of audio"
    if rates is None:
        return f"{told}: the price is not known."
    if rates.is_free:
        return f"{told}: {rates.source}."
    if rates.per_minute is not None:
        return f"{told}: about {dollars(minutes * rates.per_minute)} ({rates.source})."
    heard, spoken = rates.per_million.get("audio in"), rates.per_million.get("audio out")
    if heard is None or (trial.answers and spoken is None):
        return f"{told}: the price is not known."
    tokens_in = minutes * _IN_A_MINUTE
    if not trial.answers:
        return (
            f"{told}: at most {dollars(tokens_in * heard / MILLION)}, if all that is heard is "
            f"billed; without answers it usually is not ({rates.source})."
        )
    assert spoken is not None
    answers = sum(_answers(trial, run.take) for run in runs)
    tokens_out = answers * _ANSWER_MIN * _OUT_A_MINUTE
    # Each answer bills what was said before it anew: half of the session on average.
    billed = sum(
        Decimal(round(trial.sent_ms(run))) / 60_000 * (_answers(trial, run.take) + 1) / 2
        for run in runs
    )
    money = (billed * _IN_A_MINUTE * heard + tokens_out * spoken) / MILLION
    return f"{told}: about {dollars(money)}, at {answers} answers of 10 s ({rates.source})."


def _answers(trial: Trial, take: int) -> int:
    truth = trial.takes[take].truth
    return max(1, len(truth.turns)) if truth is not None else 1
