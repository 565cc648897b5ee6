"""Where toasts stand: at the foot, or at the head while the cursor is where they would cover it.

At the foot they stand above the lines there that tell something, those of the class `TOLD`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, TextArea

from studio.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget

TOLD = "told-at-foot"
"""The class of widgets at the foot of a screen that no toast is to cover."""
HIGH = "-toasts-high"
"""The class of a screen whose toasts stand at its head."""
_KEYS_ROWS = 1


def keep_clear(screen: Screen[object]) -> None:
    """Let the toasts of a screen stand where the cursor and the lines beside it are not."""
    tall = sum(toast.outer_size.height + 1 for toast in screen.query("Toast"))
    if not tall:
        return
    told = sum(each.outer_size.height for each in screen.query(f".{TOLD}") if each.display)
    row = cursor_row(screen.focused)
    if row is not None:
        is_low, is_high = row + 1 >= screen.size.height - tall - told, row <= tall
        if is_low != is_high:
            screen.set_class(is_low, HIGH)
    below = 0 if screen.has_class(HIGH) else _KEYS_ROWS + told
    for rack in screen.query("ToastRack"):
        rack.styles.margin = (0, 0, below, 0)


def cursor_row(focused: Widget | None) -> int | None:
    """The row of the screen that the cursor of a widget is on; None where it has none."""
    if isinstance(focused, Lines):
        line = focused.highlighted()
        return None if line < 0 else focused.region.y + line - focused.scroll_offset.y
    if isinstance(focused, Input | TextArea):
        return focused.cursor_screen_offset.y
    return None
