"""A turn's latency: its parts, where they are carved from, and what they are said to mean."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.session.latency import PARTS, TurnLatency
from studio.session.local import LinkMeasured, PlaybackStarted
from studio.session.reduce import fold
from studio.session.state import SessionState
from studio.session.turns import turns
from tests.builders import Script
from tests.conversations import LIBRARY

MEASURED = TurnLatency(
    user_stopped_at=10.0,
    decided_at=10.56,
    created_at=10.60,
    speaking_at=10.60,
    first_output_at=10.95,
    heard_at=11.07,
    card_ms=20.0,
    silence_duration_ms=500,
    rtt_ms=24.0,
)


def rounded(latency: TurnLatency) -> tuple[int | None, ...]:
    return tuple(None if ms is None else round(ms) for _, ms in latency.parts())


def latency_of(state: SessionState) -> TurnLatency:
    return turns(state)[0].latency


def test_every_part_of_a_measured_turn() -> None:
    assert rounded(MEASURED) == (500, 36, 24, 40, 0, 350, 100, 20)
    assert [name for name, _ in MEASURED.parts()] == list(PARTS)
    assert MEASURED.total_ms == pytest.approx(1_070)
    assert MEASURED.endpointing_ms == pytest.approx(560)


def test_no_part_of_endpointing_is_more_than_what_is_left_of_it() -> None:
    assert rounded(replace(MEASURED, silence_duration_ms=900))[:3] == (560, 0, 0)
    assert rounded(replace(MEASURED, rtt_ms=300))[:3] == (500, 0, 60)


def test_what_was_not_measured_is_not_told() -> None:
    assert rounded(replace(MEASURED, rtt_ms=None))[:4] == (500, 60, None, 40)
    semantic = replace(MEASURED, silence_duration_ms=None)
    assert rounded(semantic)[:3] == (None, 536, 24)


def test_where_the_client_ends_the_turn_the_network_is_within_the_response() -> None:
    assert rounded(replace(MEASURED, by_server=False))[:4] == (None, 560, 24, 16)


def test_a_typed_turn_begins_with_its_request() -> None:
    typed = replace(MEASURED, by_server=False, user_stopped_at=None)

    assert rounded(typed)[:4] == (None, None, 24, 16)
    assert typed.total_ms == pytest.approx(510)
    assert sum(ms or 0 for _, ms in typed.parts()) == pytest.approx(510)


def test_a_moment_that_contradicts_the_one_before_it_counts_as_the_same() -> None:
    early = replace(MEASURED, created_at=10.5, speaking_at=10.5)

    assert rounded(early) == (500, 36, 24, 0, 0, 390, 100, 20)


def test_a_card_that_claims_more_than_there_was_gets_what_there_was() -> None:
    assert rounded(replace(MEASURED, card_ms=900.0))[-2:] == (0, 120)


MOMENT = st.none() | st.floats(0, 100)
MS = st.none() | st.floats(0, 5_000)


@given(
    st.builds(
        TurnLatency,
        user_stopped_at=MOMENT,
        decided_at=MOMENT,
        created_at=MOMENT,
        speaking_at=MOMENT,
        first_output_at=MOMENT,
        heard_at=MOMENT,
        card_ms=st.floats(0, 5_000),
        silence_duration_ms=MS,
        rtt_ms=MS,
        by_server=st.booleans(),
    )
)
def test_no_part_is_negative_and_they_add_up_wherever_the_total_is_known(
    latency: TurnLatency,
) -> None:
    known = [ms for _, ms in latency.parts() if ms is not None]

    assert all(ms >= 0 for ms in known)
    if latency.total_ms is not None:
        assert sum(known) == pytest.approx(latency.total_ms, abs=1e-6)
    told = [each.split(" ")[0] for each in latency.explain()]
    assert told == [name for name in (*PARTS, "total") if name in told]


def test_every_known_figure_is_explained() -> None:
    sentences = latency_of(fold(LIBRARY["tool_round"]())).explain()

    assert [each.split(" ")[0] for each in sentences] == [
        "silence",
        "vad",
        "response",
        "tools",
        "model",
        "buffer",
        "device",
        "total",
    ]
    assert all(each.endswith(".") for each in sentences)
    assert any("round trip" in each for each in MEASURED.explain())


@pytest.mark.parametrize(
    ("name", "parts", "total_ms"),
    [
        ("spoken_turn", (500, 15, None, 70, 0, 30, 25, 0), 640),
        ("self_interruption", (500, 3, 12, 70, 0, 30, 25, 0), 640),
        ("tool_round", (500, 15, None, 90, 207, 30, 25, 0), 867),
        ("typed_turn", (None, None, None, 45, 0, 30, 25, 0), 100),
        ("push_to_talk", (None, 100, None, 46, 0, 30, 25, 0), 201),
        ("text_only", (None, None, None, 45, 0, 20, None, None), None),
        ("failed_response", (None, None, None, 45, None, None, None, None), None),
    ],
)
def test_the_latency_of_a_conversation(
    name: str, parts: tuple[int | None, ...], total_ms: int | None
) -> None:
    latency = latency_of(fold(LIBRARY[name]()))

    assert rounded(latency) == parts
    assert (None if latency.total_ms is None else round(latency.total_ms)) == total_ms


def test_a_card_tells_its_own_part_and_a_turn_keeps_the_round_trip_of_its_time() -> None:
    script = Script(envelopes=[])
    for envelope in LIBRARY["spoken_turn"]():
        event = envelope.event
        script.at(envelope.at)
        if isinstance(event, PlaybackStarted):
            script.local(event.model_copy(update={"device_ms": 11.0}))
        else:
            script._add(envelope.origin, event, envelope.raw)
        if event.type == "local.connection.opened":
            script.local(LinkMeasured(rtt_ms=9.0))
    script.local(LinkMeasured(rtt_ms=800.0))

    assert rounded(latency_of(script.state)) == (500, 6, 9, 70, 0, 30, 14, 11)
