"""One process of the agent's: started with a plan, heard out, ended in time. What it prints goes to the log."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, Final, cast

from .errors import UsageError, WiretallyError

MAX_LINE: Final = 65536
MALLOC: Final = {"MALLOC_MMAP_THRESHOLD_": "524288", "MALLOC_ARENA_MAX": "1"}
"""glibc's allocator gives a large body's memory back as soon as it is free. Left to itself it raises the threshold with
each large block and keeps them: two bodies of 100 MB added 63 MiB to the agent, with this 45."""

log = logging.getLogger("agent")


@dataclass(slots=True)
class Child:
    """A process and what it was started with. `inherits` are descriptors, `line` is its plan."""

    name: str
    arguments: list[str]
    inherits: tuple[int, ...]
    line: bytes
    process: asyncio.subprocess.Process | None = None
    started: float = 0.0
    deaths: int = 0
    watchers: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        """Start the process and wait for its word. Raises WiretallyError with what it said."""
        self.started = time.monotonic()
        process = await self.spawn()
        assert process.stdin and process.stdout
        process.stdin.write(self.line)
        message = await _first_message(process.stdout, self.name)
        if "error" in message:
            await process.wait()
            raise (UsageError if message.get("usage") else WiretallyError)(message["error"])
        self.watchers.append(asyncio.ensure_future(_log_lines(process.stdout, self.name)))

    async def spawn(self) -> asyncio.subprocess.Process:
        """Start the process; what it complains of goes to the log."""
        self.process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self.arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=self.inherits,
            env={**MALLOC, **os.environ},
            start_new_session=True,  # Ctrl+C at a terminal is the supervisor's to hear
        )
        assert process.stderr
        self.watchers = [asyncio.ensure_future(_log_lines(process.stderr, self.name))]
        return process

    async def died(self) -> int:
        """Wait until the process is gone; its status."""
        assert self.process
        return await self.process.wait()

    def signal(self, number: int) -> None:
        """Send a signal, if the process runs."""
        if self.process and self.runs:
            self.process.send_signal(number)

    async def ended(self, seconds: float) -> None:
        """Wait for the process's end, `seconds` at most; then it is killed."""
        if self.process and self.runs:
            try:
                async with asyncio.timeout(seconds):
                    await self.process.wait()
            except TimeoutError:
                log.error("the %s process did not end in %d s and was killed", self.name, seconds)
                self.process.kill()
                await self.process.wait()
        for watcher in self.watchers:
            watcher.cancel()


async def lines_of(stream: asyncio.StreamReader) -> AsyncGenerator[bytes]:
    """Lines as they come, parts of very long ones. A pipe that nobody empties would stop the process behind it."""
    rest = b""
    while data := await stream.read(65536):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            yield line
        if len(rest) > MAX_LINE:
            yield rest
            rest = b""
    if rest:
        yield rest


async def _first_message(stream: asyncio.StreamReader, name: str) -> dict[str, Any]:
    """The process's word, past whatever a user's script printed before it."""
    while line := await stream.readline():
        try:
            message: Any = json.loads(line)
        except ValueError:
            message = None
        if isinstance(message, dict):
            return cast(dict[str, Any], message)
        log.warning("%s: %s", name, line.decode("utf-8", "replace").rstrip())
    return {"error": f"the {name} process died at once"}


async def _log_lines(stream: asyncio.StreamReader, name: str) -> None:
    async for line in lines_of(stream):
        log.warning("%s", line.decode("utf-8", "replace").rstrip() or name)
