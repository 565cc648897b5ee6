from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from studio.app.desk import StudioDesk
from studio.config.paths import studio_paths
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.session.envelope import Envelope
from studio.storage.folders import LOG_NAME
from studio.storage.header import Header
from studio.storage.writer import SessionWriter
from studio.ui.desk import ExportOptions
from tests import conversations

NAME = "2026-01-01T12-00-00_local_8f3a"


def written(home: Path, envelopes: tuple[Envelope, ...]) -> SessionWriter:
    """A session of these envelopes in a studio's own place, still open."""
    folder = home / "data" / "sessions" / NAME
    folder.mkdir(parents=True)
    writer = SessionWriter(folder, Header(started_at=datetime(2026, 1, 1, tzinfo=UTC)))
    for envelope in envelopes:
        writer.append(envelope)
    writer.flush()
    return writer


def desk_of(home: Path) -> StudioDesk:
    paths = studio_paths({"STUDIO_HOME": str(home)})
    return StudioDesk(paths, paths.sessions_dir, ManualClock())


@pytest.mark.parametrize("wanted", [NAME, "2026-01", "last"])
async def test_a_session_is_opened_by_its_name(tmp_path: Path, wanted: str) -> None:
    talk = conversations.long_talk(3)
    written(tmp_path, talk).close()
    recorded = await desk_of(tmp_path).open(wanted)
    while recorded.load(1.0):
        pass
    assert len(recorded.store) == len(talk)
    assert recorded.header["started_at"].startswith("2026-01-01")
    assert not recorded.problems
    assert not recorded.refresh()


async def test_one_that_is_written_grows(tmp_path: Path) -> None:
    talk = conversations.long_talk(3)
    writer = written(tmp_path, talk[:50])
    recorded = await desk_of(tmp_path).open(NAME)
    assert len(recorded.store) == 50
    assert not recorded.problems
    assert recorded.refresh()
    for envelope in talk[50:80]:
        writer.append(envelope)
    writer.flush()
    assert recorded.refresh()
    assert len(recorded.store) == 80
    writer.close()
    assert not recorded.refresh()


async def test_damage_is_told(tmp_path: Path) -> None:
    writer = written(tmp_path, conversations.long_talk(3))
    writer.close()
    log = writer.folder / LOG_NAME
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:10], b"torn\n", *lines[10:]]))
    before = log.read_bytes()
    recorded = await desk_of(tmp_path).open(NAME)
    while recorded.load(1.0):
        pass
    assert any("damaged" in each for each in recorded.problems)
    assert log.read_bytes() == before


async def test_one_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="nowhere"):
        await desk_of(tmp_path).open("nowhere")


async def test_small_things_are_kept_beside_the_sessions(tmp_path: Path) -> None:
    desk_of(tmp_path).keep("filters", ["is:error"])
    assert desk_of(tmp_path).kept("filters") == ["is:error"]
    assert (tmp_path / "data" / "screen.json").is_file()


async def test_sessions_are_exported_beside_themselves(tmp_path: Path) -> None:
    writer = written(tmp_path, conversations.long_talk(1))
    writer.close()
    told: list[float] = []
    words = await desk_of(tmp_path).export(
        [str(writer.folder)], "md", ExportOptions(), lambda part, _what: told.append(part)
    )
    assert NAME in words
    assert list(writer.folder.parent.glob("*.md"))


async def test_the_shelf_lists_them(tmp_path: Path) -> None:
    written(tmp_path, conversations.long_talk(1)).close()
    desk = desk_of(tmp_path)
    shelf = desk.shelf()
    await shelf.look()
    assert [each.name for each in shelf.entries] == [NAME]
    assert desk.shelf() is shelf
