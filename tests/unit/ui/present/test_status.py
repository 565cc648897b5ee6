from __future__ import annotations

import pytest

from studio.session.latency import TurnLatency
from studio.session.local import Severity
from studio.session.reduce import fold
from studio.session.state import Problem, Totals
from studio.session.turns import turns
from studio.ui.actions import ACTIONS
from studio.ui.present.palette import Palette
from studio.ui.present.sheets import help_text, problems_text
from studio.ui.present.status import connection_line, latency_text, turn_line
from tests import conversations

PALETTE = Palette()


@pytest.mark.parametrize("name", list(conversations.LIBRARY))
@pytest.mark.parametrize("width", [60, 80, 200])
def test_status_lines_fill_the_width(name: str, width: int) -> None:
    state = fold(conversations.LIBRARY[name]())
    upper = connection_line(state.connection, ["muted"], state.last_at, "marin", width, PALETTE)
    assert upper.cell_len == width
    latency = turns(state)[-1].latency if turns(state) else None
    lower = turn_line(latency, state.totals, "a/b/c", state.problems, width, PALETTE)
    assert lower.cell_len == width
    assert (upper.plain + lower.plain).isprintable()


def test_the_parts_of_a_latency_add_up_to_the_total() -> None:
    latency = TurnLatency(
        user_stopped_at=1.0, decided_at=1.53, created_at=1.58, speaking_at=1.58,
        first_output_at=2.2, heard_at=2.42,
    )  # fmt: skip
    words = latency_text(latency, PALETTE).plain.strip()
    assert words == "1.42 s = 0.53 wait + 0.05 net + 0.62 model + 0.22 play"


def test_before_the_first_turn_the_line_says_what_will_stand_there() -> None:
    assert "after the first turn" in latency_text(None, PALETTE).plain


def test_a_refused_connection_says_why() -> None:
    state = fold(conversations.unreachable())
    line = connection_line(state.connection, [], 0.0, "", 120, PALETTE).plain
    assert "failed: 127.0.0.1:1 refused the connection." in line


def test_the_help_names_every_action_and_the_keys_that_hold() -> None:
    whole = help_text({}, PALETTE).plain
    assert "del, backspace Drop" in whole
    page = " ".join(help_text({"session.mute": "f7"}, PALETTE, width=60).plain.split())
    assert all(action.help in page for action in ACTIONS)
    assert "F7" in page


def test_problems_stand_latest_first_with_the_next_step() -> None:
    state = fold(conversations.unreachable())
    page = problems_text(state.problems, PALETTE).plain
    assert "→ Start the local server with `studio serve`." in page
    assert "Nothing went wrong" in problems_text((), PALETTE).plain


def test_remarks_and_races_are_no_problems() -> None:
    def problem(severity: Severity, *, benign: bool = False) -> Problem:
        return Problem(seq=1, at=0.0, severity=severity, title="t", message="m", benign=benign)

    def told(*problems: Problem) -> str:
        return turn_line(None, Totals(), "", problems, 80, PALETTE).plain.strip()

    assert told().endswith("no problems")
    assert told(problem("error", benign=True)).endswith("no problems")
    assert told(problem("info")).endswith("1 note")
    assert told(problem("info"), problem("info")).endswith("2 notes")
    assert told(problem("info"), problem("warning")).endswith("1 problem")
    assert told(problem("error"), problem("warning")).endswith("2 problems")
