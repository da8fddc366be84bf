"""A script that can't be loaded ends the start with the line at fault; broken later, it is a fault and calls go on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from wiretally.agent.locations import Home

from ..faults import provider, running
from ..faults.ledger import Received
from ..faults.load import call, direct
from ..faults.running import until

BAD = {
    "a syntax error": ("x = 1\ndef broken(:\n", 2, "SyntaxError"),
    "an exception": ("x = 1\n\nraise ValueError('no\\nsuch thing')\n", 3, "ValueError: no such thing"),
    "a hook that fails at the load": ("def load(loader):\n    raise KeyError('x')\n", 2, "KeyError"),
    "a hook that fails to configure": ("def configure(updated):\n    1 / 0\n", 2, "ZeroDivisionError"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_script_that_cannot_be_loaded_ends_the_start(tmp_path: Path, name: str) -> None:
    text, line, what = BAD[name]
    script = tmp_path / "mine.py"
    script.write_text(text)
    command = [sys.executable, "-m", "wiretally.agent.cli", "agent", "--port", "0", "--base-url-port", "0"]
    done = subprocess.run(
        [*command, "--addon", str(script)], env={**os.environ, "WIRETALLY_HOME": str(tmp_path / "home")},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"{script}, line {line}: {what}" in done.stderr
    assert done.stderr.count("\n") == 1


async def test_a_script_that_breaks_later_stops_no_calls(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text("x = 1\n")
    home = Home(tmp_path / "home").make()
    async with provider.running() as upstream:
        flags = "--upstream", upstream.upstream, "--addon", str(script)
        async with running.agent(home, *flags) as agent:
            script.write_text("def broken(:\n")
            await agent.kill("proxy")
            received = Received()
            connection = await direct(agent)
            await call(connection, received, stream=False)
            connection[1].close()
            assert len(received.requests) == 1
            await until(lambda: "SyntaxError" in home.log.read_text(), "the error in the log")
            assert (await agent.status()).faults
