"""How the lab's screen gets takes: from the session, a recording, words, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.text import printable
from studio.ui.choice import Choice
from studio.ui.screens.overlays import Chooser
from studio.ui.screens.record_dialog import RecordDialog
from studio.ui.screens.tuning_takes import TuningTakes
from studio.ui.take_recording import held_microphone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from studio.ui.take_recording import RecordingStep
    from studio.ui.takes import Takes

    AddTakes = Callable[[], Awaitable[Sequence[str]]]

_SESSION, _TURNS = "session", "turns"


class TuningAdding(TuningTakes):
    """The menu of what takes can be made of."""

    def action_add(self) -> None:
        """Choose where a take is to come from."""
        has_session = self._live is not None and bool(self._live.path)
        live = self._studio.live
        held = "" if live is None else held_microphone(live)
        choices = [
            Choice(
                _SESSION, "this session", "all that the microphone sent", is_note=not has_session
            ),
            Choice(_TURNS, "its turns", "a take for each", is_note=not has_session),
            Choice(
                "record", "record", held or "the microphone, its level checked", is_note=bool(held)
            ),
            Choice("words", "words", "a voice speaks them, pauses in brackets"),
            Choice("file", "a file or folder", "WAV, FLAC, Ogg, MP3"),
        ]
        self._studio.choose(Chooser("Get a take from", choices), self._add_from)

    def _add_from(self, source: str | None) -> None:
        takes, live = self._takes, self._live
        if takes is None or live is None or not source:
            return
        if source in (_SESSION, _TURNS):
            path, by_turn = live.path, source == _TURNS
            self._work(
                lambda: self._added(takes, lambda: takes.add_session(path, by_turn=by_turn)), "add"
            )
        elif source == "record":
            self._record(takes)
        elif source == "words":
            hint = "So um [0.6s] I would like a table.  [noise] makes it noise."
            self._studio.ask("speak", hint, "", self._add_words)
        else:
            self._studio.ask("file", "A sound file or a folder of them.", "", self._add_file)

    def _add_words(self, text: str) -> None:
        if (takes := self._takes) is not None:
            self._work(lambda: self._added(takes, lambda: takes.add_spoken(text)), "add")

    def _add_file(self, path: str) -> None:
        if (takes := self._takes) is not None:

            def told(_share: float, words: str) -> None:
                self._say(words)

            self._work(lambda: self._added(takes, lambda: takes.add_file(path, told)), "add")

    async def _added(self, takes: Takes, add: AddTakes) -> None:
        names = await add()
        self._entries = await takes.entries()
        self._say(f"New: {', '.join(names[:3])}" + (" …" if len(names) > 3 else ""))
        if names:
            self._choose(names[0])
        self._look_again()

    def _record(self, takes: Takes) -> None:
        live = self._studio.live
        microphone = "" if live is None else live.draft.plan.microphone
        _ = self.app.push_screen(RecordDialog(takes.record(microphone)), self._recorded)

    def _recorded(self, last: RecordingStep | None) -> None:
        takes = self._takes
        if takes is None or last is None or not last.kept:
            return
        for remark in last.remarks:
            self.notify(printable(remark), severity="warning", markup=False)
        self._work(lambda: self._added(takes, lambda: _known(last.kept)), "add")


async def _known(name: str) -> Sequence[str]:
    return [name]
