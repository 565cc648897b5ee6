from __future__ import annotations

from pathlib import Path

import pytest

from studio.audio.formats import AudioFormat
from studio.lab.semantic import FolderWords, SemanticTwin
from studio.lab.take import Take
from studio.lab.twin import Twin
from tests.fakes.voice_activity import LevelDetector, tone

PCM = AudioFormat.PCM16
TAKE = Take("two", (tone(640, PCM) + PCM.silence(1_600)) * 2)


class Ears:
    def __init__(self) -> None:
        self.heard = 0

    def __call__(self, audio: bytes, audio_format: AudioFormat) -> str:
        self.heard += 1
        return "What time is it?"


def test_words_are_heard_once_for_each_pause_whatever_the_eagerness(tmp_path: Path) -> None:
    ears, heard = Ears(), Twin(LevelDetector, "").hear(TAKE)
    ends = []
    for eagerness in ("low", "medium", "high"):
        twin = SemanticTwin(ears, "ears-1", FolderWords(tmp_path))
        spans = twin.spans(TAKE, heard, eagerness)
        ends.append((spans.deciding - spans.first_silent).tolist())
    assert ends == [[25, 25], [13, 13], [8, 8]]
    assert ears.heard <= 3  # the second turn begins earlier where the first one ends earlier
    SemanticTwin(ears, "ears-2", FolderWords(tmp_path)).spans(TAKE, heard, "low")
    assert ears.heard > 3


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_words_that_cannot_be_read_are_heard_again(content: bytes | None, tmp_path: Path) -> None:
    shelf = FolderWords(tmp_path)
    shelf.put("ab", "Größe")
    assert shelf.get("ab") == "Größe"
    (file,) = tmp_path.rglob("*.txt")
    file.unlink() if content is None else file.write_bytes(content)
    assert shelf.get("ab") is None
    (tmp_path / "file").touch()
    full = FolderWords(tmp_path / "file")
    full.put("ab", "x")
    assert full.get("ab") is None
