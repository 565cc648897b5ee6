"""The hand on the config pane's rows: steps, lists and typed lines become edits of the draft.

Imported with the wire, after the first paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from studio.core.errors import StudioError
from studio.ui.cards import card_choices
from studio.ui.choice import Choice
from studio.ui.editing import choices_for, echo_remedies, step, text_for
from studio.ui.fields import CARD_PATHS, at_share, field_at
from studio.ui.screens.overlays import Chooser

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.runtime.link import Feed
    from studio.ui.fields import Field
    from studio.ui.live import Live

_ANOTHER = ""
"""What a list gives back where a name that is not on it is wanted."""


class Overlays(Protocol):
    """What lies over the screen for a moment, and the look at what came of it."""

    def ask(self, label: str, hint: str, value: str, then: Callable[[str], None]) -> None:
        """Have a line typed; nothing happens where it is empty or left."""
        ...

    def choose(self, chooser: Chooser, then: Callable[[str | None], None]) -> None:
        """Have an entry of a list chosen; None where it is left."""
        ...

    def look(self) -> None:
        """Send what is due and draw what changed."""
        ...


class RowEditor:
    """Edits one draft.

    Attributes:
        fault: why the last value was not taken, empty where it was.
    """

    def __init__(self, live: Live, feed: Feed, overlays: Overlays) -> None:
        self.fault = ""
        self._live = live
        self._feed = feed
        self._overlays = overlays
        self._card_list: tuple[str, Chooser] | None = None

    def edit(self, path: str, value: object) -> None:
        """Change a row's value, or note why it cannot be."""
        try:
            self._live.edit(path, value)
        except StudioError as refusal:
            self.fault = f"{refusal.message}. {refusal.hint}"
        else:
            self.fault = ""
        self._overlays.look()

    def undo(self) -> None:
        """Take the last change back."""
        self._live.undo()
        self._overlays.look()

    def step(self, path: str, steps: int) -> None:
        """Step a value."""
        self.edit(path, step(self._live, path, steps))

    def slide(self, path: str, share: float) -> None:
        """Put a value where the slider was touched."""
        self.edit(path, at_share(field_at(path), share))

    def open(self, path: str) -> None:
        """Have a value typed or chosen; a toggle turns over."""
        row = field_at(path)
        names = choices_for(self._live, row)
        if row.kind == "toggle":
            self.step(path, 1)
        elif path in CARD_PATHS:
            self._choose_card(row)
        elif row.kind == "number" or not names:
            self._type(row)
        else:
            choices = [Choice(name, name) for name in names]
            if row.is_open:
                choices.append(Choice(_ANOTHER, "another…", "type its name"))
            self._overlays.choose(
                Chooser(row.label, choices, text_for(self._live, row)),
                lambda name: self._chosen(row, name),
            )

    def offer_cards(self) -> None:
        """The open list of cards shows what the worker has seen."""
        if self._card_list is not None:
            path, chooser = self._card_list
            chooser.offer(self._cards_for(field_at(path)))

    def choose_remedy(self) -> None:
        """Choose what helps where the assistant hears itself."""
        remedies = {str(at): remedy for at, remedy in enumerate(echo_remedies(self._live))}

        def done(at: str | None) -> None:
            if at is not None:
                self._live.notices.settle_echo()
                self.edit(remedies[at].path, remedies[at].value)

        choices = [Choice(at, remedy.words, remedy.aside) for at, remedy in remedies.items()]
        choices.append(Choice("", "A headset helps most.", is_note=True))
        self._overlays.choose(Chooser("Where the assistant hears itself", choices), done)

    def _choose_card(self, row: Field) -> None:
        """A list of the cards, which are looked for while it opens and whenever one asks."""
        look = self._feed.look_for_cards
        held = text_for(self._live, row)
        chooser = Chooser(row.label, self._cards_for(row), held, on_stay=lambda _: look())

        def done(name: str | None) -> None:
            self._card_list = None
            self._chosen(row, name)

        self._card_list = row.path, chooser
        self._overlays.choose(chooser, done)
        look()

    def _cards_for(self, row: Field) -> list[Choice]:
        known = card_choices(self._live.cards, row.path, text_for(self._live, row))
        return [*known, Choice(_ANOTHER, "another…", "type it")]

    def _chosen(self, row: Field, name: str | None) -> None:
        """A list gave this back."""
        if name == _ANOTHER:
            self._type(row)
        elif name is not None:
            self.edit(row.path, name)

    def _type(self, row: Field) -> None:
        held = text_for(self._live, row)
        self._overlays.ask(row.label, row.how, held, lambda text: self.edit(row.path, text))
