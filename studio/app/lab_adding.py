"""`studio lab take add`: takes from files, folders, sessions and scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studio.app.choices import Choices
from studio.app.lab_takes import library, take_json
from studio.app.library import sessions_dir_of
from studio.config.paths import studio_paths
from studio.core.errors import StudioError
from studio.core.text import one_line, printable
from studio.lab.from_files import takes_of_files
from studio.lab.from_session import session_turns, whole_session
from studio.lab.hearing import listener
from studio.lab.label_files import read_labels
from studio.lab.proposal import propose
from studio.lab.script import read_script
from studio.lab.spoken import local_voices, spoken_take
from studio.lab.take import Take
from studio.lab.take_notes import tidy_tags
from studio.lab.take_store import TakeFault, tidy_name
from studio.lab.twin import Twin

Say = Callable[[str], None]

SESSION, SAY, SCRIPT = "session:", "say:", "script:"
VOICE = "marin"
_LARGEST_SCRIPT_BYTES = 1_000_000
_TOLD_EVERY = 500
_NAME_WORDS = 5


@dataclass(frozen=True, slots=True)
class Adding:
    """How takes are to be made.

    Attributes:
        name: what the take is called; made from its source where None.
        by_turn: cut sessions by turn.
        labels: a file with the labels of the take.
        proposes: propose labels where none are known.
        trusts_server: take the turns that a session's server saw for the true ones.
        voice: who speaks scripts.
        tags: what each take is tagged with.
    """

    name: str | None = None
    by_turn: bool = False
    labels: Path | None = None
    proposes: bool = False
    trusts_server: bool = False
    voice: str = VOICE
    tags: Sequence[str] = ()


def add_takes(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    sources: Sequence[str],
    adding: Adding,
    as_json: bool,
    say: Say,
    warn: Say,
) -> int:
    """Keep a take of each source; the exit status, 1 where one was skipped.

    Raises:
        StudioError: the labels cannot be used, or a take cannot be kept.
    """
    store, twin = library(environ).own, listener(studio_paths(environ).cache_dir)
    told, kept, skipped = [], 0, 0
    for each in _each(sources, adding, sessions_dir_of(choices, environ)):
        if isinstance(each, TakeFault):
            skipped += 1
            warn(f"Skipped: {each.message}")
            continue
        stored = store.keep(_finished(each, adding, twin, warn))
        kept += 1
        if as_json:
            told.append(take_json(stored))
        else:
            say(f"Added {printable(stored.name)}, {stored.duration_ms / 1000:.1f} s.")
        if kept % _TOLD_EVERY == 0:
            warn(f"{kept:,} so far…")
    if as_json:
        say(json.dumps(told))
    if skipped:
        warn(f"{kept:,} added, {skipped:,} skipped.")
    return 1 if skipped else 0


def _each(sources: Sequence[str], adding: Adding, sessions_dir: Path) -> Iterator[Take | TakeFault]:
    for source in sources:
        try:
            yield from takes_of_source(source, adding, sessions_dir)
        except StudioError as error:
            yield TakeFault(one_line(source, 80), f"{error.message} {error.hint}".strip())


def takes_of_source(source: str, adding: Adding, sessions_dir: Path) -> Iterator[Take | TakeFault]:
    """The takes of a file, a folder, `session:NAME`, `say:WORDS` or `script:FILE`; none is kept.

    Raises:
        StudioError: there is none.
    """
    if source.startswith((SAY, SCRIPT)):
        yield spoken(source, adding.voice)
    elif source.startswith(SESSION) or _is_session(source):
        yield from _of_session(source.removeprefix(SESSION), adding, sessions_dir)
    else:
        yield from takes_of_files([Path(source)])


def _is_session(source: str) -> bool:
    from studio.storage.folders import log_of

    return Path(source).suffix in ("", ".jsonl") and log_of(Path(source)) is not None


def _of_session(wanted: str, adding: Adding, sessions_dir: Path) -> Iterator[Take]:
    from studio.storage.folders import find_session
    from studio.storage.reader import read_session

    stored = read_session(find_session(sessions_dir, wanted))
    if adding.by_turn:
        yield from session_turns(stored, labelled=adding.trusts_server)
    else:
        yield whole_session(stored, labelled=adding.trusts_server)


def spoken(source: str, voice: str = VOICE) -> Take:
    """The take of `say:WORDS` or `script:FILE`; it is not kept.

    Raises:
        StudioError: no such voice, nothing to say, or no local voices.
    """
    from studio.speech.voices import VOICES, voice_preset

    voice_preset(voice)
    text, name = source.removeprefix(SAY), ""
    if source.startswith(SCRIPT):
        path = Path(source.removeprefix(SCRIPT))
        try:
            with path.open("rb") as file:
                text = file.read(_LARGEST_SCRIPT_BYTES).decode("utf-8", "replace")
        except OSError as failure:
            raise StudioError(
                f"{one_line(str(path), 200)}: {failure.strerror or failure}.",
                title="Cannot read the script",
            ) from failure
        name = path.stem
    script = read_script(text, VOICES)
    first_words = " ".join(script[0].words.split()[:_NAME_WORDS])
    return spoken_take(name or tidy_name(first_words), script, voice, local_voices())


def _finished(take: Take, adding: Adding, twin: Twin, warn: Say) -> Take:
    truth = take.truth
    if adding.labels is not None:
        read = read_labels(adding.labels, take.duration_ms)
        for fault in read.faults:
            warn(f"Left out: {fault}")
        truth = read.truth
    elif adding.proposes and truth is None:
        truth = propose(take, twin.hear(take))
    tags = tidy_tags(" ".join((*take.tags, *adding.tags)))
    return replace(take, name=adding.name or take.name, truth=truth, tags=tags)
