"""Voice auditions behind the screen: held by a child, kept as folders under the lab's."""

from __future__ import annotations

import json
import sys
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from studio.app.audition import voices_of
from studio.app.audition_child import MODULE, read_step
from studio.app.audition_cost import estimated
from studio.app.audition_run import PARALLEL
from studio.app.child_lines import TellingChild
from studio.app.library import prices_of
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.sheet import change_row, read_sheet, sheet_folders, sound_of
from studio.ui.auditions import KeptSheet, Likely

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from studio.config.paths import Paths
    from studio.lab.audition import Order
    from studio.lab.sheet import Row, Sheet
    from studio.runtime.plan import ConnectPlan
    from studio.ui.auditions import Step

_COMMAND = (sys.executable, "-m", MODULE)
_MOST_KEPT = 200


class FolderAuditions:
    """The auditions of a lab's folder.

    Args:
        paths: where the studio keeps things.
        command: what holds an audition, in a process of its own.
        environ: its environment, where keys are; None for this process's own.
    """

    def __init__(
        self,
        paths: Paths,
        command: Sequence[str] = _COMMAND,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._paths = paths
        self._environ = environ
        self._command = tuple(command)
        self._prices, _ = prices_of(paths)

    def kept(self) -> Sequence[KeptSheet]:
        """All sheets that can be read, the latest first."""
        return [
            each
            for folder in sheet_folders(self._paths.lab_dir)[:_MOST_KEPT]
            if (each := _listed(folder)) is not None
        ]

    def voices(self, plan: ConnectPlan) -> Sequence[str]:
        """The voices that a provider is known to have."""
        return voices_of(plan)

    def likely(self, order: Order, plan: ConnectPlan) -> Likely:
        """What it is likely to take."""
        estimate = estimated(order, plan, self._prices)
        return Likely(estimate.in_words(plan.provider, plan.model), estimate.is_free)

    async def hold(self, order: Order, plan: ConnectPlan) -> AsyncGenerator[Step, None]:
        """Hold an audition; closed early, what was read so far is kept.

        Raises:
            StudioError: it cannot be held.
        """
        stated = plan.model_dump(mode="json", exclude_unset=True)
        wanted = {"order": order.model_dump(mode="json"), "plan": stated, "parallel": PARALLEL}
        child = TellingChild(
            self._command,
            self._paths.log_dir / "audition.log",
            self._environ,
            title="The audition stopped",
            hint="What was read so far is kept.",
        )
        async with aclosing(child.lines(json.dumps(wanted).encode() + b"\n")) as lines:
            async for line in lines:
                yield read_step(line)

    def open(self, path: str) -> Sheet:
        """A sheet as it is now.

        Raises:
            StudioError: there is none, or it is damaged.
        """
        return read_sheet(Path(path))

    def sound(self, path: str, row: Row) -> str:
        """The file of a reading's sound; empty where there is none."""
        file = sound_of(Path(path), [row]).get(row.key)
        return "" if file is None else str(file)

    def judge(
        self, path: str, key: str, *, stars: int | None = None, note: str | None = None
    ) -> Sheet:
        """Keep stars or a note; what is None stays.

        Raises:
            StudioError: the sheet cannot be written.
        """
        given = {"stars": stars, "note": note}
        changes = {name: value for name, value in given.items() if value is not None}
        return change_row(Path(path), key, lambda row: row.model_copy(update=changes))

    def export(self, path: str, to: str) -> str:
        """Write a page for colleagues; returns the file. Empty `to`: beside the sheet.

        Raises:
            StudioError: it cannot be written.
        """
        from studio.lab.audition_page import PAGE_NAME, write_page

        file = Path(to).expanduser() if to else None
        if file is not None and file.is_dir():
            file /= PAGE_NAME
        return str(write_page(Path(path), file))


def _listed(folder: Path) -> KeptSheet | None:
    try:
        sheet = read_sheet(folder)
    except StudioError:
        return None
    when = sheet.made_at.astimezone().strftime("%Y-%m-%d %H:%M")
    who = one_line(f"{sheet.provider} {sheet.model}", 40)
    count = f"{len(sheet.rows)} of {len(sheet.order.readings)}" if not sheet.is_whole else len(
        sheet.rows
    )  # fmt: skip
    return KeptSheet(
        str(folder), f"{when}  {who}, {count} read", one_line(" / ".join(sheet.order.lines), 60)
    )
