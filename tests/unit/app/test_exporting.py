"""Exports as files: whole or not at all."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import pytest

from studio.app.exporting import export, export_aside
from studio.app.formats import FORMATS
from studio.app.prices import read_prices
from studio.core.errors import StudioError
from studio.storage.reader import StoredSession
from tests.conversations import LIBRARY
from tests.fakes.told import NAME, stored

RECORDINGS = Path(__file__).parents[2] / "recordings"


@pytest.fixture
def session(tmp_path: Path) -> StoredSession:
    return stored(LIBRARY["barge_in"](), tmp_path / "sessions")


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.parametrize("to", FORMATS)
def test_a_session_becomes_a_file_named_after_it(
    session: StoredSession, tmp_path: Path, to: str
) -> None:
    folder = tmp_path / "out"

    files = export([session.path], to, folder=folder)

    assert [each.name for each in files] == [f"{NAME}{end}" for end in FORMATS[to].files]
    assert names(folder) == sorted(each.name for each in files)
    assert all(each.stat().st_size > 20 for each in files)


def costs(folder: Path, prices: str) -> list[str]:
    """What the turns of a session cost, by the table that is written with these prices."""
    folder.mkdir(exist_ok=True)
    (folder / "prices.toml").write_text(prices)
    price_list, faults = read_prices(folder / "prices.toml")
    assert not faults
    session = stored(LIBRARY["two_turns"](), folder / "sessions")
    (file,) = export([session.path], "csv", folder=folder, prices=price_list)
    return [row["cost_usd"] for row in csv.DictReader(file.read_text().splitlines())]


def test_turns_have_their_cost(tmp_path: Path) -> None:
    assert costs(tmp_path / "free", "") == ["0", "0"]


def test_turns_have_the_cost_of_a_persons_own_prices(tmp_path: Path) -> None:
    kinds = ("text_in", "cached_text_in", "audio_in", "cached_audio_in", "text_out", "audio_out")
    ears = ["[[price]]", 'model = "whisper-*"', "per_minute = 0.03"]
    lines = [*ears, "[[price]]", *(f"{kind} = 10.0" for kind in kinds)]
    # 180 tokens and two seconds; of the second turn the service does not say what it took.
    assert costs(tmp_path, "\n".join(lines)) == ["0.0028", ""]


def test_a_turn_of_which_a_part_has_no_price_has_no_cost(tmp_path: Path) -> None:
    assert costs(tmp_path, "[[price]]\naudio_out = 10.0") == ["", ""]


def test_several_sessions_become_a_folder(tmp_path: Path) -> None:
    paths = [stored(LIBRARY["typed_turn"](), tmp_path / each).path for each in ("a", "b")]
    paths[1] = paths[1].rename(paths[1].with_name("another"))

    export(paths, "md", output=tmp_path / "out")

    assert names(tmp_path / "out") == [f"{NAME}.md", "another.md"]


def test_sessions_of_one_name_become_files_of_two(session: StoredSession, tmp_path: Path) -> None:
    export([session.path, session.path], "csv", output=tmp_path / "out")

    assert names(tmp_path / "out") == [f"{NAME}-2.csv", f"{NAME}.csv"]


def test_a_file_and_its_companion_have_the_name_that_was_asked_for(
    session: StoredSession, tmp_path: Path
) -> None:
    files = export([session.path], "wav", output=tmp_path / "call.wav")

    assert [each.name for each in files] == ["call.wav", "call.labels.txt"]


def test_progress_grows_to_the_end(session: StoredSession, tmp_path: Path) -> None:
    told: list[float] = []

    export(
        [session.path, session.path],
        "html",
        output=tmp_path,
        progress=lambda part, _name: told.append(part),
    )

    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert len(told) > 4


@pytest.mark.parametrize("to", ["parquet", "wav", "html"])
def test_what_fails_leaves_what_was_there(session: StoredSession, tmp_path: Path, to: str) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    before = folder / f"{NAME}{next(iter(FORMATS[to].files))}"
    before.write_text("before")

    def enough(part: float, _name: str) -> None:
        if part >= 0.5:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        export([session.path], to, output=folder, progress=enough)

    assert before.read_text() == "before"
    assert names(folder) == [before.name]


async def test_a_cancelled_export_leaves_nothing(session: StoredSession, tmp_path: Path) -> None:
    begun = asyncio.Event()

    def progress(_part: float, _name: str) -> None:
        begun.set()

    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(
            export_aside(
                [session.path] * 40, "html", (), output=tmp_path / "out", progress=progress
            )
        )
        await begun.wait()
        working.cancel()

    assert working.cancelled()
    assert not [name for name in names(tmp_path / "out") if name.endswith(".part")]


@pytest.mark.parametrize(
    ("to", "without", "words"),
    [
        ("docx", (), "cannot be exported to 'docx'"),
        ("wav", ("audio",), "without audio nothing is left of wav"),
        ("md", ("sound",), "'sound' cannot be left out"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_read(
    tmp_path: Path, to: str, without: tuple[str, ...], words: str
) -> None:
    with pytest.raises(StudioError, match=words):
        export([tmp_path / "none"], to, without)


@pytest.mark.parametrize("name", ["session.jsonl", "input.wav"])
def test_no_export_takes_the_place_of_the_session(session: StoredSession, name: str) -> None:
    before = (session.path / name).read_bytes()

    with pytest.raises(StudioError, match="a part of the session itself"):
        export([session.path], "jsonl", output=session.path / name)

    assert (session.path / name).read_bytes() == before


def test_a_foreign_log_is_exported_as_far_as_it_goes(tmp_path: Path) -> None:
    log = tmp_path / "foreign.jsonl"
    log.write_text((RECORDINGS / "openai-ga-text-in-audio-out.jsonl").read_text())

    for to in FORMATS:
        files = export([log], to, folder=tmp_path / "out")
        assert files[0].name.startswith("foreign.")
        assert files[0].stat().st_size > 40


def test_a_file_where_nothing_can_be_written_is_said(
    session: StoredSession, tmp_path: Path
) -> None:
    with pytest.raises(StudioError, match="cannot be written"):
        export([session.path], "md", output=tmp_path / "none" / "x.md")


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("name", ["hostile", "connected", "unreachable"])
def test_damaged_and_empty_sessions_are_exported_as_far_as_they_go(
    tmp_path: Path, to: str, name: str
) -> None:
    session = stored(LIBRARY[name](), tmp_path / "sessions")
    log = session.path / "session.jsonl"
    data = log.read_bytes()
    log.write_bytes(data + b'{"seq":1,"at":zero\n\x00\xff\xfe\n' + data.splitlines()[-1][:25])
    for track in session.path.glob("*.wav"):
        track.write_bytes(track.read_bytes()[:100])

    files = export([session.path], to, folder=tmp_path / "out")

    assert all(each.exists() for each in files)


IMPOSSIBLE = """
{"seq":91,"at":1e999,"origin":"server","event":{"type":"response.created","response":{"id":"r"}}}
{"seq":92,"at":-1e300,"origin":"client","event":{"type":"response.cancel"}}
{"seq":93,"at":9.0,"origin":"local","event":{"type":"local.playback.started","item_id":"item_x","content_index":0,"heard_at":1e999}}
{"seq":94,"at":9.0,"origin":"local","event":{"type":"local.playback.flushed","item_id":"item_x","content_index":0,"played_ms":1e999,"received_ms":1e300,"reason":"interrupt"}}
{"seq":95,"at":9.0,"origin":"local","event":{"type":"local.speech.stopped","audio_ms":7,"stopped_at":1e300}}
"""


@pytest.mark.parametrize("to", FORMATS)
def test_impossible_times_do_no_harm(session: StoredSession, tmp_path: Path, to: str) -> None:
    with (session.path / "session.jsonl").open("a") as log:
        log.write(IMPOSSIBLE.lstrip())

    (file, *_) = export([session.path], to, folder=tmp_path / "out")

    assert 20 < file.stat().st_size < 5_000_000


@pytest.mark.parametrize("to", FORMATS)
def test_nothing_that_is_withheld_is_in_any_format(tmp_path: Path, to: str) -> None:
    without = {"text", "ids"} if FORMATS[to].needs_audio else {"audio", "text", "ids"}
    session = stored(LIBRARY["tool_round"](), tmp_path / "sessions")

    for file in export([session.path], to, without, folder=tmp_path / "out"):
        content = file.read_bytes()
        for secret in (b"London", b"foggy", b"item_user", b"weather in"):
            assert secret not in content


@pytest.mark.parametrize("to", FORMATS)
def test_tracks_that_are_pipes_or_lead_to_themselves_are_silent(
    session: StoredSession, tmp_path: Path, to: str
) -> None:
    tracks = [session.path / "input.wav", session.path / "output.wav"]
    for track in tracks:
        track.unlink()
    tracks[1].symlink_to(tracks[1])

    looped = export([session.path], to, folder=tmp_path / "looped")
    tracks[1].unlink()
    tracks[1].write_bytes(b"RIFF")
    short = export([session.path], to, folder=tmp_path / "short")

    assert [each.name for each in looped] == [each.name for each in short]
