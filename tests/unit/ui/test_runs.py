from __future__ import annotations

import pytest

from studio.protocol.dialect import Dialect
from studio.storage.store import EventStore
from studio.ui.runs import Runs
from tests import conversations
from tests.fakes.feed import log_lines


def runs_of(name: str) -> tuple[Runs, EventStore]:
    store, runs = EventStore(Dialect.GA), Runs()
    for line in log_lines(conversations.LIBRARY[name]()):
        runs.append(len(store), store.append(line.line))
    return runs, store


@pytest.mark.parametrize("name", list(conversations.LIBRARY))
def test_every_event_stands_in_exactly_one_row(name: str) -> None:
    runs, store = runs_of(name)
    positions = [at for number in range(len(runs)) for at in runs[number].positions]
    assert sorted(positions) == list(range(len(store)))
    for number in range(len(runs)):
        for member, position in enumerate(runs[number].positions):
            assert runs.place(position) == (number, member)


def test_interleaved_deltas_fold_into_one_row_each() -> None:
    runs, _ = runs_of("spoken_turn")
    by_type = {runs[at].type: len(runs[at]) for at in range(len(runs))}
    words = len(conversations.ANSWER.split(" "))
    assert by_type["response.output_audio.delta"] == words
    assert by_type["response.output_audio_transcript.delta"] == words
    kinds = [runs[at].type for at in range(len(runs))]
    assert kinds.count("response.output_audio.delta") == 1


def test_an_event_of_the_input_buffer_ends_the_run_of_appends() -> None:
    runs, _ = runs_of("spoken_turn")
    kinds = [runs[at].type for at in range(len(runs))]
    assert kinds.count("input_audio_buffer.append") == 3
    first = next(runs[at] for at in range(len(runs)) if "append" in runs[at].type)
    assert first.audio_bytes == len(first) * 4_800
    assert first.last_at > first.first_at


def test_a_place_that_is_not_there_is_refused() -> None:
    runs, store = runs_of("connected")
    with pytest.raises(IndexError):
        runs.place(len(store))
