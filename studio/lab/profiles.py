"""Providers' profiles as TOML files, one each, checked one file at a time.

    source = "what the numbers rest on, in a sentence"
    threshold_shift = 0.05     # added to the threshold that a client asks for
    start_shift_ms = 64        # added to every audio_start_ms
    end_shift_ms = -32         # added to every audio_end_ms

Whatever is left out is 0. The file's stem is the profile's name. `openai` is built in and cannot be
replaced: it is what the others are measured against.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import studio.vad
from studio.config.files import replace_file
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.vad.profile import OPENAI, Profile

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST_SHIFT_MS = 1_000
LARGEST_THRESHOLD_SHIFT = 0.5

_SUFFIX = ".toml"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_LARGEST_BYTES = 64 * 1024
_NUMBERS = ("threshold_shift", "start_shift_ms", "end_shift_ms")


@dataclass(frozen=True, slots=True)
class ProfileFault:
    """A file that was left out, and why, in words."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class ProfileLoad:
    """The profiles that can be used, by name, and the files that cannot."""

    profiles: dict[str, Profile]
    faults: tuple[ProfileFault, ...]


class _UnusableError(Exception):
    """What is wrong with a file's content."""


def bundled_profiles() -> Path:
    """The folder of the profiles that come with the studio."""
    return Path(studio.vad.__path__[0]) / "profiles"


def load_profiles(folders: Iterable[Path]) -> ProfileLoad:
    """The built-in profile and every file's in `folders`; a later folder's replaces an earlier's.

    Args:
        folders: where to look; one that does not exist holds nothing.
    """
    found = {OPENAI.name: OPENAI}
    faults: list[ProfileFault] = []
    for path in (path for folder in folders for path in sorted(folder.glob(f"*{_SUFFIX}"))):
        try:
            found[path.stem] = read_profile(path)
        except StudioError as fault:
            faults.append(ProfileFault(path, fault.message))
    return ProfileLoad(found, tuple(faults))


def profile_named(wanted: str, own_dir: Path) -> Profile:
    """A profile by its name, or in a file of its own.

    Args:
        wanted: a name, or the path of a `.toml` file.
        own_dir: the user's profiles.

    Raises:
        StudioError: there is none, or its file is wrong.
    """
    if wanted.endswith(_SUFFIX):
        return read_profile(Path(wanted).expanduser())
    load = load_profiles((bundled_profiles(), own_dir))
    for fault in load.faults:
        if fault.path.stem == wanted:
            raise _wrong(fault.message)
    if wanted in load.profiles:
        return load.profiles[wanted]
    raise StudioError(
        f"There is no profile {one_line(wanted, 60)!r}.",
        title="No such profile",
        hint=f"Known are {', '.join(sorted(load.profiles))}; or name a file that ends in .toml.",
    )


def read_profile(path: Path) -> Profile:
    """The profile in a file.

    Raises:
        StudioError: it cannot be read, or something in it is wrong; the message names the file.
    """
    shown = one_line(path.name, 80)
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_BYTES).decode()
        return _checked(path.stem, tomllib.loads(text))
    except OSError as failure:
        raise _wrong(f"{shown}: {failure.strerror or failure}.") from failure
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, _UnusableError) as fault:
        raise _wrong(f"{shown}: {one_line(str(fault), 200)}.") from fault


def write_profile(profile: Profile, own_dir: Path) -> Path:
    """Keep a profile among the user's own; returns its file.

    Raises:
        StudioError: its name is no file's name or is the built-in one's, or it cannot be written.
    """
    import tomlkit

    name = checked_name(profile.name)
    document = tomlkit.document()
    document["source"] = one_line(profile.source, 400)
    for number in _NUMBERS:
        document[number] = getattr(profile, number)
    file = own_dir / f"{name}{_SUFFIX}"
    try:
        own_dir.mkdir(parents=True, exist_ok=True)
        replace_file(file, tomlkit.dumps(document).encode())
    except OSError as failure:
        raise StudioError(
            f"{one_line(str(file), 200)}: {failure.strerror or failure}.",
            title="The profile cannot be kept",
            hint="Make room or choose another place with STUDIO_HOME.",
        ) from failure
    return file


def checked_name(name: str) -> str:
    """A name that a profile of one's own may have.

    Raises:
        StudioError: it may not.
    """
    if _NAME.fullmatch(name) and name != OPENAI.name:
        return name
    why = "is the built-in profile's" if name == OPENAI.name else "is no name for a profile"
    raise StudioError(
        f"{one_line(name, 60)!r} {why}.",
        title="The profile needs another name",
        hint="Take small letters, digits, dots, hyphens and underscores, such as azure-sweden.",
    )


def _checked(name: str, document: dict[str, Any]) -> Profile:
    """A file's content as a profile.

    Raises:
        _UnusableError: what is wrong with it, in words.
    """
    source = document.pop("source", "")
    if not isinstance(source, str):
        raise _UnusableError("source is a text in quotes")
    if unknown := sorted(set(document) - set(_NUMBERS)):
        raise _UnusableError(f"{unknown[0]} is not one of source, {', '.join(_NUMBERS)}")
    if name == OPENAI.name:
        raise _UnusableError("openai is built in; give the file another name")
    threshold = document.get("threshold_shift", 0.0)
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise _UnusableError("threshold_shift is a number")
    if not abs(threshold) <= LARGEST_THRESHOLD_SHIFT:
        raise _UnusableError(f"threshold_shift lies within ±{LARGEST_THRESHOLD_SHIFT}")
    start, end = (_shift_ms(document, key) for key in ("start_shift_ms", "end_shift_ms"))
    return Profile(name, float(threshold), start, end, one_line(source, 400))


def _shift_ms(document: dict[str, Any], key: str) -> int:
    value = document.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _UnusableError(f"{key} is a whole number of milliseconds")
    if abs(value) > LARGEST_SHIFT_MS:
        raise _UnusableError(f"{key} lies within ±{LARGEST_SHIFT_MS:,} ms")
    return value


def _wrong(message: str) -> StudioError:
    return StudioError(
        message,
        title="The profile cannot be used",
        hint="A profile holds source, threshold_shift, start_shift_ms and end_shift_ms.",
    )
