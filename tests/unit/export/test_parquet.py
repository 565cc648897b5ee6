"""The table of events; DuckDB reads it in `tests/conformance`."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from studio.app.choices import Choices
from studio.app.events import print_events
from studio.export.parquet import write_parquet
from studio.export.sharing import Redaction
from studio.session.envelope import Origin
from studio.storage.store import open_store
from tests.builders import Script
from tests.conversations import LIBRARY
from tests.fakes.told import stored, told_from


def table(name: str, folder: Path, *without: str) -> list[dict[str, object]]:
    session = stored(LIBRARY[name](), folder)
    file = io.BytesIO()
    write_parquet(told_from(session), open_store(session), file.write, Redaction(without))
    rows: list[dict[str, object]] = pq.read_table(file).to_pylist()
    return rows


@pytest.mark.parametrize("name", LIBRARY)
def test_every_event_is_a_row_with_its_size(name: str, tmp_path: Path) -> None:
    envelopes = LIBRARY[name]()

    rows = table(name, tmp_path)

    assert [row["seq"] for row in rows][: len(envelopes)] == [each.seq for each in envelopes]
    for row, envelope in zip(rows, envelopes, strict=False):
        assert row["origin"] == envelope.origin.value
        assert row["at_s"] == envelope.at
        if envelope.origin is Origin.LOCAL:
            assert row["size_bytes"] is None
        else:
            assert row["size_bytes"] == len(envelope.raw.encode())


def test_events_know_their_turn_and_their_ids(tmp_path: Path) -> None:
    rows = table("two_turns", tmp_path)

    deltas = [row for row in rows if row["type"] == "response.output_audio.delta"]
    assert {row["turn"] for row in deltas} == {1, 2}
    assert all(row["audio_bytes"] == 14_400 and row["response_id"] for row in deltas)
    assert "$audio" in json.loads(str(deltas[0]["payload"]))["delta"]


@pytest.mark.parametrize("name", LIBRARY)
def test_turns_are_those_of_the_command_that_prints_events(name: str, tmp_path: Path) -> None:
    session = stored(LIBRARY[name](), tmp_path)
    printed: list[str] = []

    print_events(
        Choices(sessions_dir=tmp_path),
        {"XDG_CACHE_HOME": str(tmp_path)},
        session=str(session.path),
        filter_text="turn>=0",
        forms=["json"],
        say=printed.append,
        warn=printed.append,
    )

    told = [json.loads(line) for line in "\n".join(printed).splitlines()]
    rows = table(name, tmp_path / "again")
    assert [(row["seq"], row["turn"]) for row in rows] == [
        (each["seq"], each["turn"]) for each in told
    ]


def test_a_type_that_is_a_sentence_counts_as_words(tmp_path: Path) -> None:
    script = Script().server_raw('{"type":"Meet me in London","event_id":"event_1"}')
    session = stored(script.envelopes, tmp_path)
    file = io.BytesIO()

    write_parquet(told_from(session), open_store(session), file.write, Redaction({"text"}))

    assert "London" not in json.dumps(pq.read_table(file).to_pylist())


def test_words_and_ids_are_withheld(tmp_path: Path) -> None:
    rows = table("tool_round", tmp_path, "text", "ids")

    told = json.dumps(rows)
    assert "London" not in told
    assert "item_user" not in told


def test_without_pyarrow_it_says_what_to_install(tmp_path: Path) -> None:
    session = stored(LIBRARY["connected"](), tmp_path)
    script = (
        "import sys; sys.modules['pyarrow'] = None; from studio.cli.main import main; "
        f"sys.argv[1:] = ['export', {str(session.path)!r}, '--to', 'parquet', '-o', 'x']; main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False
    )

    assert done.returncode == 1
    assert 'pip install "realtime-studio[analysis]"' in done.stderr
    assert not list(tmp_path.glob("*x*"))
