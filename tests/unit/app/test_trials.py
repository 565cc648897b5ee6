from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio.app.choices import Choices
from studio.app.trials import Asked, print_trial
from studio.core.errors import StudioError
from studio.lab.take import Take
from studio.lab.take_store import TakeStore

if TYPE_CHECKING:
    from pathlib import Path


def asked(home: Path, choices: Choices, *settings: str, take: str = "one") -> tuple[int, list[str]]:
    TakeStore(home / "data" / "takes").keep(Take("one", bytes(96_000)))
    told: list[str] = []

    def refuse(question: str) -> bool:
        told.append(question)
        return False

    status = print_trial(
        choices,
        {"STUDIO_HOME": str(home)},
        Asked((take,), settings),
        as_json=False,
        say=told.append,
        warn=told.append,
        confirm=refuse,
    )
    return status, told


def test_nothing_is_held_that_costs_money_and_was_not_confirmed(tmp_path: Path) -> None:
    status, told = asked(tmp_path, Choices(provider="openai"), "silence=200", "eagerness=low")
    assert status == 1
    assert "2 sessions, 0.3 minutes of audio: at most $" in told[0]
    assert told[-1] == "Hold them?"
    assert not (tmp_path / "data" / "sessions").exists()


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ("silence=much", "silence_duration_ms"),
        ("turn_detection=off", "turn detection is off"),
        ("nonsense", "nonsense"),
        ("no.such=1", "no.such"),
    ],
)
def test_a_setting_that_cannot_be_tried_is_named(tmp_path: Path, settings: str, fault: str) -> None:
    with pytest.raises(StudioError) as told:
        asked(tmp_path, Choices(), settings)
    assert fault in told.value.message


def test_a_take_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="No take is called two"):
        asked(tmp_path, Choices(), "silence=200", take="two")
