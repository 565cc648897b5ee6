"""The events of a session, live and stored."""

from __future__ import annotations

import gzip
import json
import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stage.big_session import make_session
from studio.core.errors import StudioError
from studio.protocol.dialect import Dialect
from studio.protocol.values import payload_bytes
from studio.session.envelope import Envelope, Origin
from studio.storage.lines import SPAN, Stored, audio_of, line_text, split_line, write_line
from studio.storage.reader import StoredSession, open_session
from studio.storage.store import Columns, EventStore, Row, begin_store, open_store
from studio.storage.writer import SessionWriter
from tests.builders import Script
from tests.conversations import LIBRARY
from tests.unit.storage.disk import header, noted, write
from tests.unit.storage.hostile import LINES, TEXTS, TYPES


def stored(envelopes: tuple[Envelope, ...]) -> EventStore:
    store = EventStore(Dialect.GA)
    offsets = {"input": 0, "output": 0}
    for envelope in envelopes:
        audio = audio_of(envelope)
        if audio is None:
            store.append(write_line(envelope))
        else:
            store.append(write_line(envelope, audio, offsets[audio.track]))
            offsets[audio.track] += len(audio.data)
    return store


@pytest.mark.parametrize("name", ["spoken_turn", "tool_round", "hostile"])
def test_rows_tell_what_crossed_the_wire(name: str) -> None:
    envelopes = LIBRARY[name]()
    store = stored(envelopes)

    assert len(store) == len(envelopes)
    for row, envelope in zip(store.rows(0, len(store)), envelopes, strict=True):
        assert (row.seq, row.at, row.origin) == (envelope.seq, envelope.at, envelope.origin)
        audio = audio_of(envelope)
        assert row.audio_bytes == (len(audio.data) if audio is not None else 0)
        if envelope.origin is not Origin.LOCAL:
            assert row.size_bytes == len(envelope.raw.encode())


def test_rows_name_the_item_and_the_response() -> None:
    store = stored(LIBRARY["spoken_turn"]())
    by_type = {row.type: row for row in store.rows(0, len(store))}

    assert by_type["response.output_audio.delta"].item_id == "item_assistant_1"
    assert by_type["response.output_audio.delta"].response_id == "resp_1"
    assert by_type["conversation.item.added"].item_id == "item_assistant_1"
    assert by_type["response.done"].response_id == "resp_1"
    assert by_type["session.created"].item_id == ""
    assert by_type["local.connect"].origin is Origin.LOCAL


def test_events_and_frames_are_there_when_asked_for() -> None:
    envelopes = LIBRARY["tool_round"]()
    store = stored(envelopes)

    for index, envelope in enumerate(envelopes):
        again = store.envelope(index)
        assert type(again.event) is type(envelope.event)
        if audio_of(envelope) is None and envelope.origin is not Origin.LOCAL:
            assert store.raw(index) == envelope.raw
            assert again.event == envelope.event


def test_rows_beyond_the_end_are_none() -> None:
    store = stored(LIBRARY["connected"]())

    assert store.rows(len(store), len(store) + 5) == ()
    assert len(store.rows(-3, 2)) == 2


def test_a_frame_that_is_no_event_has_no_type() -> None:
    script = Script().server_raw("not json").server_raw('"$audio"').server_raw('{"type": 7}')
    store = stored(tuple(script.envelopes))

    assert [row.type for row in store.rows(0, 3)] == ["", "", ""]
    assert [row.size_bytes for row in store.rows(0, 3)] == [8, 8, 11]
    assert store.raw(0) == "not json"


def test_what_is_no_line_is_refused_and_leaves_no_trace() -> None:
    store = stored(LIBRARY["connected"]())
    length = len(store)

    with pytest.raises(StudioError):
        store.append("junk")

    assert len(store) == length


def model(lines: list[str]) -> list[tuple[str, Row]]:
    """What a store of these lines is, told the slow way."""
    rows = []
    for line in lines:
        try:
            stored = split_line(line)
        except StudioError:
            continue
        rows.append((line, row_of(stored)))
    return rows


def row_of(stored: Stored) -> Row:
    try:
        payload = json.loads(stored.body)
    except (ValueError, RecursionError):
        payload = None
    frame = payload if isinstance(payload, dict) else {}
    event_type = word(frame, "type")
    item, response = (each if isinstance(each := frame.get(name), dict) else {} for name in KINDS)
    audio = audio_bytes(frame, event_type)
    size = len(stored.body.encode("utf-8", "surrogatepass"))
    cut = None if stored.whole else SPAN.search(stored.body)
    if cut is not None:
        size += (min(int(cut[3]), 2**31) + 2) // 3 * 4 + 2 - len(cut.group())
    return Row(
        stored.seq,
        stored.at,
        stored.origin,
        event_type,
        size,
        audio,
        word(frame, "item_id") or word(item, "id"),
        word(frame, "response_id") or word(response, "id"),
        word(frame, "call_id") or word(item, "call_id"),
    )


KINDS = ("item", "response")


def word(frame: dict[str, object], key: str) -> str:
    found = frame.get(key)
    return found if isinstance(found, str) else ""


def audio_bytes(frame: dict[str, object], event_type: str) -> int:
    keys = {"input_audio_buffer.append": "audio", "response.output_audio.delta": "delta"}
    payload = frame.get(keys.get(event_type, ""))
    if isinstance(payload, str):
        return payload_bytes(payload)
    cut = payload.get("$audio") if isinstance(payload, dict) else None
    held = cut.get("bytes") if isinstance(cut, dict) else None
    return max(0, min(held, 2**31)) if isinstance(held, int) else 0


WORDS = ("type", "item", "response", "call")
"""Columns of codes, which `Row` spells."""


def log_of(folder: str, lines: list[str]) -> StoredSession:
    text = "".join(f"{line}\n" for line in (header().to_line(), *lines))
    (Path(folder) / "session.jsonl").write_bytes(text.encode("utf-8", "surrogatepass"))
    return open_session(Path(folder))


def everything(store: EventStore) -> list[object]:
    columns = store.columns
    numbers = [getattr(columns, name) for name in Columns._fields if name not in WORDS]
    told = [(store.line(at), store.row(at)) for at in range(len(store))]
    return [*(column.tolist() for column in numbers), told]


@given(LINES)
def test_live_and_opened_stores_are_what_the_lines_say(lines: list[str]) -> None:
    live = EventStore(Dialect.GA)
    for line in lines:
        with suppress(StudioError):
            live.append(line)

    with TemporaryDirectory() as folder:
        opened = open_store(log_of(folder, lines))

        known = model(lines)
        assert [(live.line(at), live.row(at)) for at in range(len(live))] == known
        assert everything(opened) == everything(live)
        refused = sum(bool(line.encode().strip()) for line in lines) - len(known)
        assert bool(opened.problems) == bool(refused)
        for at in range(len(opened)):
            assert opened.raw(at) == split_line(opened.line(at)).body
            opened.payload(at)


@given(LINES, LINES, st.integers(0, 400))
def test_an_index_tells_what_reading_again_tells(
    lines: list[str], more: list[str], torn_bytes: int
) -> None:
    with TemporaryDirectory() as folder, TemporaryDirectory() as cache:
        log_of(folder, lines)
        log = Path(folder) / "session.jsonl"
        whole = log.read_bytes() + "".join(f"{line}\n" for line in more).encode()
        log.write_bytes(whole[: len(log.read_bytes()) + torn_bytes])
        first = begin_store(open_session(Path(folder)), Path(cache), index_bytes=0)
        first.refresh()
        again = begin_store(open_session(Path(folder)), Path(cache), index_bytes=0)
        assert everything(again) == everything(first)

        log.write_bytes(whole)

        grown = begin_store(open_session(Path(folder)), Path(cache), index_bytes=0)
        grown.refresh()
        anew = open_store(open_session(Path(folder)))
        assert everything(grown) == everything(anew)
        assert grown.problems == anew.problems


@given(LINES, TEXTS, st.booleans())
def test_what_is_found_is_what_frames_hold(lines: list[str], text: str, ignore_case: bool) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(log_of(folder, lines))
        live = EventStore(Dialect.GA)
        for at in range(len(store)):
            live.append(store.line(at))

        found = store.find(text, ignore_case=ignore_case).tolist()

        frames = [store.raw(at) for at in range(len(store))]
        assert found == [at for at, frame in enumerate(frames) if holds(frame, text, ignore_case)]
        assert live.find(text, ignore_case=ignore_case).tolist() == found
        half = len(store) // 2
        for each in (store, live):
            first = each.find(text, ignore_case=ignore_case, stop=half).tolist()
            rest = each.find(text, ignore_case=ignore_case, start=half).tolist()
            assert first + rest == found
            assert all(at < half for at in first)


@given(LINES)
def test_whether_letters_may_stand_as_escapes_is_known_of_all_frames(lines: list[str]) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(log_of(folder, lines))
        if any("\\u" in store.raw(at) for at in range(len(store))):
            assert store.may_hold_escapes
    plain = EventStore(Dialect.GA)
    plain.append('{"seq":1,"at":0.5,"origin":"server","event":{"type":"a","text":"\\n é"}}')
    assert not plain.may_hold_escapes


@given(LINES)
def test_frames_read_many_at_a_time_are_those_read_one_by_one(lines: list[str]) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(log_of(folder, lines))
        live = EventStore(Dialect.GA)
        for at in range(len(store)):
            live.append(store.line(at))
        for each in (store, live):
            one_by_one = [each.raw(at) for at in range(len(each))]
            read = list(each.frames(0, len(each)))
            for frame, raw in zip(read, one_by_one, strict=True):
                assert frame == b"" or line_text(frame) == raw
            assert list(each.frames(1, len(each) - 1)) == read[1:-1]


def holds(frame: str, text: str, ignore_case: bool) -> bool:
    if not ignore_case:
        return text in frame
    if not text.isascii():
        return text.lower() in frame.lower()
    lowered = "".join(each.lower() if each.isascii() else each for each in frame)
    return text.lower() in lowered


@pytest.mark.parametrize("text", ["server", "seq", '"event":', "}}", '"type"', "É", "k", "ß"])
def test_what_stands_around_a_frame_is_not_found(tmp_path: Path, text: str) -> None:
    frame = '{"type":"a","b":{"c":"É K ß"}}'
    line = f'{{"seq":1,"at":0.5,"origin":"server","event":{frame}}}'
    store = open_store(log_of(str(tmp_path), [line, "junk server", line]))

    hits = store.find(text).tolist()

    assert hits == ([0, 1] if text.lower() in frame.lower() else [])


def test_words_and_columns_are_read_by_code() -> None:
    store = stored(LIBRARY["tool_round"]())
    columns = store.columns

    code = store.code("response.function_call_arguments.delta")
    assert code is not None
    assert store.word(code) == "response.function_call_arguments.delta"
    deltas = np.flatnonzero(columns.type == code)
    assert len(deltas)
    calls = store.codes(lambda word: word.startswith("call_"))
    assert {store.row(at).call_id for at in deltas.tolist()} <= {store.word(code) for code in calls}
    assert np.isin(columns.call[deltas], calls).all()
    assert store.code("nobody said this") is None
    assert store.word(0) == ""
    with pytest.raises(ValueError, match="read-only"):
        columns.at[0] = 1.0


def naive_runs(rows: list[Row]) -> list[int]:
    """Where the run of each event begins, by what a run is."""
    begun = []
    for at, row in enumerate(rows):
        first = at
        if row.type == "input_audio_buffer.append" or row.type.endswith(".delta"):
            is_append = row.type == "input_audio_buffer.append"
            for back in range(at - 1, -1, -1):
                other = rows[back]
                if other.type == row.type and (is_append or other.item_id == row.item_id):
                    first = back
                elif ends(other.type, is_append=is_append):
                    break
        begun.append(first)
    return begun


def ends(event_type: str, *, is_append: bool) -> bool:
    if is_append:
        return event_type.startswith("input_audio_buffer.")
    return event_type == "response.done"


@given(
    st.lists(
        st.tuples(
            st.sampled_from((*TYPES, "input_audio_buffer.cleared")),
            st.sampled_from(("item_1", "item_2")),
        ),
        max_size=40,
    )
)
def test_folding_into_runs_loses_nothing(events: list[tuple[str, str]]) -> None:
    store = EventStore(Dialect.GA)
    for seq, (event_type, item) in enumerate(events):
        frame = f'{{"type":"{event_type}","item_id":"{item}"}}'
        store.append(f'{{"seq":{seq},"at":0.5,"origin":"server","event":{frame}}}')

    run = store.columns.run

    assert run.tolist() == naive_runs(list(store.rows(0, len(store))))
    members = [np.flatnonzero(run == first).tolist() for first in np.unique(run)]
    assert sorted(at for each in members for at in each) == list(range(len(store)))
    assert [each[0] for each in members] == np.unique(run).tolist()
    assert store.columns.before.tolist() == naive_before(run.tolist())


def naive_before(runs: list[int]) -> list[int]:
    """What the gap of each event counts from: the row above, or the event before it in its run."""
    before = []
    for at, run in enumerate(runs):
        if run == at:
            others = [other for other in range(at) if runs[other] == other]
        else:
            others = [other for other in range(at) if runs[other] == run]
        before.append(others[-1] if others else at)
    return before


def test_text_leaves_memory_once_the_log_holds_it(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path, header())
    store = EventStore(Dialect.GA, tmp_path / "session.jsonl")
    lines = []
    for seq in range(1, 1_000):
        lines.append(writer.append(noted(seq, seq / 100, "x" * 500)))
        store.append(lines[-1])
    writer.close()

    assert len(store._waiting) < 400
    assert [store.line(at) for at in range(len(store))] == lines
    assert store.find("xxx").tolist() == list(range(len(store)))


@pytest.mark.parametrize("held", [b"", b"x" * 400_000, None])
def test_text_stays_in_memory_while_the_log_does_not_hold_it(
    tmp_path: Path, held: bytes | None
) -> None:
    log = tmp_path / "session.jsonl"
    if held is not None:
        log.write_bytes(header().to_line().encode() + b"\n" + held)
    store = EventStore(Dialect.GA, log)
    lines = [write_line(noted(seq, seq / 100, "y" * 500)) for seq in range(1, 500)]

    for line in lines:
        store.append(line)

    assert [store.line(at) for at in range(len(store))] == lines


def test_a_log_that_another_writes_is_watched(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path, header())
    lines = [writer.append(noted(seq, seq / 10)) for seq in range(1, 4)]
    writer.flush()
    store = open_store(open_session(tmp_path))
    assert len(store) == 3
    assert store.is_being_written

    lines += [writer.append(noted(seq, seq / 10)) for seq in range(4, 9)]
    writer.flush()
    with (tmp_path / "session.jsonl").open("ab") as log:
        log.write(b'{"seq":9,"at":1,"origin":"local","event":{"type":"local.mute","muted":true}}')

    assert store.refresh() == 5
    assert [store.line(at) for at in range(8)] == lines
    assert store.refresh() == 0
    writer._log.close()
    assert store.refresh() == 1
    with (tmp_path / "session.jsonl").open("ab") as log:
        log.write(b'\n{"seq":10,"at":1,"origin":"local","event":{"type":"local.end"}}')
    assert store.refresh() == 1
    assert store.raw(9) == '{"type":"local.end"}'
    assert store.problems == ()
    assert not open_session(tmp_path).is_being_written
    assert store.row(8).type == "local.mute"


def test_a_log_that_is_cut_short_while_it_is_open_is_said_to_be_lost(tmp_path: Path) -> None:
    write(tmp_path, tuple(noted(seq, seq / 10) for seq in range(1, 100)))
    store = open_store(open_session(tmp_path))
    log = tmp_path / "session.jsonl"
    os.truncate(log, sum(map(len, log.read_bytes().splitlines(keepends=True)[:2])))

    assert store.row(90).type == "local.problem"
    assert store.payload(90) is None
    with pytest.raises(StudioError):
        store.envelope(90)
    assert store.find("problem").tolist() == [0]
    assert store.refresh() == 0


def test_first_rows_are_there_before_the_rest(tmp_path: Path) -> None:
    make_session(tmp_path, events=4_000)

    store = begin_store(open_session(tmp_path))

    assert 0 < len(store) < 4_000
    slices = 1
    while not store.load(64 * 1024):
        slices += 1
    assert slices > 10
    assert len(store) == 4_000
    assert store.problems == ()
    assert store.columns.seq.tolist() == list(range(1, 4_001))


def test_foreign_and_packed_logs_have_stores(tmp_path: Path) -> None:
    recording = Path(__file__).parents[2] / "recordings" / "openai-ga-tool-call.jsonl"
    (tmp_path / "session.jsonl.gz").write_bytes(gzip.compress(recording.read_bytes()))
    session = open_session(tmp_path)

    store = open_store(session, tmp_path / "cache")

    assert [store.line(at) for at in range(len(store))] == list(session.lines())
    frames = [json.loads(line)["event"] for line in recording.read_text().splitlines()]
    assert [store.payload(at) for at in range(len(store))] == frames
    assert [row.type for row in store.rows(0, 99)] == [frame["type"] for frame in frames]
    weather = [at for at, frame in enumerate(frames) if "get_weather" in json.dumps(frame)]
    assert store.find("GET_weather").tolist() == weather
    assert not (tmp_path / "cache").exists()


def test_the_last_line_of_a_foreign_log_may_lack_its_newline(tmp_path: Path) -> None:
    frames = [{"dir": "recv", "at": at, "event": {"type": "x"}} for at in (0.5, 1.5)]
    (tmp_path / "session.jsonl").write_text("\n".join(map(json.dumps, frames)))

    store = open_store(open_session(tmp_path))

    assert store.columns.at.tolist() == [0.5, 1.5]


def test_a_line_of_ten_megabytes_is_a_line(tmp_path: Path) -> None:
    long = '{"seq":1,"at":0.5,"origin":"server","event":{"type":"x","y":"' + "z" * 10**7 + '"}}'
    short = '{"seq":2,"at":0.6,"origin":"server","event":{"type":"x","y":"needle"}}'

    store = open_store(log_of(str(tmp_path), [short, long, short]))

    assert [row.size_bytes for row in store.rows(0, 3)] == [25, 10**7 + 19, 25]
    assert store.find("NEEDLE").tolist() == [0, 2]
    assert store.find("zzz").tolist() == [1]
