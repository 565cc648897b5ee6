from __future__ import annotations

from collections import Counter

import pytest

from studio.ui.actions import (
    ACTIONS,
    GROUPS,
    actions_of,
    first_key,
    footer_key,
    keys_of,
    unknown_ids,
)


def test_every_action_has_an_id_of_its_own_and_a_heading() -> None:
    assert [name for name, n in Counter(action.id for action in ACTIONS).items() if n > 1] == []
    assert {action.group for action in ACTIONS} == set(GROUPS)


@pytest.mark.parametrize(
    "scope", ["app", "config", "transcript", "inspector", "library", "compare"]
)
def test_no_key_means_two_things_in_one_place(scope: str) -> None:
    keys = [key for action in actions_of(scope) for key in action.keys.split(",")]  # type: ignore[arg-type]
    assert [key for key, n in Counter(keys).items() if n > 1] == []


def test_keys_read_as_people_write_them() -> None:
    by_id = {action.id: action for action in ACTIONS}
    assert keys_of(by_id["studio.help"], {}) == "?, F1"
    assert keys_of(by_id["view.wider"], {}) == "ctrl+→, >"
    assert keys_of(by_id["studio.help"], {"studio.help": "f2"}) == "F2"
    assert first_key(by_id["session.interrupt"], {}) == "x"


def test_a_keymap_with_a_wrong_id_is_told() -> None:
    assert unknown_ids({"session.mute": "y", "session.moot": "y"}) == ("session.moot",)


def test_several_keys_stand_as_one_in_the_footer() -> None:
    by_id = {action.id: action for action in ACTIONS}
    assert footer_key(by_id["audition.play_1"], {}) == "1-9"
    assert footer_key(by_id["audition.play_1"], {"audition.play_9": "f9"}) == "1-F9"
    assert footer_key(by_id["session.mute"], {}) == "m"
