"""What a caller says, by a local voice."""

from __future__ import annotations

from studio.audio.formats import AudioFormat
from studio.speech.service_client import VoiceProcess


async def spoken(*lines: str, pause_ms: int = 900) -> bytes:
    """PCM16 of one caller's lines, with a pause after each."""
    pause, sound = AudioFormat.PCM16.silence(pause_ms), b""
    async with VoiceProcess() as voice:
        for words in lines:
            async for piece in voice.say(words, voice="ash"):
                sound += piece
            sound += pause
    return sound
