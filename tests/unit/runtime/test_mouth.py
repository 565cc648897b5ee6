from __future__ import annotations

import asyncio

import pytest

from studio.audio.formats import AudioFormat
from studio.audio.microphones import Voiceover
from studio.core.clock import ManualClock
from studio.core.errors import StudioError
from studio.runtime.inbox import Happening, Inbox
from studio.runtime.mouth import Mouth
from studio.session.local import ProblemSeen
from tests.fakes.sound import FakeVoice, tone

PCM16 = AudioFormat.PCM16


async def spoken(mouth: Mouth, *, until: asyncio.Event | None = None) -> None:
    async with asyncio.TaskGroup() as tasks:
        speaking = tasks.create_task(mouth.speak(at_once=False))
        for _ in range(200):
            await asyncio.sleep(0)
        speaking.cancel()


@pytest.mark.parametrize(("assistant", "caller"), [("marin", "ash"), ("ash", "coral")])
async def test_words_become_sound_in_another_voice_than_the_assistants(
    assistant: str, caller: str
) -> None:
    voice, voiceover = FakeVoice(), Voiceover(PCM16)
    mouth = Mouth(voiceover, lambda: voice, Inbox(ManualClock(), 0.0), assistant)
    mouth.say("Hi")
    mouth.say("You", voice="sage")
    mouth.say("   ")
    assert mouth.is_speaking
    await spoken(mouth)
    assert voice.said == [("Hi", caller), ("You", "sage")]
    payload, begins = voiceover.over(PCM16.silence(20))
    assert (payload, begins) == (tone(20).tobytes(), "Hi")


async def test_a_voice_that_fails_is_told_and_the_next_words_are_tried() -> None:
    inbox = Inbox(ManualClock(), 0.0)
    voice = FakeVoice(failure=StudioError("No voices.", title="Extra missing", hint="Install it."))
    mouth = Mouth(Voiceover(PCM16), lambda: voice, inbox)
    mouth.say("Hi")
    mouth.say("You")
    await spoken(mouth)
    told = [await inbox.next(), await inbox.next()]
    for each in told:
        assert isinstance(each, Happening)
        assert isinstance(each.event, ProblemSeen)
        assert each.event.hint == "Install it."
    assert not mouth.is_speaking
