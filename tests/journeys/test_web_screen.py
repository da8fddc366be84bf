"""The screen in a real browser: the page loads, rows come in, a key works; another site's page gets nothing."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
from wiretally.agent.locations import Home
from wiretally.agent.store import Store

from bench.terminal import text_of
from tests.agent.made import entry

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def serving(place: Home) -> Generator[tuple[subprocess.Popen[bytes], int]]:
    """`wiretally tui --web`, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "wiretally.agent.cli", "tui", "--web", "--web-port", str(port)]
    environment = os.environ | {"WIRETALLY_HOME": str(place.path)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as server:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "it did not listen in time"
                time.sleep(0.1)
        yield server, port
        server.terminate()
        server.wait(20)


@pytest.fixture
def served(place: Home) -> Generator[int]:
    with serving(place) as (_, port):
        yield port


class Browser:
    """A page of headless Chromium, told by its own protocol what to do."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.painted = b""
        """What came to the page by its websocket."""
        self.sockets: list[str] = []

    async def tell(self, method: str, **parameters: Any) -> None:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})

    async def until(self, true: Callable[[], object], seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"it was not shown in time; what was: {text_of(self.painted)[-2000:]}"
            with suppress(TimeoutError):
                said = json.loads(await self._socket.receive_str(timeout=1))
                if said.get("method") == "Network.webSocketFrameReceived":
                    frame = said["params"]["response"]
                    data = frame["payloadData"]
                    self.painted += base64.b64decode(data) if frame["opcode"] == 2 else data.encode()
                elif said.get("method") == "Network.webSocketCreated":
                    self.sockets.append(said["params"]["url"])

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in text_of(self.painted))


def _written(file: Path) -> str:
    """What a file holds, once it holds something."""
    deadline = time.monotonic() + 40
    while not (file.exists() and (text := file.read_text().strip())):
        assert time.monotonic() < deadline, f"{file} was not written in time"
        time.sleep(0.1)
    return text


@asynccontextmanager
async def browser(folder: Path) -> AsyncGenerator[Browser]:
    assert CHROMIUM
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
               "--window-size=1200,800", f"--user-data-dir={folder}", "about:blank"]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        told = folder / "DevToolsActivePort"
        port = int((await asyncio.to_thread(_written, told)).split()[0])
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = json.loads(await answer.text())
            address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as connection:
                yield Browser(connection)
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
async def test_a_browser_shows_rows_as_they_come_and_answers_keys(place: Home, served: int, tmp_path: Path) -> None:
    async with browser(tmp_path / "chromium") as page:
        await page.tell("Network.enable")
        await page.tell("Page.navigate", url=f"http://127.0.0.1:{served}/")
        await page.shows("1 call")
        assert page.sockets[0].startswith(f"ws://127.0.0.1:{served}/")
        store = Store(place.database)
        store.save([entry(number, model=f"gpt-5-web-{number}") for number in (2, 3)])
        store.close()
        await page.shows("gpt-5-web-3")
        for kind in ("mousePressed", "mouseReleased"):
            await page.tell("Input.dispatchMouseEvent", type=kind, x=600, y=400, button="left", clickCount=1)
        for kind in ("keyDown", "keyUp"):
            await page.tell(
                "Input.dispatchKeyEvent", type=kind, key="2", code="Digit2", text="2", windowsVirtualKeyCode=50
            )
        await page.shows("w window")  # what the Cost tab begins with


async def test_the_server_ends_with_a_page_open_and_takes_its_screen_along(place: Home) -> None:
    with serving(place) as (server, port):
        async with aiohttp.ClientSession() as session:
            page = await session.ws_connect(f"http://127.0.0.1:{port}/ws")
            await page.receive(timeout=40)
            (program,) = psutil.Process(server.pid).children()
            server.terminate()
            await asyncio.to_thread(server.wait, 15)
            assert not page.closed  # it read nothing any more
        await asyncio.to_thread(program.wait, 15)


async def test_a_foreign_host_or_origin_gets_neither_page_nor_socket(served: int) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/ws", "/static/js/textual.js"):
            for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
                async with session.get(f"http://127.0.0.1:{served}{path}", headers=headers) as answer:
                    assert answer.status == 403, (path, headers)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"http://127.0.0.1:{served}/ws", origin="https://evil.example")
        assert refused.value.status == 403
        async with session.get(f"http://127.0.0.1:{served}/") as answer:
            assert answer.status == 200
