"""Exports, read by what has no part in writing them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
import soundfile
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from studio.app.exporting import export
from studio.core.text import one_line, without_secrets
from studio.export.cues import cues
from studio.export.sharing import Redaction
from studio.export.subtitles import export_vtt
from studio.protocol.providers import PROVIDERS, default_settings
from studio.runtime.children import LocalServer
from studio.runtime.here import this_machine
from studio.runtime.plan import ConnectPlan
from studio.runtime.talk import TalkResult, talk
from studio.session.envelope import Origin
from studio.session.speaking import spoken_words
from tests.conversations import LIBRARY, Talk
from tests.fakes.chromium import CHROMIUM, page
from tests.fakes.page_checks import FAINT, PLAYERS, UNNAMED
from tests.fakes.proxy import Proxy, recording_proxy
from tests.fakes.told import stored, told, told_from

SERVE = Path(__file__).parent.parent / "e2e" / "serve.py"
SCRIPT = "say:What time is it? // Tell me a long story. // @1200 Stop, please. Count to three."


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[Proxy]:
    """A recording proxy before the real local server."""
    log = tmp_path / "server.log"
    async with (
        LocalServer((sys.executable, str(SERVE)), log) as server,
        recording_proxy(server.url) as running,
    ):
        yield running


async def a_talk(proxy: Proxy, folder: Path, audio_format: str = "pcm16") -> TalkResult:
    formats = {"input_format": audio_format, "output_format": audio_format}
    plan = ConnectPlan(
        provider="local",
        url=proxy.url,
        model="studio-host",
        settings=default_settings(PROVIDERS["local"]).model_copy(update=formats),
        microphone=SCRIPT,
        speaker="silent",
        sessions_dir=folder,
    )
    return await talk(plan, this_machine(os.environ), turns=3, longest_s=45)


@pytest.mark.speech
@pytest.mark.parametrize("audio_format", ["pcm16", "pcmu"])
async def test_jsonl_wire_is_what_a_proxy_saw_on_the_socket(
    proxy: Proxy, tmp_path: Path, audio_format: str
) -> None:
    result = await a_talk(proxy, tmp_path / "sessions", audio_format)

    (file,) = export([result.path], "jsonl-wire", output=tmp_path / "wire.jsonl")

    lines = [json.loads(line) for line in file.read_text().splitlines()]
    frames = {
        way: [line["frame"] for line in lines if line["dir"] == way] for way in ("send", "recv")
    }
    audio = [frame for frame in proxy.sent if "input_audio_buffer.append" in str(frame)]
    assert len(audio) > 200
    assert any("response.output_audio.delta" in str(frame) for frame in proxy.received)
    assert any("conversation.item.truncate" in str(frame) for frame in proxy.sent)
    assert frames["send"] == proxy.sent
    # What the server still said when we had closed was seen by the proxy alone.
    assert frames["recv"] == proxy.received[: len(frames["recv"])]
    assert len(proxy.received) - len(frames["recv"]) <= 2


CONVERSATIONS = ("barge_in", "tool_round", "hostile", "long_talk", "connected", "self_interruption")


def exported(name: str, to: str, folder: Path) -> Path:
    session = stored(LIBRARY[name](), folder / "sessions")
    return export([session.path], to, folder=folder / "out")[0]


def seconds(clock: str) -> float:
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3_600 + int(minutes) * 60 + float(rest)


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_webvtt_parser_reads_the_subtitles(name: str, tmp_path: Path) -> None:
    session = stored(LIBRARY[name](), tmp_path)
    known = cues(told_from(session))

    captions = webvtt.read(str(export([session.path], "vtt", folder=tmp_path)[0])).captions

    assert len(captions) == len(known)
    for caption, cue in zip(captions, known, strict=True):
        assert caption.voice == cue.speaker
        assert seconds(caption.start) == pytest.approx(cue.begins_s, abs=0.001)
        assert seconds(caption.end) == pytest.approx(cue.ends_s, abs=0.002)
        text = unescape(caption.text).removesuffix(" —")
        assert text.split() == one_line(cue.text).split()


@given(st.lists(st.text(min_size=1).filter(lambda text: bool(spoken_words(text))), max_size=5))
def test_a_webvtt_parser_reads_whatever_was_typed(texts: list[str]) -> None:
    talk = Talk().connect()
    for text in texts:
        talk.script.wait(10)
        talk.user_types(text)
    known = cues(told(talk.envelopes))

    captions = webvtt.from_string("".join(export_vtt(known, Redaction()))).captions

    assert [unescape(each.text).split() for each in captions] == [
        without_secrets(one_line(cue.text)).split() for cue in known
    ]


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_an_srt_parser_reads_the_subtitles(name: str, tmp_path: Path) -> None:
    session = stored(LIBRARY[name](), tmp_path)
    known = cues(told_from(session))
    (file,) = export([session.path], "srt", folder=tmp_path)

    captions = webvtt.from_srt(str(file)).captions if known else []

    assert [caption.text.partition(": ")[0] for caption in captions] == [
        cue.speaker for cue in known
    ]


ASK_DUCKDB = """
import json, sys, duckdb
file, *queries = sys.argv[1:]
with duckdb.connect() as database:
    print(json.dumps([database.execute(query, [file]).fetchall() for query in queries]))
"""


def queried(file: Path, *queries: str) -> list[list[tuple[object, ...]]]:
    """The rows of each query, by DuckDB in a process of its own: at its end it talks of leaks."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK_DUCKDB, str(file), *queries], capture_output=True, check=True
    )
    return [[tuple(row) for row in rows] for rows in json.loads(asked.stdout)]


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_duckdb_reads_the_events(name: str, tmp_path: Path) -> None:
    envelopes = LIBRARY[name]()
    file = exported(name, "parquet", tmp_path)

    found, texts = queried(
        file,
        "select type, count(*), sum(audio_bytes)::bigint from read_parquet(?) "
        "where origin = 'server' group by type",
        "select json_extract_string(payload, '$.type') from read_parquet(?) "
        "where seq = 1 and origin = 'local'",
    )
    ((text,),) = texts or ((None,),)

    types = Counter(
        json.loads(each.raw).get("type", "")
        for each in envelopes
        if each.origin is Origin.SERVER and each.raw.startswith("{")
    )
    assert {kind: count for kind, count, _ in found if kind} == types
    assert text == "local.connect"


def test_duckdb_reads_several_sessions_as_one_table(tmp_path: Path) -> None:
    paths = []
    for name in ("barge_in", "tool_round"):
        session = stored(LIBRARY[name](), tmp_path / name)
        paths.append(session.path.rename(tmp_path / f"session-{name}"))
    export(paths, "parquet", output=tmp_path / "events")

    (rows,) = queried(
        tmp_path / "events" / "*.parquet",
        "select session, max(turn) from read_parquet(?) group by session order by session",
    )

    assert rows == [("session-barge_in", 2), ("session-tool_round", 1)]


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_soundfile_reads_the_stereo_track(name: str, tmp_path: Path) -> None:
    session = stored(LIBRARY[name](), tmp_path)
    told = told_from(session)

    sound = soundfile.info(export([session.path], "wav", folder=tmp_path)[0])

    assert (sound.channels, sound.samplerate) == (2, 24_000)
    assert sound.duration == pytest.approx(told.ends_s, abs=0.001)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("name", ["barge_in", "tool_round", "hostile"])
async def test_chromium_opens_the_report_without_a_word_and_without_a_network(
    name: str, tmp_path: Path
) -> None:
    address = exported(name, "html", tmp_path).as_uri()

    async with page() as tab:
        await tab.open(address)
        players = await tab.evaluate(PLAYERS)
        unnamed = await tab.evaluate(UNNAMED)
        widths = []
        for width in (390, 1280):
            assert (await tab.look(width, 900)).startswith(b"\x89PNG")
            widths.append(await tab.evaluate("document.documentElement.scrollWidth"))
        paper = await tab.print()

    assert tab.complaints == []
    assert {each for each in tab.requests if not each.startswith("data:")} == {address}
    assert players == []
    assert unnamed == []
    assert widths == [390, 1280]
    assert paper.startswith(b"%PDF")


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_all_text_of_the_report_can_be_read(scheme: str, tmp_path: Path) -> None:
    """Every text has the contrast that WCAG AA asks for, in the light and in the dark."""
    address = exported("barge_in", "html", tmp_path).as_uri()

    async with page() as tab:
        await tab.open(address)
        await tab.look(1280, 900, scheme)
        faint = await tab.evaluate(FAINT)

    assert faint == []
