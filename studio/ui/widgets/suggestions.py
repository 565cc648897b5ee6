"""What may be written at a filter's cursor, over the lines below: a list that takes no focus."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from studio.core.text import one_line
from studio.ui.present.palette import palette_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

_MOST_LINES = 8
_STOPS = (". ", "; ", ", ")


class Suggestion(NamedTuple):
    """Something to write in place of `start` to `end`; `name` is that of a filter that is kept."""

    text: str
    help: str
    start: int
    end: int
    name: str = ""


class Suggestions(Widget):
    """Suggestions below one another, one of them taken in the eye; -1 for none."""

    DEFAULT_CSS = """
    Suggestions {
        overlay: screen; constrain: inside inside; display: none;
        width: 1fr; max-width: 100; height: auto; background: $panel;
    }
    Suggestions.-shown { display: block; }
    """

    class Taken(Message):
        """A suggestion was clicked."""

        def __init__(self, suggestion: Suggestion) -> None:
            super().__init__()
            self.suggestion = suggestion

    def __init__(self) -> None:
        super().__init__(id="suggestions")
        self._all: Sequence[Suggestion] = ()
        self._top = 0
        self.at = -1

    def offer(self, suggestions: Sequence[Suggestion]) -> None:
        """Show these; nothing is chosen of them yet."""
        self._all, self.at, self._top = tuple(suggestions), -1, 0
        self.set_class(bool(self._all), "-shown")
        self.refresh(layout=True)

    @property
    def chosen(self) -> Suggestion | None:
        """What the person went to; None where it is none of them."""
        return self._all[self.at] if 0 <= self.at < len(self._all) else None

    @property
    def likeliest(self) -> Suggestion | None:
        """What the person went to, or else the first."""
        return self.chosen or (self._all[0] if self._all else None)

    def move(self, steps: int) -> None:
        """Go on in the list; before its first is the line itself."""
        self.at = min(max(self.at + steps, -1), len(self._all) - 1)
        self._top = min(max(self._top, self.at - _MOST_LINES + 1), max(self.at, 0))
        self.refresh(layout=True)

    @override
    def render(self) -> Text:
        palette = palette_from(self.app.theme_variables)
        shown = self._all[self._top : self._top + _MOST_LINES]
        longest = max((len(_label(each)) for each in shown), default=0)
        cells = min(longest, 44, max(0, self.size.width - 24))
        room = self.size.width - cells - 4
        lines = []
        for number, each in enumerate(shown, self._top):
            ground = f" on {palette.selection}" if number == self.at else ""
            line = Text(" ", ground.strip(), no_wrap=True)
            label = Text(one_line(_label(each), cells), palette.accent)
            label.pad_right(cells - label.cell_len)
            line.append_text(label)
            line.append(f"  {brief(one_line(each.help, 120), room)}", palette.muted)
            line.truncate(max(1, self.size.width), overflow="ellipsis", pad=True)
            lines.append(line)
        return Text("\n").join(lines)

    @override
    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        del container, viewport, width
        return min(len(self._all), _MOST_LINES)

    def on_click(self, event: events.Click) -> None:
        """Take the one under the pointer."""
        event.stop()
        number = self._top + event.y
        if number < len(self._all):
            self.post_message(self.Taken(self._all[number]))


def brief(words: str, room: int) -> str:
    """As much of a help text as there is room for, up to a stop in it; all where there is none."""
    if len(words) <= room:
        return words
    stop = max(words.rfind(each, 0, room + 1) for each in _STOPS)
    return words[:stop] if stop > 0 else words


def _label(suggestion: Suggestion) -> str:
    return f"★ {suggestion.name}" if suggestion.name else suggestion.text
