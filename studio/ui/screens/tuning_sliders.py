"""The sliders on the lab's screen, moved by keys and the pointer; a second setting beside one."""

from __future__ import annotations

from textual import on

from studio.session.speech import turn_detection
from studio.ui.fields import written
from studio.ui.screens.tuning_deeds import TuningDeeds
from studio.ui.tuning import settings_of, slider_named, value_of
from studio.ui.widgets.slider_pane import SliderPane


class TuningSliders(TuningDeeds):
    """The keys that turn a setting, and those for a second one."""

    def action_step(self, steps: int) -> None:
        """Move the slider at the cursor."""
        self._tuning.step(steps)
        self._moved()

    def action_slider(self, rows: int) -> None:
        """Go to another slider."""
        self._tuning.move(rows)
        self._moved()

    def action_set(self) -> None:
        """Have the slider's value typed, or the next of its choices."""
        slider = slider_named(self._tuning.slider)
        if slider.kind == "choice":
            self._tuning.cycle()
            self._moved()
            return
        held = written(slider, value_of(self._tuning.pair.edited, slider))
        value = held.removesuffix(slider.unit).replace(",", "")

        def done(text: str) -> None:
            if self._tried(lambda: self._tuning.type(text)):
                self._moved()

        self._studio.ask(slider.label, slider.how, value, done)

    def action_switch(self) -> None:
        """Have the other type of turn detection."""
        self._tuning.switch()
        self._moved()

    def _moved(self) -> None:
        if self._live is not None:
            self.show(self._live)

    @on(SliderPane.Slid)
    def _slid(self, event: SliderPane.Slid) -> None:
        self._tuning.slide(event.path, event.share, is_drag=event.is_drag)
        self._moved()

    @on(SliderPane.Turned)
    def _turned(self, event: SliderPane.Turned) -> None:
        self._tuning.slider = event.path
        self.action_step(event.steps)

    @on(SliderPane.Picked)
    def _picked(self, event: SliderPane.Picked) -> None:
        if event.path == self._tuning.slider:
            self.action_set()
        self._tuning.slider = event.path
        self._moved()

    def action_compare(self) -> None:
        """Lay a second setting beside the first, or edit the other of the two."""
        self._tuning.compare()
        self._moved()

    def action_swap(self) -> None:
        """Let the two settings change places."""
        if not self._tuning.swap():
            key = self._studio.key_of("tuning.compare")
            self._say(f"There is one setting: {key} lays a second beside it.")
        self._moved()

    def action_single(self) -> None:
        """Keep the setting under edit alone."""
        self._tuning.single()
        self._moved()

    def action_use_session(self) -> None:
        """Set the sliders as the session is set."""
        if self._live is not None:
            self._tuning.use(settings_of(turn_detection(self._live.whole)))
            self._moved()
