"""`studio lab fit`: the profile that explains what a provider reported of recorded sessions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.app.library import sessions_dir_of
from studio.config.paths import studio_paths
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.lab.explained import hear
from studio.lab.fit import fit
from studio.lab.fit_words import fit_json, fit_lines
from studio.lab.hearing import listener
from studio.lab.logged import read_logged
from studio.lab.profiles import checked_name, write_profile
from studio.storage.folders import find_session
from studio.storage.reader import open_session

if TYPE_CHECKING:
    from studio.app.choices import Choices
    from studio.lab.explained import Heard
    from studio.lab.twin import Twin

Say = Callable[[str], None]

_TOLD_FROM_MS = 15 * 60_000


def print_fit(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    sessions: Sequence[str],
    save: str | None,
    as_json: bool,
    say: Say,
    warn: Say,
) -> int:
    """Fit a profile and tell of it; the exit status, 1 where a session was skipped.

    Raises:
        StudioError: no session can be used, or the profile cannot be kept under that name.
    """
    paths = studio_paths(environ)
    name = "fitted" if save is None else checked_name(save)
    heard, skipped = _heard(choices, environ, sessions, listener(paths.cache_dir), warn)
    long_ms = sum(each.lasts_ms for each in heard)
    if long_ms > _TOLD_FROM_MS:
        warn(f"Fitting {long_ms / 3_600_000:.1f} hours of audio …")
    found = fit(heard, name)
    billed = {(each.logged.provider, each.logged.model) for each in heard}
    if len(billed) > 1:
        names = "; ".join(sorted(one_line(f"{who} {model}", 60) for who, model in billed))
        warn(f"These are sessions of several services, which may differ: {names}.")
    if as_json:
        say(json.dumps(fit_json(found)))
    else:
        say("\n".join(fit_lines(found)))
    if save is not None:
        kept = found.best
        source = f"{kept.profile.source} {kept.exact} of {len(kept.edges)} equal to the ms."
        file = write_profile(replace(kept.profile, source=source), paths.profiles_dir)
        warn(f"Kept as {file}; use it with --profile {name} or studio serve --vad-profile {name}.")
    return int(skipped)


def _heard(
    choices: Choices,
    environ: Mapping[str, str],
    sessions: Sequence[str],
    twin: Twin,
    warn: Say,
) -> tuple[list[Heard], bool]:
    """The sessions that can be used, heard; and whether some were skipped.

    Raises:
        StudioError: there is none.
    """
    folder = sessions_dir_of(choices, environ)
    heard: list[Heard] = []
    failures: list[StudioError] = []
    for wanted in dict.fromkeys(sessions):
        try:
            stored = open_session(find_session(folder, wanted))
            heard.append(hear(read_logged(stored), twin))
        except StudioError as failure:
            failures.append(failure)
    if not heard:
        raise failures[0]
    for each in failures:
        warn(f"Skipped: {each.message}")
    return heard, bool(failures)
