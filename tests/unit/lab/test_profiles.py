from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.lab.profiles import (
    LARGEST_SHIFT_MS,
    bundled_profiles,
    load_profiles,
    profile_named,
    read_profile,
    write_profile,
)
from studio.vad.profile import OPENAI, Profile

if TYPE_CHECKING:
    from pathlib import Path

SHIFTS = st.integers(-LARGEST_SHIFT_MS, LARGEST_SHIFT_MS)


def test_the_profiles_that_come_along_all_load_and_say_what_they_rest_on() -> None:
    load = load_profiles([bundled_profiles()])
    assert load.faults == ()
    assert load.profiles["openai"] == OPENAI
    assert load.profiles["azure"].end_shift_ms == -32
    assert all(each.source for each in load.profiles.values())


@given(st.floats(-0.5, 0.5), SHIFTS, SHIFTS, st.text(max_size=300))
def test_what_is_kept_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, threshold: float, start: int, end: int, source: str
) -> None:
    folder = tmp_path_factory.mktemp("profiles")
    file = write_profile(Profile("mine", threshold, start, end, source), folder)
    found = read_profile(file)
    assert (found.threshold_shift, found.start_shift_ms, found.end_shift_ms) == (
        threshold,
        start,
        end,
    )
    assert profile_named("mine", folder) == profile_named(str(file), folder) == found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[", "Invalid"),
        ("start_shift_ms = 1.5", "start_shift_ms is a whole number of milliseconds"),
        ("end_shift_ms = true", "end_shift_ms is a whole number"),
        ("end_shift_ms = 1001", "end_shift_ms lies within ±1,000 ms"),
        ("threshold_shift = nan", "threshold_shift lies within ±0.5"),
        ('threshold_shift = "much"', "threshold_shift is a number"),
        ("source = 3", "source is a text"),
        ("silence = 3", "silence is not one of source, threshold_shift"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_its_fault(
    tmp_path: Path, text: str, fault: str
) -> None:
    (tmp_path / "odd.toml").write_text(text)
    (tmp_path / "good.toml").write_text("start_shift_ms = 32")
    with pytest.raises(StudioError) as told:
        profile_named("odd", tmp_path)
    assert told.value.message.startswith("odd.toml: ")
    assert fault in told.value.message
    load = load_profiles([tmp_path, tmp_path / "absent"])
    assert set(load.profiles) == {"openai", "good"}
    assert [each.path.name for each in load.faults] == ["odd.toml"]


def test_the_built_in_profile_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "openai.toml").write_text("start_shift_ms = 32")
    with pytest.raises(StudioError, match="built in"):
        profile_named("openai", tmp_path)
    with pytest.raises(StudioError, match="built-in"):
        write_profile(OPENAI, tmp_path)
    with pytest.raises(StudioError, match="no name"):
        write_profile(Profile("../mine"), tmp_path)


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(StudioError) as told:
        profile_named("azzure", tmp_path)
    assert "azure, openai" in told.value.hint
    with pytest.raises(StudioError, match=r"gone\.toml: No such file"):
        profile_named(str(tmp_path / "gone.toml"), tmp_path)
