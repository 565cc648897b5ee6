"""The form of an audition: what is read, by whom, how fast, and what that is likely to cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.text import Text
from textual import on
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static
from typing_extensions import override

from studio.core.errors import StudioError
from studio.core.text import printable
from studio.ui.audition_order import ALL, Typed
from studio.ui.screens.overlays import Over

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from studio.lab.audition import Order
    from studio.runtime.plan import ConnectPlan
    from studio.ui.auditions import Auditions, Likely

_FIELDS = {
    "lines": ("lines", "apart by //"),
    "voices": ("voices", f"names, or {ALL}"),
    "speeds": ("speeds", "1"),
    "directions": ("how to read", "several ways apart by //"),
    "takes": ("takes", "1"),
    "provider": ("provider", ""),
}
_HINT = "enter begins, tab goes on, esc leaves"


class Asked(NamedTuple):
    """An audition that is to be held."""

    order: Order
    plan: ConnectPlan
    typed: Typed


class AuditionDialog(Over[Asked | None]):
    """A form; gives back what is to be held, None where it was left.

    What may cost money is begun by a second `enter`, beside the estimate.

    Args:
        auditions: knows voices and prices.
        plans: a plan for each provider that can be asked, by its name.
        provider: the present one.
        typed: what stands in the fields at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "close", "Close")]

    def __init__(
        self,
        auditions: Auditions,
        plans: Mapping[str, ConnectPlan],
        provider: str,
        typed: Typed,
    ) -> None:
        super().__init__()
        self._auditions, self._plans, self._provider = auditions, plans, provider
        self._typed = typed
        self._affirmed: Typed | None = None
        self._said = Static("", id="audition-said")

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet", id="audition-form"):
            yield Static("Voice audition", classes="sheet-title")
            for name, (label, hint) in _FIELDS.items():
                with Horizontal(classes="audition-field"):
                    yield Static(label, classes="audition-label")
                    yield Input(
                        value=getattr(self._typed, name),
                        placeholder=hint or self._provider,
                        compact=True,
                        id=f"audition-{name}",
                    )
            yield self._said
            yield Static(_HINT, id="audition-hint")

    def on_mount(self) -> None:
        """The cursor begins at the beginning of the lines."""
        lines = self.query_one("#audition-lines", Input)
        lines.select_on_focus = False  # which would show the end of them
        lines.focus()
        lines.cursor_position = 0
        self._tell()

    @on(Input.Changed)
    def _changed(self) -> None:
        fields = {name: self.query_one(f"#audition-{name}", Input).value for name in _FIELDS}
        self._typed = Typed(**fields)
        self._tell()

    @on(Input.Submitted)
    def _begin(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            asked, likely = self._asked()
        except StudioError:
            return
        if likely.is_free or self._affirmed == self._typed:
            _ = self.dismiss(asked)
            return
        self._affirmed = self._typed
        self._say(f"{likely.words} enter once more begins it.", "warning")

    def _tell(self) -> None:
        """What the fields mean, or why they mean nothing."""
        try:
            _, likely = self._asked()
        except StudioError as error:
            self._say(f"{error.title}: {error.message} {error.hint}".strip(), "error")
        else:
            self._say(likely.words, "told")

    def _say(self, words: str, kind: str) -> None:
        self._said.set_classes(f"-{kind}")
        self._said.update(Text(printable(words)))

    def _asked(self) -> tuple[Asked, Likely]:
        name = self._typed.provider.strip().lower() or self._provider
        plan = self._plans.get(name)
        if plan is None:
            raise StudioError(
                f"There is no provider {name!r}.",
                title="Unknown provider",
                hint=f"Choose one of {', '.join(self._plans)}.",
            )
        order = self._typed.order(self._auditions.voices(plan))
        return Asked(order, plan, self._typed), self._auditions.likely(order, plan)
