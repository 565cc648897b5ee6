"""A person interrupts the assistant: when the card is silent, and what is kept of the words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.resample import resample_offline
from studio.audio.samples import to_float
from studio.protocol.events import ResponseOutputAudioDelta
from studio.protocol.values import StoredAudio
from studio.runtime.clock import SystemClock
from studio.session.hearing import heard_text
from studio.session.local import PlaybackStarted
from studio.session.reduce import fold
from studio.session.speech import output_format
from studio.session.state import SessionState
from studio.storage.reader import StoredSession, read_session
from tests.device.card import VirtualCard, told
from tests.device.conversing import conversing, spoken, words

pytestmark = [pytest.mark.device, pytest.mark.speech, pytest.mark.timeout(180)]

Tell = Callable[[str], None]
WIRE_HZ = 24_000
CUTS = 5
PATIENCE_S = 12
QUIET_S = 0.4
"""No answer to an interruption begins earlier than that after it."""


def test_an_interrupted_story_is_cut_where_it_was_heard(
    card: VirtualCard, tmp_path: Path, figure: Tell
) -> None:
    heard_path = tmp_path / "heard.npz"
    with card.running("listening", heard_path) as listener:
        result = interrupted_talk(card, tmp_path / "out")
        told(listener)
    session = read_session(Path(result["session"]))
    state = fold(session.envelopes())
    ledger = [cut for turn in result["turns"] for cut in turn["interruptions"]]
    cuts = [cut for cut in ledger if cut["reason"] == "barge-in"]
    assert result["problems"] == []
    assert len(cuts) >= CUTS

    for cut in cuts:
        assert not cut["refused"]
        assert 0 < cut["played_ms"] <= cut["received_ms"] <= cut["generated_ms"]
        assert cut["requested_ms"] == int(min(cut["played_ms"], cut["received_ms"]))
        assert cut["applied_ms"] == cut["requested_ms"]
        assert cut["speech_at"] <= cut["flushed_at"] <= cut["silent_at"]

    lags_ms = silence_lags_ms(session, heard_path, cuts)
    own_ms = [(cut["silent_at"] - cut["speech_at"]) * 1000 for cut in cuts]
    figure(f"the card was silent after speech_started: {spread(lags_ms)}")
    figure(f"as the ledger says: {spread(own_ms)}")
    assert np.median(lags_ms) <= 30
    assert max(lags_ms) <= 100

    for cut in cuts:
        kept, recognised = kept_words(state, cut["item_id"]), heard_words(session, cut)
        last = " ".join(kept[-3:])
        figure(f"cut at {cut['applied_ms']} ms after …{last!r}, heard …{recognised[-3:]}")
        assert abs(len(kept) - len(recognised)) <= 1
        assert set(kept[-2:]) & set(recognised[-2:])


def interrupted_talk(card: VirtualCard, out: Path) -> dict[str, Any]:
    """A story, and another one that is asked for in the middle of each."""
    wish = spoken("Tell me a story.")
    with conversing(card, out) as talk:  # with a headset
        for turn in range(CUTS + 1):
            talk.say(wish)
            assert talk.waits_for("local.playback.started", turn + 1, PATIENCE_S)
            sleep(1.9 + 0.37 * turn)
        return talk.ended()


def silence_lags_ms(session: StoredSession, path: Path, cuts: list[dict[str, Any]]) -> list[float]:
    """From the arrival of each `speech_started` to the last sound that the card made after it."""
    with np.load(path) as kept:
        samples, began = kept["samples"], float(kept["began"])
    zero_s = session_zero_s(session, samples, began)
    return [
        _first_and_last_ms(samples, zero_s + cut["speech_at"], QUIET_S, default_ms=0.0)[1]
        for cut in cuts
    ]


def session_zero_s(session: StoredSession, samples: NDArray[np.int16], began: float) -> float:
    """Where the session's zero lies in a recording of the card, in seconds.

    The header's time is a moment before it. From there the first sound of each item is looked for,
    of which the log tells when it was heard (true to within 10 ms, see `test_streams`).
    """
    clock = SystemClock()
    header_at = session.header.started_at.timestamp() - clock.wall().timestamp()
    early_s = header_at + clock.monotonic() - began
    found: list[float] = []
    for envelope in session.envelopes():
        if isinstance(envelope.event, PlaybackStarted):
            sound = received(session, envelope.event.item_id)
            heard_s = envelope.event.heard_at + float(np.flatnonzero(sound)[0]) / WIRE_HZ
            first_ms, _ = _first_and_last_ms(samples, early_s + heard_s, QUIET_S)
            found.append(early_s + first_ms / 1000)
    return float(np.median(found))


def _first_and_last_ms(
    samples: NDArray[np.int16], at_s: float, within_s: float, default_ms: float = np.nan
) -> tuple[float, float]:
    """The first and the last sound of a stretch, in ms after its beginning."""
    begin = round(at_s * WIRE_HZ)
    sounding = np.flatnonzero(samples[begin : begin + int(within_s * WIRE_HZ)])
    if not sounding.size:
        return default_ms, default_ms
    return float(sounding[0]) * 1000 / WIRE_HZ, float(sounding[-1]) * 1000 / WIRE_HZ


def kept_words(state: SessionState, item_id: str) -> list[str]:
    """What the transcript says was heard of an item."""
    head = next(each for each in state.playback.heads if each.item_id == item_id)
    text = heard_text(state.items.by_id[item_id], head, output_format(state))
    assert text.lost
    return words(text.heard)


def heard_words(session: StoredSession, cut: dict[str, Any]) -> list[str]:
    """What a recogniser hears in `output.wav` up to where the server cut the item."""
    from studio.speech.ears import Ears

    samples = received(session, cut["item_id"])[: cut["applied_ms"] * WIRE_HZ // 1000]
    return words(Ears().transcribe(resample_offline(to_float(samples), WIRE_HZ, 16_000)).text)


def received(session: StoredSession, item_id: str) -> NDArray[np.int16]:
    """All sound of an item, from `output.wav`."""
    deltas = [
        envelope.event.delta
        for envelope in session.envelopes()
        if isinstance(envelope.event, ResponseOutputAudioDelta)
        and envelope.event.item_id == item_id
    ]
    pcm = b"".join(session.audio(each) for each in deltas if isinstance(each, StoredAudio))
    return np.frombuffer(pcm, np.int16)


def spread(values: list[float]) -> str:
    p50, p99 = np.percentile(values, (50, 99))
    return f"p50 {p50:.1f}, p99 {p99:.1f} ms of {len(values)}"
