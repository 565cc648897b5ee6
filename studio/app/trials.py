"""`studio lab trial`: the same takes to fresh sessions under several settings, and the outcome."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.app.farewell import ASKED, HUNG_UP, heeding
from studio.app.library import prices_of
from studio.app.presets import presets_of
from studio.app.prices import Billed
from studio.app.serving import OWN_SERVER_COMMAND
from studio.app.setup import connect_plan, read_setup, wants_own_server
from studio.app.trial_costs import estimate
from studio.app.trials_kept import keep_result, keep_winner, told_as_json
from studio.config.presets import preset_named
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.from_files import take_of_file
from studio.lab.hearing import listener, word_listener
from studio.lab.library import TakeLibrary
from studio.lab.pace import Pace
from studio.lab.profiles import profile_named
from studio.lab.take_store import TakeStore
from studio.lab.trial_result import result_of
from studio.lab.trial_words import trial_lines
from studio.lab.trials import Arm, Done, Trial, arms_named, hold_all
from studio.protocol.editing import with_path
from studio.protocol.knobs import DEFAULT_TURN_DETECTION

if TYPE_CHECKING:
    from studio.app.choices import Choices
    from studio.app.prices import PriceList
    from studio.app.setup import Setup
    from studio.config.paths import Paths
    from studio.lab.semantic import SemanticTwin
    from studio.lab.take import Take
    from studio.protocol.settings import SessionSettings
    from studio.runtime.plan import ConnectPlan

Say = Callable[[str], None]

_SHORT = {
    "threshold": "turn_detection.threshold",
    "silence": "turn_detection.silence_duration_ms",
    "prefix": "turn_detection.prefix_padding_ms",
    "eagerness": "turn_detection.eagerness",
}
_KINDS = ("server_vad", "semantic_vad")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks of a trial.

    Attributes:
        settings: a text for each setting: `silence=300,threshold=0.6`, `semantic_vad`, or a
            preset's name.
        confirmed: nobody has to be asked about the cost.
        save_as: the preset's name that the best setting is kept under; empty keeps none.
    """

    takes: tuple[str, ...]
    settings: tuple[str, ...]
    repeats: int = 1
    parallel: int = 2
    seed: int = 0
    answers: bool = False
    profile: str = "openai"
    confirmed: bool = False
    save_as: str = ""


def print_trial(
    choices: Choices,
    environ: Mapping[str, str],
    asked: Asked,
    *,
    as_json: bool,
    say: Say,
    warn: Say,
    confirm: Callable[[str], bool],
) -> int:
    """Hold a trial and tell of it; the exit status, 1 where a session failed or was given up.

    Raises:
        StudioError: a take, a setting, the profile or the provider cannot be used, or the
            preset's name.
    """
    if asked.save_as:
        presets_of(environ).check_free(asked.save_as)
    setup = read_setup(choices, environ)
    plan, faults = connect_plan(setup, choices)
    for fault in (*setup.faults, *faults):
        warn(fault.in_words())
    profile = profile_named(asked.profile, setup.paths.profiles_dir)
    trial = Trial(
        _takes(asked.takes, setup.paths),
        _arms(asked, plan.settings, setup.paths),
        asked.repeats,
        asked.seed,
        asked.answers,
    )
    prices, _ = prices_of(setup.paths)
    rates = prices.rates(Billed(plan.provider, plan.model, plan.url), plan.model)
    told = estimate(trial, rates)
    warn(f"{told} The order is that of seed {trial.seed}.")
    is_free = rates is not None and rates.is_free
    if not (asked.confirmed or is_free) and not confirm("Hold them?"):
        return 1
    done = _held(trial, setup, plan, environ, prices, asked.parallel, warn)
    words = _words(trial, setup.paths, warn)
    result = result_of(trial, done, listener(setup.paths.cache_dir), profile, words)
    if as_json:
        say(json.dumps(told_as_json(result, plan)))
    else:
        say("\n".join(trial_lines(result)))
    keep_result(result, plan, setup.paths, warn)
    is_kept = not asked.save_as or keep_winner(result, plan, environ, asked.save_as, warn)
    return int(bool(result.failed or result.left) or not is_kept)


def _words(trial: Trial, paths: Paths, warn: Say) -> SemanticTwin | None:
    """Who predicts what words decide, where they do and can be recognised."""
    if not any(arm.eagerness for arm in trial.arms):
        return None
    try:
        return word_listener(paths.cache_dir)
    except StudioError as failure:
        warn(f"What words decide is not predicted: {failure.message}")
        return None


def _held(
    trial: Trial,
    setup: Setup,
    plan: ConnectPlan,
    environ: Mapping[str, str],
    prices: PriceList,
    parallel: int,
    warn: Say,
) -> list[Done]:
    done: list[Done] = []
    n_runs = len(trial.runs())

    def on_done(each: Done) -> None:
        done.append(each)
        where = f"{trial.arms[each.run.arm].name}, {trial.takes[each.run.take].name}"
        warn(f"{len(done)}/{n_runs} {where}" + (f": {each.failure}" if each.failure else ""))

    asyncio.run(_hold(trial, setup, plan, environ, prices, parallel, on_done, warn))
    return done


async def _hold(
    trial: Trial,
    setup: Setup,
    plan: ConnectPlan,
    environ: Mapping[str, str],
    prices: PriceList,
    parallel: int,
    on_done: Callable[[Done], None],
    warn: Say,
) -> None:
    from studio.app.trial_runner import LiveRunner
    from studio.runtime.children import LocalServer
    from studio.runtime.here import this_machine

    is_over = False

    def give_up() -> None:
        nonlocal is_over
        is_over = True

    async with AsyncExitStack() as stack:
        if wants_own_server(plan):
            log = setup.paths.log_dir / "server.log"
            server = await stack.enter_async_context(LocalServer(OWN_SERVER_COMMAND, log))
            plan = plan.model_copy(update={"url": server.url})
        sounds = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="studio-trial-")))
        world = this_machine(environ)
        runner = LiveRunner(plan, world, prices, sounds, trial.answers, lambda: is_over)
        pace = Pace(world.clock, world.sound.sleep, warn)
        with heeding((*ASKED, HUNG_UP), give_up):
            await hold_all(trial, runner, parallel, on_done, lambda: is_over, pace)


def _takes(names: Sequence[str], paths: Paths) -> tuple[Take, ...]:
    """Takes by name, pattern or tag, and sound files."""
    files = [name for name in names if _is_file(name)]
    wanted = [name for name in names if name not in files]
    library = TakeLibrary(TakeStore(paths.takes_dir))
    stored = library.chosen(wanted) if wanted else ()
    return (
        *(each.load() for each in stored),
        *(take_of_file(Path(name).expanduser()) for name in files),
    )


def _is_file(name: str) -> bool:
    path = Path(name).expanduser()
    return bool(path.suffix) and path.is_file()


def _arms(asked: Asked, base: SessionSettings, paths: Paths) -> tuple[Arm, ...]:
    found = []
    for text in asked.settings:
        settings = _settings(text, base, paths.presets_dir)
        detection = settings.turn_detection
        if detection is None:
            raise StudioError(
                f"With {one_line(text, 80)!r} turn detection is off.",
                title="Nothing to try",
                hint="A trial is about turn detection: write silence=300 or semantic_vad.",
            )
        detection = detection.model_copy(update={"create_response": asked.answers})
        found.append(
            (one_line(text, 80), settings.model_copy(update={"turn_detection": detection}))
        )
    return arms_named(found)


def _settings(text: str, base: SessionSettings, presets: Path) -> SessionSettings:
    """The session's settings with those that a text names.

    Raises:
        StudioError: it names none, or one that there is not.
    """
    detection = base.turn_detection or DEFAULT_TURN_DETECTION
    settings = base.model_copy(update={"turn_detection": detection})
    for part in text.split(","):
        path, equals, value = (each.strip() for each in part.partition("="))
        if not equals and path in _KINDS:
            settings = with_path(settings, "turn_detection", path)
        elif not equals:
            settings = preset_named(presets, path).over(settings)
        else:
            if path == "eagerness":
                settings = with_path(settings, "turn_detection", "semantic_vad")
            settings = with_path(settings, _SHORT.get(path, path), value)
    return settings
