from __future__ import annotations

import pytest
from msgspec.structs import replace

from studio.session.echo import EchoVerdict
from studio.session.state import Interruption
from studio.ui.present.ledger import ledger_lines, verdict_lines
from studio.ui.present.palette import Palette

PALETTE = Palette(error="#ff0000", muted="#888888")
CUT = Interruption(
    reason="barge-in", item_id="item_1", content_index=0, speech_at=12.0, flushed_at=12.004,
    silent_at=12.021, generated_ms=4_200, received_ms=3_000, played_ms=1_240.6, requested_at=12.005,
    requested_ms=1_240, applied_at=12.048, applied_ms=1_240,
)  # fmt: skip


def words(cut: Interruption) -> str:
    return "\n".join(line.plain for line in ledger_lines(cut, 160, PALETTE))


def test_the_ledger_tells_every_amount_and_every_moment() -> None:
    told = words(CUT)
    assert "cut by speech at 12.000" in told
    for amount in ("generated 4,200 ms", "received 3,000 ms", "played 1,241 ms",
                   "requested 1,240 ms", "applied 1,240 ms"):  # fmt: skip
        assert amount in told
    assert "flushed +4 ms   silent +21 ms   truncate sent +5 ms   applied +48 ms" in told


def test_what_was_not_needed_or_is_not_known_is_said() -> None:
    bare = replace(
        CUT, reason="interrupt", speech_at=None, silent_at=None, requested_at=None,
        requested_ms=None, applied_at=None, applied_ms=None,
    )  # fmt: skip
    assert "requested none   applied none" in words(bare)
    assert "silent" not in words(bare)
    assert "cut by the interrupt key at 12.004" in words(bare)


@pytest.mark.parametrize(("benign", "told"), [(True, "a harmless race"), (False, "refused")])
def test_a_refusal_says_whether_it_harms(benign: bool, told: str) -> None:
    refused = replace(CUT, refused="Audio content is already shorter\x1b[31m.", benign=benign)
    assert told in words(refused)
    assert "\x1b" not in words(refused)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_ledger_has_as_many_lines_as_it_needs(width: int) -> None:
    lines = [line.plain for line in ledger_lines(CUT, width, PALETTE)]
    assert all(len(line) <= width for line in lines)
    assert "applied +48 ms" in lines[-1]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_verdict_says_whose_voice_it_was_and_what_helps(width: int) -> None:
    found = EchoVerdict(
        likely=True, score=0.82, lag_ms=64, cut_off=True, title="That was the assistant",
        evidence="82% alike.", advice=("Wear a headset.", "Turn echo cancelling on."),
    )  # fmt: skip
    lines = [line.plain for line in verdict_lines(found, width, PALETTE)]
    assert lines[0].split("  ")[-1].strip() == "That was the assistant."
    assert lines[0].startswith(" echo ")
    assert any("→ Wear a headset." in line for line in lines)
    assert all(len(line) <= width for line in lines)
