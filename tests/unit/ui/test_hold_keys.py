from __future__ import annotations

import pytest
from textual.drivers.headless_driver import HeadlessDriver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.message import Message

from studio.core.clock import ManualClock
from studio.ui.hold_keys import (
    TAP_S,
    HoldDriver,
    HoldParser,
    KeyMoved,
    TalkKey,
    typed_key,
    with_releases,
)

ANSWER = "\x1b[?27u"


class Terminal:
    """A parser and, in order, what it makes of what is typed: keys by name, edges with a sign."""

    def __init__(self, answer: str = ANSWER) -> None:
        self.told: list[str] = []
        self.parser = HoldParser()
        self.types(answer)

    def types(self, text: str) -> list[str]:
        begin = len(self.told)
        for message in self.parser.feed(text) if text else ():
            self._take(message)
        return self.told[begin:]

    def let_go(self) -> list[str]:
        return [signed(edge) for edge in self.parser.let_go()]

    def _take(self, message: Message) -> None:
        assert isinstance(message, Key)
        self.told.append(signed(message) if isinstance(message, KeyMoved) else message.key)


def signed(edge: KeyMoved) -> str:
    return ("+" if edge.is_down else "-") + edge.moved_key


def test_a_press_a_repeat_and_a_release_are_two_keys_and_two_edges() -> None:
    typed = Terminal().types("\x1b[116;;116u\x1b[116;1:2;116u\x1b[116;1:3u")
    assert typed == ["+t", "t", "t", "-t"]


@pytest.mark.parametrize(
    ("press", "repeat", "release", "name"),
    [
        ("\x1b[A", "\x1b[1;1:2A", "\x1b[1;1:3A", "up"),
        ("\x1b[1;5C", "\x1b[1;5:2C", "\x1b[1;5:3C", "ctrl+right"),
        ("\x1b[5~", "\x1b[5;1:2~", "\x1b[5;1:3~", "pageup"),
        ("\x1b[P", "\x1b[1;1:2P", "\x1b[1;1:3P", "f1"),
        ("\x1b[13u", "\x1b[13;1:2u", "\x1b[13;1:3u", "enter"),
        ("\x1b[27u", "\x1b[27;1:2u", "\x1b[27;1:3u", "escape"),
        ("\x1b[116;5u", "\x1b[116;5:2u", "\x1b[116;5:3u", "ctrl+t"),
        ("\x1b[116;1:1;116u", "\x1b[116;1:2;116u", "\x1b[116;1:3u", "t"),
        ("\x1b[32;;32u", "\x1b[32;1:2;32u", "\x1b[32;1:3u", "space"),
    ],
)
def test_every_kind_of_key_repeats_as_itself(
    press: str, repeat: str, release: str, name: str
) -> None:
    terminal = Terminal()
    assert terminal.types(press) == [f"+{name}", name]
    assert terminal.types(repeat) == [name]
    assert terminal.types(release) == [f"-{name}"]


def test_a_repeat_types_the_character_that_the_press_typed() -> None:
    parser = HoldParser()
    for code in ("116;{};116u", "13;{}u", "9;{}u"):
        pressed, repeated = parser.feed(
            f"\x1b[{code.format('')}\x1b[{code.format('1:2')}".replace(";u", "u")
        )
        assert isinstance(pressed, Key)
        assert isinstance(repeated, Key)
        assert (pressed.key, pressed.character) == (repeated.key, repeated.character)


def test_a_release_has_the_name_of_its_press_though_shift_went_up_before() -> None:
    terminal = Terminal()
    assert terminal.types("\x1b[116;2;84u") == ["+T", "T"]
    assert terminal.types("\x1b[116;1:3u") == ["-T"]


def test_a_release_of_a_key_that_went_down_elsewhere_is_nothing() -> None:
    assert Terminal().types("\x1b[113;1:3u") == []


def test_split_reads_make_no_difference() -> None:
    terminal = Terminal()
    for character in "\x1b[116;;116u\x1b[116;1:3u":
        terminal.types(character)
    assert terminal.told == ["+t", "t", "-t"]


@pytest.mark.parametrize("answer", ["", "\x1b[?25u", "\x1b[?0u"])
def test_without_the_terminal_s_word_keys_have_no_edges(answer: str) -> None:
    assert Terminal(answer).types("t\x1b[A\x1b[116;;116u") == ["t", "up", "t"]


def test_a_terminal_of_the_old_kind_types_as_ever() -> None:
    assert Terminal("").types("tT é\x1b[A\x1bOP\x1b[1;5C\x1b[3~\r") == [
        "t", "T", "space", "é", "up", "f1", "ctrl+right", "delete", "enter",
    ]  # fmt: skip


def test_keys_are_let_go_with_the_focus() -> None:
    terminal = Terminal()
    terminal.types("\x1b[116;;116u")
    assert terminal.let_go() == ["-t"]
    assert terminal.types("\x1b[116;1:3u\x1b[116;;116u") == ["+t", "t"]


def test_what_is_no_key_is_left_to_textual() -> None:
    assert typed_key("\x1b[<35;1;1M") is None
    assert typed_key("\x1b[?27u") is None
    assert typed_key("t") is None


def test_only_textual_s_own_terminal_driver_is_replaced() -> None:
    assert with_releases(LinuxDriver) is HoldDriver
    assert with_releases(HeadlessDriver) is HeadlessDriver


class Hand:
    """A finger on a talk key, and the microphone that follows it."""

    def __init__(self, keys: str = "t,space", *, tells_releases: bool = True) -> None:
        self.clock = ManualClock()
        self._is_open = False
        self._key = TalkKey(keys, self.clock)
        self._tells = tells_releases

    def press(self, key: str = "t", *, is_late: bool = False) -> None:
        if self._tells:
            self._follow(self._key.moved(key, is_down=True))
        if not is_late:
            self.act()

    def act(self) -> None:
        self._follow(self._key.pressed(is_talking=self._is_open))

    def release(self, key: str = "t") -> None:
        if self._tells:
            self._follow(self._key.moved(key, is_down=False))

    def _follow(self, wanted: bool | None) -> None:
        if wanted is not None:
            self._is_open = wanted

    def is_open(self) -> bool:
        return self._is_open


@pytest.mark.parametrize("key", ["t", "space"])
def test_a_held_key_is_open_until_it_is_let_go(key: str) -> None:
    hand = Hand()
    hand.press(key)
    assert hand.is_open()
    for _ in range(20):
        hand.clock.advance(0.03)
        hand.act()
        assert hand.is_open()
    hand.release(key)
    assert not hand.is_open()


def test_a_tap_stays_open_until_the_next_one() -> None:
    hand = Hand()
    hand.press()
    hand.clock.advance(TAP_S - 0.01)
    hand.release()
    assert hand.is_open()
    hand.clock.advance(5)
    hand.press()
    assert not hand.is_open()
    hand.clock.advance(1)
    hand.act()
    hand.release()
    assert not hand.is_open()


def test_a_tap_that_was_over_before_its_action_ran_is_a_tap() -> None:
    hand = Hand()
    hand.press(is_late=True)
    hand.release()
    hand.act()
    assert hand.is_open()
    hand.clock.advance(1)
    hand.press()
    assert not hand.is_open()


def test_without_releases_every_press_is_a_tap() -> None:
    hand = Hand(tells_releases=False)
    for is_open in (True, False, True):
        hand.press()
        hand.clock.advance(1)
        hand.release()
        assert hand.is_open() is is_open


def test_other_keys_and_keys_that_went_into_a_text_field_move_nothing() -> None:
    hand = Hand()
    hand.act()
    hand.press("x", is_late=True)
    hand.clock.advance(1)
    hand.release("x")
    hand.press("t", is_late=True)
    hand.clock.advance(1)
    hand.release("t")
    assert hand.is_open()


def test_a_keymap_may_name_a_key_by_its_character() -> None:
    hand = Hand("?")
    hand.press("question_mark")
    hand.clock.advance(1)
    hand.release("question_mark")
    assert not hand.is_open()
