"""A process that a host forks: when it dies, the next one is there in milliseconds, for the host lives on.

To the supervisor it is a child like the others; only its process id is another at each start while the host stays.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from dataclasses import dataclass, field
from typing import Any

from .child import Child, lines_of
from .errors import WiretallyError

log = logging.getLogger("agent")


@dataclass(slots=True)
class Hosted(Child):
    """`arguments` start the host; `line` is the plan of each process that it forks."""

    forked: int | None = None
    _said: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue[dict[str, Any]])

    @property
    def pid(self) -> int | None:
        return self.forked

    async def start(self) -> None:
        """Have one forked, by a new host where none runs. Raises WiretallyError with what it said."""
        self.started = time.monotonic()
        if not self.runs:
            self.watchers.append(asyncio.ensure_future(self._hear(await self.spawn())))
        assert self.process and self.process.stdin
        self.process.stdin.write(self.line)
        message = await self._said.get()
        if "error" in message:
            raise WiretallyError(message["error"])  # that it ended is died()'s to hear, who has it started again
        if "ended" in message:
            self._said.put_nowait(message)
            raise WiretallyError(f"the {self.name} process died at once")
        self.forked = message["pid"]

    async def died(self) -> int:
        """Wait until it is gone, alone or with its host; its status."""
        message = await self._said.get()
        self.forked = None
        return message["ended"]

    async def ended(self, seconds: float) -> None:
        """Wait for the end of it and its host, `seconds` at most; then both are killed."""
        if self.process and self.process.stdin:
            self.process.stdin.close()
        await Child.ended(self, seconds)

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        async for line in lines_of(process.stdout):
            try:
                self._said.put_nowait(dict(json.loads(line)))
            except (ValueError, TypeError):
                log.warning("%s: %s", self.name, line.decode("utf-8", "replace").rstrip())
        if self.forked is not None or process.returncode != 0:
            self._said.put_nowait({"ended": await process.wait()})
