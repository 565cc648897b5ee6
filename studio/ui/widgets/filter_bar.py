"""The filter line above the inspector's rows: written, understood while one writes, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.highlighter import Highlighter
from rich.text import Text
from textual import on
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static
from typing_extensions import override

from studio.core.text import one_line
from studio.ui.keeping import desk_of
from studio.ui.present.palette import palette_from
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.suggestions import Suggestion, Suggestions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.app import ComposeResult
    from textual.timer import Timer

    from studio.query.errors import FilterError
    from studio.query.filter import Filter
    from studio.query.table import Table
    from studio.ui.filters import Filters

_REST_S = 0.15
"""How long the hand must rest before what it wrote is taken."""

_PAUSE_S = 0.7
"""How long it must rest before half a word that means nothing counts as meant."""


class _Mistake(Highlighter):
    """Underlines what could not be read."""

    def __init__(self) -> None:
        self.span: tuple[int, int] | None = None
        self.color = ""

    @override
    def highlight(self, text: Text) -> None:
        if self.span is not None:
            text.stylize(f"underline {self.color}", *self.span)


class FilterBar(Vertical):
    """A line to write a filter in, why it cannot be read, and what may be written.

    Args:
        on_filter: told of every filter that is in force from now on; None for everything.
        on_left: called when the person is done with the line.
        table: the events, for completion; None where there are none.
    """

    DEFAULT_CSS = """
    FilterBar { height: auto; display: none; background: $panel; }
    FilterBar.-shown { display: block; }
    FilterBar Horizontal { height: 1; }
    FilterBar #filter-label { width: auto; padding: 0 1; color: $accent; }
    FilterBar Input, FilterBar Input:focus {
        width: 1fr; border: none; background: $panel; background-tint: $foreground 0%;
    }
    FilterBar #filter-reason { display: none; height: 2; padding: 0 1; color: $error; }
    FilterBar #filter-reason.-shown { display: block; }
    """
    BINDINGS = bindings_of("filter")

    def __init__(
        self,
        on_filter: Callable[[Filter | None], None],
        on_left: Callable[[], None],
        table: Callable[[], Table | None],
    ) -> None:
        super().__init__(id="filter-bar")
        self._on_filter, self._on_left, self._table = on_filter, on_left, table
        self._mistake = _Mistake()
        self._input = Input(
            compact=True, id="filter", highlighter=self._mistake, select_on_focus=False,
            placeholder="type:response.*  -is:delta  gap > 500ms",
        )  # fmt: skip
        self._reason = Static("", id="filter-reason")
        self._suggestions = Suggestions()
        self._known: Filters | None = None
        self._resting: Timer | None = None
        self._pausing: Timer | None = None

    @override
    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("filter", id="filter-label")
            yield self._input
        yield self._reason
        yield self._suggestions

    @property
    def filters(self) -> Filters:
        """What was written so far."""
        if self._known is None:
            from studio.ui.filters import Filters

            self._known = Filters(desk_of(self.app))
        return self._known

    @property
    def wanted(self) -> Filter | None:
        """The filter in force; None for everything."""
        return self._known.wanted if self._known else None

    @property
    def text(self) -> str:
        """The filter in force as it was written."""
        return self._known.text if self._known else ""

    @property
    def is_being_written(self) -> bool:
        """Whether the person is likely to write on."""
        return self._pausing is not None

    # From outside

    def open(self) -> None:
        """Let the person write."""
        self.add_class("-shown")
        self._input.focus()
        self._input.cursor_position = len(self._input.value)
        self._suggest()

    def put(self, text: str) -> None:
        """Put a filter in force that somebody else wrote."""
        self.filters.settle()
        self._write(text)
        self._take()

    def add(self, term: str) -> None:
        """One more term has to hold."""
        self.put(self.filters.with_term(term))

    def clear(self) -> None:
        """List everything."""
        if self.text or self._input.value:
            self.put("")
        self._close()

    def undo(self) -> None:
        """Put the filter before this one in force again."""
        text = self.filters.before()
        if text is None:
            self.notify("There was no filter before.", markup=False)
        else:
            self._write(text)
            self._take()

    def _write(self, text: str) -> None:
        with self._input.prevent(Input.Changed):
            self._input.value = text
        self._input.cursor_position = len(text)

    # While it is written

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._resting is not None:
            self._resting.stop()
        self._mistake.span = None
        self._resting = self.set_timer(_REST_S, self._take)
        self._end_pause()
        self._pausing = self.set_timer(_PAUSE_S, self._end_pause)
        self._suggest()

    def _end_pause(self) -> None:
        if self._pausing is not None:
            self._pausing.stop()
            self._pausing = None

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._suggestions.chosen is not None:
            self._use(self._suggestions.chosen)
        elif self._take():
            self._close()
            self._on_left()

    def _take(self) -> bool:
        """Put what stands there in force; whether it could be read."""
        from studio.query.errors import FilterError

        if self._resting is not None:
            self._resting.stop()
            self._resting = None
        before, text = self.filters.text, self._input.value.strip()
        try:
            wanted = self.filters.put(text)
        except FilterError as mistake:
            self._tell(mistake)
            return False
        self._tell(None)
        self.set_class(bool(text) or self._input.has_focus, "-shown")
        if text != before:
            self._on_filter(wanted)
        return True

    def _tell(self, mistake: FilterError | None) -> None:
        palette = palette_from(self.app.theme_variables)
        shift = len(self._input.value) - len(self._input.value.lstrip())
        self._mistake.color = palette.error
        self._mistake.span = (
            None if mistake is None else (mistake.start + shift, mistake.end + shift)
        )
        self._input.refresh()
        self._reason.set_class(mistake is not None, "-shown")
        if mistake is not None:
            words = Text(mistake.message, palette.error, no_wrap=True, overflow="ellipsis")
            if mistake.hint:
                words.append(f"  {mistake.hint}", palette.muted)
            words.append(f"\n{self._in_force}", palette.muted)
            self._reason.update(words)

    @property
    def _in_force(self) -> str:
        """What is listed while what stands there cannot be read."""
        if not self.text:
            return "Until then every event is listed."
        return f"Until then in force: {one_line(self.text, len(self.text))}"

    def _close(self) -> None:
        self._end_pause()
        self.filters.settle()
        self._suggestions.offer(())
        self.set_class(bool(self.text), "-shown")

    # What may be written

    def _suggest(self) -> None:
        self._suggestions.offer(tuple(self._offers()))

    def _offers(self) -> Iterator[Suggestion]:
        from studio.query.filter import complete

        text, cursor = self._input.value, self._input.cursor_position
        if not text.strip():
            for name, kept in self.filters.named.items():
                yield Suggestion(kept, kept, 0, len(text), name)
        for each in complete(text, cursor, self._table()):
            yield Suggestion(each.text, each.help, each.start, each.end)

    @on(Suggestions.Taken)
    def _clicked(self, event: Suggestions.Taken) -> None:
        event.stop()
        self._use(event.suggestion)

    def _use(self, suggestion: Suggestion) -> None:
        text = self._input.value
        head, tail = text[: suggestion.start], text[suggestion.end :]
        self._input.value = f"{head}{suggestion.text}{tail}"
        self._input.cursor_position = len(head) + len(suggestion.text)
        self._input.focus()

    # Keys

    def action_suggested(self, steps: int) -> None:
        """Go through what may be written."""
        self._suggestions.move(steps)

    def action_complete(self) -> None:
        """Write the likeliest."""
        if self._suggestions.likeliest is not None:
            self._use(self._suggestions.likeliest)

    def action_leave(self) -> None:
        """List everything again, and go back to the rows."""
        self.clear()
        self._on_left()

    def action_keep(self) -> None:
        """Keep the filter under a name."""
        from studio.ui.screens.overlays import Prompt

        text = self._input.value.strip()
        if not text or not self._take():
            return

        def done(name: str | None) -> None:
            if name and name.strip():
                self.filters.keep(name.strip(), text)

        _ = self.app.push_screen(Prompt("name", f"Keeps {text}"), done)

    def action_forget(self) -> None:
        """Keep the filter no more that is chosen among the suggestions."""
        chosen = self._suggestions.chosen
        if chosen is not None and chosen.name:
            self.filters.forget(chosen.name)
            self._suggest()
