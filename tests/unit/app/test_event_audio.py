from __future__ import annotations

from pathlib import Path

from studio.app.event_audio import event_audio
from studio.audio.formats import AudioFormat
from studio.audio.wav import WavTrackWriter
from studio.protocol.events import InputAudioBufferAppend, InputAudioBufferClear
from studio.protocol.values import AudioSpan, StoredAudio
from studio.session.envelope import Envelope, Origin


def appended(offset: int, count: int) -> Envelope:
    span = AudioSpan(track="input", offset=offset, bytes=count)
    event = InputAudioBufferAppend(audio=StoredAudio(span=span))
    return Envelope(1, 0.0, Origin.CLIENT, event)


def test_the_bytes_of_an_event_are_read_while_the_track_is_written(tmp_path: Path) -> None:
    with WavTrackWriter(tmp_path / "input.wav", AudioFormat.PCM16) as track:
        _ = track.append(bytes(range(100)))
        track.flush_header()
        assert event_audio(tmp_path, appended(10, 4)) == bytes((10, 11, 12, 13))
        assert event_audio(tmp_path, appended(98, 10)) == bytes((98, 99))


def test_without_a_track_or_without_audio_there_is_none(tmp_path: Path) -> None:
    assert event_audio(tmp_path, appended(0, 4)) is None
    (tmp_path / "input.wav").write_bytes(b"no track")
    assert event_audio(tmp_path, appended(0, 4)) is None
    assert event_audio(tmp_path, Envelope(1, 0.0, Origin.CLIENT, InputAudioBufferClear())) is None
    as_sent = InputAudioBufferAppend(audio="AAAA")
    assert event_audio(tmp_path, Envelope(1, 0.0, Origin.CLIENT, as_sent)) is None
