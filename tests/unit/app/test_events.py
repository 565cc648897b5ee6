from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.app.choices import Choices
from studio.app.events import FAILED, FOUND, NONE_FOUND, filter_help, print_events
from studio.query.expressions import (
    And,
    Compared,
    Expression,
    From,
    Is,
    Matching,
    Measured,
    Named,
    Not,
    Or,
    Text,
    There,
)
from studio.query.filter import TERMS, Filter
from studio.query.json_paths import Path as JsonPath
from studio.query.patterns import Exact, Glob, Regex
from studio.query.quantities import Quantity
from studio.session.envelope import Envelope
from studio.session.facts import anchor_of
from studio.session.reduce import fold
from studio.session.turns import Turn, turns
from tests.conversations import Talk
from tests.unit.query import naive
from tests.unit.storage.disk import write


def talked() -> tuple[Envelope, ...]:
    talk = Talk().connect().user_speaks("Good morning, ünï?").reply("Morning, and hello to you.")
    talk.user_speaks("And again?").reply("Yes, again.")
    talk.script.server_raw('{"type": "error", "error": {"code": "x", "event_id": "event_ask"}}')
    talk.script.server_raw("no json\nat all \x1b[31m")
    talk.script.server_raw('{\n"type": "future.event",\n"n": 5, "t": "a\\tb"}')
    return talk.envelopes


ENVELOPES = talked()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    folder = home / "data" / "sessions" / "2026-01-01T12-00-00_local_0001"
    folder.mkdir(parents=True)
    write(folder, ENVELOPES)
    return home


@dataclass
class Printed:
    status: int
    lines: list[str]
    warnings: list[str]


def events(home: Path, filter_text: str, *forms: str, session: str = "last") -> Printed:
    said: list[str] = []
    warned: list[str] = []
    status = print_events(
        Choices(),
        {"STUDIO_HOME": str(home)},
        session=session,
        filter_text=filter_text,
        forms=forms,
        say=said.append,
        warn=warned.append,
    )
    return Printed(status, "\n".join(said).split("\n") if said else [], warned)


@dataclass
class Line:
    """A line of the log as the naive reading wants it."""

    seq: int
    at: float
    gap_s: float | None
    origin: str
    raw: str
    size_bytes: int
    turn: int
    problem: bool
    anchor_s: float | None


def lines_of(home: Path) -> list[Line]:
    (log,) = home.glob("data/sessions/*/session.jsonl")
    entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()[1:]]
    state = fold(ENVELOPES)
    known = turns(state)
    problems = {problem.seq for problem in state.problems}
    gaps = naive.gaps(entries)
    found = []
    for text, entry, gap in zip(
        log.read_text("utf-8").splitlines()[1:], entries, gaps, strict=True
    ):
        raw = entry["raw"] if "raw" in entry else text[text.index('"event":') + 8 : -1]
        turn = turn_of(entry, known)
        found.append(
            Line(
                entry["seq"],
                entry["at"],
                gap,
                entry["origin"],
                raw,
                len(re.sub(r'\{"\$audio":.*?"bytes":(\d+)\}\}', base64_for, raw).encode()),
                turn.index if turn else 0,
                entry["seq"] in problems,
                anchor_of(turn) if turn else None,
            )
        )
    return found


def base64_for(span: re.Match[str]) -> str:
    return "x" * (-(-int(span[1]) // 3) * 4 + 2)


def turn_of(entry: dict[str, naive.Json], known: Sequence[Turn]) -> Turn | None:
    event = entry.get("event", {})
    item, response = event.get("item", {}), event.get("response", {})
    ids = {event.get("item_id"), item.get("id"), event.get("response_id"), response.get("id")}
    for turn in known:
        items = {turn.user_item_id, *(said.item.id for said in turn.said)}
        if (items | {each.id for each in turn.responses}) & (ids - {None}):
            return turn
    return next((turn for turn in reversed(known) if turn.started_at <= entry["at"]), None)


WORDS = ("morning", "ünï", "ÜNÏ", '"', "audio", "[31m", "again", "item_user_1", "nothing")
leaves: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Text, st.sampled_from(WORDS)),
    st.builds(Matching, st.builds(Regex, st.sampled_from(["a[gu].", "^no", r"_\d", "MORN"]))),
    st.builds(
        Named,
        st.sampled_from(["type", "item", "response", "event"]),
        st.sampled_from(
            [
                Glob("response"),
                Glob("*delta"),
                Glob("item_user_*"),
                Glob("resp_1"),
                Glob("event_ask"),
            ]
        )
        | st.sampled_from([Exact(""), Exact("error"), Exact("item_user_2"), Regex("[12]$")]),
    ),
    st.builds(From, st.sampled_from(["server", "client", "local"])),
    st.builds(Is, st.sampled_from(["error", "problem", "audio", "delta", "malformed"])),
    st.builds(
        Measured,
        st.sampled_from(["gap", "since", "at"]),
        st.sampled_from(["<", "<=", ">", ">="]),
        st.builds(Quantity, st.sampled_from([0.0, 20.0, 100.0, 2_500.0]), st.just("ms")),
    ),
    st.builds(
        Measured,
        st.just("size"),
        st.sampled_from(["=", "!=", "<", ">"]),
        st.builds(Quantity, st.sampled_from([89.0, 6_400.0]), st.just("B")),
    ),
    st.builds(
        Measured,
        st.just("turn"),
        st.sampled_from(["=", "!=", "<", ">"]),
        st.builds(Quantity, st.sampled_from([0.0, 1.0, 2.0])),
    ),
    st.builds(There, st.sampled_from([JsonPath(("delta",)), JsonPath(("item", None, 0))])),
    st.builds(
        Compared,
        st.sampled_from([JsonPath(("item", "role")), JsonPath(("n",)), JsonPath((None, "id"))]),
        st.sampled_from(["=", "!="]),
        st.sampled_from(["user", "resp_1", 5]),
    ),
)
expressions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.tuples(inner, inner))
        | st.builds(Or, st.tuples(inner, inner))
    ),
    max_leaves=4,
)


@given(expressions)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_count_is_the_naive_count_of_the_lines(home: Path, expression: Expression) -> None:
    naively = sum(naive.means(expression, line) for line in lines_of(home))
    printed = events(home, str(Filter(expression)), "count")
    assert printed.lines == [str(naively)]
    assert printed.status == (FOUND if naively else NONE_FOUND)
    assert printed.warnings == []


def test_columns_are_tabs_apart_and_no_event_breaks_its_line(home: Path) -> None:
    printed = events(home, "")
    rows = [line.split("\t") for line in printed.lines]
    expected = lines_of(home)
    assert [int(row[0]) for row in rows] == [line.seq for line in expected]
    assert [float(row[1]) for row in rows] == pytest.approx([line.at for line in expected])
    assert [row[2] for row in rows] == [line.origin for line in expected]
    assert [int(row[4]) for row in rows] == [line.size_bytes for line in expected]
    assert {len(row) for row in rows} == {6}
    assert "\x1b" not in "".join(printed.lines)


def test_json_holds_the_frame_or_its_text(home: Path) -> None:
    printed = events(home, "", "json")
    objects = [json.loads(line) for line in printed.lines]
    for found, line in zip(objects, lines_of(home), strict=True):
        assert (found["seq"], found["at"], found["origin"]) == (line.seq, line.at, line.origin)
        if "event" in found:
            assert found["event"] == json.loads(line.raw)
            assert found["type"] == found["event"]["type"]
        else:
            assert found["raw"] == line.raw
            assert found["type"] == ""
    assert sum("raw" in found for found in objects) == 1
    assert all("turn" not in found for found in objects)
    with_turns = [json.loads(line) for line in events(home, "turn:1-2", "json").lines]
    assert {found["turn"] for found in with_turns} == {1, 2}


def test_raw_frames_take_one_line_each(home: Path) -> None:
    printed = events(home, "future", "raw")
    assert printed.lines == ['{ "type": "future.event", "n": 5, "t": "a\\tb"}']
    assert len(events(home, "", "raw").lines) == len(ENVELOPES) + 1


def test_a_mistake_is_underlined(home: Path) -> None:
    printed = events(home, "typ:\x1bx")
    assert printed.status == FAILED
    assert printed.lines == []
    (words,) = printed.warnings
    assert "\n  typ:␛x\n  ^~~\n" in words
    assert "Did you mean type?" in words


def test_what_cannot_be_done_is_said_in_words(home: Path) -> None:
    assert events(home, "", "json", "count").status == FAILED
    nowhere = events(home, "", session="nothing-like-it")
    assert nowhere.status == FAILED
    assert "nothing-like-it" in nowhere.warnings[0]


def test_what_is_odd_about_a_session_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "sessions" / "odd"
    folder.mkdir(parents=True)
    write(folder, ENVELOPES)
    log = folder / "session.jsonl"
    whole = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*whole[:5], b"\x00\xff no entry\n", *whole[5:-1], b'{"seq":9']))
    printed = events(tmp_path, "", "count", session="odd")
    assert printed.lines == [str(len(ENVELOPES))]
    assert any("damaged" in words for words in printed.warnings)
    assert any("torn" in words for words in printed.warnings)


def test_a_log_of_frames_alone_is_read_too(tmp_path: Path) -> None:
    log = tmp_path / "frames.jsonl"
    log.write_text('{"type":"session.created","event_id":"e"}\n{"type":"error","error":{}}\n')
    printed = events(tmp_path, "is:error", "count", session=str(log))
    assert printed.lines == ["1"]
    assert printed.warnings


def test_the_help_names_every_term() -> None:
    def told() -> Iterator[str]:
        for term in TERMS:
            yield from (term.name, term.help, term.example)

    assert [words for words in told() if words not in filter_help()] == []
