"""Runs one of the apps as a process against a provider without a proxy between."""

import os
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from wiretally.agent.simulation import crew
from wiretally.agent.simulation.messages import Document

from tests import fake_openai
from tests.fake_openai import FakeOpenAI


@dataclass(frozen=True, slots=True)
class Stage:
    """A provider, and a folder for the apps."""

    provider: FakeOpenAI
    folder: Path

    def bodies(self) -> list[Document]:
        """What was asked so far."""
        return [request.json() for request in list(self.provider.requests)]

    def output(self, name: str) -> str:
        """What the app printed so far."""
        return (self.folder / name / "output.log").read_text()

    def play(self, name: str, until: Callable[[], bool]) -> None:
        """Run the app until the condition holds; two minutes at most."""
        app = next(app for app in crew.APPS if app.name == name)
        own = {"OPENAI_BASE_URL": self.provider.base_url, "OPENAI_API_KEY": "sk-test"}
        running = crew.start(app, {**os.environ, **own}, self.folder)
        try:
            for _ in range(1200):
                if until():
                    return
                assert running.process.poll() is None, self.output(name)
                time.sleep(0.1)
            raise AssertionError(f"waited in vain; {name} printed:\n{self.output(name)}")
        finally:
            running.stop()


@pytest.fixture
def stage(tmp_path: Path) -> Generator[Stage]:
    with fake_openai.running(tmp_path / "upstream", tls=False) as provider:
        yield Stage(provider, tmp_path)
