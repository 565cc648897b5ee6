"""The table of turns."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from studio.export.sharing import Redaction
from studio.export.turns_csv import COLUMNS, export_csv
from tests.conversations import LIBRARY, Talk
from tests.fakes.told import NAME, stored, told, told_from


def rows(name: str, folder: Path, *without: str) -> list[dict[str, str]]:
    told = told_from(stored(LIBRARY[name](), folder))
    return list(csv.DictReader(io.StringIO("".join(export_csv(told, Redaction(without))))))


def test_a_turn_is_a_row_with_its_figures(tmp_path: Path) -> None:
    (row,) = rows("spoken_turn", tmp_path)

    assert tuple(row) == COLUMNS
    assert row["session"] == NAME
    assert (row["turn"], row["user_text"]) == ("1", "What time is it?")
    assert row["assistant_heard_text"] == "It is twelve o'clock."
    assert row["assistant_lost_text"] == ""
    assert row["latency_total_ms"] == "640.0"
    assert float(row["user_begins_s"]) < float(row["user_ends_s"])
    assert float(row["user_ends_s"]) < float(row["assistant_begins_s"])
    assert (row["response_status"], row["cut_reason"]) == ("completed", "")


def test_a_cost_is_exact_and_empty_where_it_is_not_known() -> None:
    session = told(LIBRARY["two_turns"]())
    costs = {1: Decimal("0.000012300"), 2: None}
    table = "".join(export_csv(session, Redaction(), lambda turn: costs[turn.index]))
    assert [row["cost_usd"] for row in csv.DictReader(io.StringIO(table))] == ["0.0000123", ""]


def test_what_was_not_heard_has_a_column_of_its_own(tmp_path: Path) -> None:
    row = rows("barge_in", tmp_path)[0]

    assert row["assistant_lost_text"].endswith("lighthouse keeper counted")
    assert row["cut_reason"] == "barge-in"
    assert float(row["assistant_heard_ms"]) < float(row["assistant_received_ms"])


@pytest.mark.parametrize("text", ["=1+1", "+SUM(A1)", "-2", "@x", " \t=1", '=HYPERLINK("x")'])
def test_no_cell_is_a_formula(text: str) -> None:
    table = "".join(export_csv(told(Talk().connect().user_types(text).envelopes), Redaction()))

    (row,) = csv.DictReader(io.StringIO(table))
    assert row["user_text"] == f"'{text.strip()}"


def test_rows_end_as_the_rule_says(tmp_path: Path) -> None:
    told = told_from(stored(LIBRARY["hostile"](), tmp_path))
    lines = list(export_csv(told, Redaction()))

    assert all(line.endswith("\r\n") and line.count("\n") == 1 for line in lines)
    assert not any("\x1b" in line or "\u202e" in line for line in lines)


def test_ids_and_words_are_withheld(tmp_path: Path) -> None:
    (row,) = rows("spoken_turn", tmp_path, "text", "ids")

    assert row["user_text"] == "███ ███ ███ ███?"
    assert (row["user_item_id"], row["response_ids"]) == ("item_1", "resp_1")
