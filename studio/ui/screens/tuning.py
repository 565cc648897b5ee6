"""The lab's screen: what settings of the turn detection make of a take, or of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.css.scalar import Scalar
from textual.widgets import Input
from typing_extensions import override

from studio.lab.whatif import at_hand, labelled
from studio.session.speech import turn_detection
from studio.ui.present.sliders import SliderRow, summary_line
from studio.ui.present.tuning_picture import TuningPicture
from studio.ui.present.verdicts import verdict_rows, whatif_lines
from studio.ui.screens.tuning_sliders import TuningSliders
from studio.ui.tuning import rows_of, settings_of, value_of
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.slider_pane import SliderPane
from studio.ui.widgets.time_view import TimeView
from studio.ui.widgets.verdict_list import VerdictList
from studio.ui.widgets.waterfall import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.text import Text
    from textual import events
    from textual.binding import BindingType
    from textual.widget import Widget

    from studio.lab.reading import Reading
    from studio.lab.whatif import AtHand
    from studio.ui.fields import Field
    from studio.ui.present.verdicts import VerdictRow
    from studio.ui.shown import Shown
    from studio.ui.tuning import Detection

_WIDE, _VERY_WIDE = 110, 160
"""Cells from which on the takes have a list, and other silences stand beside the verdicts."""
_LEAST_OTHERS = 2
"""Lines: the silence that keeps the turn whole, and one beside it."""
_NEW_FRAMES = 3
"""A live session is drawn again when so many frames came."""


class TakeFilter(Input):
    """What the takes are filtered by."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "screen.filtered('')", "Clear"),
        ("enter", "screen.filtered", "Done"),
    ]


class TuningScreen(TuningSliders):
    """Takes beside the lanes of one of them, under sliders, over the verdicts."""

    scope: ClassVar[str] = "tuning"
    title_words: ClassVar[str] = "lab"
    plays: ClassVar[bool] = False
    left_out: ClassVar[tuple[str, ...]] = ("view.tuning", "view.zoom")
    kept: ClassVar[tuple[str, ...]] = ("tuning.set", "tuning.sweep")
    AUTO_FOCUS: ClassVar[str | None] = "#tuning"
    BINDINGS = bindings_of("tuning")

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._sliders = SliderPane()
        self._verdicts = VerdictList()
        self._others = Words("others")
        self._others.can_focus = False
        self._below = Horizontal(self._verdicts, self._others, id="tuning-below")
        self._filter = TakeFilter(id="take-filter", compact=True, placeholder="/ to filter")
        self._drawn_frames = -1

    @override
    def body(self) -> Iterable[Widget]:
        left = Vertical(self._filter, self._list, id="takes-pane")
        right = Vertical(self._line, self._sliders, self._lanes, self._below, id="tuning-pane")
        return (Horizontal(left, right, id="tuning-body"),)

    @override
    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._go_on()
        self._look_again()

    def on_screen_suspend(self) -> None:
        """Nobody looks: nothing is read or heard for it."""
        for group in ("list", "take"):
            self.workers.cancel_group(self, group)
        self._hear_no_words()
        self._stop()

    @override
    def on_resize(self, _event: events.Resize) -> None:
        self.set_class(self.size.width >= _WIDE, "-wide")
        self.set_class(self.size.width >= _VERY_WIDE, "-very-wide")
        super().on_resize(_event)

    # What is drawn

    @override
    def seen(self, live: Shown) -> tuple[object, ...]:
        if not self._is_set:
            self._is_set = True
            self._tuning.pair = type(self._tuning.pair)(settings_of(turn_detection(live.whole)))
        if self._name == "":
            self._follow_session(live)
            self._take_session_in(live)
        sound = self._studio.lab_sound
        ear = None if sound is None or sound.at_s is None else round(sound.at_s, 2)
        return (
            live, live.is_connected, self._tuning.subject, self._tuning.pair, self._tuning.slider,
            self._entries, self._words_told, ear if ear is None else str(ear),
        )  # fmt: skip

    def _take_session_in(self, live: Shown) -> None:
        """Have more of the session in the subject, when enough of it is new."""
        frames = live.trace.frames
        last = frames[-1][0] if frames and not live.is_recording else 0
        news = (last // _NEW_FRAMES, self._tracks, live, live.whole.speech.server)
        if news != self._told_session:
            self._told_session = news
            self._tuning.subject = self._session(live)

    _told_session: tuple[object, ...] = ()

    @override
    def facts(self, live: Shown) -> str:
        if not self._looked:
            return "looking for takes …"
        count = len(self._entries)
        return f"{count:,} take{'' if count == 1 else 's'}"

    @override
    def fill(self, live: Shown) -> None:
        self._want_words()
        tuning, subject = self._tuning, self._subject
        a, b = tuning.reading("a"), tuning.reading("b")
        sound = self._studio.lab_sound
        if subject is not None:
            picture = TuningPicture(
                subject.duration_ms,
                subject.sound,
                a,
                b,
                subject.truth,
                subject.server,
                sound.at_s if sound is not None else None,
            )
            self._lanes.show(picture, follows=not subject.name)
        self._fill_sliders()
        self._fill_below()
        counted, self._counted = self._counted, (tuning.pair, self._entries, self._name, subject)
        if counted[:1] == self._counted[:1] or counted[1:] != self._counted[1:]:
            self._fill_list()
        else:  # a slider moved: the lanes come first
            self.call_after_refresh(self._fill_list)

    _counted: tuple[object, ...] = ()

    def _fill_sliders(self) -> None:
        tuning, palette = self._tuning, self.palette
        pair = tuning.pair
        heads: list[Text] = [
            summary_line(
                "A", tuning.reading("a"), self._waits(pair.a), palette,
                is_edited=pair.edits == "a" and pair.b is not None,
            )
        ]  # fmt: skip
        if pair.b is not None:
            is_b = pair.edits == "b"
            waits = self._waits(pair.b)
            heads.append(summary_line("B", tuning.reading("b"), waits, palette, is_edited=is_b))
        rows = [
            SliderRow(
                each,
                _standing(pair.a, each),
                _standing(pair.b, each),
                each.path == tuning.slider,
                has_b=pair.b is not None,
            )
            for each in rows_of(pair.edited)
        ]
        self._sliders.show(heads, rows, pair.edits)

    def _fill_below(self) -> None:
        tuning, subject = self._tuning, self._subject
        is_session = subject is not None and not subject.name
        rows = verdict_rows(tuning.reading("a"), tuning.reading("b"))
        told = "" if is_session else "No turn is found with this setting."
        self._verdicts.show(rows, told, has_b=tuning.pair.b is not None)
        self._verdicts.select(self._lanes.cursor)
        self.set_class(is_session, "-session")
        self._fill_others()

    def _fill_others(self) -> None:
        self._place_others()
        if not self._others.display:
            return
        reading = self._tuning.reading(self._tuning.pair.edits) or self._tuning.reading()
        row = None if self.has_class("-session") else self._verdicts.row
        found = self._others_of(reading, row) if reading is not None else None
        edited = self._tuning.pair.edited
        present_ms = -1 if edited.by_words else edited.silence_duration_ms
        above = self._verdicts.line_count() if self.has_class("-others-under") else 0
        height = self._below.size.height - above
        room = (self._others.columns, height)
        nothing = (row.why_no_silence,) if row is not None else ()
        self._others.say(whatif_lines(found, present_ms, room, self.palette, *nothing))

    def _others_of(self, reading: Reading, row: VerdictRow | None) -> AtHand | None:
        """How the turn at the cursor would have ended; None where no silence decides."""
        pauses, rules = reading.pauses, reading.rules
        if row is None:
            return at_hand(pauses, rules, self._at_ms)
        if row.is_predicted:
            return at_hand(pauses, rules, row.end * 1000)
        if row.is_noise:
            return None
        return labelled(pauses, rules, row.at * 1000, row.end * 1000)

    def _place_others(self) -> None:
        """Other silences stand under the turns where these leave lines for some of them."""
        lines, height = self._verdicts.line_count(), self._below.size.height
        is_under = (
            not self.has_class("-session")
            and not self.has_class("-very-wide")
            and not self._tuning.pair.edited.by_words
            and height - lines >= _LEAST_OTHERS
        )
        self.set_class(is_under, "-others-under")
        wanted = Scalar.from_number(lines) if is_under else None
        if wanted != self._verdicts.styles.inline.height:
            self._verdicts.styles.height = wanted

    def _fill_list(self) -> None:
        names = self._names
        place = names.index(self._name) if self._name in names else -1
        keys = self._studio.key_of
        hints = [] if self._entries or not self._looked else [
            (keys("tuning.add"), "from this session, words, or a file"),
            ("", "or: studio lab take add FILE"),
        ]  # fmt: skip
        self._list.show(len(names), lambda at: self._row(names[at]), place, hints)
        self._line.say(self._row(names[place]) if place >= 0 else None, place, len(names))

    # Moving

    @on(TimeView.Moved)
    def _cursor_moved(self) -> None:
        self._verdicts.select(self._lanes.cursor)
        self._fill_others()

    @on(VerdictList.Moved)
    def _row_clicked(self, event: VerdictList.Moved) -> None:
        self._go(event.at)

    def _go(self, at: float) -> None:
        self._lanes.close_in(at)
        self._fill_others()

    def action_find(self, step: int) -> None:
        """Go to the next problem, or the one before."""
        if not self._verdicts.find(step):
            self._say("Nothing goes wrong here with this setting.")
        elif (row := self._verdicts.row) is not None:
            self._go(row.at)

    def action_turn(self, rows: int) -> None:
        """Go to another turn."""
        if self._verdicts.move(rows) and (row := self._verdicts.row) is not None:
            self._go(row.at)

    def action_cursor(self, cells: int) -> None:
        """Move the cursor over time."""
        self._lanes.step(cells)

    def action_fit_turn(self) -> None:
        """Show the turn at the cursor whole."""
        if (row := self._verdicts.row) is not None:
            self._lanes.fit(row.at, row.end)

    def action_fit_all(self) -> None:
        """Show the whole take."""
        self._lanes.fit_all()

    def action_first(self) -> None:
        """Go to the beginning."""
        self._lanes.go(0.0)
        self._cursor_moved()

    def action_follow(self) -> None:
        """Go to the end, and with it where it moves on."""
        self._lanes.follow()
        self._cursor_moved()

    # The filter

    def action_filter(self) -> None:
        """Type what to filter the takes by."""
        self.add_class("-filtering")
        self._filter.focus()

    def action_filtered(self, text: str | None = None) -> None:
        """Go back to the lanes, with another filter where one is given."""
        if text is not None:
            self._filter.value = text
        self.remove_class("-filtering")
        self._lanes.focus()

    @on(Input.Changed)
    def _filter_changed(self) -> None:
        self._wanted = self._filter.value
        self.again()

    @override
    def action_leave(self) -> None:
        """Be silent, or take the filter off, or go back to the panes."""
        if self._stop():
            return
        if self._filter.value:
            self._filter.value = ""
        else:
            super().action_leave()


def _standing(settings: Detection | None, slider: Field) -> float | str | None:
    """Where a slider of a setting stands; None where it has no such slider."""
    if settings is None or slider not in rows_of(settings):
        return None
    return value_of(settings, slider)
