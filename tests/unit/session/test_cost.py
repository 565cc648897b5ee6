from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.protocol.events import (
    ConversationItemInputAudioTranscriptionCompleted,
    InputAudioBufferCommitted,
    ResponseCreated,
    ResponseDone,
)
from studio.protocol.values import Response, Usage
from studio.session.cost import (
    KINDS,
    Charge,
    Cost,
    Rates,
    UsageReader,
    Usages,
    Used,
    cost_of,
    dollars,
    session_usages,
    turn_usages,
)
from studio.session.reduce import reduce as step
from studio.session.state import SessionState
from studio.session.turns import TurnReader
from tests import conversations
from tests.builders import Script

# gpt-realtime-2.1, US dollars a million tokens, as OpenAI's page of the model tells them.
RATES = Rates(
    "a test",
    {
        "text in": Decimal(4),
        "cached text in": Decimal("0.4"),
        "text out": Decimal(24),
        "audio in": Decimal(32),
        "cached audio in": Decimal("0.4"),
        "audio out": Decimal(64),
        "image in": Decimal(5),
        "cached image in": Decimal("0.5"),
    },
)
FREE = Rates("costs nothing", is_free=True)


def usage(**fields: object) -> Usage:
    return Usage.model_validate(fields)


RECORDED = {
    "total_tokens": 254,
    "input_tokens": 140,
    "output_tokens": 114,
    "input_token_details": {
        "text_tokens": 89,
        "audio_tokens": 51,
        "image_tokens": 0,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 0, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 54, "audio_tokens": 60, "reasoning_tokens": 27},
}


def session(*usages: Usage | None) -> Script:
    script = Script()
    for at, each in enumerate(usages):
        script.server(ResponseCreated(response=Response(id=f"r{at}")))
        script.server(ResponseDone(response=Response(id=f"r{at}", status="completed", usage=each)))
    return script


def cost(*usages: Usage | None, rates: Rates | None = RATES) -> Cost:
    return cost_of(session_usages(session(*usages).state), "gpt-realtime-2.1", rates, {})


def test_the_bill_of_a_recorded_response_by_hand() -> None:
    bill = cost(usage(**RECORDED))
    # (89 - 64) text, 64 cached text, 51 audio, 54 text out (27 of them reasoning), 60 audio out
    by_hand = (25 * 4 + 64 * Decimal("0.4") + 51 * 32 + 54 * 24 + 60 * 64) / Decimal(1_000_000)
    assert bill.money == by_hand == Decimal("0.0068936")
    assert bill.short == "$0.0069"
    assert bill.missing == ()
    assert [charge.what for charge in bill.charges] == [
        "text in", "cached text in", "audio in", "text out", "audio out",
    ]  # fmt: skip


def test_an_hour_of_talk_without_a_cache_costs_what_the_rates_per_minute_say() -> None:
    """1 token for 100 ms of the user, 1 for 50 ms of the assistant; both all the time."""
    tokens = {"audio in": 600, "audio out": 1200}
    bill = cost_of(Usages(Used(tokens=tokens)), "gpt-realtime-2.1", RATES, {})  # type: ignore[arg-type]
    assert bill.money == Decimal("0.0192") + Decimal("0.0768")


def test_each_figure_explains_itself() -> None:
    words = cost(usage(**RECORDED)).explain()
    assert words[2] == "51 tokens of audio in × $32.00 per million = $0.0016"
    assert words[-1] == "Prices: a test."
    assert Charge("x", Decimal(1234), "s", Decimal("0.006"), Decimal(60)).words == (
        "1,234 s of x × $0.006 per minute = $0.1234"
    )


def test_cached_tokens_of_an_untold_kind_are_no_guess() -> None:
    details = {"text_tokens": 500, "audio_tokens": 400, "cached_tokens": 300}
    bill = cost(usage(input_tokens=900, output_tokens=0, input_token_details=details))
    assert bill.money is None
    assert bill.short == "?"
    assert bill.missing == ("900 tokens: the service does not say of which kind.",)


def test_cached_tokens_are_of_the_only_kind_there_is() -> None:
    details = {"audio_tokens": 400, "cached_tokens": 300}
    bill = cost(usage(input_tokens=400, input_token_details=details))
    assert bill.money == (100 * 32 + 300 * Decimal("0.4")) / Decimal(1_000_000)


def test_tokens_without_details_are_no_guess() -> None:
    bill = cost(usage(input_tokens=10, output_tokens=5, total_tokens=15))
    assert bill.missing == ("15 tokens: the service does not say of which kind.",)


def test_a_response_without_usage_makes_a_lower_bound() -> None:
    bill = cost(usage(**RECORDED), None)
    assert bill.short == "≥ $0.0069"
    assert bill.missing == ("1 response: the service did not say what gpt-realtime-2.1 used.",)


def test_a_model_without_a_price_costs_nobody_knows_what() -> None:
    bill = cost(usage(**RECORDED), rates=None)
    assert (bill.money, bill.short) == (None, "?")
    assert bill.missing == ("No price is known for gpt-realtime-2.1.",)


def test_a_kind_without_a_price_is_said_to_be_missing() -> None:
    text_only = Rates("a test", {"text in": Decimal(4), "text out": Decimal(24)})
    bill = cost(usage(**RECORDED), rates=text_only)
    assert "51 tokens of audio in: gpt-realtime-2.1 has no price for them." in bill.missing
    assert bill.short.startswith("≥ ")


def test_nothing_is_billed_where_nothing_is() -> None:
    bill = cost(usage(**RECORDED), rates=FREE)
    assert bill.short == "$0"
    assert not bill.missing


def test_a_service_that_bills_time_and_messages() -> None:
    """xAI says the usage beside the response, with the seconds that it bills."""
    rates = Rates("a test", per_minute=Decimal("0.08"), per_message=Decimal("0.004"))
    seconds = usage(output_tokens=42, total_tokens=42, billable_audio_seconds=90)
    usages = session_usages(session(seconds).state)
    bill = cost_of(replace(usages, model=usages.model + Used(messages=2)), "grok", rates, {})
    assert bill.money == Decimal("0.12") + Decimal("0.008")
    untold = cost(usage(**RECORDED), rates=rates)
    assert untold.missing == ("1 response: the service did not say what gpt-realtime-2.1 used.",)


def transcribed(told: Usage | None) -> Script:
    script = Script()
    for envelope in conversations.connected():
        script.envelopes.append(envelope)
        script.at(envelope.at)
    script.server(InputAudioBufferCommitted(item_id="u1"))
    return script.server(
        ConversationItemInputAudioTranscriptionCompleted(
            item_id="u1", transcript="Hello.", usage=told
        )
    )


def test_transcription_is_billed_apart_by_its_own_model() -> None:
    state = transcribed(usage(type="duration", seconds=3)).state
    usages = session_usages(state)
    (model,) = usages.transcription
    assert usages.transcription[model] == Used(seconds=3.0)
    rates = Rates("whisper's", per_minute=Decimal("0.017"))
    bill = cost_of(usages, "gpt", RATES, {model: rates})
    assert bill.money == Decimal(3) * Decimal("0.017") / 60
    assert bill.charges[0].what == "audio (transcription)"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (None, "1 transcript: the service did not say what"),
        (usage(type="tokens", input_tokens=20, total_tokens=20), "does not say of which kind"),
    ],
)
def test_transcription_that_cannot_be_billed_is_said_to_be_missing(
    told: Usage | None, words: str
) -> None:
    usages = session_usages(transcribed(told).state)
    bill = cost_of(usages, "gpt", RATES, dict.fromkeys(usages.transcription, RATES))
    assert words in bill.missing[0]


def test_transcription_without_a_price_is_said_to_be_missing() -> None:
    usages = session_usages(transcribed(usage(type="duration", seconds=3)).state)
    bill = cost_of(usages, "gpt", RATES, {})
    assert bill.missing[0].startswith("No price is known for ")
    assert cost_of(usages, "gpt", FREE, {}).short == "$0"


@pytest.mark.parametrize("name", ["two_turns", "tool_round", "barge_in", "failed_response"])
def test_the_turns_of_a_session_cost_what_it_costs(name: str) -> None:
    state = Script(envelopes=list(conversations.LIBRARY[name]())).state
    whole = session_usages(state)
    turns = [turn_usages(state, turn) for turn in TurnReader().read(state)]
    assert sum((each.model for each in turns), Used()) == whole.model


counts = st.fixed_dictionaries({kind: st.integers(0, 10**9) for kind in KINDS})
used = st.builds(
    Used,
    tokens=counts.map(lambda each: {kind: count for kind, count in each.items() if count}),
    unsorted=st.integers(0, 1000),
    messages=st.integers(0, 9),
    uncounted=st.integers(0, 9),
)


@given(used, used)
def test_two_bills_are_one(one: Used, other: Used) -> None:
    def money(each: Used) -> Decimal:
        return sum((c.money for c in cost_of(Usages(each), "m", RATES, {}).charges), Decimal(0))

    assert one + other == other + one
    assert money(one + other) == money(one) + money(other)


@pytest.mark.parametrize(
    ("money", "words"),
    [("0", "$0"), ("12.346", "$12.35"), ("1234", "$1,234.00"), ("0.0123", "$0.0123"),
     ("0.00001", "< $0.0001")],
)  # fmt: skip
def test_money_in_words(money: str, words: str) -> None:
    assert dollars(Decimal(money)) == words


@pytest.mark.parametrize("name", ["two_turns", "long_talk", "planted"])
def test_what_was_used_is_the_same_whatever_was_read_before(name: str) -> None:
    reader, states = UsageReader(), [SessionState()]
    for envelope in conversations.LIBRARY[name]()[:4_000]:
        states.append(step(states[-1], envelope).state)

    for look in (*states[::50], states[len(states) // 3], states[-1]):
        assert reader.read(look) == session_usages(look)
