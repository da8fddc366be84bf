"""SIGKILL at random moments under load: of the proxy, the recorder, its host, the screen, the supervisor, in turn."""

from __future__ import annotations

import asyncio
import os
import pty
import random
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from wiretally.agent.locations import Home

from . import ledger, provider, running
from .ledger import Received
from .load import load
from .reliability import LIVES, Tally, record, say
from .running import Agent, until

type Kill = Callable[[Agent], Awaitable[float | None]]

CHANCE = random.Random(7)


async def _kill_screen(agent: Agent) -> None:
    """A screen that shows calls as they come is killed while it reads."""
    terminal, its_end = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wiretally.agent.cli", "tui", stdin=its_end, stdout=its_end, stderr=its_end,
        env={**os.environ, "WIRETALLY_HOME": str(agent.home.path), "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
        start_new_session=True,
    )  # fmt: skip
    os.close(its_end)
    drawn = bytearray()

    def draw() -> None:
        with suppress(OSError):  # it is gone
            drawn.extend(os.read(terminal, 65536))

    asyncio.get_running_loop().add_reader(terminal, draw)
    try:
        await until(lambda: b"gpt-4o-mini" in drawn or process.returncode is not None, "a call on the screen")
        assert process.returncode is None, bytes(drawn[-500:])
        await asyncio.sleep(CHANCE.random() * 0.2)
    finally:
        asyncio.get_running_loop().remove_reader(terminal)
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        os.close(terminal)


KILLS: dict[str, Kill] = {
    "proxy": lambda agent: agent.kill("proxy"),
    "recorder": lambda agent: agent.kill("recorder"),
    "recorder's host": lambda agent: agent.kill_host(),
    "screen": _kill_screen,
}
A_LIFE = [*KILLS, "proxy", "recorder"]
"""What is killed in an agent's life, before its supervisor."""


async def _round(agent: Agent, received: Received, role: str, tally: Tally) -> None:
    """Load, a kill at a random moment, and load again."""
    ports = agent.port, agent.base_url_port
    before = received.calls
    await asyncio.sleep(0.05 + CHANCE.random() * 0.3)
    healed = await KILLS[role](agent)
    after = received.calls
    await until(lambda: received.calls > after + 3, f"calls after the kill of the {role}")
    known = agent.known()
    assert (known["port"], known["base_url_port"]) == ports
    tally.add(role, received.calls - before, healed)


async def test_no_kill_loses_a_call(tmp_path: Path) -> None:
    """Each life of an agent ends with its supervisor's; the next one begins on the same home and ports."""
    received, tally, home = Received(), Tally(), Home(tmp_path / "home").make()
    ports, left, before = (0, 0), list[int](), 0
    async with provider.running() as upstream:
        flags = "--upstream", upstream.upstream
        for life in range(LIVES):
            say(f"agent {life + 1} of {LIVES}, {received.calls:,} calls answered so far")
            async with running.agent(home, *flags, ports=ports) as agent:
                ports = agent.port, agent.base_url_port
                async with load(agent, received):
                    for role in A_LIFE:
                        await _round(agent, received, role, tally)
                    before = received.calls
                    left = await agent.kill_supervisor()
                    await asyncio.sleep(0.2)
            await until(lambda left=left: not any(map(running.alive, left)), "the end of what the supervisor left")
            tally.add("supervisor", received.calls - before, None)
        async with running.agent(home, *flags, ports=ports):
            await until(lambda: not ledger.missing(home, received), "every call in the database")
    ledger.check(home, received)
    _check_cut(home, received)
    for role, result in tally.results("SIGKILL of the {}").items():
        assert result.rounds >= LIVES, role
        record(result)


def _check_cut(home: Home, received: Received) -> None:
    """Streams that a kill cut are aborted (done, where only the very end is missing) with every event that had come."""
    assert received.cut
    for number, events in received.cut.items():
        found = ledger.rows(home, "select state from calls where request_id = ?", (number,))
        assert found in ([("aborted",)], [("done",)]), (number, found)
        assert ledger.events_kept(home, number) >= events


async def test_a_new_agent_starts_while_the_calls_of_a_killed_one_end(tmp_path: Path) -> None:
    """The supervisor dies with long streams under way: they arrive whole, recorded as done."""
    received, home = Received(), Home(tmp_path / "home").make()
    async with provider.running() as upstream:
        flags = "--upstream", upstream.upstream
        agent = await running.start(home, *flags)
        streams = [asyncio.ensure_future(_long_stream(agent, received)) for _ in range(3)]
        await until(lambda: len(ledger.rows(home, "select 1 from calls where state = 'open'")) == 3, "open calls")
        left = await agent.kill_supervisor()
        async with running.agent(home, *flags, ports=(agent.port, agent.base_url_port)) as other:
            assert any(map(running.alive, left)), "the streams should outlast the new agent's start"
            await _long_stream(other, received, words=3)
            await asyncio.gather(*streams)
            await until(lambda: not any(map(running.alive, left)), "the end of what the supervisor left")
    assert received.calls == 4
    ledger.check(home, received)


async def _long_stream(agent: Agent, received: Received, words: int = 3000) -> None:
    from .load import call, direct

    connection = await direct(agent)
    await call(connection, received, stream=True, words=words)
    connection[1].close()
