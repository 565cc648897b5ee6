"""What lies over the live screen for a moment: a line to type in, a list to choose from, words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from studio.ui.actions import ACTIONS

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from studio.ui.choice import Choice

Chosen = TypeVar("Chosen")

_CHOOSER_CELLS, _BESIDE_CELLS = 52, 6
"""A list is so wide, or wider for what is long; beside the entries stand blanks and a bar."""

_PROMPT_KEYS = "enter takes it, esc leaves"


def _closing(*keys: str) -> list[BindingType]:
    return [(",".join(("escape", *keys)), "close", "Close")]


class Over(ModalScreen[Chosen]):
    """Something over the screen that is left by a click beside it, as by `esc`."""

    def on_click(self, event: events.Click) -> None:
        """A click beside what lies here leaves it."""
        under, _ = self.get_widget_at(event.screen_x, event.screen_y)
        if under is self:
            self.action_close()

    def action_close(self) -> None:
        """Leave without a value."""
        _ = self.dismiss(None)


class Prompt(ModalScreen[str | None]):
    """One line at the foot of the screen; gives back what was typed, None where it was left."""

    BINDINGS = _closing()

    def __init__(self, label: str, hint: str = "", value: str = "") -> None:
        super().__init__()
        self._label, self._hint, self._value = label, hint, value

    @override
    def compose(self) -> ComposeResult:
        with Vertical(id="prompt"):
            with Horizontal(id="prompt-line"):
                yield Static(Text(self._label), id="prompt-label")
                yield Input(value=self._value, compact=True, id="prompt-input")
            yield Static(Text(f"{self._hint}  {_PROMPT_KEYS}".strip()), id="prompt-hint")

    def on_mount(self) -> None:
        """What stands there is marked, so that typing replaces it."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        _ = self.dismiss(event.value)

    def action_close(self) -> None:
        """Leave without a value."""
        _ = self.dismiss(None)


class Chooser(Over[str | None]):
    """A short list; gives back the chosen value, None where it was left.

    `on_look` is told of every entry that the cursor passes, so that a theme can be seen before it
    is chosen; `on_stay` of every one chosen that leaves the list open.
    """

    BINDINGS = _closing()

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        current: str = "",
        on_look: Callable[[str], None] | None = None,
        on_stay: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self._title, self._choices, self._current = title, tuple(choices), current
        self._on_look, self._on_stay = on_look, on_stay
        self._options = OptionList(compact=True)

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet", id="chooser"):
            yield Static(Text(self._title), classes="sheet-title")
            yield self._options

    def on_mount(self) -> None:
        """The cursor begins at the current value; what is long has the room there is."""
        longest = max((cell_len(_entry(each).plain) for each in self._choices), default=0)
        self.query_one("#chooser").styles.width = max(_CHOOSER_CELLS, longest + _BESIDE_CELLS)
        self._fill(self._current)
        self._options.focus()

    def offer(self, choices: Sequence[Choice]) -> None:
        """Other entries; the cursor stays at its own where that is still there."""
        at = self._options.highlighted
        held = self._current if at is None else self._choices[at].value
        self._choices = tuple(choices)
        self._fill(held)

    def _fill(self, held: str) -> None:
        self._options.set_options(
            Option(_entry(each), disabled=each.is_note) for each in self._choices
        )
        values = [None if each.is_note else each.value for each in self._choices]
        self._options.highlighted = values.index(held) if held in values else 0

    @on(OptionList.OptionHighlighted)
    def _look(self, event: OptionList.OptionHighlighted) -> None:
        if self._on_look:
            self._on_look(self._choices[event.option_index].value)

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        chosen = self._choices[event.option_index]
        if not chosen.stays:
            _ = self.dismiss(chosen.value)
        elif self._on_stay:
            self._on_stay(chosen.value)


def _entry(choice: Choice) -> Text:
    return Text.assemble(choice.label, (f"  {choice.aside}", "dim"))


def sheet_cells(width: int) -> int:
    """Cells that a page's words have on a screen so wide, as `overlays.tcss` lays it out."""
    return max(20, min(84, width * 94 // 100) - 5)


class Sheet(Over[None]):
    """A page of words over the screen."""

    BINDINGS = _closing("q", "question_mark", "f1", "p", "enter") + [
        Binding(action.keys, f"leave_for({action.do!r})", action.label, id=action.id)
        for action in ACTIONS
        if action.do.startswith("view(")
    ]

    def __init__(self, title: str, body: Text) -> None:
        super().__init__()
        self._title, self._body = title, body

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet", id="sheet"):
            yield Static(Text(self._title), classes="sheet-title")
            with VerticalScroll(can_focus=True):
                yield Static(self._body)

    def action_leave_for(self, do: str) -> None:
        """Make way for what a key does that was just read of."""
        self.action_close()
        self.call_later(self.app.run_action, do)
