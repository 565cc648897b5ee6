"""A child process that tells the screen in lines what it does, and ends with its standard input."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.runtime.link import opened_log

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence
    from pathlib import Path

_PATIENCE_S = 10.0


class TellingChild:
    """A child that is started when its lines are asked for.

    Args:
        command: what it runs.
        log_path: where its standard error goes.
        environ: its environment; None for this process's own.
        title: of the error where it dies.
        hint: what is to be known then.
    """

    def __init__(
        self,
        command: Sequence[str],
        log_path: Path,
        environ: Mapping[str, str] | None,
        *,
        title: str,
        hint: str = "",
    ) -> None:
        self._command = tuple(command)
        self._log_path = log_path
        self._environ = environ
        self._title, self._hint = title, hint
        self._process: asyncio.subprocess.Process | None = None

    async def lines(self, first: bytes) -> AsyncGenerator[bytes, None]:
        """What it tells, until it ends; closed early, it ends in good order.

        Args:
            first: the first line of its standard input.

        Raises:
            StudioError: it died, or its log cannot be written.
        """
        with opened_log(self._log_path) as log:
            process = self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=self._environ,
                start_new_session=True,
            )
        try:
            self.tell(first)
            assert process.stdout is not None
            async for line in process.stdout:
                yield line
            if status := await process.wait():
                raise StudioError(
                    f"Its process ended with status {status}.",
                    title=self._title,
                    hint=f"{self._hint} Its log: {self._log_path}".strip(),
                )
        finally:
            await _see_off(process)

    def tell(self, line: bytes) -> None:
        """Write to its standard input, as long as it has one."""
        process = self._process
        if process is not None and process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(line)


async def _see_off(process: asyncio.subprocess.Process) -> None:
    """Let it end in good order, and end it where it does not."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
