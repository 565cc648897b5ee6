"""A headless Chromium that opens a page from disk and says what it complained of."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
_PATIENCE_S = 60.0


@dataclass(slots=True)
class Page:
    """An open page, and what happened in it."""

    socket: ClientConnection
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    _calls: int = 0
    _loaded: bool = False

    async def call(self, method: str, **params: object) -> Mapping[str, Any]:
        """Ask something of the browser; what happens meanwhile is noted."""
        self._calls += 1
        await self.socket.send(json.dumps({"id": self._calls, "method": method, "params": params}))
        while True:
            told = json.loads(await self.socket.recv())
            if told.get("id") == self._calls:
                assert "error" not in told, told
                result: Mapping[str, Any] = told["result"]
                return result
            self._note(told)

    async def open(self, address: str) -> None:
        """Open an address, and wait until all of it is there."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=address)
        while not self._loaded:
            self._note(json.loads(await self.socket.recv()))

    async def evaluate(self, script: str) -> object:
        """The value of an expression in the page."""
        told = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def look(self, width: int, height: int, scheme: str = "light") -> bytes:
        """A picture of the whole page as PNG."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        await self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        shot = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    async def print(self) -> bytes:
        """The page on paper, as PDF."""
        printed = await self.call("Page.printToPDF", preferCSSPageSize=True)
        return base64.b64decode(printed["data"])

    def _note(self, told: Mapping[str, Any]) -> None:
        params = told.get("params", {})
        match told.get("method"):
            case "Page.loadEventFired":
                self._loaded = True
            case "Log.entryAdded":
                self.complaints.append(params["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.complaints.append(str(params["args"]))
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case _:
                pass


@asynccontextmanager
async def page() -> AsyncIterator[Page]:
    """A page of a browser that is closed afterwards."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            CHROMIUM,
            *_FLAGS,
            f"--user-data-dir={profile}",
            "about:blank",
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            limit=1_000_000,
        )
        try:
            async with asyncio.timeout(_PATIENCE_S):
                address = await _address(process)
                async with connect(address, max_size=None) as browser:
                    target = await _target(browser)
                    host = address.partition("/devtools/")[0]
                    async with connect(f"{host}/devtools/page/{target}", max_size=None) as socket:
                        yield Page(socket)
        finally:
            process.terminate()
            await process.communicate()


async def _address(process: Process) -> str:
    """Where the browser listens: it says so on its standard error."""
    assert process.stderr is not None
    async for line in process.stderr:
        _, found, address = line.decode(errors="replace").partition("DevTools listening on ")
        if found:
            return address.strip()
    raise AssertionError("the browser ended before it listened")


async def _target(browser: ClientConnection) -> str:
    await browser.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
    while True:
        told = json.loads(await browser.recv())
        if told.get("id") == 1:
            pages = [each for each in told["result"]["targetInfos"] if each["type"] == "page"]
            return str(pages[0]["targetId"])
