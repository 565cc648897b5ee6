"""A whole screen that shows the session in one particular way, over the panes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.screen import Screen
from typing_extensions import override

from studio.ui.desktop import Desktop
from studio.ui.layout import Mode, mode_of
from studio.ui.present.palette import Palette, palette_from
from studio.ui.widgets.bars import Bar, Keys, too_small
from studio.ui.widgets.replay_bar import ReplayBar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget

    from studio.runtime.messages import RecordingHeard
    from studio.ui.shown import Shown


class ViewScreen(Screen[None]):
    """A title, a body, and the keys of a scope; drawn anew when what it shows has changed.

    Attributes:
        scope: of its actions, and the id of the widget that gets the focus.
        title_words: what the title line begins with.
        left_out: ids of actions that do nothing here.
        kept: ids of actions that others give way to in the footer.
        plays: whether a recording is played here; else it waits underneath.
    """

    scope: ClassVar[str]
    title_words: ClassVar[str]
    left_out: ClassVar[tuple[str, ...]] = ("view.zoom",)
    kept: ClassVar[tuple[str, ...]] = ()
    plays: ClassVar[bool] = True

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap
        self._live: Shown | None = None
        self._seen: tuple[object, ...] = ()
        self._title = Bar(f"{self.scope}-title")
        self._keys = Keys(f"{self.scope}-keys")
        self._replay = ReplayBar()
        self._title.add_class("view-bar")
        self._keys.add_class("view-bar")

    def body(self) -> Iterable[Widget]:
        """What stands between the title and the keys, from top to bottom."""
        raise NotImplementedError

    def seen(self, live: Shown) -> tuple[object, ...]:
        """What is drawn: it is drawn anew where one of these is another object than before."""
        raise NotImplementedError

    def fill(self, live: Shown) -> None:
        """Draw it."""
        raise NotImplementedError

    def facts(self, live: Shown) -> str:
        """What the title line says at the right."""
        del live
        return ""

    def heard(self, heard: RecordingHeard) -> None:
        """Where the ear is in a recording that plays, for a view that lets some be heard."""

    @override
    def compose(self) -> ComposeResult:
        yield self._title
        yield from self.body()
        if self.plays:
            yield self._replay
        yield self._keys
        yield too_small()

    def on_mount(self) -> None:
        """Another theme draws all anew."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.again())

    def on_resize(self, event: events.Resize) -> None:
        """Lines are made for the width there is."""
        mode = mode_of(event.size.width, event.size.height)
        self.set_class(mode is Mode.TOO_SMALL, f"-{Mode.TOO_SMALL}")
        self.call_after_refresh(self.again)

    def on_screen_resume(self) -> None:
        """The first picture."""
        self.call_after_refresh(self.again)

    def action_leave(self) -> None:
        """Go back to where one came from."""
        assert isinstance(self.app, Desktop)
        self.app.leave_view()

    def again(self) -> None:
        """Draw all of it, changed or not."""
        self._seen = ()
        if self._live is not None:
            self.show(self._live)

    @property
    def palette(self) -> Palette:
        """The colours of the theme."""
        return palette_from(self.app.theme_variables)

    def show(self, live: Shown) -> None:
        """Draw what changed since the last look."""
        self._live = live
        if not self.is_mounted:
            return
        if self.plays:
            self._replay.show(live)
        is_playing = live.recording is not None and live.recording.is_playing
        seen = (*self.seen(live), is_playing)
        if len(seen) == len(self._seen) and all(map(_is, seen, self._seen)):
            return
        self._seen = seen
        self.fill(live)
        self._fill_bars(live)

    def _fill_bars(self, live: Shown) -> None:
        palette, width = self.palette, self.size.width
        title = Text(no_wrap=True)
        title.append(f" {self.title_words}", f"bold {palette.accent}")
        facts = self.facts(live)
        if live.is_recording and self.plays:
            title.append("   recording", palette.accent)
        back = "   esc goes back "
        told = Text(facts, palette.muted, no_wrap=True)
        told.truncate(max(0, width - title.cell_len - len(back) - 1), overflow="ellipsis")
        title.append(" " * max(1, width - title.cell_len - told.cell_len - len(back)))
        self._title.show(title.append_text(told).append(back, palette.muted))
        labels = {"session.connect": "disconnect"} if live.is_connected else {}
        if live.recording is not None and live.recording.is_playing:
            labels["recording.play"] = "stop"
        self._keys.mark(
            self.scope,
            self._keymap,
            labels,
            left_out=(*self.left_out, "recording.leave"),  # escape leaves the view
            kept=self.kept,
            is_recording=live.is_recording and self.plays,
        )


def _is(one: object, other: object) -> bool:
    return one is other
