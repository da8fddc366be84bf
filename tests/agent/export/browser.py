"""Headless Chromium, led by its DevTools protocol: what a page made of a file, and what it asked the network for."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)  # fmt: skip
SECONDS = 60


class Browser:
    """One tab. `address` is where Chromium serves the parts of its own network panel."""

    def __init__(self, socket: ClientConnection, address: str) -> None:
        self._socket = socket
        self._number = 0
        self._events: list[dict[str, Any]] = []
        self.address = address

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command of the protocol."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while (said := self._next()).get("id") != self._number:
            self._events.append(said)
        return said["result"]

    def open(self, url: str) -> list[str]:
        """Load a page; the addresses that were asked for on the way, its own first."""
        self._events.clear()
        self.command("Network.enable")
        self.command("Page.enable")
        self.command("Page.navigate", url=url)
        while all(event["method"] != "Page.loadEventFired" for event in self._events):
            self._events.append(self._next())
        asked = [event for event in self._events if event["method"] == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in asked]

    def evaluate(self, script: str) -> Any:
        """The value of a script, awaited. Raises AssertionError with what it threw."""
        done = self.command("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def give(self, file: Path) -> None:
        """Choose a file for the page, which has it as `window.given`."""
        self.evaluate("void (window.input = Object.assign(document.createElement('input'), {type: 'file'}))")
        field = self.command("Runtime.evaluate", expression="window.input")["result"]["objectId"]
        self.command("DOM.setFileInputFiles", files=[str(file)], objectId=field)
        self.evaluate("void (window.given = window.input.files[0])")

    def _next(self) -> dict[str, Any]:
        return json.loads(self._socket.recv(SECONDS))


def _tab(address: str) -> str:
    """The address of the first page, once there is one."""
    end = time.monotonic() + SECONDS
    while True:
        with urlopen(f"{address}/json/list") as listed:
            pages = [entry["webSocketDebuggerUrl"] for entry in json.load(listed) if entry["type"] == "page"]
        if pages:
            return pages[0]
        assert time.monotonic() < end, "the browser shows no page"
        time.sleep(0.05)


@contextmanager
def running(profile: Path) -> Generator[Browser]:
    """A browser with a profile of its own; gone with it afterwards."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    assert program, "install chromium: .ci/run does"
    command = [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            said = next(line for line in process.stderr if line.startswith("DevTools listening on ws://"))
            address = "http://" + said.split("//")[1].partition("/")[0]
            with connect(_tab(address), max_size=None, close_timeout=0.2) as socket:
                yield Browser(socket, address)
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)
