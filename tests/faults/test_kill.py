"""SIGKILL at random moments under load: of the proxy, the recorder, a reader and the supervisor, in turn."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from wiretally.agent.locations import Home

from . import ledger, provider, running
from .ledger import Received
from .load import load
from .reliability import ROUNDS, Result, record
from .running import Agent, until

type Kill = Callable[[Agent], Awaitable[float]]


async def _killing(kill: Kill, tmp_path: Path, rounds: int) -> Result:
    """Rounds of load and a kill at a random moment; afterwards everything received must be there, once."""
    chance = random.Random(7)
    received, home, healed = Received(), Home(tmp_path / "home").make(), list[float]()
    async with (
        provider.running() as upstream,
        running.agent(home, "--upstream", upstream.upstream) as agent,
        load(agent, received),
    ):
        ports = agent.port, agent.base_url_port
        for _ in range(rounds):
            before = received.calls
            await asyncio.sleep(0.05 + chance.random() * 0.4)
            healed.append(await kill(agent))
            await until(lambda before=before: received.calls > before + 3, "calls after the kill")
            known = agent.known()
            assert (known["port"], known["base_url_port"]) == ports
        await asyncio.sleep(0.2)
    lost = len(ledger.missing(home, received))
    ledger.check(home, received)
    _check_cut(home, received)
    return Result("", rounds, received.calls, lost, 0, max(healed))


def _check_cut(home: Home, received: Received) -> None:
    """Streams that the kill cut are aborted and hold every event that the client was given."""
    for number, events in received.cut.items():
        found = ledger.rows(home, "select state from calls where request_id = ?", (number,))
        assert found in ([("aborted",)], [("done",)]), (number, found)
        assert ledger.events_kept(home, number) >= events


async def test_a_killed_proxy_is_replaced_and_its_calls_are_kept(tmp_path: Path) -> None:
    result = await _killing(lambda agent: agent.kill("proxy"), tmp_path, ROUNDS)
    record(result, "SIGKILL of the proxy")


async def test_a_killed_recorder_is_replaced_and_loses_nothing(tmp_path: Path) -> None:
    result = await _killing(lambda agent: agent.kill("recorder"), tmp_path, ROUNDS)
    record(result, "SIGKILL of the recorder")
