"""`wiretally proxy` with a real agent, and a gsettings on PATH that keeps state."""

from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest
from wiretally.agent import lifecycle

from tests.agent.test_system_proxy import GSETTINGS
from tests.local_agent import Place, place


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Place]:
    """A home without an agent, on a GNOME desktop whose user has set a proxy."""
    (tmp_path / "tools/state").mkdir(parents=True)
    tool = tmp_path / "tools/gsettings"
    tool.write_text(GSETTINGS)
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    for name, value in (("mode", "'manual'"), ("https.host", "'corporate.example'"), ("https.port", "3128")):
        dotted = f"org.gnome.system.proxy.{name}"
        (tmp_path / "tools/state" / dotted).write_text(f"{value}\n")
    with place(tmp_path) as made:
        made.environ["PATH"] = f"{tmp_path / 'tools'}:{made.environ['PATH']}"
        made.environ.pop("XDG_CURRENT_DESKTOP", None)
        yield made


def proxy(at: Place) -> str | None:
    return json.loads(at.wiretally("proxy", "status", "--json").stdout)["proxy"]


def test_refused_while_no_agent_listens(desk: Place) -> None:
    done = desk.wiretally("proxy", "on")
    assert done.returncode == 1
    assert done.stderr.startswith("wiretally: no agent runs") and "wiretally agent" in done.stderr
    assert proxy(desk) == "corporate.example:3128"
    assert "nothing to restore" in desk.wiretally("proxy", "off").stderr


def test_on_then_killed_then_started_and_on_then_stopped(desk: Place) -> None:
    agent = desk.start()
    done = desk.wiretally("proxy", "on")
    assert done.stdout == f"GNOME: 127.0.0.1:{agent.port} (wiretally)\n"
    assert "--upstream-proxy http://corporate.example:3128" in done.stderr
    os.kill(agent.supervisor_pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid) for pid in (agent.supervisor_pid,) if psutil.pid_exists(pid)], timeout=10)
    assert proxy(desk) == f"127.0.0.1:{agent.port}"

    again = desk.start()
    assert proxy(desk) == "corporate.example:3128"
    assert desk.wiretally("proxy", "on").returncode == 0
    assert proxy(desk) == f"127.0.0.1:{again.port}"
    assert lifecycle.stop(desk.home)
    assert proxy(desk) == "corporate.example:3128"
