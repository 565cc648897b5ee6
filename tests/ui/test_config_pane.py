from __future__ import annotations

from studio.audio.cleaning import Cleaning
from studio.runtime.messages import CardsSeen
from studio.session.local import DeviceOpened, SettingsAsked, SoundWanted
from studio.ui.app import Opening
from studio.ui.fields import rows_for
from studio.ui.live import SETTLE_S
from studio.ui.screens.overlays import Chooser, Prompt
from studio.ui.widgets.config_pane import ConfigPane
from tests import conversations
from tests.builders import Script
from tests.fakes.feed import PLAN, FakeFeed, log_lines
from tests.fakes.screen import Stage, stage

TURNS = "turn_detection"


async def go_to(held: Stage, path: str) -> None:
    await held.pilot.press("1")
    pane = held.app.screen.query_one(ConfigPane)
    await held.until(lambda: pane.view is not None)
    paths = [row.path for row in rows_for(held.live.draft.settings)]
    steps = paths.index(path) - paths.index(pane.cursor)
    await held.pilot.press(*["down" if steps > 0 else "up"] * abs(steps))
    assert pane.cursor == path


def threshold(event: object) -> float | None:
    assert isinstance(event, SettingsAsked)
    assert event.settings.turn_detection is not None
    return event.settings.turn_detection.threshold


async def test_steps_are_sent_once_when_the_hand_rests() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await go_to(held, f"{TURNS}.threshold")
        await held.pilot.press("right", "right", "left", "right")
        held.app.look()
        assert held.feed.sent == []
        held.clock.advance(SETTLE_S)
        held.app.look()
        held.app.look()
        assert [threshold(event) for event in held.feed.sent] == [0.6]
        await held.until(lambda: "0.60" in held.words("config"))


async def test_shift_goes_by_ten_and_undo_takes_it_back() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await go_to(held, f"{TURNS}.silence_duration_ms")
        await held.pilot.press("shift+right")
        await held.until(lambda: "700 ms" in held.words("config"))
        await held.pilot.press("u")
        await held.until(lambda: "500 ms" in held.words("config"))


async def test_a_refused_update_goes_back_with_the_words_of_the_server() -> None:
    async with stage() as held:
        await held.play(conversations.refused_setting())
        await go_to(held, "voice")
        await held.until(lambda: "✗" in held.words("config"))
        assert held.live.draft.settings.voice == "marin"
        assert "refused:" in held.bar("config-help")
        await held.pilot.press("right", "u")
        await held.until(lambda: "refused:" not in held.bar("config-help"))


async def test_a_number_can_be_typed_and_a_wrong_one_is_told() -> None:
    async with stage() as held:
        await go_to(held, "speed")
        await held.pilot.press("enter")
        assert isinstance(held.app.screen, Prompt)
        await held.pilot.press("ctrl+u", *"1.3", "enter")
        assert held.live.draft.settings.speed == 1.3
        await held.pilot.press("enter", "ctrl+u", *"9", "enter")
        assert held.live.draft.settings.speed == 1.3
        await held.until(lambda: "speed does not accept" in held.bar("config-help"))


async def test_a_choice_is_turned_or_chosen_from_a_list() -> None:
    async with stage() as held:
        await go_to(held, "voice")
        await held.pilot.press("right")
        turned = held.live.draft.settings.voice
        assert turned != "marin"
        await held.pilot.press("enter")
        assert isinstance(held.app.screen, Chooser)
        await held.pilot.press("up", "enter")
        assert held.live.draft.settings.voice == "marin"


async def test_a_name_that_no_list_has_can_be_typed() -> None:
    async with stage() as held:
        await go_to(held, "voice")
        await held.pilot.press("enter", "end", "enter")
        assert isinstance(held.app.screen, Prompt)
        await held.pilot.press(*"nova", "enter")
        assert held.live.draft.settings.voice == "nova"


async def test_a_list_that_is_whole_offers_nothing_else() -> None:
    async with stage() as held:
        await go_to(held, "output_modalities")
        await held.pilot.press("enter", "end", "enter")
        assert held.live.draft.settings.output_modalities == ("text",)


async def test_a_long_refusal_is_shown_whole() -> None:
    words = "Supported values are: " + ", ".join(f"voice-{at}" for at in range(12))
    async with stage() as held:
        await held.play(conversations.refused_setting(words))
        await go_to(held, "voice")
        await held.until(lambda: "voice-11" in held.bar("config-help"))
        lines = held.bar("config-help").splitlines()
        assert len(lines) > 3
        pane = held.app.screen.query_one(ConfigPane)
        await held.until(lambda: pane.help.size.height == len(lines))


async def test_a_toggle_turns_over() -> None:
    async with stage() as held:
        await go_to(held, f"{TURNS}.create_response")
        await held.pilot.press("enter")
        assert held.live.draft.settings.turn_detection is not None
        assert held.live.draft.settings.turn_detection.create_response is False


async def test_another_detection_brings_other_rows() -> None:
    async with stage() as held:
        await go_to(held, f"{TURNS}.type")
        await held.pilot.press("right")
        await held.until(lambda: "eagerness" in held.words("config"))
        assert "threshold" not in held.words("config")


async def test_a_locked_value_waits_for_the_next_session() -> None:
    async with stage() as held:
        await held.play(conversations.answering())
        await go_to(held, "voice")
        await held.pilot.press("right")
        await held.until(lambda: "n: new session" in held.words("config"))
        wanted = held.live.draft.settings.voice
        await held.pilot.press("n")
        assert held.feed.started[-1].settings.voice == wanted


async def test_a_provider_is_chosen_for_the_next_session() -> None:
    other = PLAN.model_copy(update={"provider": "openai", "model": "gpt-realtime"})

    def opening(feed: FakeFeed) -> Opening:
        return Opening(feed, PLAN, plans={"local": PLAN, "openai": other})

    async with stage(opening=opening) as held:
        await held.play(conversations.connected())
        await go_to(held, "provider")
        await held.pilot.press("right")
        await held.until(lambda: "gpt-realtime" in held.words("config"))
        await held.pilot.press("n")
        assert held.feed.started[-1].provider == "openai"


async def test_the_mouse_picks_a_row_and_moves_its_slider() -> None:
    async with stage() as held:
        await held.pilot.press("1")
        pane = held.app.screen.query_one(ConfigPane)
        lines = held.words("config").splitlines()
        row = next(at for at, line in enumerate(lines) if "threshold" in line)
        await held.pilot.click(pane, offset=(4, row))
        assert pane.cursor == f"{TURNS}.threshold"
        await held.pilot.click(pane, offset=(26, row))
        assert held.live.draft.settings.turn_detection is not None
        assert held.live.draft.settings.turn_detection.threshold == 0


CARDS = CardsSeen(
    inputs=("Built-in", "USB Mic"),
    outputs=("Built-in", "Headset"),
    default_input="USB Mic",
    default_output="Headset",
)


async def test_a_microphone_is_chosen_from_the_cards_and_opened_at_once() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        assert held.feed.looked == 1
        await go_to(held, "microphone")
        await held.pilot.press("enter")
        assert held.feed.looked == 2
        assert isinstance(held.app.screen, Chooser)
        held.feed.say(CARDS)
        await held.until(lambda: held.live.cards is CARDS)
        await held.pilot.press("home", "down", "down", "enter")
        assert held.feed.sent == [SoundWanted(microphone="device:USB Mic")]
        assert held.feed.started == [PLAN]
        await held.until(lambda: "USB Mic" in held.words("config"))


async def test_a_change_of_sound_can_be_undone_and_is_told_once() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await go_to(held, "cleaning.echo")
        await held.pilot.press("right")
        await go_to(held, "cleaning.gain_control")
        await held.pilot.press("enter")
        held.app.look()
        await held.pilot.press("u", "u")
        assert held.feed.sent == [
            SoundWanted(cleaning=Cleaning(echo="half-duplex")),
            SoundWanted(cleaning=Cleaning(echo="half-duplex", gain_control=True)),
            SoundWanted(cleaning=Cleaning(echo="half-duplex")),
            SoundWanted(cleaning=Cleaning()),
        ]


async def test_sound_changed_before_a_session_goes_into_its_plan() -> None:
    async with stage() as held:
        await go_to(held, "cleaning.echo")
        await held.pilot.press("left", "n")
        assert held.feed.started[-1].cleaning == Cleaning(echo="off")
        await held.play(conversations.connected())
        held.app.look()
        assert held.feed.sent == []


async def test_the_same_card_again_is_opened_anew() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        await go_to(held, "speaker")
        await held.pilot.press("enter")
        current = held.live.draft.plan.speaker
        await held.pilot.press("enter")
        assert held.feed.sent == [SoundWanted(speaker=current)]


async def test_looking_again_leaves_the_list_open() -> None:
    async with stage() as held:
        await go_to(held, "speaker")
        await held.pilot.press("enter", "end", "up", "enter")
        assert isinstance(held.app.screen, Chooser)
        assert held.feed.looked == 3
        held.feed.say(CardsSeen(problem="PortAudio is not installed."))
        await held.until(lambda: held.live.cards is not None)
        offered = [each.label for each in held.app.screen._choices]
        assert "No speaker was found." in offered
        assert "PortAudio is not installed." in offered


async def test_a_card_that_no_list_has_can_be_typed() -> None:
    async with stage() as held:
        await go_to(held, "microphone")
        await held.pilot.press("enter", "end", "enter")
        assert isinstance(held.app.screen, Prompt)
        await held.pilot.press("ctrl+u", *"silence", "enter")
        assert held.live.draft.plan.microphone == "silence"


async def test_the_row_says_what_is_really_open() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        held.live.edit("microphone", "device:USB")
        script = Script().at(9.0).local(SoundWanted(microphone="device:USB"))
        held.feed.say(*log_lines(script.envelopes))
        await held.until(lambda: "open instead: demo voice" in held.words("config"))
        script = (
            Script()
            .at(9.1)
            .local(DeviceOpened(direction="input", name="USB Mic", virtual=False, rate_hz=48_000))
        )
        held.feed.say(*log_lines(script.envelopes))
        await held.until(lambda: "open instead" not in held.words("config"))
        (row,) = [line for line in held.words("config").splitlines() if "microphone" in line]
        assert row.rstrip().endswith("✓")
