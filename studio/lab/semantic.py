"""What `semantic_vad` would make of a take: the local server's rule of words, pause by pause.

The server looks for the words of a turn once a pause has lasted for 96 ms, and ends the turn when
the pause has lasted as long as these words ask for (`studio.vad.endofturn`). What a pause decides
depends on where its turn began, so that pauses are walked one after the other. Words are kept by
the sound they stand for, so that another eagerness costs little more than arithmetic.

The live server may differ where its recogniser takes longer than the shortest wait (256 ms, from
which the 96 are gone): it ends a turn with the first frame after the words are there. It may also
hear other words in a session, if the turn before was committed elsewhere. A turn of more than ten
minutes, which it ends in any case, is not ended here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from studio.core.units import VAD_FRAME_MS
from studio.lab.bounded_folder import BoundedFolder
from studio.lab.reasons import SpokenPause
from studio.vad.endofturn import LONGEST_WAIT_MS, WORDS_AFTER_MS, wait_ms
from studio.vad.segmenter import Rules, SegmenterSettings
from studio.vad.whole import Pauses, Spans

if TYPE_CHECKING:
    from pathlib import Path

    from studio.audio.formats import AudioFormat
    from studio.lab.take import Take
    from studio.vad.whole import Probabilities

Recognise = Callable[[bytes, "AudioFormat"], str]
"""The words in wire audio; empty where nobody speaks."""

_WORDS_AFTER_FRAMES = WORDS_AFTER_MS // VAD_FRAME_MS
MOST_BYTES = 100_000_000
"""Of words that are kept: those of some 24,000 pauses, for each takes a block of the disk."""
_LARGEST_BYTES = 1_000_000
_ALMOST = 0.99
"""Only the last of what is told is whole."""


class WordShelf(Protocol):
    """Keeps words by the sound in which they were heard, and by whom."""

    def get(self, key: str) -> str | None:
        """The words that were kept; None where there are none."""
        ...

    def put(self, key: str, words: str) -> None:
        """Keep words."""
        ...


class Worded(NamedTuple):
    """What is known of the turns of `semantic_vad` so far.

    Attributes:
        spans: the turns, as `Pauses.spans` gives them; those that are decided, until all are.
        pauses: those whose words were looked for, in order.
        share: how far that is, from 0 to 1.
    """

    spans: Spans
    pauses: tuple[SpokenPause, ...]
    share: float


class SemanticTwin:
    """Predicts the turns of `semantic_vad`.

    Args:
        recognise: hears words; the local server's ears.
        name: of the recogniser and its version, since another one hears other words.
        shelf: where words are kept; None keeps none.
    """

    def __init__(self, recognise: Recognise, name: str, shelf: WordShelf | None = None) -> None:
        self._recognise = recognise
        self._name = name
        self._shelf = shelf

    @staticmethod
    def rules(eagerness: str) -> Rules:
        """The two bars and the padding of `semantic_vad`, and its longest wait."""
        return Rules.of(SegmenterSettings(silence_duration_ms=LONGEST_WAIT_MS[eagerness]))

    def spans(self, take: Take, probabilities: Probabilities, eagerness: str) -> Spans:
        """The turns of a take, as `Pauses.spans` gives them."""
        *_, last = self.listen(take, probabilities, eagerness)
        return last.spans

    def listen(self, take: Take, probabilities: Probabilities, eagerness: str) -> Iterator[Worded]:
        """What is known after each pause whose words were looked for; all of it last."""
        rules = self.rules(eagerness)
        pauses = Pauses(probabilities, rules)
        walk = _Walk(take, rules, pauses.frames)
        rows = zip(pauses.first_silent.tolist(), pauses.next_voiced.tolist(), strict=True)
        voiced = np.flatnonzero(probabilities >= rules.voiced_from)
        begins: int | None = int(voiced[0]) if voiced.size else None
        silent_from = pauses.frames
        for first_silent, next_voiced in rows:
            if begins is None:
                break
            silent_from = first_silent if next_voiced >= pauses.frames else pauses.frames
            if next_voiced - first_silent <= _WORDS_AFTER_FRAMES:
                continue
            words = self._words(walk, begins, first_silent + _WORDS_AFTER_FRAMES)
            wait = walk.heard(first_silent, next_voiced, words, eagerness)
            if first_silent + wait < next_voiced:
                walk.ended(begins, first_silent, first_silent + wait)
                begins = next_voiced if next_voiced < pauses.frames else None
            yield walk.worded(min(first_silent / pauses.frames, _ALMOST))
        if begins is not None:
            heard_until = min(silent_from + _WORDS_AFTER_FRAMES, pauses.frames - 1)
            words = self._words(walk, begins, heard_until)
            wait = walk.heard(silent_from, pauses.frames, words, eagerness)
            walk.ended(begins, silent_from, max(silent_from + wait, pauses.frames))
        yield walk.worded(1.0, is_open=begins is not None)

    def _words(self, walk: _Walk, begins: int, frame: int) -> str:
        audio, audio_format = walk.audio(begins, frame), walk.audio_format
        digest = hashlib.sha256(f"{self._name}\0{audio_format}\0".encode() + audio).hexdigest()
        known = self._shelf.get(digest) if self._shelf is not None else None
        if known is not None:
            return known
        words = self._recognise(audio, audio_format)
        if self._shelf is not None:
            self._shelf.put(digest, words)
        return words


class _Walk:
    """Turns so far, and the sound of the one at hand."""

    def __init__(self, take: Take, rules: Rules, frames: int) -> None:
        self._take = take
        self._rules = rules
        self._frames = frames
        self._rows: list[tuple[int, int, int]] = []
        self._pauses: list[SpokenPause] = []
        self.audio_format = take.audio_format

    def audio(self, begins: int, frame: int) -> bytes:
        """The turn's sound, padding and all, to the end of a frame, as the server holds it."""
        start_ms = max(0, self._rules.start_ms(begins))
        if self._rows:
            start_ms = max(start_ms, self._rules.end_ms(self._rows[-1][2]))
        form = self.audio_format
        end_ms = (frame + 1) * VAD_FRAME_MS
        return self._take.audio[form.ms_to_bytes(start_ms) : form.ms_to_bytes(end_ms)]

    def heard(self, first_silent: int, next_voiced: int, words: str, eagerness: str) -> int:
        """One more pause with its words; how many frames they have it last to end the turn."""
        wait = wait_ms(words, eagerness)
        pause = SpokenPause(first_silent, next_voiced, words, wait)
        if self._pauses and self._pauses[-1].first_silent == first_silent:
            self._pauses[-1] = pause  # the last one, until which the recording was walked
        else:
            self._pauses.append(pause)
        return -(-wait // VAD_FRAME_MS)

    def ended(self, begins: int, first_silent: int, deciding: int) -> None:
        """One more turn."""
        self._rows.append((begins, first_silent, deciding))

    def worded(self, share: float, *, is_open: bool = False) -> Worded:
        """All turns and pauses so far."""
        columns = np.array(self._rows, np.int64).reshape(-1, 3).T
        spans = Spans(columns[0], columns[1], columns[2], is_open=is_open)
        return Worded(spans, tuple(self._pauses), share)


class FolderWords:
    """A `WordShelf` in a folder: a small file each. What cannot be kept is heard again.

    Args:
        folder: where they are.
        most_bytes: what they may take together; those that were not used for longest go.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._files = BoundedFolder(folder, ".txt", most_bytes)

    def get(self, key: str) -> str | None:
        """The words that were kept; None where there are none that can be read."""
        content = self._files.get(key)
        try:
            return None if content is None else content[:_LARGEST_BYTES].decode()
        except UnicodeDecodeError:
            return None

    def put(self, key: str, words: str) -> None:
        """Keep words, where the disk lets us."""
        self._files.put(key, words.encode("utf-8", "replace"))
