"""An audition while it is held: sessions within the limits, rows as they come, and the ears last.

Every reading is a session of its own; one that fails costs no other. The sheet is kept after each,
so that whatever ends an audition early loses only what was not done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from studio.core.errors import StudioError, unforeseen
from studio.lab.sheet import Row, Sheet, keep_sheet, make_sheet_folder

if TYPE_CHECKING:
    from studio.app.audition_ears import Hear
    from studio.app.prices import PriceList
    from studio.lab.audition import Order, Reading
    from studio.protocol.settings import SessionSettings
    from studio.runtime.plan import ConnectPlan
    from studio.runtime.recital import Recited
    from studio.runtime.world import World

News = Callable[[Literal["folder", "begun", "done", "listening"], str], None]
"""Told what happens, and to which reading, or where the folder is."""

PARALLEL = 2
MOST_PARALLEL = 16
TAG = "audition"

_PAUSES_S = (3.0, 10.0, 30.0)
"""How long a reading waits after "too much at once" before it tries again, at least."""
_MOST_PATIENCE_S = 300.0
"""A service that asks for more is not waited for."""


class AuditionRun:
    """Holds one audition.

    Args:
        order: what is to be heard.
        plan: whom it is asked of; voice, speed and instructions are the readings'.
        world: what the sessions act on.
        prices: what models cost.
        parallel: how many sessions are open at once.
        news: told what happens.
    """

    def __init__(
        self,
        order: Order,
        plan: ConnectPlan,
        world: World,
        prices: PriceList,
        *,
        parallel: int = PARALLEL,
        news: News = lambda _what, _whose: None,
    ) -> None:
        self._order, self._plan, self._world, self._prices = order, plan, world, prices
        self._news = news
        self._slots = asyncio.Semaphore(parallel)
        self._folder = Path()
        self.sheet = Sheet(
            made_at=world.clock.wall(),
            provider=plan.provider,
            model=plan.model,
            parallel=parallel,
            order=order,
            remarks=_remarks(order, plan, parallel),
        )

    async def hold(self, lab_dir: Path, ears: Callable[[], Hear] | None = None) -> Path:
        """Have every reading read, then listened to; returns the sheet's folder.

        Args:
            lab_dir: where auditions are kept.
            ears: makes what recognises words in sound; raises `StudioError` where there are none.

        Raises:
            StudioError: the sheet cannot be kept.
        """
        sheet = self.sheet
        self._folder = make_sheet_folder(lab_dir, sheet.made_at, sheet.provider)
        keep_sheet(self._folder, sheet)
        self._news("folder", str(self._folder))
        async with asyncio.TaskGroup() as tasks:
            for reading in self._order.readings:
                tasks.create_task(self._read(reading))
        if ears is not None and any(row.file for row in self.sheet.rows):
            from studio.app.audition_ears import listened

            self._news("listening", "")
            self._keep(
                await asyncio.to_thread(
                    listened,
                    self._folder,
                    self.sheet,
                    ears,
                    lambda key: self._news("listening", key),
                )
            )
        return self._folder

    def _keep(self, sheet: Sheet) -> None:
        self.sheet = sheet
        keep_sheet(self._folder, sheet)

    async def _read(self, reading: Reading) -> None:
        async with self._slots:
            self._news("begun", reading.key)
            row = await self._row(reading)
        self._keep(self.sheet.with_row(row))
        self._news("done", reading.key)

    async def _row(self, reading: Reading) -> Row:
        """One reading, tried again where there was only too much at once."""
        from studio.runtime.recital import refused

        try:
            recited = await self._recited(reading)
            for pause_s in _PAUSES_S:
                if recited.trouble is None or not recited.trouble.is_passing:
                    break
                wait_s = recited.trouble.wait_s or 0.0
                if wait_s > _MOST_PATIENCE_S:
                    break
                await self._world.sound.sleep(max(pause_s, wait_s))
                recited = await self._recited(reading)
            return await asyncio.to_thread(self._measured, reading, recited)
        except StudioError as failure:
            return Row(reading=reading, problem=refused(failure).words)
        except Exception as failure:  # noqa: BLE001 - one reading's fault must not cost the others
            return Row(reading=reading, problem=refused(unforeseen(failure)).words)

    async def _recited(self, reading: Reading) -> Recited:
        from studio.runtime.recital import recite

        settings = settings_for(self._plan, reading)
        plan = self._plan.model_copy(update={"settings": settings})
        return await recite(plan, self._world, self._order.lines)

    def _measured(self, reading: Reading, recited: Recited) -> Row:
        from studio.lab.audition_row import Performance, row_of
        from studio.storage.shelf import Notes, write_notes

        write_notes(recited.path, Notes(title=f"Audition: {reading.name}", tags=(TAG,)))
        money = self._prices.session_cost(recited.state, {}).money
        held = Performance(
            state=recited.state,
            path=recited.path,
            responses=recited.responses,
            problem=recited.trouble.words if recited.trouble is not None else "",
            cost_usd=None if money is None else float(money),
        )
        return row_of(reading, self._order.lines, held, self._folder)


def settings_for(plan: ConnectPlan, reading: Reading) -> SessionSettings:
    """What is asked of a reading's session: nothing listens, nothing is transcribed."""
    from studio.protocol.providers import default_settings, provider_named

    settings = default_settings(provider_named(plan.provider), plan.dialect)
    asked: dict[str, object] = {
        "model": plan.model or settings.model,
        "voice": reading.voice,
        "instructions": reading.instructions,
        "turn_detection": None,
        "transcription": None,
        "output_format": plan.settings.output_format or settings.output_format,
        "speed": reading.speed,
    }
    return settings.model_copy(update=asked)


def _remarks(order: Order, plan: ConnectPlan, parallel: int) -> tuple[str, ...]:
    """What there is to know of all rows, in sentences."""
    remarks = []
    if plan.provider == "local" and any(order.directions):
        remarks.append(
            "The local server's built-in host has one way of reading: instructions change nothing."
        )
    if parallel > 1:
        remarks.append(
            f"Up to {parallel} sessions were open at once, which may have delayed first audio."
        )
    return tuple(remarks)
