"""A real agent on free ports, with the simulated provider or a local model behind it."""

import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from wiretally.agent import environment, lifecycle
from wiretally.agent.doors import Doors
from wiretally.agent.export.job import Job
from wiretally.agent.locations import Home
from wiretally.agent.queries.export import ids
from wiretally.agent.queries.reader import DatabaseMissing, Reader
from wiretally.agent.simulation.crew import neutral
from wiretally.agent.store import Store

from tests import fake_openai
from tests.agent.made import entry
from tests.fake_openai import HOST, FakeOpenAI

type Door = Literal["proxy", "base-url"]
DOORS: tuple[Door, ...] = ("proxy", "base-url")


@dataclass(frozen=True, slots=True)
class Agent:
    """A running agent, as its user sees it."""

    home: Home
    status: lifecycle.Status

    @property
    def doors(self) -> Doors:
        return Doors(self.status.port, self.status.base_url_port)

    def variables(self, door: Door) -> dict[str, str]:
        """The environment of a program that is led through the door."""
        clean = neutral(os.environ)
        if door == "base-url":
            led = environment.base_url_variables(self.doors, environ=clean)
        else:
            led = environment.variables(self.home, self.doors, environ=clean)
        return clean | led | {"OPENAI_API_KEY": "sk-test-0123456789"}

    def rows(self, *, bodies: bool = False) -> list[dict[str, Any]]:
        """Every call, as exported."""
        try:
            with Reader(self.home.database) as reader:
                job = Job(reader, ids(reader), bodies)
                return [record for page in job.pages() for record in job.records(page)]
        except DatabaseMissing:
            return []

    def row(self, *, bodies: bool = False, **fields: Any) -> dict[str, Any]:
        """The newest call with these fields, once it has ended; thirty seconds at most."""
        for _ in range(600):
            for row in reversed(self.rows(bodies=bodies)):
                if row["state"] != "open" and fields.items() <= row.items():
                    return row
            time.sleep(0.05)
        raise AssertionError(f"no call that ended has {fields}; there are {self.rows()}")


@contextmanager
def running_agent(folder: Path, *flags: str) -> Generator[Agent]:
    """An agent with a home in `folder`."""
    home = Home(folder / "home").make()
    status = lifecycle.start_detached(home, ["--port", "0", "--base-url-port", "0", *flags])
    try:
        yield Agent(home, status)
    finally:
        lifecycle.stop(home)


@pytest.fixture
def place(tmp_path: Path) -> Home:
    """A home with one call in it."""
    home = Home(tmp_path / "home").make()
    store = Store(home.database)
    store.save([entry(1)])
    store.close()
    return home


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Generator[FakeOpenAI]:
    with fake_openai.running(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture(scope="session")
def agent(provider: FakeOpenAI, tmp_path_factory: pytest.TempPathFactory) -> Generator[Agent]:
    """An agent before the simulated provider, which it reaches by TLS."""
    flags = ("--upstream", provider.upstream, "--upstream-ca", str(provider.identity.authority))
    with running_agent(tmp_path_factory.mktemp("agent"), *flags) as agent:
        yield agent


@pytest.fixture(scope="session")
def model_agent(tmp_path_factory: pytest.TempPathFactory) -> Generator[Agent]:
    """An agent before a real language model on this machine."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.local_model"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as model:
        assert model.stdin and model.stdout
        upstream = f"{HOST}=http://127.0.0.1:{int(model.stdout.readline())}"
        with running_agent(tmp_path_factory.mktemp("agent"), "--upstream", upstream) as agent:
            yield agent
        model.stdin.close()


@pytest.fixture(params=DOORS)
def led(request: pytest.FixtureRequest, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> Agent:
    """The agent, with this process's environment leading through one of its doors."""
    lead(agent, request.param, monkeypatch)
    return agent


def lead(agent: Agent, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lead this process through a door, as `wiretally exec` leads a command."""
    variables = agent.variables(door)
    for name in set(os.environ) - set(variables):
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
