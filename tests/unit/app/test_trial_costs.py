from __future__ import annotations

from decimal import Decimal

from studio.app.trial_costs import estimate
from studio.audio.formats import AudioFormat
from studio.lab.labels import Label, Truth
from studio.lab.take import Take
from studio.lab.trials import Trial, arms_named
from studio.protocol.knobs import TurnDetection
from studio.protocol.settings import SessionSettings
from studio.session.cost import Rates

MINUTE = Take(
    "minute",
    AudioFormat.PCM16.silence(58_000),
    truth=Truth((Label(0, 1_000), Label(2_000, 3_000))),
)
RATES = Rates("a list", {"audio in": Decimal(32), "audio out": Decimal(64)})


def trial(*, answers: bool = False) -> Trial:
    """Ten sessions of a minute each."""
    settings = SessionSettings(turn_detection=TurnDetection(silence_duration_ms=500))
    return Trial((MINUTE,), arms_named([("usual", settings)]), 10, answers=answers)


def test_without_answers_the_estimate_is_a_bound() -> None:
    # 10 min × 600 tokens × $32 a million.
    assert estimate(trial(), RATES) == (
        "10 sessions, 10.0 minutes of audio: at most $0.1920, if all that is heard is billed; "
        "without answers it usually is not (a list)."
    )


def test_answers_bill_what_was_heard_anew_and_their_own_voice() -> None:
    # In: 10 × 1 min × 1.5 × 600 × $32; out: 20 answers × 200 tokens × $64.
    assert "about $0.5440, at 20 answers of 10 s" in estimate(trial(answers=True), RATES)


def test_services_that_bill_time_and_those_without_a_price() -> None:
    minutes = Rates("by the minute", per_minute=Decimal("0.05"))
    assert "about $0.5000 (by the minute)" in estimate(trial(), minutes)
    assert estimate(trial(), None).endswith("the price is not known.")
    assert estimate(trial(), Rates("text only")).endswith("the price is not known.")
    free = Rates("the local server costs nothing", is_free=True)
    assert estimate(trial(), free).endswith(": the local server costs nothing.")
