"""Presets: session settings under a name, with where they come from.

A preset is a JSON file in the presets' folder, called as the preset is. It holds the settings that
it states and no others, so that laying it over a session changes nothing else. What is secret in a
tool's description is left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from studio.config.files import replace_file
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.protocol.dialect import Dialect
from studio.protocol.settings import SessionSettings, apply, changed_fields, get_path

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "studio.preset/1"
ENDING = ".json"
_LARGEST_BYTES = 1_000_000
_NAME = re.compile(r"\w[\w .()+-]{0,59}")
_TOOL_SECRETS = ("authorization", "headers")

Source = Literal["hand", "session", "sweep", "trial", "audition", "import"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a preset's settings come from.

    Attributes:
        source: what kind of thing found them.
        words: what it was, in a sentence.
        takes: the takes that they were found on.
        made_at: wall-clock time, ISO 8601.
    """

    source: Source = "hand"
    words: str = ""
    takes: tuple[str, ...] = ()
    made_at: str = ""

    def lines(self) -> tuple[str, ...]:
        """In words for people, a line for each thing that is known."""
        made = f"From: {self.source}" + (f", {one_line(self.made_at, 40)}" if self.made_at else "")
        told = [f"{made}. {one_line(self.words, 300)}".rstrip()]
        if self.takes:
            told.append(f"Takes: {one_line(', '.join(self.takes), 300)}")
        return tuple(told)


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings under a name; only the fields that they state count.

    Attributes:
        name: the file's, without its ending.
        settings: laid over those that a session has.
        note: what a person noted.
    """

    name: str
    settings: SessionSettings
    provenance: Provenance = field(default_factory=Provenance)
    note: str = ""

    def over(self, settings: SessionSettings) -> SessionSettings:
        """Settings with the preset's laid over them."""
        return apply(settings, self.settings)

    @property
    def stated(self) -> tuple[tuple[str, object], ...]:
        """Path and value of every setting that it states; None is off."""
        paths = changed_fields(SessionSettings(), self.settings)
        return tuple((path, get_path(self.settings, path)) for path in paths)


@dataclass(frozen=True, slots=True)
class PresetLoad:
    """The presets that could be read, by name, and what is wrong with the other files."""

    presets: tuple[Preset, ...]
    faults: tuple[str, ...]


def checked_name(name: str) -> str:
    """A name that can be a file's.

    Raises:
        StudioError: it is empty, too long, or has signs that a file's name cannot have everywhere.
    """
    name = " ".join(name.split())
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise StudioError(
            f"A preset cannot be called {one_line(name, 60)!r}.",
            title="Not a name for a preset",
            hint="Use up to 60 letters, digits, spaces and . - + ( ), beginning with a letter.",
        )
    return name


def read_presets(folder: Path) -> PresetLoad:
    """Every preset in a folder, which need not exist; a broken file is named and passed over."""
    presets: list[Preset] = []
    faults: list[str] = []
    for file in sorted(folder.glob(f"*{ENDING}"), key=lambda each: each.name.lower()):
        try:
            presets.append(read_preset(file))
        except StudioError as fault:
            faults.append(fault.message)
    return PresetLoad(tuple(presets), tuple(faults))


def preset_named(folder: Path, name: str) -> Preset:
    """The preset of a name, or the only one whose name begins so, whatever the case.

    Raises:
        StudioError: there is none, or there are several.
    """
    known = read_presets(folder).presets
    exact = [each for each in known if each.name == name]
    near = exact or [each for each in known if each.name.lower().startswith(name.lower())]
    if len(near) == 1:
        return near[0]
    told = one_line(name, 60)
    names = ", ".join(each.name for each in (near or known))
    raise StudioError(
        f"{len(near)} presets begin with {told!r}." if near else f"There is no preset {told!r}.",
        title="Which preset?",
        hint=f"There are: {names}." if names else "Save one first: P in the studio.",
    )


def read_preset(file: Path) -> Preset:
    """The preset in a file: one of ours, or a provider's `session` or `turn_detection` object.

    Raises:
        StudioError: the file cannot be read, or holds none of these.
    """
    name = one_line(str(file), 200)
    try:
        with file.open("rb") as opened:
            document = json.loads(opened.read(_LARGEST_BYTES))
    except (OSError, ValueError, RecursionError) as failure:
        why = failure.strerror if isinstance(failure, OSError) else one_line(str(failure), 120)
        raise _unreadable(f"{name} cannot be read: {why}.") from failure
    if not isinstance(document, dict):
        raise _unreadable(f"{name} holds no JSON object.")
    if "schema" in document:
        return _of_ours(file, document)
    return _of_a_provider(file, document)


def write_preset(folder: Path, preset: Preset) -> Path:
    """Keep a preset, whole or not at all; one of its name is replaced.

    Raises:
        StudioError: its name cannot be a file's, or the folder cannot be written.
    """
    file = folder / f"{checked_name(preset.name)}{ENDING}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(file, preset_text(preset).encode())
    except OSError as failure:
        raise StudioError(
            f"{one_line(str(file), 200)}: {failure.strerror or failure}.",
            title="The preset is not kept",
            hint="The folder has to be one that you may write to.",
        ) from failure
    return file


def preset_text(preset: Preset) -> str:
    """The preset as its file holds it."""
    told = preset.provenance
    document = {
        "schema": SCHEMA,
        "note": preset.note,
        "provenance": {
            "source": told.source,
            "words": told.words,
            "takes": list(told.takes),
            "made_at": told.made_at,
        },
        "session": _stated(preset.settings),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _stated(settings: SessionSettings) -> dict[str, Any]:
    fields = settings.model_dump(mode="json", exclude_unset=True)
    for tool in fields.get("tools") or ():
        for secret in _TOOL_SECRETS:
            tool.pop(secret, None)
    return fields


def _of_ours(file: Path, document: dict[str, Any]) -> Preset:
    name, schema = one_line(str(file), 200), document["schema"]
    if schema != SCHEMA:
        told = one_line(str(schema), 40)
        raise _unreadable(f"{name} has the format {told}; this studio reads {SCHEMA}.")
    try:
        settings = SessionSettings.model_validate(document.get("session"))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"])) or "session"
        raise _unreadable(f"{name}: {one_line(place, 60)}: {fault['msg']}.") from None
    note = document.get("note")
    return Preset(
        name=file.stem,
        settings=settings,
        provenance=_provenance(document.get("provenance")),
        note=note if isinstance(note, str) else "",
    )


def _provenance(told: object) -> Provenance:
    if not isinstance(told, dict):
        return Provenance()
    sources: dict[str, Source] = {
        "session": "session",
        "sweep": "sweep",
        "trial": "trial",
        "audition": "audition",
        "import": "import",
    }
    takes, words, made_at = told.get("takes"), told.get("words"), told.get("made_at")
    return Provenance(
        source=sources.get(str(told.get("source")), "hand"),
        words=words if isinstance(words, str) else "",
        takes=tuple(each for each in takes if isinstance(each, str))
        if isinstance(takes, list)
        else (),
        made_at=made_at if isinstance(made_at, str) else "",
    )


def _of_a_provider(file: Path, document: dict[str, Any]) -> Preset:
    """A `session.update`, its `session`, or a bare `turn_detection`, in either spelling."""
    session = document.get("session", document)
    if isinstance(session, dict) and session.get("type") in ("server_vad", "semantic_vad"):
        session = {"turn_detection": session}
    dialect = Dialect.GA if isinstance(session, dict) and "audio" in session else Dialect.BETA
    read = SessionSettings.from_wire(session if isinstance(session, dict) else {}, dialect)
    stated = read.model_fields_set - {"kind"}  # every session object has one
    fields = {name: getattr(read, name) for name in stated}
    settings = SessionSettings.model_construct(_fields_set=set(stated), **fields)
    if not stated:
        told = "is neither a preset nor a provider's session object"
        raise _unreadable(f"{one_line(str(file), 200)} {told}.")
    words = f"Read from {one_line(file.name, 80)}."
    return Preset(file.stem, settings, Provenance("import", words))


def _unreadable(message: str) -> StudioError:
    return StudioError(
        message,
        title="Not a preset",
        hint="Use a file that `studio presets export` wrote, or a provider's session as JSON.",
    )


def renamed(preset: Preset, name: str) -> Preset:
    """The preset under another name.

    Raises:
        StudioError: it cannot be a file's name.
    """
    return replace(preset, name=checked_name(name))
