from __future__ import annotations

import pytest

from studio.audio.refusals import in_words
from tests.fakes.sound import FakePortAudioError as Refusal

HOST = "Error opening RawOutputStream: Unanticipated host error"


def on_host(code: int, text: str) -> Refusal:
    return Refusal(HOST, -9999, (0, code, text))


@pytest.mark.parametrize(
    ("failure", "title", "says"),
    [
        (Refusal("Device unavailable", -9985), "Sound card busy", "in use by another"),
        (on_host(-16, "Device or resource busy"), "Sound card busy", "in use by another"),
        (Refusal("Invalid device", -9996), "The sound card went away", "not there any more"),
        (Refusal("Illegal combination", -9993), "The sound card went away", "not there any more"),
        (Refusal("Error querying device 3"), "The sound card went away", "not there any more"),
        (on_host(-5, "Input/output error"), "The sound card went away", "not there any more"),
        (on_host(-19, "No such device"), "The sound card went away", "not there any more"),
        (on_host(-13, "Permission denied"), "Permission refused", "may not use USB"),
        (on_host(-2147024891, ""), "Permission refused", "may not use USB"),
        (on_host(-2004287478, ""), "Sound card held by another program", "for itself alone"),
        (Refusal("Invalid sample rate", -9997), "Sound card refused", "none of the rates 24000, "),
        (Refusal("Invalid number of channels", -9998), "Sound card refused", "one channel"),
        (on_host(-77, "File descriptor in bad state"), "Sound card refused", "cannot be opened"),
        (ValueError("nonsense"), "Sound card refused", "cannot be opened"),
    ],
)
def test_each_refusal_is_told_in_words_with_a_next_step(
    failure: Exception, title: str, says: str
) -> None:
    error = in_words("USB", failure, (24_000, 48_000))
    assert error.title == title
    assert says in error.message
    assert error.hint.endswith(".")


def test_what_the_system_said_is_quoted_with_portaudios_number() -> None:
    error = in_words("USB", on_host(-77, "File descriptor\nin bad \x1b[2Jstate"))
    assert error.message == (
        "USB cannot be opened (File descriptor in bad ␛[2Jstate, PortAudio -9999)."
    )
