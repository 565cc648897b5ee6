"""The local server as a child for the end-to-end tests: `python tests/e2e/serve.py`."""

from __future__ import annotations

from studio.core.ids import RandomIds
from studio.runtime.clock import SystemClock
from studio.server.run import run_server
from studio.server.settings import ServerConfig

if __name__ == "__main__":
    run_server(ServerConfig(port=0, watch_stdin=True), SystemClock(), RandomIds())
