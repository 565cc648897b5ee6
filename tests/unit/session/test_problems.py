from __future__ import annotations

from studio.protocol.events import Error
from studio.protocol.values import ErrorDetail
from studio.session.local import ConnectionClosed
from tests.builders import Script


def test_a_refusal_is_told_once_by_the_error_and_not_again_by_the_close() -> None:
    detail = ErrorDetail(type="invalid_request_error", code="invalid_api_key", message="Wrong.")
    reason = "invalid_request_error.invalid_api_key"
    script = Script().server(Error(event_id="e1", error=detail))
    (told,) = script.local(ConnectionClosed(code=3000, reason=reason)).state.problems
    assert told.title == "The key was refused"


def test_a_connection_that_breaks_has_a_next_step() -> None:
    (told,) = Script().local(ConnectionClosed(code=1006)).state.problems
    assert told.severity == "error"
    assert "Connect again" in told.hint


def test_a_close_of_another_cause_is_told_beside_the_error_before_it() -> None:
    detail = ErrorDetail(type="invalid_request_error", code="invalid_value", message="No.")
    script = Script().server(Error(event_id="e1", error=detail))
    script.local(ConnectionClosed(code=1001, reason="going away"))
    assert [each.code for each in script.state.problems] == ["invalid_value", "1001"]
