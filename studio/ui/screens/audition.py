"""The voice audition: lines in several voices side by side, to hear, to compare and to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical
from typing_extensions import override

from studio.core.text import one_line
from studio.ui.present.audition import about_lines, told_lines
from studio.ui.screens.audition_deeds import AuditionDeeds
from studio.ui.widgets.audition_list import AuditionHead, AuditionList
from studio.ui.widgets.bindings import bindings_of
from studio.ui.widgets.waterfall import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.widget import Widget

    from studio.ui.shown import Shown

_FAR = 1_000_000
_NO_DESK = ("There are no auditions here.",)


class AuditionScreen(AuditionDeeds):
    """A table of readings over a sheet about one of them."""

    scope: ClassVar[str] = "audition"
    title_words: ClassVar[str] = "audition"
    plays: ClassVar[bool] = False
    left_out: ClassVar[tuple[str, ...]] = (
        "view.zoom", "view.library", "view.turns", "view.latency", "session.talk", "session.text",
        "session.speak", "session.connect", "session.interrupt",
    )  # fmt: skip
    kept: ClassVar[tuple[str, ...]] = ("audition.play_1",)
    AUTO_FOCUS: ClassVar[str | None] = "#audition"
    BINDINGS = bindings_of("audition")

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(keymap)
        self._about = Words("audition-about")
        self._told: object = None
        self._looked = False

    @override
    def body(self) -> Iterable[Widget]:
        return (self._list.head, Vertical(self._list, self._about, id="audition-body"))

    @override
    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if not self._looked and self._auditions is not None:
            self._looked = True
            kept = self._auditions.kept()
            self._open(kept[0].path if kept else "")

    # What is drawn

    @override
    def seen(self, live: Shown) -> tuple[object, ...]:
        return (self._sheet, self._arranged, self._step)

    @override
    def facts(self, live: Shown) -> str:
        sheet, step = self._sheet, self._step
        if step is not None:
            return self._progress()
        if sheet is None:
            return ""
        is_mute = self._player is not None and self._player.is_virtual
        told = ["no sound card: nobody hears it"] if is_mute else []
        told.append(one_line(f"{sheet.provider} {sheet.model}", 40))
        if not sheet.is_whole:
            told.append(f"{len(sheet.rows)} of {len(sheet.order.readings)} read")
        told += [] if is_mute else [f"played at {sheet.target_lufs:.0f} LUFS"]
        told.append(f"{sheet.made_at.astimezone():%Y-%m-%d %H:%M}")
        return ", ".join(told)

    @property
    def _counted(self) -> str:
        """How many have read, well or not, of how many."""
        step, sheet = self._step, self._sheet
        if step is None or not step.path or sheet is None:
            return "Beginning"
        return f"{step.done} of {len(sheet.order.readings)} read"

    def _progress(self) -> str:
        step, sheet = self._step, self._sheet
        key = self._studio.key_of("audition.cancel")
        if step is None or not step.path or sheet is None:
            return f"beginning …   {key} ends it"
        if step.is_listening:
            of = sum(bool(row.file) for row in sheet.rows)
            return f"listening to what was said, {step.heard} of {of} …   {key} ends it"
        names = {each.key: each.name for each in sheet.order.readings}
        reading = ", ".join(names.get(key, key) for key in step.reading)
        return f"{self._counted}, now {one_line(reading, 40)}   {key} ends it"

    @override
    def fill(self, live: Shown) -> None:
        sheet = self._sheet
        rows = self._arranged.rows(sheet) if sheet is not None else ()
        self._list.show(rows, self._arranged)
        self._list.set_class(not rows, "-empty")
        if rows:
            self._list.styles.height = len(rows)
        self._list.head.display = bool(rows)
        self._fill_about()

    @on(AuditionList.Moved)
    def _fill_about(self) -> None:
        palette, width = self.palette, self._about.columns
        row, sheet = self._list.row, self._sheet
        if row is not None and sheet is not None:
            is_mute = self._player is not None and self._player.is_virtual
            lines = about_lines(row, sheet, self._list.at, palette, width)
            if is_mute and self._list.at.sound == "plays":
                lines[0].append("   ▶ no sound card: nobody hears it", palette.warning)
            if not self._arranged.is_blind:
                lines += told_lines(("", *sheet.remarks) if sheet.remarks else (), palette, width)
        else:
            lines = told_lines(self._why_nothing(), palette, width)
        key = row.key if row is not None else None
        self._about.say(lines, from_top=key != self._told)
        self._told = key

    def _why_nothing(self) -> tuple[str, ...]:
        if self._auditions is None:
            return _NO_DESK
        if self._step is not None:
            return (
                f"{self._counted}: the first voices are on their way.",
                "",
                "Each stands here as soon as it has read all lines, and can be heard at once.",
            )
        key = self._studio.key_of("audition.new")
        return (
            f"Hear the same lines in several voices: {key} begins.",
            "",
            "Each voice reads them in a short session of its own. Number keys then play them, all "
            "equally loud; tab changes between the last two at the same words; b hides the names. "
            "Stars and notes are kept, and x writes a page for colleagues, with the sound.",
        )

    # Moving

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._list.move(rows)

    def action_end(self, way: int) -> None:
        """Go to the first reading or to the last."""
        self._list.move(way * _FAR)

    def action_read(self, pages: int) -> None:
        """Scroll what is said about the reading at the cursor."""
        self._about.scroll_relative(y=pages * (self._about.size.height - 1), animate=False)

    @on(AuditionHead.Clicked)
    def _sort_clicked(self, event: AuditionHead.Clicked) -> None:
        self._arranged = self._arranged.sorted_by(event.column)
        self.again()
