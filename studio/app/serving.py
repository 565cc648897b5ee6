"""`studio serve`: the local Realtime server in the foreground."""

from __future__ import annotations

import sys
from collections.abc import Mapping

LLM_KEY_VARIABLE = "STUDIO_LLM_KEY"

OWN_SERVER_COMMAND = (sys.executable, "-m", "studio", "serve", "--port", "0", "--watch-stdin")
"""A server for one studio: on a free port, gone when its parent is."""


_LOADING_S = 30.0
_LOOK_EVERY_S = 0.2


async def until_loaded(url: str) -> None:
    """Wait until a local server has its speech models, or half a minute: else the first is slow.

    Args:
        url: its WebSocket address.
    """
    import asyncio
    from contextlib import suppress
    from urllib.parse import urlsplit

    import httpx2

    health = f"http://{urlsplit(url).netloc}/health"
    with suppress(TimeoutError, httpx2.HTTPError, ValueError):
        async with asyncio.timeout(_LOADING_S), httpx2.AsyncClient(trust_env=False) as client:
            while "loading" in (await client.get(health)).json()["models"].values():  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_EVERY_S)


def serve_forever(  # noqa: PLR0913 the command line's own options
    environ: Mapping[str, str],
    *,
    host: str,
    port: int,
    strict: bool,
    api_key: str | None,
    llm_base_url: str | None,
    llm_model: str,
    max_sessions: int,
    vad_profile: str,
    watch_stdin: bool,
) -> None:
    """Serve until interrupted, with the ready line on standard output.

    Raises:
        StudioError: the address cannot be listened on, or there is no such profile.
    """
    from studio.config.paths import studio_paths
    from studio.core.ids import RandomIds
    from studio.lab.profiles import profile_named
    from studio.runtime.clock import SystemClock
    from studio.server.run import run_server
    from studio.server.settings import ServerConfig

    config = ServerConfig(
        host=host,
        port=port,
        strict=strict,
        api_key=api_key or "",
        llm_base_url=llm_base_url or "",
        llm_model=llm_model,
        llm_api_key=environ.get(LLM_KEY_VARIABLE, ""),
        most_sessions=max_sessions,
        profile=profile_named(vad_profile, studio_paths(environ).profiles_dir),
        watch_stdin=watch_stdin,
    )
    run_server(config, SystemClock(), RandomIds())
