"""A real agent in processes of its own, and the ways a test looks at it or kills a part of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psutil
from wiretally.agent import lifecycle
from wiretally.agent.locations import Home

PATIENCE = 60.0
"""Seconds after which what has not happened is taken not to happen."""


async def until[T](look: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """Wait for `look` to give something true. Fails naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"not seen in {seconds:.0f} s: {what}")


@dataclass(slots=True)
class Agent:
    """A running agent."""

    home: Home
    process: asyncio.subprocess.Process
    port: int
    base_url_port: int

    def known(self) -> dict[str, Any]:
        """What agent.json says: processes that were ready."""
        return json.loads(self.home.agent_file.read_text())

    async def status(self) -> lifecycle.Status:
        """What the agent says of itself now."""
        found = await asyncio.to_thread(lifecycle.status, self.home)
        assert found, "the agent does not answer"
        return found

    def kill_now(self, role: str) -> int:
        """SIGKILL the `proxy` or `recorder`; its process id."""
        pid: int = self.known()[f"{role}_pid"]
        os.kill(pid, signal.SIGKILL)
        return pid

    async def kill(self, role: str) -> float:
        """SIGKILL the `proxy` or `recorder`; the seconds until another is ready."""
        began = time.monotonic()
        pid = self.kill_now(role)
        await until(lambda: self.known()[f"{role}_pid"] != pid, f"another {role}")
        return time.monotonic() - began

    async def kill_host(self) -> float:
        """SIGKILL the process that forks the recorder, which goes with it; the seconds until another is ready."""
        began, recorder = time.monotonic(), self.known()["recorder_pid"]
        os.kill(psutil.Process(recorder).ppid(), signal.SIGKILL)
        await until(lambda: self.known()["recorder_pid"] != recorder, "another recorder")
        return time.monotonic() - began

    async def kill_supervisor(self) -> list[int]:
        """SIGKILL the supervisor; the processes it leaves behind."""
        known = self.known()
        self.process.kill()
        await self.process.wait()
        return [*known["proxy_pids"], known["recorder_pid"]]

    async def stop(self) -> None:
        """Stop it as Ctrl+C does."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(90):
                await self.process.wait()


def troubled(home: Home) -> lifecycle.Status | None:
    """The agent's status, where it says that something waits for the disk."""
    found = lifecycle.status(home)
    return found if found and found.waiting and found.faults else None


def alive(pid: int) -> bool:
    """Does the process run? One that has ended and was not waited for does not."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


async def start(home: Home, *flags: str, ports: tuple[int, int] = (0, 0), umask: int = -1) -> Agent:
    """Start an agent and wait until it serves. Fails with what it said."""
    home.agent_file.unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wiretally.agent.cli", "agent", "--port", str(ports[0]), "--base-url-port",
        str(ports[1]), *flags, env={**os.environ, "WIRETALLY_HOME": str(home.path)},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        umask=umask,
    )  # fmt: skip
    assert process.stderr
    while not home.agent_file.exists():
        if process.returncode is not None:
            raise AssertionError((await process.stderr.read()).decode())
        await asyncio.sleep(0.01)
    known = json.loads(home.agent_file.read_text())
    return Agent(home, process, known["port"], known["base_url_port"])


@asynccontextmanager
async def agent(home: Home, *flags: str, ports: tuple[int, int] = (0, 0), umask: int = -1) -> AsyncGenerator[Agent]:
    """An agent for the length of a block; nothing of it is left afterwards."""
    made = await start(home, *flags, ports=ports, umask=umask)
    try:
        yield made
    finally:
        await made.stop()
