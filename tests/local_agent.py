"""A home whose agents reach the simulated provider, and the command line on it, for tests that need the whole way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wiretally.agent import lifecycle
from wiretally.agent.lifecycle import Status
from wiretally.agent.locations import Home
from wiretally.agent.queries.export import ids, lines
from wiretally.agent.queries.reader import DatabaseMissing, Reader
from wiretally.agent.queries.where import Where
from wiretally.agent.simulation.service import Service

from tests import fake_openai
from tests.fake_openai import FakeOpenAI

KEY = "sk-test-0123456789abcdefghijklmn"
_NOT_INHERITED = ("_PROXY", "OPENAI_", "WIRETALLY_", "NODE_OPTIONS", "SSL_CERT_FILE", "CA_BUNDLE", "EXTRA_CA_CERTS")


@dataclass(frozen=True)
class Place:
    """A home, the provider its agents call, and an environment in which nothing leads anywhere else."""

    home: Home
    provider: FakeOpenAI
    environ: dict[str, str]

    def command(self, *arguments: str) -> list[str]:
        """`wiretally ARGUMENTS` as words."""
        return [sys.executable, "-m", "wiretally.agent.cli", *arguments]

    def wiretally(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run `wiretally ARGUMENTS`."""
        command = self.command(*arguments)
        return subprocess.run(
            command, env=self.environ, cwd=cwd, capture_output=True, text=True, timeout=120, check=False
        )

    def start(self) -> Status:
        """Start an agent in the background; `stop` it again."""
        done = self.wiretally("agent", "--detach")
        assert done.returncode == 0, done.stderr
        status = lifecycle.status(self.home)
        assert status
        return status

    def stop(self) -> None:
        """Stop the agent, if one runs."""
        lifecycle.stop(self.home)

    def calls(self, session: str | None = None) -> list[dict[str, Any]]:
        """What is recorded, as exported, oldest first."""
        where = Where("c.session_id = (select id from sessions where name = ?)", (session,)) if session else Where()
        try:
            with Reader(self.home.database) as reader:
                return [json.loads(line) for _, line in lines(reader, ids(reader, where))]
        except DatabaseMissing:
            return []

    def recorded(self, count: int, session: str | None = None) -> list[dict[str, Any]]:
        """The same, when `count` calls are there and done."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = self.calls(session)
            if len(found) >= count and all(call["state"] != "open" for call in found):
                return found
            time.sleep(0.05)
        raise AssertionError(f"{len(self.calls(session))} of {count} calls recorded: {self.calls(session)}")


@contextmanager
def place(folder: Path, service: Service | None = None) -> Generator[Place]:
    """A home under `folder`; `service` is its provider. Whatever agent runs on it at the end is stopped."""
    home = Home(folder / "home").make()
    with fake_openai.running(folder / "provider", service=service) as provider:
        host, _, upstream = provider.upstream.partition("=")
        home.config.write_text(
            "[agent]\nport = 0\nbase_url_port = 0\n"
            f'upstream_ca = "{provider.identity.authority}"\nupstream = {{ "{host}" = "{upstream}" }}\n'
        )
        inherited = {
            name: value for name, value in os.environ.items() if not any(it in name.upper() for it in _NOT_INHERITED)
        }
        made = Place(home, provider, inherited | {"WIRETALLY_HOME": str(home.path), "OPENAI_API_KEY": KEY})
        try:
            yield made
        finally:
            made.stop()
