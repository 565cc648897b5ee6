"""How far the connection has come."""

from __future__ import annotations

from studio.protocol.events import SessionUpdated
from studio.session.local import ConnectionClosed
from tests.builders import Script
from tests.conversations import LIBRARY, Talk


def test_a_greeting_opens_the_session_and_names_its_end() -> None:
    connection = Talk().connect().script.state.connection

    assert connection.phase == "open"
    assert connection.session_id == "sess_1"
    assert connection.expires_at == 1_767_272_400
    assert connection.wanted_at == 0.0
    assert connection.opened_at is not None
    assert connection.greeted_at is not None
    assert connection.opened_at < connection.greeted_at


def test_a_service_that_never_greets_is_open_once_it_answers_an_update() -> None:
    script = Script()
    script.local(LIBRARY["connected"]()[0].event)  # type: ignore[arg-type]
    phases = [script.state.connection.phase]
    script.wait(10).server(SessionUpdated(session={"id": "s"}))
    phases.append(script.state.connection.phase)

    assert phases == ["connecting", "open"]


def test_a_close_before_the_greeting_is_a_failure() -> None:
    script = Script(envelopes=list(LIBRARY["refused_key"]()))

    connection = script.state.connection
    assert connection.phase == "failed"
    assert connection.close_code == 3000
    assert connection.close_reason == "invalid_request_error.invalid_api_key"


def test_a_close_after_the_greeting_is_a_close() -> None:
    talk = Talk().connect()
    talk.script.local(ConnectionClosed(code=1001, reason="the maximum duration"))

    assert talk.script.state.connection.phase == "closed"
