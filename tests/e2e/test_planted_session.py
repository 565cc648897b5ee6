"""Three faults are planted in a talk of real voices; those are found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.app.curves import CurveReader
from studio.audio.resample import resample_offline
from studio.audio.samples import to_float
from studio.speech.ears import Ears

pytestmark = pytest.mark.speech


async def test_what_was_planted_is_found_and_nothing_else(tmp_path: Path) -> None:
    pytest.importorskip("hibari")
    from docs.make_planted_session import PAUSE_MS, found, make, missing

    path = await make(tmp_path / "sessions")
    told = found(path)
    assert missing([tag.name for tag in told]) == []
    cut_off, ghost, refused = [tag for tag in told if tag.name != "slow"]  # as a busy machine is
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


def test_the_laughter_has_no_words_wherever_it_is_cut() -> None:
    pytest.importorskip("hibari")
    from docs.make_planted_session import RATE_HZ, silence, wordless_laughter

    ears, sound = Ears(), wordless_laughter()
    for before_ms, after_ms in ((263.4, 512), (300, 480), (317.9, 530), (351.2, 500)):
        heard = np.concatenate((silence(before_ms), sound, silence(after_ms)))
        assert ears.transcribe(resample_offline(to_float(heard), RATE_HZ, 16_000)).text == ""


def test_what_is_missing_is_known() -> None:
    pytest.importorskip("hibari")
    from docs.make_planted_session import PLANTED, missing

    assert missing(PLANTED) == []
    assert missing(("cut-off", "slow", "refused update")) == ["ghost turn"]
