from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from genai_prices import Usage as ListedUsage
from genai_prices import calc_price
from msgspec.structs import replace

from studio.app.prices import Billed, PriceList, read_prices
from studio.session.cost import Usages, Used
from studio.session.turns import TurnReader

OPENAI = "wss://api.openai.com/v1/realtime?model=gpt-realtime"
RECORDINGS = Path(__file__).parents[2] / "recordings"
AT = datetime(2026, 11, 1, tzinfo=UTC)

# Dollars a million tokens, as the models' own pages tell them: text in, cached, out; audio in,
# cached, out; images in, cached.
KNOWN = {
    "gpt-realtime-2.1": "4 0.4 24 32 0.4 64 5 0.5",
    "gpt-realtime-2.1-mini": "0.6 0.06 2.4 10 0.3 20 0.8 0.08",
    "gpt-realtime-2": "4 0.4 24 32 0.4 64 5 0.5",
    "gpt-realtime-1.5": "4 0.4 16 32 0.4 64 5 0.5",
    "gpt-realtime": "4 0.4 16 32 0.4 64 5 0.5",
    "gpt-realtime-mini": "0.6 0.06 2.4 10 0.3 20 0.8 0.08",
}
ORDER = (
    "text in", "cached text in", "text out", "audio in", "cached audio in", "audio out",
    "image in", "cached image in",
)  # fmt: skip


def openai(model: str) -> Billed:
    return Billed("openai", model, OPENAI, AT)


@pytest.mark.parametrize("model", KNOWN)
def test_the_prices_of_openais_models(model: str) -> None:
    rates = PriceList().rates(openai(model), model)
    assert rates is not None
    assert [rates.per_million[kind] for kind in ORDER] == [Decimal(each) for each in KNOWN[model].split()]  # type: ignore[index]  # fmt: skip # noqa: E501
    assert rates.source.startswith("OpenAI, gpt-realtime")


def test_a_bill_by_hand() -> None:
    tokens: Any = {
        "text in": 1000, "cached text in": 500, "audio in": 3000, "cached audio in": 2000,
        "text out": 200, "audio out": 1500, "image in": 700, "cached image in": 100,
    }  # fmt: skip
    bill = PriceList().cost(Usages(Used(tokens=tokens)), openai("gpt-realtime-2.1"))
    assert bill.money == Decimal("0.004") + Decimal("0.0002") + Decimal("0.096") + Decimal(
        "0.0008"
    ) + Decimal("0.0048") + Decimal("0.096") + Decimal("0.0035") + Decimal("0.00005")
    assert not bill.missing


def test_bills_agree_with_the_lists_own_arithmetic() -> None:
    """Its counts nest: all input tokens, of which audio, of which cached."""
    tokens: Any = {
        "text in": 1000, "cached text in": 500, "audio in": 3000, "cached audio in": 2000,
        "text out": 200, "audio out": 1500,
    }  # fmt: skip
    nested = ListedUsage(
        input_tokens=6500,
        cache_read_tokens=2500,
        input_audio_tokens=5000,
        cache_audio_read_tokens=2000,
        output_tokens=1700,
        output_audio_tokens=1500,
    )
    for model in KNOWN:
        ours = PriceList().cost(Usages(Used(tokens=tokens)), openai(model))
        assert ours.money == calc_price(nested, model, provider_id="openai").total_price


def test_transcription_has_the_price_of_its_own_model() -> None:
    usages = Usages(Used(), {"gpt-realtime-whisper": Used(seconds=60.0)})
    bill = PriceList().cost(usages, openai("gpt-realtime"))
    assert bill.money == Decimal("0.017")


def test_azure_bills_as_openai_does_and_xai_by_the_minute() -> None:
    azure = Billed("azure", "gpt-realtime", "wss://x.openai.azure.com/openai/v1/realtime", AT)
    tokens: Any = {"audio out": 1_000_000}
    assert PriceList().cost(Usages(Used(tokens=tokens)), azure).money == 64
    xai = Billed("xai", "grok-voice-latest", "wss://api.x.ai/v1/realtime", AT)
    used = Used(seconds=60.0, messages=1)
    assert PriceList().cost(Usages(used), xai).money == Decimal("0.084")


def test_a_price_is_that_of_the_day() -> None:
    early = Billed(
        "xai", "grok-voice-latest", "wss://api.x.ai/v1", datetime(2026, 7, 1, tzinfo=UTC)
    )
    assert PriceList().cost(Usages(Used(seconds=60.0)), early).money == Decimal("0.05")


@pytest.mark.parametrize(
    "billed",
    [
        Billed("litellm", "gpt-realtime", "ws://127.0.0.1:4000/v1/realtime"),
        Billed("openai", "gpt-realtime", "wss://gateway.example/v1/realtime"),
        Billed("openai", "gpt-realtime-99", OPENAI),
        Billed("openai", "gpt-4o-realtime-preview-2024-10-01", OPENAI),
        Billed("openai", "", OPENAI),
        Billed("azure", "my-deployment", "wss://x.openai.azure.com/openai/v1/realtime"),
        Billed("", "gpt-realtime", ""),
        Billed("openai", "gpt-realtime", "wss://[broken"),
    ],
)
def test_what_is_not_known_is_not_guessed(billed: Billed) -> None:
    tokens: Any = {"audio out": 1000}
    bill = PriceList().cost(Usages(Used(tokens=tokens)), billed)
    assert bill.money is None
    assert bill.missing


def test_the_local_server_costs_nothing() -> None:
    tokens: Any = {"audio out": 1000}
    usages = Usages(Used(tokens=tokens), {"studio-ears": Used(seconds=3.0)})
    assert PriceList().cost(usages, Billed("local", "studio-host")).short == "$0"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "prices.toml"
    file.write_text(text)
    return file


def test_a_persons_own_prices_go_first(tmp_path: Path) -> None:
    prices, faults = read_prices(written(tmp_path, """
        [[price]]
        provider = "lite*"
        model = "openai/gpt-realtime"
        same_as = "gpt-realtime"

        [[price]]
        provider = "litellm"
        audio_out = 70.00
        per_minute = 0

        [[price]]
        provider = "inworld"
        text_in = 1
        audio_out = 10.5
        """))  # fmt: skip
    assert faults == ()
    tokens: Any = {"audio out": 1_000_000}
    gateway = Billed("litellm", "openai/gpt-realtime", "ws://gw")
    assert prices.cost(Usages(Used(tokens=tokens)), gateway).money == 64
    own = prices.cost(Usages(Used(tokens=tokens)), Billed("inworld", "any", "ws://gw"))
    assert own.money == Decimal("10.5")
    assert own.explain()[-1] == "Prices: your prices.toml."


def test_without_a_file_the_list_holds(tmp_path: Path) -> None:
    prices, faults = read_prices(tmp_path / "prices.toml")
    assert faults == ()
    assert prices.rates(openai("gpt-realtime"), "gpt-realtime") is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[price", "prices.toml: "),
        ("price = 3", "write each price under [[price]]"),
        ("price = [3]", "price 1: it is not a table"),
        ("[[price]]\nmodel = 3", "model is a text in quotes"),
        ("[[price]]\naudio = 3", "audio is not one of audio_in, audio_out"),
        ("[[price]]\naudio_in = -3", "audio_in is a number of dollars"),
        ("[[price]]\naudio_in = true", "audio_in is a number of dollars"),
        ("[[price]]\naudio_in = nan", "audio_in is a number of dollars"),
        ("[[price]]\naudio_in = 'much'", "audio_in is a number of dollars"),
    ],
)
def test_a_broken_entry_is_told_and_passed_over(tmp_path: Path, text: str, words: str) -> None:
    prices, faults = read_prices(written(tmp_path, text))
    assert words in faults[0]
    assert prices.rates(openai("gpt-realtime"), "gpt-realtime") is not None


@pytest.mark.parametrize(
    ("name", "provider", "url", "by_hand"),
    [
        # 16 text in, 9 text and 15 audio out; 16 in, 16 and 82 out; 1 s billed, 1 message apart
        ("openai-ga-text-in-audio-out", "openai", OPENAI, (16 * 4 + 9 * 16 + 15 * 64) / 1e6),
        ("azure-ga-text-in-audio-out", "azure", "wss://x.openai.azure.com/openai/v1/realtime",
         (16 * 4 + 16 * 16 + 82 * 64) / 1e6),
        ("xai-text-in-audio-out", "xai", "wss://api.x.ai/v1/realtime", 1 / 60 * 0.08 + 0.004),
    ],
)  # fmt: skip
def test_recorded_sessions_cost_what_their_usage_says(
    name: str, provider: str, url: str, by_hand: float
) -> None:
    from studio.session.cost import session_usages
    from tests.builders import Script

    script = Script()
    model = ""
    for each in map(json.loads, (RECORDINGS / f"{name}.jsonl").read_text().splitlines()):
        event = json.dumps(each["event"])
        _ = script.server_raw(event) if each["dir"] == "recv" else script.client_raw(event)
        if each["event"]["type"] == "session.created":
            model = each["event"]["session"]["model"]
    bill = PriceList().cost(session_usages(script.state), Billed(provider, model, url, AT))
    assert bill.missing == ()
    assert bill.money == pytest.approx(Decimal(by_hand))


def test_a_live_session_is_billed_by_what_it_knows_of_itself() -> None:
    from tests.fakes.shelf import state_of

    told = PriceList().session_cost(state_of("two_turns"), {"started_at": "2026-11-01T00:00:00Z"})
    assert told.short == "$0"


def test_the_turns_of_a_session_cost_what_it_costs() -> None:
    from tests.fakes.shelf import state_of

    known, header = state_of("two_turns"), {"started_at": "2026-11-01T00:00:00Z"}
    billed = replace(known.connection, provider="openai", model="gpt-realtime", url=OPENAI)
    state = replace(known, connection=billed)

    bills = [PriceList().turn_cost(state, turn, header) for turn in TurnReader().read(state)]

    whole = PriceList().session_cost(state, header)
    assert len(bills) > 1
    assert whole.money
    assert sum(bill.money or 0 for bill in bills) == whole.money
    assert {words for bill in bills for words in bill.sources} == set(whole.sources)
