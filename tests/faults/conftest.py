"""An agent and its provider for a whole file of tests, where starting one for each would take longer than the tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from wiretally.agent.locations import Home

from . import provider, reliability, running
from .ledger import Received
from .load import call, direct
from .provider import Provider
from .running import Agent


@dataclass(frozen=True, slots=True)
class Stage:
    """A running agent before its provider."""

    agent: Agent
    provider: Provider

    @property
    def home(self) -> Home:
        return self.agent.home

    async def calls(self, count: int, received: Received) -> None:
        """Some JSON calls and a stream. Fails where one is not answered."""
        connection = await direct(self.agent)
        try:
            for number in range(count):
                await call(connection, received, stream=number % 5 == 4)
        finally:
            connection[1].close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    """One agent for all tests of a file."""
    home = Home(tmp_path_factory.mktemp("home")).make()
    async with provider.running() as upstream, running.agent(home, "--upstream", upstream.upstream) as agent:
        yield Stage(agent, upstream)


def pytest_sessionfinish() -> None:
    """The long run writes what it found; a test that failed has no row."""
    if reliability.WRITES:
        reliability.write()
