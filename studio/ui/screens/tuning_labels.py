"""Labels by hand on the lab's screen; each change is kept at once and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.lab.labels import Label, Truth
from studio.ui.labelling import Edge, Grip, added, changed, grip_at, moved, new_label
from studio.ui.present.take_words import label_at, stretch_at
from studio.ui.screens.overlays import Prompt
from studio.ui.screens.tuning_words import TuningWords
from studio.ui.tuning import Relabelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.lab.labels import Kind
    from studio.ui.tuning import Subject
    from studio.ui.widgets.tuning_lanes import TuningLanes

_ANYWHERE_MS = 1e9


class TuningLabels(TuningWords):
    """The keys and the pointer that say what is true of a take."""

    _before_drag: tuple[Truth | None] | None = None

    @property
    def _label(self) -> Label | None:
        """The label at the cursor."""
        subject = self._subject
        return label_at(subject.truth, self._at_ms) if subject is not None else None

    def _labelled(self, change: Callable[[Subject, Truth], Truth | None]) -> None:
        """Change the truth of the take on the screen, keep it, and remember what it was."""
        subject = self._subject
        if subject is None:
            return
        if not subject.name or subject.take is None:
            self._say("Labels belong to a take: M makes one of this session.")
            return
        before = subject.truth
        try:
            truth = change(subject, before or Truth())
        except StudioError as error:
            self._complain(error)
            return
        if truth != before:
            self._work(lambda: self._keep_labels(subject.name, before, truth), "label")

    async def _keep_labels(self, name: str, before: Truth | None, truth: Truth | None) -> None:
        await self._relabel(name, truth)
        self._tuning.note(Relabelled(name, before))

    def action_label(self, kind: Kind) -> None:
        """Label the turn that setting A finds at the cursor, or half a second from there on."""
        at_ms = self._at_ms

        def add(subject: Subject, truth: Truth) -> Truth:
            reading = self._tuning.reading()
            found = stretch_at(reading, at_ms) if reading is not None else None
            label = new_label(at_ms, kind, subject.duration_ms)
            if found is not None and found.speech_ms <= at_ms:
                label = Label(found.speech_ms, min(found.silent_ms, int(subject.duration_ms)), kind)
            return added(truth, label, subject.duration_ms, subject.name)

        self._labelled(add)

    def action_edge(self, edge: Edge) -> None:
        """Put an edge at the cursor: of the label there, or of the nearest one on that side."""
        at_ms = self._at_ms
        label = self._label

        def put(subject: Subject, truth: Truth) -> Truth:
            held = label or _beside(truth, at_ms, edge)
            if held is None:
                raise StudioError(
                    "There is no label here whose edge could be moved.",
                    title="No label",
                    hint="T labels a turn at the cursor, N a noise.",
                )
            return self._with_edge(subject, truth, Grip(held, edge), at_ms)

        self._labelled(put)

    def action_nudge(self, ms: int) -> None:
        """Move the nearest edge, and the cursor with it."""

        def put(subject: Subject, truth: Truth) -> Truth:
            grip = grip_at(truth, self._at_ms, _ANYWHERE_MS)
            if grip is None:
                return truth
            at_ms = grip.at_ms + ms
            self._lanes.go(at_ms / 1000)
            return self._with_edge(subject, truth, grip, at_ms)

        self._labelled(put)

    @staticmethod
    def _with_edge(subject: Subject, truth: Truth, grip: Grip, at_ms: float) -> Truth:
        label = moved(grip, at_ms, subject.duration_ms, truth)
        return changed(truth, grip.label, label, subject.duration_ms, subject.name)

    def action_kind(self) -> None:
        """Make a turn of the noise at the cursor, or the other way round."""
        if (label := self._label) is not None:
            other: Kind = "noise" if label.kind == "turn" else "turn"
            self._replace(label, replace(label, kind=other))

    def action_unlabel(self) -> None:
        """Drop the label at the cursor."""
        if (label := self._label) is not None:
            self._replace(label, None)

    def action_words(self) -> None:
        """Have the words of the label at the cursor written."""
        if (label := self._label) is None:
            self._say("There is no label at the cursor.")
            return

        def done(text: str | None) -> None:
            if text is not None:
                self._replace(label, replace(label, words=" ".join(text.split())))

        hint = "What is said, or what makes the noise."
        _ = self.app.push_screen(Prompt("words", hint, label.words), done)

    def _replace(self, label: Label, other: Label | None) -> None:
        def put(subject: Subject, truth: Truth) -> Truth:
            return changed(truth, label, other, subject.duration_ms, subject.name)

        self._labelled(put)

    def action_propose(self) -> None:
        """Have the take labelled automatically."""
        subject, takes = self._subject, self._takes
        if subject is None or takes is None or subject.take is None:
            self._say("Labels belong to a take.")
            return
        take, name, before = subject.take, subject.name, subject.truth

        async def propose() -> None:
            await self._keep_labels(name, before, await takes.proposal(take))
            self._say("A guess: correct what is wrong; u takes it back.")

        self._work(propose, "label")

    def action_import_labels(self) -> None:
        """Read labels that another program wrote."""
        subject, takes = self._subject, self._takes
        if subject is None or takes is None or not subject.name:
            self._say("Labels belong to a take.")
            return
        name, before = subject.name, subject.truth

        def read(path: str) -> None:
            async def take_in() -> None:
                await self._keep_labels(name, before, await takes.import_labels(name, path))

            self._work(take_in, "label")

        self._studio.ask("labels", "A label file of Audacity, or RTTM.", "", read)

    def on_tuning_lanes_dragged(self, event: TuningLanes.Dragged) -> None:
        """An edge follows the pointer, and is kept when it is let go."""
        subject = self._subject
        if subject is None or subject.take is None:
            return
        if self._before_drag is None:
            self._before_drag = (subject.truth,)
        (before,) = self._before_drag
        try:
            truth = self._with_edge(subject, before or Truth(), event.grip, event.at_ms)
        except (StudioError, ValueError):
            return  # the pointer is where the edge cannot be; it waits for it to come back
        self._tuning.subject = replace(subject, truth=truth)
        if event.is_done:
            self._before_drag = None
            self._work(lambda: self._keep_labels(subject.name, before, truth), "label")
        self.again()


def _beside(truth: Truth, at_ms: float, edge: Edge) -> Label | None:
    """The label that begins next, or the one that ended last."""
    if edge == "begin":
        after = (each for each in truth.labels if each.begin_ms >= at_ms)
        return min(after, key=lambda each: each.begin_ms, default=None)
    before = (each for each in truth.labels if each.end_ms <= at_ms)
    return max(before, key=lambda each: each.end_ms, default=None)
