"""What all of the lab's screen has at hand: what is tuned, the takes, and words for what fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.core.text import one_line, printable
from studio.ui.screens.over_time import OverTime
from studio.ui.tuning import Tuning
from studio.ui.widgets.tuning_lanes import TuningLanes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from textual.worker import Worker

    from studio.ui.app import StudioApp
    from studio.ui.takes import Takes
    from studio.ui.tuning import Subject


class TuningBase(OverTime):
    """The lab's screen without its keys."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._tuning = Tuning()
        self._lanes = TuningLanes()

    @property
    def tuned(self) -> Tuning:
        """What is tuned here."""
        return self._tuning

    @property
    def _studio(self) -> StudioApp:
        from studio.ui.app import StudioApp

        assert isinstance(self.app, StudioApp)
        return self.app

    @property
    def _takes(self) -> Takes | None:
        desk = self._studio.desk
        return desk.takes() if desk is not None else None

    @property
    def _subject(self) -> Subject | None:
        return self._tuning.subject

    @property
    def _at_ms(self) -> float:
        """The moment at the cursor."""
        return self._lanes.cursor * 1000

    def _say(self, words: str) -> None:
        self.notify(words, markup=False)

    def _complain(self, error: StudioError) -> None:
        words = printable(error.message) + (f"\n→ {printable(error.hint)}" if error.hint else "")
        self.notify(words, title=one_line(error.title), severity="error", markup=False)

    def _tried(self, deed: Callable[[], None]) -> bool:
        """Do something; say so where it cannot be done."""
        try:
            deed()
        except StudioError as error:
            self._complain(error)
            return False
        return True

    def _work(self, work: Callable[[], Awaitable[None]], group: str) -> None:
        """Do something that takes a while, in place of what the same group does."""

        async def guarded() -> None:
            try:
                await work()
            except StudioError as error:
                self._complain(error)

        # As a function: what is put in its place before it began was never a coroutine.
        _: Worker[None] = self.run_worker(guarded, group=group, exclusive=True)
