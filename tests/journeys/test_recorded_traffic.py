"""Recorded traffic of other projects through the agent: the bytes are the same, and the rows say what was recorded.

Needs the folder `shared` beside the project, with the recordings and the tools that replay them.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from wiretally.agent.certificates import certificate_file

from tests.fake_openai import HOST
from tests.journeys.conftest import DOORS, Agent, Door, running_agent

SHARED = next((up / "shared" for up in Path(__file__).resolve().parents if (up / "shared" / "traffic").is_dir()), None)

pytestmark = pytest.mark.skipif(SHARED is None, reason="the folder `shared` with recordings is not beside the project")


@dataclass(frozen=True, slots=True)
class Recording:
    """One of the recordings with the tool that plays it."""

    tool: str
    corpus: str

    def command(self, verb: str, *arguments: str) -> list[str]:
        assert SHARED
        return [
            sys.executable,
            str(SHARED / "tools" / self.tool),
            verb,
            str(SHARED / "traffic" / self.corpus),
            *arguments,
        ]

    def run(self, verb: str, *arguments: str) -> str:
        """What the tool says. Raises AssertionError with it where the tool is not content."""
        done = subprocess.run(self.command(verb, *arguments), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def check(self, agent: Agent, folder: Path) -> str:
        """What the tool says of the calls that the agent recorded."""
        export = folder / "export.jsonl"
        export.write_text("".join(json.dumps(row, default=str) + "\n" for row in agent.rows()))
        return self.run("check", str(export))

    @contextmanager
    def serving(self, folder: Path) -> Generator[Agent]:
        """An agent before the recorded provider."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        command = self.command("serve", "--dir", str(folder), "--port", port)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as provider:
            try:
                assert provider.stdout and "ready" in provider.stdout.readline()
                upstream = ("--upstream", f"{HOST}=127.0.0.1:{port}", "--upstream-ca", str(folder / "upstream-ca.pem"))
                with running_agent(folder, *upstream) as agent:
                    yield agent
            finally:
                provider.terminate()


HTTP = Recording("replay.py", "openai-http.jsonl.gz")
REALTIME = Recording("realtime.py", "openai-realtime.jsonl")


@pytest.mark.slow
def test_every_recorded_exchange_passes_unchanged_and_is_read_right(tmp_path: Path) -> None:
    with HTTP.serving(tmp_path) as agent:
        proxy = ("--proxy", f"http://127.0.0.1:{agent.status.port}", "--proxy-ca", str(certificate_file(agent.home)))
        assert "drive: 2467 identical, 0 changed, 0 failed" in HTTP.run("drive", *proxy)
    assert "check: 2467 of 2467 right" in HTTP.check(agent, tmp_path)


@pytest.mark.parametrize("door", DOORS)
def test_realtime_sessions_pass_unchanged_and_every_response_is_a_call(tmp_path: Path, door: Door) -> None:
    with REALTIME.serving(tmp_path) as agent:
        options = ["--base-url-port", str(agent.status.base_url_port)]
        if door == "proxy":
            options = ["--proxy-port", str(agent.status.port), "--proxy-ca", str(certificate_file(agent.home))]
        assert "drive: 4 identical" in REALTIME.run("drive", *options)
    assert "missing 0, extra 0" in REALTIME.check(agent, tmp_path)
