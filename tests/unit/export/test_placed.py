"""Where sound lies in time."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.formats import AudioFormat
from studio.export.placed import Placed, Placing
from studio.protocol.codec import decode_client
from studio.session.envelope import Envelope, Origin
from studio.session.local import LocalSpeechStopped
from tests.conversations import LIBRARY
from tests.fakes.told import stored, told_from

BLOCK_MS = 20
BLOCK_BYTES = 960
PCM16 = AudioFormat.PCM16


def appended(number: int, at: float) -> Envelope:
    """A block of the microphone, the `number`th in the track."""
    span = {"$audio": {"track": "input", "offset": number * BLOCK_BYTES, "bytes": BLOCK_BYTES}}
    raw = json.dumps({"type": "input_audio_buffer.append", "audio": span})
    return Envelope(number + 1, at, Origin.CLIENT, decode_client(raw), raw)


def placed(envelopes: list[Envelope]) -> tuple[Placed, ...]:
    placing = Placing(PCM16, PCM16)
    for envelope in envelopes:
        placing.see(envelope)
    return placing.placement((), 0.0).input


def test_blocks_that_follow_each_other_are_one_stretch() -> None:
    blocks = [appended(number, 1.0 + (number + 1) * 0.02) for number in range(100)]

    (span,) = placed(blocks)

    assert span == pytest.approx(Placed(0, 100 * BLOCK_BYTES, 1.0))


@given(st.lists(st.floats(0, 0.08), min_size=5, max_size=200))
def test_lateness_does_not_move_the_sound(late: list[float]) -> None:
    """However late blocks are sent, the soonest of them say where all of them lie."""
    late[len(late) // 2] = 0.0
    sent = [1.0 + (number + 1) * 0.02 + each for number, each in enumerate(late)]

    spans = placed([appended(number, at) for number, at in enumerate(sent)])

    drift_s = len(late) * 0.02 * 2e-4
    assert spans[0].at_s == pytest.approx(1.0, abs=drift_s + 0.001)
    assert sum(span.n_bytes for span in spans) == len(late) * BLOCK_BYTES


def test_sound_that_comes_late_for_good_begins_a_stretch_of_its_own() -> None:
    at = [0.02 * (number + 1) + (0.5 if number >= 50 else 0.0) for number in range(100)]

    first, second = placed([appended(number, moment) for number, moment in enumerate(at)])

    assert (first.n_bytes, second.offset_bytes) == (50 * BLOCK_BYTES, 50 * BLOCK_BYTES)
    assert (first.at_s, second.at_s) == pytest.approx((0.0, 1.5))


def test_what_waited_for_the_talk_key_lies_where_it_was_said() -> None:
    """Until the key falls blocks leave 300 ms late; then all that waits leaves at once."""
    held = [appended(number, 0.02 * (number + 1) + 0.3) for number in range(50)]
    burst = [appended(number, 0.02 * 66) for number in range(50, 66)]
    live = [appended(number, 0.02 * (number + 1)) for number in range(66, 100)]

    spans = placed([*held, *burst, *live])

    assert spans[0].at_s == pytest.approx(0.0, abs=0.005)
    assert sum(span.n_bytes for span in spans) == 100 * BLOCK_BYTES


def test_the_local_vad_says_how_late_all_blocks_were() -> None:
    blocks = [appended(number, 0.02 * (number + 1) + 0.03) for number in range(100)]
    stop = LocalSpeechStopped(audio_ms=1_000, stopped_at=1.0)

    (span,) = placed([*blocks, Envelope(101, 2.1, Origin.LOCAL, stop)])

    assert span.at_s == pytest.approx(0.0, abs=1e-6)


@given(
    st.lists(
        st.tuples(st.floats(0, 50), st.integers(0, 3_000)),
        max_size=40,
    )
)
def test_stretches_never_overlap_whatever_the_log_says(blocks: list[tuple[float, int]]) -> None:
    offset, envelopes = 0, []
    for number, (at, n_bytes) in enumerate(blocks):
        span = {"$audio": {"track": "input", "offset": offset, "bytes": n_bytes}}
        raw = json.dumps({"type": "input_audio_buffer.append", "audio": span})
        envelopes.append(Envelope(number + 1, at, Origin.CLIENT, decode_client(raw), raw))
        offset += n_bytes

    for before, after in pairwise(placed(envelopes)):
        assert before.n_bytes > 0
        assert before.n_bytes % 2 == 0
        assert after.at_s >= before.at_s + PCM16.bytes_to_ms(before.n_bytes) / 1000 - 1e-4


def test_a_voice_lies_where_it_was_heard_and_ends_where_it_was_cut(tmp_path: Path) -> None:
    told = told_from(stored(LIBRARY["barge_in"](), tmp_path))

    voices = [each for each in told.placement.output if each.item_id]
    heads = {head.item_id: head for head in told.state.playback.heads}
    cut = next(head for head in heads.values() if head.cut)
    spans = [each for each in voices if each.item_id == cut.item_id]
    assert spans[0].at_s == cut.heard_at
    assert cut.played_ms is not None
    heard_bytes = sum(each.n_bytes for each in spans)
    assert PCM16.bytes_to_ms(heard_bytes) == pytest.approx(cut.played_ms, abs=0.1)
    assert heard_bytes < cut.received_bytes


@pytest.mark.parametrize("name", LIBRARY)
def test_every_conversation_has_its_place_in_time(name: str, tmp_path: Path) -> None:
    told = told_from(stored(LIBRARY[name](), tmp_path))

    for spans in (told.placement.input, told.placement.output):
        moments = [each.at_s for each in spans]
        assert moments == sorted(moments)
    assert told.ends_s >= told.state.last_at


def test_a_position_of_the_input_is_a_moment() -> None:
    placing = Placing(PCM16, PCM16)
    for number in range(100):
        placing.see(appended(number, 0.02 * (number + 1) + (0.5 if number >= 50 else 0.0)))
    where = placing.placement((), 0.0)

    assert where.moment_of_input(500) == pytest.approx(0.5)
    assert where.moment_of_input(1_500) == pytest.approx(2.0)
    assert where.moment_of_input(9_000) == pytest.approx(2.5)
    assert Placing(PCM16, PCM16).placement((), 0.0).moment_of_input(5) is None
