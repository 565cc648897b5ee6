from __future__ import annotations

from typing import Any

from studio.protocol.catalog import catalog
from studio.protocol.dialect import Dialect
from studio.ui.present.tree import DEEPEST, MOST_MEMBERS, MOST_ROWS, Row, Tree

FRAME = {
    "type": "session.update",
    "session": {"type": "realtime", "tools": [{"type": "function", "name": "f"}], "mood": 1},
}


def tree(payload: dict[str, Any], wire_type: str = "session.update") -> Tree:
    return Tree(payload, catalog().found(wire_type, "client", Dialect.GA), wire_type)


def paths(shown: Tree) -> list[str]:
    return [".".join(map(str, row.path)) for row in shown.rows]


def row_at(shown: Tree, path: str) -> Row:
    return shown.rows[paths(shown).index(path)]


def test_rows_stand_in_the_order_of_the_frame() -> None:
    assert paths(tree(FRAME)) == [
        "type", "session", "session.type", "session.tools", "session.tools.0",
        "session.tools.0.type", "session.tools.0.name", "session.mood",
    ]  # fmt: skip


def test_rows_know_their_type() -> None:
    shown = tree(FRAME)
    name = row_at(shown, "session.tools.0.name")
    assert name.kind is not None
    assert name.kind.words == "string"
    assert row_at(shown, "session.type").required
    assert row_at(shown, "session.mood").kind is None


def test_what_openai_sends_beyond_its_types_has_one_too() -> None:
    shown = tree({"type": "session.created", "session": {"id": "sess_1"}}, "session.created")
    assert row_at(shown, "session.id").kind is not None


def test_folding_hides_what_is_inside_and_unfolding_brings_it_back() -> None:
    shown = tree(FRAME)
    whole = paths(shown)
    shown.fold(row_at(shown, "session"))
    assert paths(shown) == ["type", "session"]
    shown.unfold(row_at(shown, "session"))
    assert paths(shown) == whole


def test_all_can_be_folded_and_unfolded() -> None:
    shown = tree(FRAME)
    whole = paths(shown)
    shown.fold_all()
    assert paths(shown) == ["type", "session"]
    shown.unfold_all()
    assert paths(shown) == whole


def test_a_hidden_path_is_found_at_the_nearest_row_above() -> None:
    shown = tree(FRAME)
    shown.fold(row_at(shown, "session"))
    assert shown.find(("session", "tools", 0)) == 1
    assert shown.find(("no", "such")) == 0


def test_many_members_are_closed_at_first_and_counted_beyond_a_thousand() -> None:
    shown = tree({"type": "x", "items": list(range(100_000))})
    assert paths(shown) == ["type", "items"]
    shown.unfold(row_at(shown, "items"))
    assert len(shown.rows) == 2 + MOST_MEMBERS + 1
    assert shown.rows[-1].note.startswith("99,000 more")


def test_rows_end_somewhere() -> None:
    wide = {f"a{n}": {f"b{m}": {"c": 1} for m in range(900)} for n in range(50)}
    shown = tree({"type": "x"} | wide)
    shown.unfold_all()
    assert len(shown.rows) <= MOST_ROWS + 1


def test_a_deep_nest_ends_in_words() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = {"a": deep}
    shown = tree({"type": "x", "deep": deep})
    shown.unfold_all()
    assert len(shown.rows) == 1 + DEEPEST + 1
    assert shown.rows[-1].note.startswith("deeper than this tree goes")


def test_audio_that_is_kept_elsewhere_is_one_value() -> None:
    kept = {"$audio": {"track": "input", "offset": 0, "bytes": 10}}
    shown = tree({"type": "input_audio_buffer.append", "audio": kept})
    assert paths(shown) == ["type", "audio"]
    assert row_at(shown, "audio").members == 0
