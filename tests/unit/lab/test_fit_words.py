from __future__ import annotations

import json

from studio.lab.fit import fit
from studio.lab.fit_words import fit_json, fit_lines, verdict
from studio.vad.profile import OPENAI, Profile
from studio.vad.segmenter import SegmenterSettings
from tests.unit.lab.test_fit import heard

ASKED = SegmenterSettings()


def test_no_shift_is_said_plainly() -> None:
    found = fit([heard(OPENAI, ASKED, 1, 8)])
    assert verdict(found) == (
        "No shift: turns are detected as OpenAI's hosted server_vad detects them. "
        "Every edge is explained to the millisecond (16 of 16)."
    )
    assert not any("Not explained" in line for line in fit_lines(found))


def test_a_shift_is_said_with_its_direction_and_its_doubt() -> None:
    found = fit([heard(Profile("other", 0.0, 64, -32), ASKED, 1, 3)])
    told = verdict(found)
    assert "starts 64 ms later, ends 32 ms earlier" in told
    assert "too little to be sure of" in told
    assert "start_shift_ms       +64 ms  95 %: +64" in "\n".join(fit_lines(found))


def test_two_servers_in_one_are_not_passed_off_as_explained() -> None:
    mixed = [heard(Profile("other", 0.0, 64 * at, -32), ASKED, at, 8) for at in range(3)]
    found = fit(mixed)
    lines = list(fit_lines(found))
    assert "three numbers do not say" in lines[0]
    assert "  Not explained:" in lines
    assert any("more (--json lists them all)" in line for line in lines)


def test_json_is_plain_and_whole() -> None:
    found = fit([heard(OPENAI, ASKED, 1, 8)])
    told = json.loads(json.dumps(fit_json(found)))
    assert told["explained"] == {
        "exact": 16,
        "within_frame": 16,
        "exact_share": 1.0,
        "within_frame_share": 1.0,
    }
    assert told["range_95"]["start_shift_ms"] == [0, 0]
    assert told["unexplained"] == told["expected_but_not_reported"] == []


def test_nothing_to_go_by_is_said() -> None:
    assert verdict(fit([])).startswith("There is nothing to go by")
