from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from studio.runtime.children import LocalServer

SERVE = Path(__file__).with_name("serve.py")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LocalServer]:
    """The real local server on a free port."""
    async with LocalServer((sys.executable, str(SERVE)), tmp_path / "server.log") as running:
        yield running
