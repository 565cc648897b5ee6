from __future__ import annotations

from studio.session.echo import BURST_S
from studio.session.envelope import Envelope
from studio.session.local import DeviceFailed, DeviceOpened, EchoScored, SoundWanted
from studio.session.reduce import reduce
from studio.session.state import SessionState
from studio.ui.notices import BACK_S, Notice, Notices
from tests.builders import Script

GONE = DeviceFailed(direction="input", name="USB Mic", message="It was unplugged.")
STAND_IN = DeviceOpened(direction="input", name="silence", virtual=True, rate_hz=24_000)
BACK = DeviceOpened(direction="input", name="USB Mic", virtual=False, rate_hz=48_000)


def told(*envelopes: Envelope) -> Notices:
    notices, state = Notices(), SessionState()
    for envelope in envelopes:
        state = reduce(state, envelope).state
        notices.take(envelope, state)
    return notices


def echo(item_id: str, score: float) -> EchoScored:
    return EchoScored(item_id=item_id, audio_start_ms=0, score=score, lag_ms=60)


def test_a_card_that_went_is_told_until_it_is_back() -> None:
    script = Script().local(BACK).at(5).local(GONE).local(STAND_IN)
    notice = told(*script.envelopes).line(500, "e")
    assert notice == Notice(
        "Microphone USB Mic: It was unplugged. Going on with silence (virtual).",
        "warning",
        "app.go('config')",
    )
    script.at(600).local(BACK)
    notice = told(*script.envelopes).line(600 + BACK_S - 1, "e")
    assert notice == Notice("The microphone is back: USB Mic.", "good")
    assert told(*script.envelopes).line(600 + BACK_S, "e") is None


def test_a_card_is_not_missed_where_another_end_was_chosen() -> None:
    script = Script().local(GONE).local(STAND_IN).local(SoundWanted(speaker="silent"))
    assert told(*script.envelopes).line(1, "e") is not None
    script.local(SoundWanted(microphone="silence"))
    assert told(*script.envelopes).line(1, "e") is None


def test_both_ends_can_be_lost_at_once() -> None:
    lost = DeviceFailed(direction="output", name="Headset", message="It was unplugged.\x1b[2J")
    notice = told(*Script().local(GONE).local(lost).envelopes).line(1, "e")
    assert notice is not None
    assert "Microphone USB Mic" in notice.words
    assert "Speaker Headset" in notice.words
    assert "\x1b" not in notice.words


def test_a_card_that_was_there_all_along_is_not_news() -> None:
    assert told(*Script().local(BACK).envelopes).line(0, "e") is None


def test_echoes_of_one_burst_are_one_notice() -> None:
    script = Script().at(1).local(echo("item_1", 0.9)).at(5).local(echo("item_2", 0.8))
    notices = told(*script.envelopes)
    notice = notices.line(6, "f7")
    assert notice is not None
    assert notice.words.startswith("That was probably the assistant's own voice, not the user ×2")
    assert notice.words.endswith("f7: what helps")
    assert notice.do == "app.echo"
    assert notices.line(5 + BURST_S, "e") is None


def test_a_settled_echo_is_told_again_only_in_the_next_burst() -> None:
    script = Script().at(1).local(echo("item_1", 0.9))
    notices = told(*script.envelopes)
    notices.settle_echo()
    assert notices.line(2, "e") is None
    state = SessionState()
    for envelope in script.at(5 + BURST_S).local(echo("item_2", 0.9)).envelopes:
        state = reduce(state, envelope).state
    notices.take(script.envelopes[-1], state)
    notice = notices.line(6 + BURST_S, "e")
    assert notice is not None
    assert "×" not in notice.words


def test_the_user_is_no_echo() -> None:
    assert told(*Script().local(echo("item_1", 0.1)).envelopes).line(0, "e") is None
