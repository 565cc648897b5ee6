"""The server's event order against recordings of the hosted service (see tests/recordings)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.protocol.dialect import Dialect
from studio.server.engine.engine import EngineConfig
from tests.fakes.engine_shell import Frame, Talk, call, say, types

RECORDINGS = Path(__file__).parent.parent / "recordings"

# The recorder stopped before these came, or the service sends them at its own time.
UNORDERED = ("rate_limits.updated", "conversation.item.input_audio_transcription")


def recorded(name: str) -> list[tuple[str, Frame]]:
    lines = (RECORDINGS / f"{name}.jsonl").read_text().splitlines()
    return [(each["dir"], each["event"]) for each in map(json.loads, lines)]


def received(name: str) -> list[Frame]:
    return [event for direction, event in recorded(name) if direction == "recv"]


def ordered(frames: list[Frame]) -> list[str]:
    return types([frame for frame in frames if not frame["type"].startswith(UNORDERED)])


def without_runs(kinds: list[str]) -> list[str]:
    """Transcript and audio deltas interleave freely: kept as the first of each between others."""
    found: list[str] = []
    for kind in kinds:
        if kind.endswith(".delta") and kind in found[-2:]:
            continue
        found.append(kind)
    return found


def replayed(name: str, dialect: Dialect = Dialect.GA) -> list[Frame]:
    """The recorded client's events sent to the engine, and the recorded replies thought of."""
    talk = Talk(EngineConfig(dialect=dialect))
    frames = [*talk.greeting]
    call_ids: dict[str, str] = {}
    thoughts = iter(_thoughts(name))
    for direction, event in recorded(name):
        if direction == "recv":
            continue
        frames += talk.send_text(json.dumps(_with_our_calls(event, call_ids)))
        if event["type"] == "response.create":
            begin = len(talk.frames)
            recorded_call, pieces = next(thoughts)
            talk.think(pieces)
            talk.speak_all()
            fresh = talk.frames[begin:]
            frames += fresh
            made = [f["call_id"] for f in fresh if f["type"].endswith("arguments.done")]
            call_ids |= dict(zip([recorded_call], made, strict=False))
    return frames


def _thoughts(name: str) -> list[tuple[str, list[Any]]]:
    """What each recorded response said or called."""
    found = []
    for event in received(name):
        if event["type"] != "response.done":
            continue
        (item,) = event["response"]["output"]
        if item["type"] == "function_call":
            found.append((item["call_id"], call(item["name"], item["arguments"])))
        else:
            (part,) = item["content"]
            found.append(("", say(part.get("text") or part["transcript"])))
    return found


def _with_our_calls(event: Frame, call_ids: dict[str, str]) -> Frame:
    given = event.get("item", {}).get("call_id")
    if given not in call_ids:
        return event
    return event | {"item": event["item"] | {"call_id": call_ids[given]}}


@pytest.mark.parametrize(
    "name",
    ["openai-ga-text-in-audio-out", "azure-ga-text-in-audio-out", "openai-ga-history-seeding"],
)
def test_our_server_answers_in_the_recorded_order(name: str) -> None:
    assert without_runs(ordered(replayed(name))) == without_runs(ordered(received(name)))


def test_a_tool_round_comes_in_the_recorded_order() -> None:
    # The recorded client sends the result before `response.done`; ours has ended by then, so that
    # only the place of the result's two events can differ. Here none does.
    name = "openai-ga-tool-call"
    assert ordered(replayed(name)) == ordered(received(name))


@pytest.mark.parametrize(
    "name", ["openai-ga-text-in-audio-out", "openai-ga-tool-call", "openai-ga-history-seeding"]
)
def test_our_frames_have_the_recorded_fields(name: str) -> None:
    def shapes(frames: list[Frame]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for frame in frames:
            found.setdefault(frame["type"], set()).update(frame)
        return found

    ours, theirs = shapes(replayed(name)), shapes(received(name))
    assert {kind: ours[kind] for kind in theirs} == theirs


def test_the_recorded_transcripts_come_back() -> None:
    name = "openai-ga-text-in-audio-out"
    kind = "response.output_audio_transcript.done"

    def transcripts(frames: list[Frame]) -> list[str]:
        return [frame["transcript"] for frame in frames if frame["type"] == kind]

    assert transcripts(replayed(name)) == transcripts(received(name))
