from __future__ import annotations

from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.runtime.here import this_machine
from studio.runtime.world import request_for
from tests.fakes.world import plan_for

KEY = "sk-test-abcdefgh"


def test_the_key_comes_from_the_providers_own_variable() -> None:
    plan = plan_for(Path(), provider="openai", url="", model="gpt-realtime")
    request = request_for(plan, {"OPENAI_API_KEY": KEY})
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.url == "wss://api.openai.com/v1/realtime?model=gpt-realtime"


def test_or_from_the_variable_that_the_plan_names() -> None:
    plan = plan_for(Path(), provider="openai", url="", key_env="MINE")
    request = request_for(plan, {"MINE": KEY, "OPENAI_API_KEY": "sk-other-abcdefgh"})
    assert request.headers["Authorization"].endswith(KEY)
    with pytest.raises(StudioError, match="MINE is not set"):
        request_for(plan, {"OPENAI_API_KEY": KEY})


def test_the_dialect_of_the_plan_is_spoken() -> None:
    plan = plan_for(Path(), dialect=Dialect.BETA)
    assert request_for(plan, {}).headers["OpenAI-Beta"] == "realtime=v1"


def test_this_machine_opens_nothing_until_it_is_asked() -> None:
    world = this_machine({"A": "b"})
    assert world.environment == {"A": "b"}
    assert world.clock.wall().tzinfo is not None
