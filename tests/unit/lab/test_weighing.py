from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from studio.lab.grid import Grid
from studio.lab.labels import Label
from studio.lab.refs import Held
from studio.lab.sweep import Plan, sweep
from studio.lab.sweep_page import sweep_page
from studio.lab.sweep_told import COLUMNS, document, provider_text, table
from studio.lab.verdicts import doubts, lost
from studio.lab.weighing import Weighed, percent, told, weigh
from studio.vad.segmenter import SegmenterSettings
from tests.fakes.takes import coughing, hesitating, level_twin, toned

if TYPE_CHECKING:
    from studio.lab.take import Take
    from studio.lab.verdicts import Doubt

GRID = Grid((0.3, 0.5, 0.7), (100, 200, 300, 400, 500), (0, 300))
TAKES = [hesitating(f"take {at}", 5 + at % 8) for at in range(40)] + [coughing()]
HOSTILE = '<script>alert("x")</script>\x1b[2J'


@pytest.fixture(scope="module")
def found() -> Weighed:
    return weighed_of(TAKES)


def weighed_of(takes: list[Take], grid: Grid = GRID, budget: float = 0.02) -> Weighed:
    *_, last = sweep([Held(take) for take in takes], Plan(grid), level_twin())
    found = weigh(last, budget)
    assert found is not None
    return found


def doubts_of(weighed: Weighed, takes: list[Take]) -> list[Doubt]:
    refs = [Held(take) for take in takes]
    return doubts(refs, weighed.swept, level_twin(), weighed.chosen, weighed.neighbours)


def test_it_recommends_the_fastest_that_loses_few_and_says_why(found: Weighed) -> None:
    assert found.settings == SegmenterSettings(0.7, 300, 400)  # over the cough and the pauses
    words = " ".join(found.evidence)
    assert "none of 41 turns" in words
    assert "up to 7.0 % cannot be excluded" in words or "up to 7 % cannot be excluded" in words
    assert "answers nothing that nobody said" in words
    assert "silence 300 ms" in words  # the faster one next to it
    assert "Drawn anew 400 times from the 41 takes" in words
    assert found.chosen in found.front
    assert any("threshold is the highest" in each for each in found.doubts)


def test_a_larger_budget_buys_speed(found: Weighed) -> None:
    slow, fast = found, weigh(found.swept, budget=0.4)
    assert fast is not None
    assert fast.settings.silence_duration_ms < slow.settings.silence_duration_ms
    assert fast.figures.lost[fast.chosen] > 0
    assert "are lost (95 % sure" in fast.evidence[0]


def test_where_nothing_is_good_enough_it_says_so() -> None:
    found = weighed_of(TAKES, Grid((0.5,), (100, 200), (0,)), budget=0.0)
    assert any("None of 2 settings" in each for each in found.evidence)


def test_little_evidence_is_called_so() -> None:
    found = weighed_of([hesitating()])
    assert any("thin: 1 turn." in each for each in found.doubts)
    assert any("No noise is labelled" in each for each in found.doubts)
    many = toned("many", [(0.9, 20), (0.0, 30)] * 40, [
        Label(at * 1600, at * 1600 + 640) for at in range(40)
    ])  # fmt: skip
    assert any("All turns come from 1 take" in each for each in weighed_of([many]).doubts)


def test_no_turns_are_nothing_to_weigh() -> None:
    *_, last = sweep([Held(toned("silence", [(0.0, 20)]))], Plan(GRID), level_twin())
    assert weigh(last) is None


def test_doubtful_are_the_places_where_neighbours_judge_differently(found: Weighed) -> None:
    places = doubts_of(found, TAKES)
    assert places
    assert all(each.here.verdict != each.there.verdict for each in places)
    assert any(each.here.verdict == "ok" and each.there.verdict == "cut off" for each in places)
    longest = {f"take {at}" for at in range(40) if 5 + at % 8 > 9}
    assert {each.here.take for each in places} <= longest | {"coughing"}


def test_what_a_setting_loses_is_named_with_its_reason() -> None:
    refs = [Held(take) for take in (hesitating("one"), coughing("two"))]
    found = lost(refs, Plan(GRID), level_twin(), SegmenterSettings(0.3, 0, 100), most=9)
    assert [(each.take, each.verdict, each.words) for each in found] == [
        ("one", "cut off", "so um"),
        ("two", "ghost", "cough"),
    ]
    assert "0.29 s" in found[0].reason
    assert len(lost(refs, Plan(GRID), level_twin(), SegmenterSettings(0.3, 0, 100), most=1)) == 1


def test_json_is_whole_and_finite(found: Weighed) -> None:
    whole = json.loads(json.dumps(document(found, doubts_of(found, TAKES)), allow_nan=False))
    assert whole["schema"] == "studio.sweep/1"
    assert len(whole["settings"]) == GRID.size
    best = whole["recommendation"]
    assert best["settings"] == {
        "threshold": 0.7,
        "silence_duration_ms": 400,
        "prefix_padding_ms": 300,
    }
    assert best["turn_detection"] == {"type": "server_vad", **best["settings"]}
    ga = best["session"]["ga"]["audio"]["input"]["turn_detection"]
    assert ga == best["session"]["beta"]["turn_detection"] == best["turn_detection"]
    assert best["rates"]["cutoff_rate"] == 0
    assert whole["turns"] == 41
    assert whole["doubtful"][0]["other"]["reason"]


def test_csv_has_every_setting(found: Weighed) -> None:
    rows = list(csv.DictReader("".join(table(found)).splitlines()))
    assert len(rows) == GRID.size
    assert tuple(rows[0]) == COLUMNS
    (best,) = [row for row in rows if row["recommended"] == "1"]
    assert (best["threshold"], best["silence_duration_ms"]) == ("0.7", "400")
    assert sum(row["on_front"] == "1" for row in rows) == len(found.front)


def test_settings_can_be_copied_for_both_dialects() -> None:
    text = provider_text(SegmenterSettings(0.55, 300, 450))
    assert text.count('"silence_duration_ms": 450') == 2
    assert '"audio"' in text.partition("beta:")[0]
    assert '"audio"' not in text.partition("beta:")[2]


@pytest.mark.parametrize("grid", [GRID, Grid((0.5,), (300,), (0,))])
def test_the_page_loads_nothing_and_lets_nothing_in(grid: Grid) -> None:
    hostile = hesitating(HOSTILE)
    unlabelled = toned(HOSTILE, [(0.9, 5)], None)
    takes = [*TAKES[:8], hostile, unlabelled]
    found = weighed_of(takes, grid)
    page = "".join(sweep_page(found, doubts_of(found, takes)))
    assert "<script" not in page
    assert "\x1b" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert told(found.settings) in page
    assert "inf" not in page.partition("<main")[2].replace("information", "")
    assert page.count("</svg>") >= 3


def test_shares_are_written_as_people_write_them() -> None:
    assert [percent(each) for each in (0, 0.02, 0.0083, 0.183, 0.996, 1)] == [
        "0 %", "2 %", "0.8 %", "18 %", "99.6 %", "100 %",
    ]  # fmt: skip
