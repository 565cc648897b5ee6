"""`studio lab audition`: lines through voices, side by side, as a sheet with their sound."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from studio.app.audition_run import AuditionRun
from studio.app.farewell import ASKED, heeding
from studio.app.serving import OWN_SERVER_COMMAND, until_loaded
from studio.app.setup import connect_plan, read_setup, wants_own_server
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.audition import Order
from studio.lab.sheet import SHEET_NAME, Sheet, read_sheet
from studio.lab.sheet_figures import table_lines

if TYPE_CHECKING:
    from studio.app.audition_run import News
    from studio.app.choices import Choices
    from studio.app.prices import PriceList
    from studio.config.paths import Paths
    from studio.runtime.plan import ConnectPlan

ALL = "all"

Say = Callable[[str], None]


class Wish(NamedTuple):
    """What a command line asks for.

    Attributes:
        lines: what is read.
        voices: names, several in one apart by commas; `all` for the provider's; none means all.
        speeds: several in one apart by commas.
        directions: how it is to be read, each another reading.
        takes: how often everything is read.
        parallel: how many sessions are open at once.
    """

    lines: Sequence[str]
    voices: Sequence[str] = ()
    speeds: Sequence[str] = ()
    directions: Sequence[str] = ()
    takes: int = 1
    parallel: int = 2


def print_audition(  # noqa: PLR0913 the command line's own options
    choices: Choices,
    environ: Mapping[str, str],
    wish: Wish,
    *,
    out: Path | None,
    with_page: bool,
    as_json: bool,
    confirm: Callable[[str], bool],
    say: Say,
    warn: Say,
) -> int:
    """Hold an audition and print its sheet; 1 where a reading failed, 130 where it was ended early.

    Args:
        choices: whom to ask.
        environ: the environment, where keys are.
        wish: what to hear.
        out: where auditions are kept; None for the lab's own folder.
        with_page: whether a page for colleagues is written beside the sheet.
        as_json: whether the sheet is printed as one JSON object and nothing else.
        confirm: asked before anything that costs money, with the estimate.
        say: prints outside text made harmless.
        warn: prints progress and problems.

    Raises:
        StudioError: the order cannot be carried out, or the sheet cannot be kept.
    """
    from studio.app.library import prices_of

    setup = read_setup(choices, environ)
    plan, faults = connect_plan(setup, choices)
    for fault in (*setup.faults, *faults):
        warn(fault.in_words())
    order = order_of(wish, plan)
    _check_key(plan, environ)
    prices, _ = prices_of(setup.paths)
    if not _is_affirmed(order, plan, prices, confirm, warn):
        return 1
    held = asyncio.run(
        hold_audition(
            order,
            plan,
            environ,
            setup.paths,
            wish.parallel,
            out or setup.paths.lab_dir,
            _Told(order, warn),
        )
    )
    sheet = read_sheet(held.folder)
    if with_page:
        from studio.lab.audition_page import write_page

        warn(f"page: {write_page(held.folder)}")
    if as_json:
        say(json.dumps(sheet_json(held.folder, sheet), ensure_ascii=True))
    else:
        for line in table_lines(sheet):
            say(line)
        warn(f"sheet: {held.folder / SHEET_NAME}")
    return 130 if held.ended_early else int(sheet.failed > 0)


class Held(NamedTuple):
    """Where an audition's sheet is, and whether somebody ended it before all was read."""

    folder: Path
    ended_early: bool


async def hold_audition(
    order: Order,
    plan: ConnectPlan,
    environ: Mapping[str, str],
    paths: Paths,
    parallel: int,
    lab_dir: Path,
    news: News,
) -> Held:
    """Hold it, with a local server where one is needed, until it is over or is asked to end.

    Raises:
        StudioError: there is no server, or the sheet cannot be kept.
    """
    from studio.app.audition_ears import local_ears
    from studio.app.library import prices_of
    from studio.runtime.children import LocalServer
    from studio.runtime.here import this_machine

    prices, _ = prices_of(paths)
    folder: list[Path] = []

    def told(what: Literal["folder", "begun", "done", "listening"], whose: str) -> None:
        if what == "folder":
            folder.append(Path(whose))
        news(what, whose)

    async with AsyncExitStack() as stack:
        if wants_own_server(plan):
            log = paths.log_dir / "server.log"
            server = await stack.enter_async_context(LocalServer(OWN_SERVER_COMMAND, log))
            await until_loaded(server.url)
            plan = plan.model_copy(update={"url": server.url})
        run = AuditionRun(order, plan, this_machine(environ), prices, parallel=parallel, news=told)
        task = asyncio.current_task()
        assert task is not None
        with heeding(ASKED, lambda: _ended(task)):
            try:
                return Held(await run.hold(lab_dir, local_ears), ended_early=False)
            except asyncio.CancelledError:
                if not folder:
                    raise
                task.uncancel()
                return Held(folder[0], ended_early=True)


def _ended(task: asyncio.Task[Any]) -> None:
    task.cancel()


def order_of(wish: Wish, plan: ConnectPlan) -> Order:
    """What a command line asks for, with the provider's own voices where it says `all`.

    Raises:
        StudioError: it cannot be carried out.
    """
    voices = [name for each in wish.voices for name in each.split(",")] or [ALL]
    named = [name for each in voices for name in _named(each.strip(), plan)]
    speeds = [_speed(each) for given in wish.speeds for each in given.split(",")]
    return Order.of(wish.lines, named, speeds, wish.directions, wish.takes)


def voices_of(plan: ConnectPlan) -> tuple[str, ...]:
    """The voices that a provider is known to have, in the dialect of a plan."""
    from studio.protocol.dialect import Dialect
    from studio.protocol.provider_list import BETA_VOICES, PROVIDERS

    provider = PROVIDERS.get(plan.provider)
    voices = provider.voices if provider is not None else ()
    is_beta = plan.dialect is Dialect.BETA and provider is not None
    if is_beta and provider is not None and provider.dialect is not Dialect.BETA:
        return tuple(voice for voice in voices if voice in BETA_VOICES)
    return voices


def _named(name: str, plan: ConnectPlan) -> tuple[str, ...]:
    if name != ALL:
        return (name,)
    voices = voices_of(plan)
    if not voices:
        raise StudioError(
            f"It is not known which voices {plan.provider} has.",
            title="No list of voices",
            hint="Name them: --voice NAME,NAME",
        )
    return voices


def _speed(text: str) -> float:
    try:
        return float(text.strip().rstrip("x×"))
    except ValueError:
        raise StudioError(
            f"{one_line(text, 40)!r} is no number.",
            title="Impossible speed",
            hint="Write speeds as --speed 1,1.2",
        ) from None


def _check_key(plan: ConnectPlan, environ: Mapping[str, str]) -> None:
    """A missing key is said once, before anything is asked or kept.

    Raises:
        StudioError: it is missing.
    """
    from studio.runtime.world import request_for

    if not wants_own_server(plan):
        request_for(plan, environ)


def _is_affirmed(
    order: Order, plan: ConnectPlan, prices: PriceList, confirm: Callable[[str], bool], warn: Say
) -> bool:
    from studio.app.audition_cost import estimated

    estimate = estimated(order, plan, prices)
    words = estimate.in_words(plan.provider, plan.model)
    if estimate.is_free:
        warn(words)
        return True
    return confirm(words)


def sheet_json(folder: Path, sheet: Sheet) -> dict[str, Any]:
    """The sheet with what follows from it, and where its sound is."""
    told = sheet.model_dump(mode="json", by_alias=True)
    for row, plain in zip(sheet.rows, told["rows"], strict=True):
        plain |= {
            "file": str(folder / row.file) if row.file else "",
            "gain_db": round(sheet.gain_db(row), 2),
            "first_audio_ms": row.first_audio_ms,
            "words_per_minute": row.words_per_minute,
            "pauses": len(row.pace.pauses_ms),
            "longest_pause_ms": row.pace.longest_pause_ms,
            "pause_share": row.pace.pause_share,
            "said_share": row.said_share,
            "heard_share": row.heard_share,
        }
    return told | {"folder": str(folder), "target_lufs": sheet.target_lufs}


class _Told:
    """Prints how far an audition is."""

    def __init__(self, order: Order, warn: Say) -> None:
        self._names = {reading.key: reading.name for reading in order.readings}
        self._warn = warn
        self._done = self._heard = 0

    def __call__(self, what: Literal["folder", "begun", "done", "listening"], whose: str) -> None:
        if what == "done":
            self._done += 1
            self._warn(f"{self._done}/{len(self._names)}  {self._names[whose]}")
        elif what == "listening":
            self._heard += bool(whose)
            done = f"{self._heard}/{len(self._names)}  {self._names[whose]}" if whose else "…"
            self._warn(f"listening to what was said {done}")
