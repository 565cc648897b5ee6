"""What PortAudio's refusals mean, in words with a next step.

Codes are PortAudio's `PaErrorCode`; where it only passes on what the system said (-9999), the
system's own number or text decides: errno from ALSA, HRESULT from Windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studio.core.errors import StudioError
from studio.core.text import one_line

RATE_REFUSED, CHANNELS_REFUSED = -9997, -9998
_LONGEST_REASON = 120


@dataclass(frozen=True, slots=True)
class _Meaning:
    """A kind of refusal: how to recognise it, and what to say (`{card}` and `{rates}` are known).

    `texts` are looked for in lower case in everything that was said.
    """

    title: str
    message: str
    hint: str
    codes: tuple[int, ...] = ()
    host_codes: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()


# The first that fits is meant; what the system says comes before what PortAudio makes of it.
_MEANINGS = (
    _Meaning(
        "Permission refused",
        "This program may not use {card}",
        "Allow the terminal to use sound and the microphone in the system's privacy settings "
        "(on Linux: be in the group audio), then choose the device again.",
        host_codes=(-13, -1, -2147024891),  # EACCES, EPERM, E_ACCESSDENIED
        texts=("permission denied", "access is denied", "not permitted"),
    ),
    _Meaning(
        "Sound card held by another program",
        "Another program holds {card} for itself alone",
        "End that program, or take exclusive use away from it in the system's sound settings; "
        "or choose another device.",
        host_codes=(-2004287478, -2004287474),  # AUDCLNT_E_DEVICE_IN_USE, _EXCLUSIVE_MODE_...
        texts=("exclusive", "hog mode"),
    ),
    _Meaning(
        "The sound card went away",
        "{card} is not there any more",
        "Plug it in again, or choose another device.",
        codes=(-9996, -9993),  # invalid device, bad combination: the list of cards is out of date
        host_codes=(-2, -5, -19, -111, -2004287484),  # ENOENT, EIO, ENODEV, ECONNREFUSED, ...
        texts=("no such device", "input/output error", "querying device", "connection refused"),
    ),
    _Meaning(
        "Sound card busy",
        "{card} is in use by another program",
        "Close the program that uses it, or choose another device.",
        codes=(-9985,),
        host_codes=(-16,),
        texts=("busy", "device unavailable"),
    ),
    _Meaning(
        "Sound card refused",
        "{card} takes none of the rates {rates} Hz",
        "Set it to 48000 Hz in the system's sound settings, or choose another device.",
        codes=(RATE_REFUSED,),
        texts=("invalid sample rate",),
    ),
    _Meaning(
        "Sound card refused",
        "{card} takes neither one channel nor its own count of them",
        "Choose another device, or the same one under another sound system.",
        codes=(CHANNELS_REFUSED,),
        texts=("invalid number of channels",),
    ),
)
_UNKNOWN = _Meaning(
    "Sound card refused",
    "{card} cannot be opened",
    "Close other programs that use it, or choose another device.",
)


def code_of(failure: Exception) -> int:
    """PortAudio's number for it; 0 where it gave none."""
    return _number(failure.args[1]) if len(failure.args) > 1 else 0


def in_words(card: str, failure: Exception, rates_hz: tuple[int, ...] = ()) -> StudioError:
    """Why a card was refused.

    Args:
        card: its name.
        failure: what sounddevice raised last.
        rates_hz: the rates that were tried.
    """
    code, (host_code, host_said) = code_of(failure), _host_of(failure)
    said = str(failure.args[0]) if failure.args else ""
    meaning = _meaning(code, host_code, f"{said} {host_said}".casefold())
    reason = one_line(host_said or said.rpartition(": ")[2], _LONGEST_REASON)
    number = f"PortAudio {code}" if code else ""
    rates = ", ".join(map(str, rates_hz)) or "it was asked for,"
    return StudioError(
        f"{meaning.message.format(card=card, rates=rates)} "
        f"({', '.join(filter(None, (reason, number)))}).",
        title=meaning.title,
        hint=meaning.hint,
    )


def _meaning(code: int, host_code: int, said: str) -> _Meaning:
    for meaning in _MEANINGS:
        if (
            code in meaning.codes
            or host_code in meaning.host_codes
            or any(text in said for text in meaning.texts)
        ):
            return meaning
    return _UNKNOWN


def _host_of(failure: Exception) -> tuple[int, str]:
    """The system's own number and text, where PortAudio passed them on."""
    if len(failure.args) > 2 and len(failure.args[2]) == 3:
        _, host_code, text = failure.args[2]
        return _number(host_code), str(text)
    return 0, ""


def _number(value: Any) -> int:  # noqa: ANN401 - what a foreign exception carries
    return value if isinstance(value, int) else 0
