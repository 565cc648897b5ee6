"""Words at the pauses of the take on the screen: recognised only where `semantic_vad` is tuned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.ui.screens.tuning_adding import TuningAdding

if TYPE_CHECKING:
    from studio.lab.take import Take
    from studio.ui.takes import Takes
    from studio.ui.tuning import Detection
    from studio.vad.whole import Probabilities

_GROUP = "words"


class TuningWords(TuningAdding):
    """Has words recognised, and says how far that is."""

    _words_key: tuple[str, str] | None = None
    _words_fault = ""
    _words_told = 0.0

    def _waits(self, settings: Detection) -> str:
        """What a setting that makes nothing of the subject yet is waiting for."""
        subject = self._subject
        if subject is None or not subject.share:
            return "nothing heard yet"
        if not settings.by_words or (subject.name and subject.share < 1):
            return f"heard {subject.share:.0%} so far"
        if subject.take is None:
            key = self._studio.key_of("tuning.add")
            return f"Words are recognised in takes: {key} makes one of this session."
        if self._words_fault:
            return self._words_fault
        worded = self._tuning.worded(subject.probabilities, settings.eagerness)
        return f"words recognised {worded.share if worded is not None else 0:.0%} so far"

    def _want_words(self) -> None:
        """Have the words recognised that a setting needs, and no others."""
        takes, subject = self._takes, self._subject
        eagerness = self._tuning.wanting()
        if subject is None or not eagerness:
            self._hear_no_words()
            self._words_fault = ""
            return
        key = subject.name, eagerness
        if takes is None or subject.take is None or self._words_fault or key == self._words_key:
            return
        self._words_key = key
        take, probabilities = subject.take, subject.probabilities
        self._work(lambda: self._hear_words(takes, take, probabilities, eagerness), _GROUP)

    def _hear_no_words(self) -> None:
        if self._words_key is not None:
            self._words_key = None
            self.workers.cancel_group(self, _GROUP)

    async def _hear_words(
        self, takes: Takes, take: Take, probabilities: Probabilities, eagerness: str
    ) -> None:
        try:
            async for worded in takes.words(take, probabilities, eagerness):
                self._tuning.know(probabilities, eagerness, worded)
                self._words_told = worded.share
                self.again()
        except StudioError as error:
            self._words_fault, self._words_key = error.message, None
            raise
        finally:
            self.again()
        self._words_key = None
