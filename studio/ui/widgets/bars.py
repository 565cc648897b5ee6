"""The one-line bars: status above and below the panes, tabs, banner, and the keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from studio.ui.actions import ACTIONS, Action, footer_key, keys_of
from studio.ui.layout import SMALLEST, TABS_BELOW, Pane
from studio.ui.present.palette import palette_from

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from textual import events


_OWN_FIRST = 4
"""How many keys of the pane come before the one that plays a recording."""


def too_small() -> Static:
    """Says so on a terminal that is too small; it lies over all else where that is so."""
    columns, rows = SMALLEST
    return Static(f"too small: needs at least {columns}×{rows}", id="too-small")


class Bar(Widget):
    """One line that shows what it is given."""

    DEFAULT_CSS = "Bar { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: clip; }"

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self.line = Text("")

    def show(self, line: Text) -> None:
        """Draw this line."""
        if line != self.line:
            self.line = line
            self.refresh()

    @override
    def render(self) -> Text:
        return self.line

    async def on_click(self, event: events.Click) -> None:
        """Do what stands under the pointer."""
        if do := event.style.meta.get("do"):
            await self.app.run_action(do, default_namespace=self.screen.focused)


class Tabs(Bar):
    """The names of the panes where only one shows at a time."""

    def mark(self, current: Pane, facts: str) -> None:
        """Make one the current, with what its title line would say at the right."""
        colors = palette_from(self.app.theme_variables)
        line = Text(" ", no_wrap=True)
        for number, pane in enumerate(Pane, 1):
            is_current = pane is current
            style = Style.from_meta({"do": f"app.go('{pane}')"})
            start = len(line)
            line.append(f"{number} ", colors.accent if is_current else colors.faint)
            name_style = f"bold {colors.accent}" if is_current else colors.muted
            line.append(str(pane), name_style)
            line.stylize(style, start)
            line.append("   ")
        right = Text(facts, colors.muted)
        room = max(0, self.size.width - line.cell_len - 1)
        right.truncate(room, overflow="ellipsis")
        line.append(" " * (room - right.cell_len))
        self.show(line.append_text(right))


class Keys(Bar):
    """The keys that do something where the focus is; each can be clicked."""

    def mark(
        self,
        scope: str,
        keymap: Mapping[str, str],
        labels: Mapping[str, str] | None = None,
        left_out: Collection[str] = (),
        *,
        kept: Collection[str] = (),
        is_recording: bool = False,
    ) -> None:
        """Show the keys of a scope, the pane's own first.

        Args:
            scope: the id of the widget that has the focus.
            keymap: keys by action id.
            labels: words for actions that now do the other half of what they do, by id.
            left_out: ids of actions that do nothing on this screen.
            kept: ids of actions that others give way to where there is little room.
            is_recording: whether a stored session is shown, with which nobody can talk.
        """
        now = labels or {}
        colors = palette_from(self.app.theme_variables)
        asked = (scope, keymap, now, left_out, kept, is_recording, self.size.width, colors)
        if asked == self._asked:
            return
        self._asked = asked
        shown = [
            replace(action, label=now.get(action.id, action.footer_label or action.label))
            for action in ACTIONS
            if action.in_footer and action.id not in left_out
        ]
        own = [action for action in shown if action.scope == scope]
        rest = [action for action in shown if action.scope == "app"]
        taken = {
            key
            for action in ACTIONS
            if action.scope == scope and action.id not in left_out
            for key in keys_of(action, keymap).split(", ")
        }
        if is_recording:
            playing = [action for action in shown if action.scope == "recording"]
            views = [action for action in rest if action.group == "view"]
            others = [action for action in rest if action.group not in ("session", "view")]
            playing = [each for each in playing if footer_key(each, keymap) not in taken]
            own[_OWN_FIRST:_OWN_FIRST] = playing[:1]
            rest = [*views, *playing[1:], *others]
        tail = [action for action in rest if action.id in ("studio.help", "studio.quit")]
        middle = [
            action
            for action in rest
            if action not in tail and footer_key(action, keymap) not in taken
        ]
        line, end = Text(" ", no_wrap=True), Text("", no_wrap=True)
        for action in tail:
            self._append(end, action, keymap)
        end.rstrip()
        end.append(" ")
        room = self.size.width - line.cell_len - end.cell_len
        for piece in self._fitting((*own, *middle), kept, keymap, room):
            line.append_text(piece)
        line.append(" " * max(0, self.size.width - line.cell_len - end.cell_len))
        self.show(line.append_text(end))

    def _fitting(
        self,
        actions: Sequence[Action],
        kept: Collection[str],
        keymap: Mapping[str, str],
        room: int,
    ) -> list[Text]:
        """What has room, in this order: those that are kept, and then the first others."""
        pieces: dict[str, Text] = {}
        for action in actions:
            pieces[action.id] = Text("")
            self._append(pieces[action.id], action, keymap)
        shown: set[str] = set()
        for some in ([each for each in pieces if each in kept], list(pieces)):
            for each in some:
                cells = 0 if each in shown else pieces[each].cell_len
                if cells > room:
                    break
                room -= cells
                shown.add(each)
        return [piece for each, piece in pieces.items() if each in shown]

    _asked: tuple[object, ...] = ()

    @property
    def _gap(self) -> str:
        """What stands between two keys: less where there is little room."""
        return " " * (2 if self.size.width < TABS_BELOW[0] else 3)

    def _append(self, line: Text, action: Action, keymap: Mapping[str, str]) -> None:
        colors = palette_from(self.app.theme_variables)
        start = len(line)
        line.append(footer_key(action, keymap), colors.accent)
        line.append(f" {action.label}", colors.muted)
        do = f"app.{action.do}" if action.scope in ("app", "recording") else action.do
        line.stylize(Style.from_meta({"do": do}), start)
        line.append(self._gap)
