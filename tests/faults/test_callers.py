"""Programs that call are named, also after the lookout was killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from wiretally.agent.locations import Home

from . import ledger, provider, running
from .reliability import Result, record
from .running import Agent, until


def _lookout(agent: Agent) -> psutil.Process | None:
    """The recorder's sibling."""
    recorder = psutil.Process(agent.known()["recorder_pid"])
    host = recorder.parent()
    return next((it for it in host.children() if it != recorder), None) if host else None


@asynccontextmanager
async def _curl(agent: Agent) -> AsyncGenerator[None]:
    """A program under way whose call is not answered before the block ends."""
    url = f"http://127.0.0.1:{agent.base_url_port}/v1/models"
    process = await asyncio.create_subprocess_exec("curl", "-s", url, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def test_a_killed_lookout_is_followed_by_another(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").make()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    def named() -> int:
        found = "select count(*) from calls c join processes p on p.id = c.process_id where p.app = 'curl'"
        return int(ledger.rows(home, found)[0][0])

    async with provider.running(silent) as upstream, running.agent(home, "--upstream", upstream.upstream) as agent:
        lookout = await until(lambda: _lookout(agent), "the lookout")
        async with _curl(agent):
            await until(lambda: named() == 1, "the first program's name")
            lookout.kill()
            async with _curl(agent):
                await until(lambda: named() == 2, "the second program's name")
        assert _lookout(agent) != lookout
    record(Result("SIGKILL of the lookout", 1, 2, lost=0, changed="not compared: never answered"))
