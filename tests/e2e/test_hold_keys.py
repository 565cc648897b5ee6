"""The talk key in a terminal that tells releases, as bytes go to the studio and come from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest

from tests.e2e.terminal import Terminal

PRESS_T, HOLD_T, RELEASE_T = b"\x1b[116;;116u", b"\x1b[116;1:2;116u", b"\x1b[116;1:3u"
PRESS_Q = b"\x1b[113;;113u"
ASKS_FOR_RELEASES, ASKS_WHETHER = b"\x1b[=2;2u", b"\x1b[?u"
WANTS_NO_MORE, POPS = b"\x1b[=2;3u", b"\x1b[<u"
LONGER_THAN_A_TAP_S = 0.4


class Kitty(Terminal):
    """A terminal that tells releases, and the session's log of the studio in it."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, kind="xterm-kitty")
        self._home = home

    def log(self) -> str:
        logs = sorted(self._home.glob("data/sessions/*/session.jsonl"))
        return logs[-1].read_text() if logs else ""

    def talk_keys(self) -> list[bool]:
        """Each move of the talk key that the session knows of."""
        moves = [line for line in self.log().splitlines() if '"local.talk_key"' in line]
        return ['"held":true' in line for line in moves]


@contextmanager
def terminal(home: Path) -> Iterator[Kitty]:
    opened = Kitty(home)
    try:
        opened.until(lambda: '"session.created"' in opened.log())
        yield opened
    finally:
        opened.close()


@pytest.mark.parametrize("tells_releases", [True, False])
def test_the_talk_key(tmp_path: Path, *, tells_releases: bool) -> None:
    with terminal(tmp_path) as kitty:
        assert kitty.written.index(ASKS_FOR_RELEASES) < kitty.written.index(ASKS_WHETHER)
        if tells_releases:
            kitty.types(b"\x1b[?27u")
        kitty.types(PRESS_T)
        kitty.until(lambda: kitty.talk_keys() == [True])
        sleep(LONGER_THAN_A_TAP_S)
        kitty.types(HOLD_T + HOLD_T if tells_releases else PRESS_T)
        kitty.types(RELEASE_T if tells_releases else b"")
        kitty.until(lambda: kitty.talk_keys() == [True, False])
        kitty.types(PRESS_T + RELEASE_T if tells_releases else PRESS_T)
        kitty.until(lambda: kitty.talk_keys() == [True, False, True])
        left = kitty.leave(PRESS_Q)
        assert kitty.talk_keys() == [True, False, True]
    assert left.index(WANTS_NO_MORE) < left.index(POPS) < left.index(b"\x1b[?1049l")
    assert "Traceback" not in left.decode(errors="replace")
