"""The asyncio side of the voice process: start it, have it speak, end it."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from typing import TYPE_CHECKING, Self

from studio.core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from types import TracebackType

_COMMAND = (sys.executable, "-m", "studio.speech.service")


class VoiceProcess:
    """A running voice; one text is spoken at a time, others wait for their turn.

    Args:
        command: what to run instead of the service of this package.
    """

    def __init__(self, command: Sequence[str] = _COMMAND) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._speaking = asyncio.Lock()
        self._ids = itertools.count(1)
        self._header: dict[str, object] | None = None

    async def __aenter__(self) -> Self:
        # In a session of its own, the Ctrl-C that ends the parent in its own time does not hit it.
        self._header = None
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()
        self._process = None

    async def say(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncGenerator[bytes]:
        """Speak `text`: PCM16 at 24 kHz, piece by piece as it is ready.

        Leaving the iteration early is fine; what is still to come is then skipped.

        Raises:
            StudioError: unknown voice, impossible speed, extra `local` missing, process died.
        """
        async with self._speaking:
            request_id = str(next(self._ids))
            await self._request({"id": request_id, "text": text, "voice": voice, "speed": speed})
            while True:
                header, audio = await self._answer()
                if header.get("id") not in {request_id, None}:
                    continue
                if "error" in header:
                    raise StudioError(
                        str(header["error"]),
                        title=str(header.get("title", "")),
                        hint=str(header.get("hint", "")),
                    )
                if header["last"]:
                    return
                yield audio

    def _pipes(self) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise _gone()
        return process.stdin, process.stdout

    async def _request(self, request: dict[str, object]) -> None:
        stdin, _ = self._pipes()
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            await stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            return  # the answer then tells why, or that there is none

    async def _answer(self) -> tuple[dict[str, object], bytes]:
        _, stdout = self._pipes()
        try:
            # A cancelled reader may have taken the header and left its audio in the pipe.
            if self._header is None:
                self._header = json.loads(await stdout.readuntil(b"\n"))
            header = self._header
            audio = await stdout.readexactly(int(str(header.get("bytes", 0))))
        except (asyncio.IncompleteReadError, ConnectionResetError, ValueError) as failure:
            raise _gone() from failure
        self._header = None
        return header, audio


def _gone() -> StudioError:
    return StudioError(
        "The process that speaks has ended.",
        title="The local voice stopped",
        hint="Start it again; if it stops again, run: studio doctor",
    )
