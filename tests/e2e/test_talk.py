from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.protocol.providers import PROVIDERS, default_settings
from studio.runtime.children import LocalServer
from studio.runtime.here import this_machine
from studio.runtime.plan import ConnectPlan
from studio.runtime.talk import talk, talk_json
from studio.session.reduce import fold
from studio.storage.reader import read_session

pytestmark = pytest.mark.speech


@pytest.mark.parametrize("audio_format", ["pcm16", "pcmu"])
async def test_a_question_is_heard_answered_and_kept(
    server: LocalServer, tmp_path: Path, audio_format: str
) -> None:
    formats = {"input_format": audio_format, "output_format": audio_format}
    plan = ConnectPlan(
        provider="local",
        url=server.url,
        model="studio-host",
        settings=default_settings(PROVIDERS["local"]).model_copy(update=formats),
        microphone="say:What time is it?",
        speaker="silent",
        sessions_dir=tmp_path,
    )
    result = await talk(plan, this_machine(os.environ), turns=1, longest_s=30)
    told = talk_json(result)
    (turn,) = told["turns"]
    assert turn["user"].casefold().startswith("what time is it")
    assert turn["assistant"].startswith("It is ")
    assert told["problems"] == []
    # 500 ms of silence on a 32 ms grid, and the time to notice: nothing else may take long.
    parts = dict(turn["latency_ms"])
    total_ms = parts.pop("total")
    assert 450 < parts["silence"] <= 500
    assert parts["vad"] < 400
    assert total_ms < 2_000
    assert sum(ms or 0 for ms in parts.values()) == pytest.approx(total_ms, abs=1)
    (head,) = result.state.playback.heads
    assert head.played_ms == pytest.approx(
        head.received_bytes / (48 if audio_format == "pcm16" else 8)
    )
    assert fold(read_session(result.path).envelopes()) == result.state
