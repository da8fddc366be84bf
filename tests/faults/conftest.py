"""An agent and its provider for a whole file of tests, where starting one for each would take longer than the tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from hypothesis import is_hypothesis_test
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A row for what has passed and is marked as a fault; a line for what has failed, or can't be run here."""
    report = yield
    name = item.name.removeprefix("test_").replace("_", " ")
    mark = item.get_closest_marker("fault")
    if report.when == "call" and report.passed and mark:
        fuzzed = isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)
        rounds = mark.kwargs["rounds"] if fuzzed else 1
        reliability.record(reliability.Result(str(mark.args[0]), rounds, rounds))
    elif report.failed:
        reliability.WITHOUT.append(f"**failed**: {name}")
    elif report.skipped:
        reliability.WITHOUT.append(f"not tried here: {name}")
    return report


def pytest_sessionfinish(exitstatus: int) -> None:
    """The long run writes what it found; one that was cut off shows it and leaves the page as it is."""
    if reliability.TABLE == "page" and exitstatus != pytest.ExitCode.INTERRUPTED:
        reliability.write()
    if reliability.TABLE:
        reliability.say("\n" + reliability.table())
