"""Auditions that a test holds step by step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from studio.core.errors import StudioError
from studio.lab.audition import Order
from studio.lab.sheet import Row, Sheet, change_row, read_sheet, sheet_folders, sound_of
from studio.runtime.plan import ConnectPlan
from studio.ui.auditions import KeptSheet, Likely, Step


@dataclass
class FakeAuditions:
    """Sheets of a folder; what is held goes as the test says.

    Attributes:
        lab_dir: where sheets are.
        is_free: whether they cost nothing.
        held: what was to be held.
        ended: how often holding ended, for whatever reason.
        exported: what was exported, and where to.
    """

    lab_dir: Path = Path("/no auditions here")
    is_free: bool = True
    held: list[tuple[Order, ConnectPlan]] = field(default_factory=list)
    ended: int = 0
    exported: list[tuple[str, str]] = field(default_factory=list)
    steps: asyncio.Queue[Step | StudioError | None] = field(default_factory=asyncio.Queue)

    def kept(self) -> Sequence[KeptSheet]:
        return [KeptSheet(str(each), each.name, "") for each in sheet_folders(self.lab_dir)]

    def voices(self, plan: ConnectPlan) -> Sequence[str]:
        return ("marin", "cedar", "ash", "alloy") if plan.provider == "local" else ()

    def likely(self, order: Order, plan: ConnectPlan) -> Likely:
        count = len(order.readings)
        return Likely(f"{count} readings by {plan.provider}.", self.is_free)

    async def hold(self, order: Order, plan: ConnectPlan) -> AsyncGenerator[Step, None]:
        self.held.append((order, plan))
        try:
            while (step := await self.steps.get()) is not None:
                if isinstance(step, StudioError):
                    raise step
                yield step
        finally:
            self.ended += 1

    def open(self, path: str) -> Sheet:
        return read_sheet(Path(path))

    def sound(self, path: str, row: Row) -> str:
        return str(sound_of(Path(path), [row]).get(row.key, ""))

    def judge(
        self, path: str, key: str, *, stars: int | None = None, note: str | None = None
    ) -> Sheet:
        given = {"stars": stars, "note": note}
        changes = {name: value for name, value in given.items() if value is not None}
        return change_row(Path(path), key, lambda row: row.model_copy(update=changes))

    def export(self, path: str, to: str) -> str:
        self.exported.append((path, to))
        return to or path
