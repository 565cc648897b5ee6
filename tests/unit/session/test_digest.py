from __future__ import annotations

import msgspec
import pytest

from studio.session.digest import Digest, digest_of
from studio.session.state import SessionState
from tests import conversations
from tests.builders import Script


def digest(name: str) -> Digest:
    return digest_of(Script(envelopes=list(conversations.LIBRARY[name]())).state)


def test_a_session_in_short() -> None:
    told = digest("two_turns")
    assert (told.model, told.voice, told.is_over) == ("studio-host", "marin", True)
    assert [turn.user for turn in told.turns] == [
        conversations.QUESTION, "And how long is a minute?",
    ]  # fmt: skip
    assert told.turns[0].assistant == conversations.ANSWER
    assert told.p50_ms is not None
    assert told.settings == "silence 500 ms, server_vad"
    assert told.usages.model.tokens["audio out"] == 120
    assert told.problem_count == 0


def test_trouble_is_counted_and_what_is_usual_is_not() -> None:
    assert digest("barge_in").tags == {"barge-in": 1, "cancelled": 1}
    assert digest("typed_turn").tags == {}
    failed = digest("failed_response")
    assert (failed.problems, failed.problem_count) == (("The reply failed",), 1)


def test_of_nothing_nothing_is_known() -> None:
    told = digest_of(SessionState())
    assert (told.turns, told.model, told.p50_ms, told.is_over) == ((), "", None, False)


@pytest.mark.parametrize("name", conversations.LIBRARY)
def test_a_digest_can_be_kept(name: str) -> None:
    told = digest(name)
    assert msgspec.json.decode(msgspec.json.encode(told), type=Digest) == told
