from __future__ import annotations

import pytest

from studio.core.clock import ManualClock
from studio.core.ids import SequentialIds
from studio.protocol.dialect import Dialect
from studio.server.engine.errors import Refused
from studio.server.handshake import Ask, admit, close_code
from studio.server.settings import ServerConfig
from studio.server.tokens import Tokens

BETA_HEADER = {"openai-beta": "realtime=v1"}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def tokens(clock: ManualClock) -> Tokens:
    return Tokens(clock, SequentialIds())


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_a_token_lasts_as_long_as_was_asked(clock: ManualClock, tokens: Tokens) -> None:
    token = tokens.mint(Dialect.GA, {"type": "realtime"}, 60)
    clock.advance(59)
    assert tokens.find(token.value) == token
    clock.advance(1)
    assert tokens.find(token.value) is None


@pytest.mark.parametrize("seconds", [9, 7201])
def test_a_token_cannot_last_any_time(tokens: Tokens, seconds: int) -> None:
    with pytest.raises(Refused):
        tokens.mint(Dialect.GA, {}, seconds)


@pytest.mark.parametrize(
    "ask",
    [
        Ask({}, BETA_HEADER),
        Ask({}, {}, ("realtime", "openai-beta.realtime-v1")),
        Ask({}, {}, preview_path=True),
    ],
)
def test_beta_is_asked_for_in_several_ways(ask: Ask, tokens: Tokens) -> None:
    assert admit(ask, ServerConfig(), tokens).dialect is Dialect.BETA
    with pytest.raises(Refused) as refusal:
        admit(ask, ServerConfig(strict=True), tokens)
    assert refusal.value.close_reason == "invalid_request_error.beta_api_shape_disabled"
    assert close_code(refusal.value) == 4000


def test_a_beta_token_speaks_beta(tokens: Tokens) -> None:
    token = tokens.mint(Dialect.BETA, {"type": "realtime", "model": "m"}, None)
    admission = admit(Ask({}, bearer(token.value)), ServerConfig(), tokens)
    assert (admission.dialect, admission.model) == (Dialect.BETA, "m")


@pytest.mark.parametrize(
    "ask",
    [
        Ask({}, bearer("right")),
        Ask({}, {"api-key": "right"}),
        Ask({}, {}, ("realtime", "openai-insecure-api-key.right")),
    ],
)
def test_the_key_fits_wherever_it_is(ask: Ask, tokens: Tokens) -> None:
    assert admit(ask, ServerConfig(api_key="right"), tokens).dialect is Dialect.GA
    with pytest.raises(Refused) as refusal:
        admit(ask, ServerConfig(api_key="other"), tokens)
    assert close_code(refusal.value) == 3000


def test_an_expired_token_opens_nothing(tokens: Tokens) -> None:
    with pytest.raises(Refused):
        admit(Ask({}, bearer("ek_gone")), ServerConfig(), tokens)


def test_a_model_is_needed_only_where_it_is_strict(tokens: Tokens) -> None:
    assert admit(Ask({}, {}), ServerConfig(), tokens).model == "studio-local"
    with pytest.raises(Refused, match="model parameter"):
        admit(Ask({}, {}), ServerConfig(strict=True), tokens)
    ask = Ask({"intent": "transcription"}, {})
    assert admit(ask, ServerConfig(strict=True), tokens).transcription


def test_only_the_realtime_subprotocol_is_echoed() -> None:
    assert Ask({}, {}, ("x", "realtime")).subprotocol == "realtime"
    assert Ask({}, {}, ("x",)).subprotocol is None
