from __future__ import annotations

import pytest

from studio.protocol.events import SessionUpdate, SessionUpdated
from studio.protocol.knobs import TurnDetection
from studio.protocol.settings import DEFAULTS, SessionSettings, apply
from studio.session.compare import standing_pairs
from studio.session.digest import digest_of
from studio.session.local import SettingsAsked
from studio.session.obeyed import findings
from studio.session.reduce import fold
from studio.session.standing import disputed, in_words, standings
from tests.conversations import ANSWER, LIBRARY, QUESTION, Talk, refused_setting

SILENCE = "turn_detection.silence_duration_ms"


def slow() -> Talk:
    """A server that echoes 900 ms and waits 500."""
    settings = DEFAULTS.model_copy(
        update={"turn_detection": TurnDetection(silence_duration_ms=900)}
    )
    return Talk().connect(settings).sound(600).user_speaks(QUESTION).reply(ANSWER)


def asked_for_faster(echoed: float | None) -> Talk:
    """A server that is asked for another pace; it echoes another one, or has not answered yet."""
    talk = Talk().connect()
    talk.script.local(SettingsAsked(settings=apply(DEFAULTS, SessionSettings(speed=1.5))))
    update = {"type": "realtime", "audio": {"output": {"speed": 1.5}}}
    talk.script.client(SessionUpdate(event_id="event_speed", session=update))
    if echoed is not None:
        told = {"type": "realtime", "audio": {"output": {"speed": echoed}}}
        talk.script.server(SessionUpdated(event_id="event_told", session=told))
    return talk


def test_what_is_obeyed_is_not_disputed() -> None:
    assert not disputed(fold(LIBRARY["two_turns"]()))


def test_what_is_not_obeyed_stands_with_what_it_rests_on() -> None:
    state = slow().script.state
    each = {each.path: each for each in disputed(state)}[SILENCE]
    assert (each.verdict, each.asked, each.echoed, each.seen) == ("differs", "900", "900", "500")
    assert each.evidence == findings(state)[SILENCE].evidence
    assert each.told.startswith("asked 900, echoed 900, seen 500. ")


def test_an_update_that_was_refused_stands_with_the_servers_words() -> None:
    (each,) = disputed(fold(refused_setting("Not \x1b[31mnow, sk-abcdefghijklmnopqrstuvwx.")))
    assert (each.verdict, each.path) == ("refused", "voice, speed")
    assert each.told.startswith("Not ")
    assert "\x1b" not in each.told
    assert "sk-abc" not in each.told


def test_a_refusal_without_words_says_so() -> None:
    assert disputed(fold(refused_setting("")))[0].told == "The server gave no reason."


@pytest.mark.parametrize(("echoed", "verdicts"), [(1.0, ["differs"]), (1.5, []), (None, [])])
def test_another_echo_than_what_was_asked_is_told(
    echoed: float | None, verdicts: list[str]
) -> None:
    found = disputed(asked_for_faster(echoed).script.state)
    assert [each.verdict for each in found if each.path == "speed"] == verdicts
    if verdicts:
        assert (found[0].asked, found[0].echoed) == ("1.5", "1.0")


@pytest.mark.parametrize("name", LIBRARY)
def test_what_stands_agrees_with_who_judges(name: str) -> None:
    state = fold(LIBRARY[name]())
    told = {each.path: each for each in standings(state) if each.verdict != "refused"}
    for path, found in findings(state).items():
        assert told[path].is_wrong >= found.is_wrong, path
        assert told[path].evidence.endswith(found.evidence[-40:]), path
    assert digest_of(state).disputed == disputed(state)


def test_two_sessions_are_compared_where_one_is_not_obeyed() -> None:
    state = slow().script.state
    pairs = standing_pairs(fold(LIBRARY["two_turns"]()), state)
    assert [pair.path for pair in pairs] == [each.path for each in disputed(state)]
    (pair,) = (pair for pair in pairs if pair.path == SILENCE)
    assert pair.one is not None
    assert pair.other is not None
    assert (pair.one.verdict, pair.other.verdict) == ("obeyed", "differs")
    assert not standing_pairs(fold(LIBRARY["two_turns"]()), fold(LIBRARY["two_turns"]()))


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (True, "on"), (0.5, "0.5"), ((), "none"), (("text", "audio"), "text, audio")],
)
def test_values_read_as_words(value: object, words: str) -> None:
    assert in_words(value) == words
