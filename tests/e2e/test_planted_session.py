"""Three faults are planted in a talk of real voices; exactly those are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.app.curves import CurveReader
from studio.session.reduce import fold
from studio.session.tags import tags
from studio.storage.reader import read_session

pytestmark = pytest.mark.speech


async def test_what_was_planted_is_found_and_nothing_else(tmp_path: Path) -> None:
    pytest.importorskip("hibari")
    from docs.make_planted_session import PAUSE_MS, make

    path = await make(tmp_path / "sessions")
    state = fold(read_session(path).envelopes())
    cut_off, ghost, refused = [tag for tag in tags(state) if tag.is_finding]
    assert (cut_off.name, ghost.name, refused.name) == ("cut-off", "ghost turn", "refused update")
    measured_ms = int(cut_off.words.partition("paused for ")[2].partition(" ms")[0])
    assert 0 <= measured_ms - PAUSE_MS <= 200  # a voice fades before and after its pause
    assert "voice" in refused.words

    reader = CurveReader()
    while not (curves := await reader.read(str(path))).is_whole:
        pass
    assert curves.problem == ""
    assert 0 <= curves.input_db.size - curves.probability.size <= 2
    assert curves.probability.max() > 0.9
    assert curves.output_db.max() > -40
