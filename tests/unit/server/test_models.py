from __future__ import annotations

import numpy as np
import pytest

from studio.audio.formats import AudioFormat
from studio.audio.samples import encode
from studio.core.errors import StudioError
from studio.server.models import CHUNK_MS, FIRST_CHUNK_MS, LocalSpeech

pytestmark = pytest.mark.speech


async def test_what_it_says_it_hears_again() -> None:
    speech = LocalSpeech()
    assert set(speech.state().values()) == {"loading"}
    chunks = [chunk async for chunk in speech.speak("What time is it?", "marin", 1.0)]
    assert [chunk.size // 24 for chunk in chunks[:2]] == [FIRST_CHUNK_MS, CHUNK_MS]
    sound = encode(np.concatenate(chunks), AudioFormat.PCM16)
    assert "time is it" in (await speech.recognise(sound, AudioFormat.PCM16)).lower()
    assert set(speech.state().values()) == {"ready"}
    speech.close()


async def test_an_unknown_voice_is_told_in_words() -> None:
    speech = LocalSpeech()
    with pytest.raises(StudioError, match="nobody"):
        _ = [chunk async for chunk in speech.speak("Hello.", "nobody", 1.0)]
    speech.close()
