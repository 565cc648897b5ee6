"""Trials that were held: their results on the disk, read again, and their winners as presets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from studio.app.presets import presets_of
from studio.config.files import replace_file
from studio.config.paths import studio_paths
from studio.config.presets import Provenance
from studio.core.errors import StudioError
from studio.core.text import one_line, printable, without_secrets
from studio.lab.trial_best import winner_of
from studio.lab.trial_words import trial_json, trial_lines
from studio.protocol.settings import SessionSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from studio.config.paths import Paths
    from studio.lab.trial_result import TrialResult
    from studio.runtime.plan import ConnectPlan

    Say = Callable[[str], None]

_LARGEST_BYTES = 50_000_000
_LINES = "lines"
"""The result as it was told, so that it reads the same again."""


def told_as_json(result: TrialResult, plan: ConnectPlan) -> dict[str, Any]:
    """A result and whom it was held with."""
    return trial_json(result) | {"provider": plan.provider, "model": plan.model}


def keep_result(result: TrialResult, plan: ConnectPlan, paths: Paths, warn: Say) -> None:
    """Keep a result beside what else the lab found, under the name of its first session."""
    folders = [each.folder.name for arm in result.arms for each in arm.tried]
    if not folders:
        return
    file = _folder(paths) / f"{min(folders)}.json"
    document = told_as_json(result, plan) | {_LINES: list(trial_lines(result))}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, json.dumps(document, indent=1).encode())
    except OSError as failure:
        warn(f"The result is not kept: {failure.strerror or failure}.")
    else:
        warn(f"Kept as {file}; again: studio lab trials {file.stem}")


def keep_winner(
    result: TrialResult, plan: ConnectPlan, environ: Mapping[str, str], name: str, warn: Say
) -> bool:
    """Keep the best of a trial's settings as a preset; whether there was one.

    Raises:
        StudioError: a preset of the name came up meanwhile, or it cannot be written.
    """
    found = winner_of(result)
    if found is None:
        warn(
            "No preset is kept: that takes two settings or more, each held whole at least once, "
            "on takes with labels."
        )
        return False
    trial = result.trial
    words = (
        f"A trial with {plan.provider} {plan.model}, best of {len(trial.arms)} settings; "
        f"{found.words}."
    )
    takes = tuple(take.name for take in trial.takes)
    provenance = Provenance("trial", " ".join((words, *found.doubts)), takes)
    settings = _stated(found.arm.settings, plan.settings)
    kept = presets_of(environ).save(name, settings, provenance)
    warn(f"Kept as {kept.name}: {found.arm.words}.")
    return True


def _stated(settings: SessionSettings, base: SessionSettings) -> SessionSettings:
    """What a setting of a trial asks for, without what the trial itself needs."""
    fields = {
        name: getattr(settings, name)
        for name in settings.model_fields_set
        if getattr(settings, name) != getattr(base, name, None)
    }
    detection = settings.turn_detection
    assert detection is not None
    knobs = detection.model_dump(exclude_unset=True)
    knobs.pop("create_response", None)  # whether the model answers was the trial's to say
    stated = SessionSettings.model_validate({"turn_detection": {"type": detection.type, **knobs}})
    fields["turn_detection"] = stated.turn_detection
    return SessionSettings.model_construct(_fields_set=set(fields), **fields)


def print_trials(
    environ: Mapping[str, str], *, name: str, as_json: bool, say: Say, warn: Say
) -> None:
    """Print the trials that were held, or one of them as it was told.

    Raises:
        StudioError: there is none of this name, or several, or it cannot be read.
    """
    files = sorted(_folder(studio_paths(environ)).glob("*.json"), reverse=True)
    if not name:
        _print_all(files, as_json=as_json, say=say, warn=warn)
        return
    document = _read(_named(files, name))
    lines = document.pop(_LINES, None)
    if as_json:
        say(json.dumps(document))
        return
    for line in lines if isinstance(lines, list) else _short(document):
        say(without_secrets(printable(str(line))))


def _print_all(files: list[Path], *, as_json: bool, say: Say, warn: Say) -> None:
    told: list[dict[str, object]] = []
    for file in files:
        try:
            document = _read(file)
        except StudioError as fault:
            warn(fault.message)
            continue
        told.append({"name": file.stem} | _head(document))
    if as_json:
        say(json.dumps(told))
        return
    for each in told:
        figures = f"takes {each['takes']}, settings {each['settings']}, times {each['repeats']}"
        who = one_line(f"{each['provider']} {each['model']}", 40)
        say(f"{printable(str(each['name']))}  {who}  {figures}  {each['best']}".rstrip())
    if not files:
        say("No trial was held yet. Hold one with: studio lab trial TAKE -s silence=300 -s …")


def _head(document: dict[str, Any]) -> dict[str, object]:
    best = document.get("best")
    words = f"best: {best.get('settings', '')}" if isinstance(best, dict) else ""
    return {
        "provider": str(document.get("provider", "")),
        "model": str(document.get("model", "")),
        "takes": _count(document.get("takes")),
        "settings": _count(document.get("arms")),
        "repeats": document.get("repeats", 0),
        "failed": _count(document.get("failed")),
        "best": one_line(words, 80),
    }


def _count(found: object) -> int:
    return len(found) if isinstance(found, list) else 0


def _short(document: dict[str, Any]) -> Iterator[str]:
    """A result that an older studio kept: its settings and what tells them apart."""
    for arm in document.get("arms", ()):
        yield f"{arm.get('name', '')}  {arm.get('settings', '')}"
    yield from map(str, document.get("comparison", ()))
    yield "All of it: --json."


def _named(files: list[Path], name: str) -> Path:
    newest = [file for file in files[:1] if name == "last"]
    near = newest or [each for each in files if each.stem == name]
    near = near or [each for each in files if each.stem.startswith(name)]
    if len(near) == 1:
        return near[0]
    told = one_line(name, 80)
    raise StudioError(
        f"{len(near)} trials begin with {told!r}." if near else f"There is no trial {told!r}.",
        title="Which trial?",
        hint="`studio lab trials` lists them; `last` is the newest.",
    )


def _read(file: Path) -> dict[str, Any]:
    where = one_line(str(file), 200)
    try:
        with file.open("rb") as opened:
            document = json.loads(opened.read(_LARGEST_BYTES))
    except (OSError, ValueError, RecursionError) as failure:
        why = failure.strerror if isinstance(failure, OSError) else one_line(str(failure), 120)
        raise StudioError(f"{where} cannot be read: {why}.", title="Not a trial") from failure
    if not isinstance(document, dict) or not isinstance(document.get("arms"), list):
        raise StudioError(f"{where} holds no trial.", title="Not a trial")
    if not all(isinstance(arm, dict) for arm in document["arms"]):
        raise StudioError(f"{where} holds no trial.", title="Not a trial")
    return document


def _folder(paths: Paths) -> Path:
    return paths.lab_dir / "trials"
