"""What a person does with the sessions of the library: open, name, tag, delete, export, compare."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.ui.screens.view import ViewScreen
from studio.ui.widgets.shelf_table import ShelfTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from studio.storage.shelf import Notes
    from studio.ui.replaying import Replaying
    from studio.ui.shelf import Entry, Shelf


class LibraryDeeds(ViewScreen):
    """The keys of the library that change something; most act on all selected sessions."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._table = ShelfTable()

    @property
    def _studio(self) -> Replaying:
        from studio.ui.replaying import Replaying

        assert isinstance(self.app, Replaying)
        return self.app

    @property
    def _shelf(self) -> Shelf | None:
        desk = self._studio.desk
        return desk.shelf() if desk is not None else None

    def _look_again(self) -> None:
        """Read what is there."""
        raise NotImplementedError

    def action_open(self) -> None:
        """Open the session at the cursor."""
        if (entry := self._table.entry) is not None:
            _ = self.app.pop_screen()
            self._studio.open_recording(entry.path)

    def action_rename(self) -> None:
        """Give the session at the cursor another title."""
        if (entry := self._table.entry) is not None:
            self._ask(
                "title",
                "Empty: its first words.",
                entry.notes.title,
                lambda text: self._note([entry], lambda notes: notes.with_title(text)),
            )

    def action_note(self) -> None:
        """Note something about the session at the cursor."""
        if (entry := self._table.entry) is not None:
            self._ask(
                "note",
                "",
                entry.notes.note,
                lambda text: self._note([entry], lambda notes: notes.with_note(text)),
            )

    def action_tag(self) -> None:
        """Tag the selected sessions, or the one at the cursor."""
        chosen = self._table.chosen
        if not chosen:
            return
        first, *rest = (entry.notes.tags for entry in chosen)
        shared = [tag for tag in first if all(tag in tags for tags in rest)]
        self._ask(
            "tags",
            "Apart by spaces.",
            " ".join(shared),
            lambda text: self._note(chosen, lambda notes: _tagged(notes, shared, text)),
        )

    def action_archive(self) -> None:
        """Archive the selected sessions, or take them out of the archive."""
        if chosen := self._table.chosen:
            archived = not all(entry.notes.archived for entry in chosen)
            self._note(chosen, lambda notes: replace(notes, archived=archived))

    def _note(self, entries: Sequence[Entry], change: Callable[[Notes], Notes]) -> None:
        def change_all(shelf: Shelf) -> None:
            for entry in entries:
                shelf.note(entry.path, change(entry.notes))

        self._do(change_all)

    def action_delete(self) -> None:
        """Move the selected sessions to the trash."""
        chosen = self._table.chosen
        shown = self._studio.replayed
        if shown is not None and any(entry.path == shown.path for entry in chosen):
            key = self._studio.key_of("recording.leave")
            words = f"It is the recording on the screen. {key} there leaves it."
            self.notify(words, severity="warning", markup=False)
        elif chosen:
            self._do(lambda shelf: shelf.delete([entry.path for entry in chosen]))
            shelf = self._shelf
            left = {entry.path for entry in shelf.entries} if shelf is not None else set()
            gone = sum(entry.path not in left for entry in chosen)
            if gone:
                sessions = "A session is" if gone == 1 else f"{gone} sessions are"
                words = (
                    f"{sessions} in the trash. {self._studio.key_of('library.undo')} brings back."
                )
                self.notify(words, markup=False)

    def action_undo(self) -> None:
        """Take back the last deed."""

        def undo(shelf: Shelf) -> None:
            words = shelf.undo()
            self.notify(f"Taken back: {words}." if words else "Nothing to take back.", markup=False)

        self._do(undo)

    def action_repair(self) -> None:
        """Mend the log of a session whose studio was killed."""
        if (entry := self._table.entry) is not None:

            def repair(shelf: Shelf) -> None:
                mended = shelf.repair(entry.path)
                self.notify("\n".join(mended) or "Nothing was broken.", markup=False)

            self._do(repair)
            self._look_again()

    def _do(self, deed: Callable[[Shelf], None]) -> None:
        """Do something to the shelf, and say so where it cannot be done."""
        if (shelf := self._shelf) is None:
            return
        try:
            deed(shelf)
        except StudioError as error:
            words = error.message + (f"\n→ {error.hint}" if error.hint else "")
            self.notify(words, title=error.title, severity="error", markup=False)
        self.again()

    def action_export(self) -> None:
        """Write the selected sessions in another format."""
        from studio.ui.screens.export_dialog import ExportDialog

        desk = self._studio.desk
        if desk is not None and (chosen := self._table.chosen):
            _ = self.app.push_screen(ExportDialog(desk, [entry.path for entry in chosen]))

    async def action_compare(self) -> None:
        """Lay two selected sessions beside each other, or a selected one and that at the cursor."""
        from studio.ui.screens.compare import CompareScreen

        chosen = self._table.chosen
        entry = self._table.entry
        if len(chosen) == 1 and entry is not None and entry.path != chosen[0].path:
            chosen = [chosen[0], entry]
        if len(chosen) != 2:
            key = self._studio.key_of("library.select")
            self.notify(f"Select two sessions with {key}.", severity="warning", markup=False)
            return
        older, newer = sorted(chosen, key=lambda each: each.name)
        shelf = self._shelf
        _ = await self.app.run_action("view('compare')")
        if shelf is not None and isinstance(self.app.screen, CompareScreen):
            self.app.screen.lay(shelf, older.path, newer.path)

    def _ask(self, label: str, hint: str, value: str, then: Callable[[str], None]) -> None:
        """Have a line typed; unlike `ask`, it may be empty."""
        from studio.ui.screens.overlays import Prompt

        def done(text: str | None) -> None:
            if text is not None:
                then(text)

        _ = self.app.push_screen(Prompt(label, hint, value), done)


def _tagged(notes: Notes, shared: Sequence[str], text: str) -> Notes:
    """With the tags of `text` in place of those that all had; each keeps those of its own."""
    own = [tag for tag in notes.tags if tag not in shared]
    return notes.with_tags(" ".join((text, *own)))
