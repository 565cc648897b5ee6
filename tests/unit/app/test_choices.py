from __future__ import annotations

import pytest

from studio.app.choices import sound_end
from studio.core.errors import StudioError


@pytest.mark.parametrize(
    ("wanted", "card", "meant"),
    [
        (None, None, None),
        ("silence", None, "silence"),
        (None, "USB", "device:USB"),
        (None, "3", "device:3"),
        ("device", "USB", "device:USB"),
        ("device:USB", "USB", "device:USB"),
    ],
)
def test_a_card_is_a_way_to_name_a_microphone(
    wanted: str | None, card: str | None, meant: str | None
) -> None:
    assert sound_end("--mic", wanted, "--input-device", card) == meant


@pytest.mark.parametrize("wanted", ["silence", "auto", "device:HDMI", "say:Hello."])
def test_two_names_for_different_things_are_refused(wanted: str) -> None:
    with pytest.raises(StudioError, match="--input-device USB") as refused:
        sound_end("--mic", wanted, "--input-device", "USB")
    assert wanted in refused.value.message
    assert "--mic device:USB" in refused.value.hint
