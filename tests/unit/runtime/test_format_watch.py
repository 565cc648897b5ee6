from __future__ import annotations

import pytest

from studio.audio.formats import AudioFormat
from studio.audio.samples import encode
from studio.audio.speakers import VirtualSpeaker
from studio.core.clock import ManualClock
from studio.runtime.format_watch import FormatWatch
from studio.runtime.output import Output
from tests.unit.runtime.test_echo_watch import babble

PCM16, PCMU, PCMA = AudioFormat.PCM16, AudioFormat.PCMU, AudioFormat.PCMA


def playing(stated: AudioFormat) -> Output:
    return Output(VirtualSpeaker(stated, ManualClock()), stated)


@pytest.mark.parametrize(
    ("stated", "sent", "names"),
    [
        (PCM16, PCMU, ("PCM16", "µ-law")),
        (PCMU, PCM16, ("µ-law", "PCM16")),
        (PCMA, PCM16, ("A-law", "PCM16")),
    ],
)
def test_sound_in_another_encoding_than_stated_is_told_once_in_words(
    stated: AudioFormat, sent: AudioFormat, names: tuple[str, str]
) -> None:
    output, watch = playing(stated), FormatWatch(stated)
    for number in range(3):
        output.play(f"a{number}", 0, encode(babble(number, 6, sent.rate_hz), sent))
    problem = watch.look(output)
    assert problem is not None
    assert problem.severity == "error"
    assert f"says {names[0]} and sends {names[1]}" in problem.message
    assert watch.look(output) is None


@pytest.mark.parametrize("stated", list(AudioFormat))
def test_sound_in_the_stated_encoding_is_not_doubted(stated: AudioFormat) -> None:
    output, watch = playing(stated), FormatWatch(stated)
    output.play("a", 0, encode(babble(1, 3, stated.rate_hz), stated))
    assert watch.look(output) is None


def test_it_waits_for_a_second_or_the_end() -> None:
    output, watch = playing(PCM16), FormatWatch(PCM16)
    sent = encode(babble(1, 3, 8_000), PCMU)
    output.play("a", 0, sent)
    assert watch.look(output) is None
    output.end("a", 0)
    assert watch.look(output) is not None
