"""The options that several commands share, each with the help that a newcomer needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.audio.cleaning import Echo
from studio.protocol.dialect import Dialect

_WHO = "Whom to talk to"
_SOUND = "Sound"
_KEEP = "Settings and sessions"

Provider = Annotated[
    str | None,
    typer.Option(
        "--provider",
        metavar="NAME",
        help="local, openai, azure, xai, … (`studio doctor` lists them). [default: local]",
        rich_help_panel=_WHO,
    ),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        "--base-url",
        metavar="URL",
        help="Where the provider is, such as wss://gateway.example/v1/realtime.",
        rich_help_panel=_WHO,
    ),
]
Model = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME", help="The model to ask for.", rich_help_panel=_WHO),
]
DialectName = Annotated[
    Dialect | None,
    typer.Option(
        "--dialect",
        metavar="ga|beta",
        help="The wire's dialect, if not the provider's usual one.",
        rich_help_panel=_WHO,
    ),
]
Microphone = Annotated[
    str | None,
    typer.Option(
        "--mic",
        metavar="SOURCE",
        help="auto, device, device:NAME, demo, silence, FILE.wav, or 'say:What time is it?' "
        "(several turns: 'say:Hello. // And goodbye.').",
        rich_help_panel=_SOUND,
    ),
]
Speaker = Annotated[
    str | None,
    typer.Option(
        "--speaker",
        metavar="SINK",
        help="auto, device, device:NAME or silent.",
        rich_help_panel=_SOUND,
    ),
]
InputDevice = Annotated[
    str | None,
    typer.Option(
        "--input-device",
        metavar="CARD",
        help="Record from this card: its number in `studio doctor`, or part of its name.",
        rich_help_panel=_SOUND,
    ),
]
OutputDevice = Annotated[
    str | None,
    typer.Option(
        "--output-device",
        metavar="CARD",
        help="Play on this card: its number in `studio doctor`, or part of its name.",
        rich_help_panel=_SOUND,
    ),
]
EchoWay = Annotated[
    Echo | None,
    typer.Option(
        "--echo",
        metavar="off|cancel|half-duplex",
        help="The speaker's sound in a microphone: take it out (cancel), be deaf while the "
        "assistant speaks (half-duplex), or leave it (off). [default: cancel]",
        rich_help_panel=_SOUND,
    ),
]
NoiseSuppression = Annotated[
    bool | None,
    typer.Option(
        "--noise-suppression/--no-noise-suppression",
        help="Take steady noise out of a microphone's sound. [default: no]",
        rich_help_panel=_SOUND,
    ),
]
GainControl = Annotated[
    bool | None,
    typer.Option(
        "--gain-control/--no-gain-control",
        help="Make quiet speech in a microphone's sound louder. [default: no]",
        rich_help_panel=_SOUND,
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="Begin with a preset's settings (`studio presets` lists them); --set goes over them.",
        rich_help_panel=_KEEP,
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="A session setting, such as turn_detection.silence_duration_ms=300 or voice=ash; "
        "may be repeated.",
        rich_help_panel=_KEEP,
    ),
]
SessionsDir = Annotated[
    Path | None,
    typer.Option(
        "--sessions-dir",
        metavar="DIR",
        help="Where sessions are kept.",
        rich_help_panel=_KEEP,
    ),
]
ProfileName = Annotated[
    str,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Whose turn detection: a profile, such as azure, or a .toml file.",
    ),
]
