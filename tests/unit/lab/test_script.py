from __future__ import annotations

import pytest

from studio.core.errors import StudioError
from studio.lab.script import Passage, read_script

VOICES = ("cedar", "marin")


def test_pauses_gaps_voices_and_noise() -> None:
    script = """
    My number is [0.6s] five five
    [1200ms] two one.

    [cedar] Yes.
    --- 3s
    [noise] mm-hm
    ---

    [ .5 ] So [noise] what?
    """
    assert read_script(script, VOICES) == (
        Passage(("My number is", 600, "five five", 1_200, "two one.")),
        Passage(("Yes.",), voice="cedar"),
        Passage(("mm-hm",), 3_000, "noise"),
        Passage((500, "So", "what?"), kind="noise"),
    )


def test_the_words_of_a_passage_are_without_its_pauses() -> None:
    (passage,) = read_script("So, um, [0.5s] I would like tea.", VOICES)
    assert passage.words == "So, um, I would like tea."


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("", "Nothing is said"),
        ("  \n---\n", "Nothing is said"),
        ("[0.5s]", "Nothing is said"),
        ("Yes [soon] no", "[soon]"),
        ("Yes [90s] no", "longer than a minute"),
        ("Yes\n--- x\nno", "[x]"),
        ("Yes [-1s] no", "[-1s]"),
        ("Yes [nan] no", "[nan]"),
    ],
)
def test_what_cannot_be_spoken_is_named(script: str, told: str) -> None:
    with pytest.raises(StudioError) as refused:
        read_script(script, VOICES)
    assert told in refused.value.message
