"""Keys that are held: where the terminal tells when a key is let go, the talk key works by holding.

A terminal that speaks kitty's keyboard protocol (kitty, foot, Ghostty, WezTerm, Alacritty, …) is
asked to tell presses, repeats and releases apart. Any other one ignores that: its keys only go
down, and the talk key stays a toggle. A repeat goes on as a press; a release is no key to any
binding or text field, and comes to the app as `KeyMoved`.
https://sw.kovidgoyal.net/kitty/keyboard-protocol/
"""

from __future__ import annotations

import os
import re
import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import KITTY_REPORT_EVENT_TYPES, LinuxDriver
from textual.events import AppBlur, Key
from textual.keys import Keys, _character_to_key
from typing_extensions import override

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.message import Message

    from studio.core.clock import Clock

TAP_S = 0.25
"""A talk key that is let go sooner was tapped: talking goes on until the next tap."""

_READ_BYTES = 4096
_LONGEST_WAIT_S = 0.1

_TELL_RELEASES = f"\x1b[={KITTY_REPORT_EVENT_TYPES};2u"
_NO_MORE_RELEASES = f"\x1b[={KITTY_REPORT_EVENT_TYPES};3u"
_WHICH_FLAGS_HOLD = "\x1b[?u"
_FLAGS_HOLD = re.compile(r"\x1b\[\?(\d+)u")
_KEY = re.compile(
    r"\x1b\[(?P<code>\d*)"
    r"(?:;(?P<modifiers>\d*)(?::(?P<type>[123]))?)?"
    r"(?P<text>;[\d:]*)?"
    r"(?P<end>[u~ABCDEFHPQRS])"
)
_RELEASE = "3"


class KeyMoved(Key):
    """A key went down, before it comes as a key; or it was let go.

    To Textual it is a key without a name, so that it takes the way of the keys and stays in order
    with them, but neither a binding nor a text field knows it.

    Attributes:
        moved_key: Textual's name for it, the same both times whatever the modifiers did meanwhile.
        is_down: which of the two.
    """

    def __init__(self, moved_key: str, *, is_down: bool) -> None:
        super().__init__("", None)
        self.moved_key = moved_key
        self.is_down = is_down


class TalkKey:
    """Push-to-talk by holding, and by tapping: a tap opens the microphone until the next one.

    Where the terminal tells no releases every press is a tap. Each happening says whether the
    microphone is to open (True) or to close (False), if either.

    Args:
        keys: Textual key names, comma separated.
        clock: tells a tap from a hold.
    """

    def __init__(self, keys: str, clock: Clock) -> None:
        self._keys = frozenset(_key_name(key.strip()) for key in keys.split(","))
        self._clock = clock
        self._down_since: float | None = None
        self._was_pressed = False
        self.is_holding = False
        """Whether talking goes on only as long as the key is down."""

    def moved(self, key: str, *, is_down: bool) -> bool | None:
        """A key of any kind went down or was let go."""
        if key not in self._keys:
            return None
        now = self._clock.monotonic()
        if is_down:
            self._down_since, self._was_pressed = now, False
            return None
        since, self._down_since = self._down_since, None
        was_holding, self.is_holding = self.is_holding, False
        return False if was_holding and since is not None and now - since >= TAP_S else None

    def pressed(self, *, is_talking: bool) -> bool | None:
        """The action of the talk key runs: by the key, which may repeat, or from the palette."""
        is_down = self._down_since is not None
        if is_down and self._was_pressed:
            return None
        self._was_pressed = is_down
        self.is_holding = is_down and not is_talking
        return not is_talking


class TypedKey(NamedTuple):
    """A key sequence, taken apart.

    Attributes:
        plain: the sequence without its event type, as Textual's parser knows it.
        identity: what a press and its release have in common.
        is_release: whether the key was let go.
    """

    plain: str
    identity: str
    is_release: bool


def typed_key(sequence: str) -> TypedKey | None:
    """The key that a whole sequence of kitty's protocol tells of; nothing for any other text."""
    found = _KEY.fullmatch(sequence)
    if found is None:
        return None
    identity = (found["code"] or "1") + found["end"]
    if found["type"] is None:
        return TypedKey(sequence, identity, is_release=False)
    # Without modifiers a key is the same whether that is said or not, but not to Textual.
    modifiers = "" if found["modifiers"] == "1" else found["modifiers"]
    plain = f"\x1b[{found['code']};{modifiers}{found['text'] or ''}{found['end']}"
    return TypedKey(plain, identity, found["type"] == _RELEASE)


class HoldParser(XTermParser):
    """Textual's parser for a terminal that tells repeats and releases, too."""

    def __init__(self, debug: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's own shape
        self._tells_releases = False
        self._names: dict[str, str] = {}
        super().__init__(debug)

    def let_go(self) -> list[KeyMoved]:
        """Take every key for released: a terminal without the focus tells no releases."""
        names = [*self._names.values()]
        self._names.clear()
        return [KeyMoved(name, is_down=False) for name in names]

    @override
    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        if flags := _FLAGS_HOLD.fullmatch(sequence):
            self._tells_releases = bool(int(flags[1]) & KITTY_REPORT_EVENT_TYPES)
            return (_nothing(sequence),)
        typed = typed_key(sequence)
        if typed is None:
            return super()._sequence_to_key_events(sequence, alt)
        if typed.is_release:
            name = self._names.pop(typed.identity, None)
            return (KeyMoved(name, is_down=False) if name else _nothing(sequence),)
        keys = tuple(super()._sequence_to_key_events(typed.plain, alt))
        if not self._tells_releases or not keys or typed.identity in self._names:
            return keys
        self._names[typed.identity] = keys[0].key
        return (KeyMoved(keys[0].key, is_down=True), *keys)


class HoldDriver(LinuxDriver):
    """Textual's driver of a terminal, asking that to tell releases.

    The flag goes into the entry that Textual pushes on the terminal's stack of keyboard modes and
    pops when it leaves or is suspended, so that the shell's own stays as it was.
    """

    _parser: HoldParser | None = None

    @override
    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._has_keyboard_protocol and self._key_thread is not None:
            self.write(_TELL_RELEASES + _WHICH_FLAGS_HOLD)
            self.flush()

    @override
    def stop_application_mode(self) -> None:
        # Before the input is read for the last time: a release after that would be the shell's.
        if self._has_keyboard_protocol:
            self.write(_NO_MORE_RELEASES)
            self.flush()
        super().stop_application_mode()

    @override
    def run_input_thread(self) -> None:
        """Read the terminal until the input is disabled."""
        parser = self._parser = HoldParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_LONGEST_WAIT_S):
                    text = decode(os.read(self.fileno, _READ_BYTES))
                    # To a parser no text is the end of it.
                    for message in parser.feed(text) if text else ():
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
        self._let_go()

    @override
    def process_message(self, message: Message) -> None:
        super().process_message(message)
        if isinstance(message, AppBlur):
            self._let_go()

    def _let_go(self) -> None:
        for message in self._parser.let_go() if self._parser is not None else ():
            self.process_message(message)

    @property
    def _has_keyboard_protocol(self) -> bool:
        return self.input_tty and not constants.DISABLE_KITTY_KEY


def with_releases(driver: type[Driver]) -> type[Driver]:
    """The driver that tells releases in place of Textual's own; any other one as it is."""
    return HoldDriver if driver is LinuxDriver else driver


def _key_name(key: str) -> str:
    """What Textual calls a key that a keymap may write as its character."""
    return _character_to_key(key) if len(key) == 1 else key


def _nothing(sequence: str) -> Key:
    """What Textual takes for a sequence that is no key."""
    return Key(Keys.Ignore, sequence)
